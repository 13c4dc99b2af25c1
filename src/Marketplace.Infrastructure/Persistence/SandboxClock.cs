using Marketplace.Application.Pipeline;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>The sandbox's time: one row, the same for every process on the database.</summary>
internal sealed class SandboxTime
{
    public const int TheOne = 1;

    public int Id { get; init; } = TheOne;
    public required DateTimeOffset Now { get; set; }
    public long Version { get; set; }
}

/// <summary>
/// A clock that stands still until a caller moves it. It is kept in the database; each request takes it from there once, when
/// it begins, so that all that a request does has one time.
/// </summary>
public sealed class SandboxClock : MarketClock
{
    private long _ticks;

    /// <summary>Takes the time from the database.</summary>
    public async Task RefreshAsync(MarketplaceDbContext db, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        var now = await db.SandboxTimes.AsNoTracking().Where(time => time.Id == SandboxTime.TheOne).Select(time => time.Now).SingleAsync(cancellationToken);
        Interlocked.Exchange(ref _ticks, now.UtcTicks);
    }

    /// <summary>Moves the time forward, for every process.</summary>
    /// <returns>False where the time is that far already, or another process moved it meanwhile.</returns>
    public async Task<bool> MoveAsync(MarketplaceDbContext db, DateTimeOffset to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        var moved = await db.SandboxTimes.Where(time => time.Id == SandboxTime.TheOne && time.Now <= to)
            .ExecuteUpdateAsync(set => set.SetProperty(time => time.Now, to), cancellationToken);
        await RefreshAsync(db, cancellationToken);
        return moved == 1;
    }

    protected override DateTimeOffset Now() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
}
