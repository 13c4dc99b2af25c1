using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>Finds legs of which no reading came for too long, and those of which one came again.</summary>
public sealed class FindGapsJob(SilentLegs silent, IMarketplaceDb db) : IJob
{
    public const string JobName = "find-gaps";

    public string Name => JobName;

    public string Purpose => "Tells providers of legs that no meter says anything of, until one does again.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await db.UsageGaps.Where(FindGapsHandler.IsOver(db)).AnyAsync(cancellationToken) ? IJob.AtOnce : await silent.FirstAsync(cancellationToken);

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new FindGaps();
}

/// <summary>Looks for legs that no reading covers up to their end. A leg is looked after for a day beyond that.</summary>
public sealed class SilentLegs(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock)
{
    private static readonly TimeSpan LookedAfter = TimeSpan.FromDays(1);

    private int GapHours => (int)settings.Metering.GapTime.TotalHours;

    /// <summary>When the first leg will have been silent for too long; null where none can be.</summary>
    public async Task<DateTimeOffset?> FirstAsync(CancellationToken cancellationToken) =>
        await Silent().MinAsync(row => (int?)row.Since, cancellationToken) is { } since ? new Hour(since + GapHours).Start : null;

    /// <summary>Some of the legs that are silent for too long by now, with the first hour without a reading.</summary>
    public async Task<IReadOnlyList<(Leg Leg, Hour Since)>> TooLongAsync(int limit, CancellationToken cancellationToken)
    {
        var until = Hour.Containing(clock.GetUtcNow()).Number - GapHours;
        return [.. (await Silent().Where(row => row.Since <= until).OrderBy(row => row.Since).Take(limit).ToListAsync(cancellationToken)).Select(row => (row.Leg, new Hour(row.Since)))];
    }

    /// <summary>Legs that aren't covered to their end and whose silence isn't told yet; where all cards are sold on there is nothing to meter.</summary>
    private IQueryable<SilentLeg> Silent()
    {
        var ended = Hour.Containing(clock.GetUtcNow() - settings.Metering.GapTime - LookedAfter);
        return
            from leg in db.Legs
            where leg.CancelledAt == null && leg.To > ended && !db.UsageGaps.Any(gap => gap.LegId == leg.Id && gap.ClosedAt == null)
            let since = (db.UsageHours.Where(hour => hour.LegId == leg.Id).Max(hour => (int?)(int)(object)hour.Hour) + 1) ?? (int)(object)leg.From
            where since < (int)(object)leg.To && db.Reservations.Any(r => r.LegId == leg.Id && (int)(object)r.To > since)
            select new SilentLeg { Leg = leg, Since = since };
    }

    private sealed class SilentLeg
    {
        public required Leg Leg { get; init; }
        public required int Since { get; init; }
    }
}

public sealed record FindGaps : IJobCommand;

public sealed class FindGapsHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, SilentLegs silent, MarketClock clock) : IRequestHandler<FindGaps, JobReport>
{
    /// <summary>How many are closed or found in one transaction.</summary>
    private const int Batch = 200;

    /// <summary>An open gap of whose leg there is a reading since.</summary>
    internal static System.Linq.Expressions.Expression<Func<UsageGap, bool>> IsOver(IMarketplaceDb db) =>
        gap => gap.ClosedAt == null && db.UsageHours.Any(hour => hour.LegId == gap.LegId && hour.Hour >= gap.From);

    public async Task<JobReport> Handle(FindGaps request, CancellationToken cancellationToken)
    {
        var (closed, found) = (0, 0);
        while (await unitOfWork.ExecuteAsync(CloseAsync, cancellationToken) is > 0 and var count)
        {
            closed += count;
        }

        while (await unitOfWork.ExecuteAsync(FindAsync, cancellationToken) is > 0 and var count)
        {
            found += count;
        }

        return new($"{found} gaps found, {closed} closed");
    }

    private async Task<int> CloseAsync(CancellationToken cancellationToken)
    {
        var gaps = await db.UsageGaps.Where(IsOver(db)).OrderBy(gap => gap.Id).Take(Batch).ToListAsync(cancellationToken);
        foreach (var gap in gaps)
        {
            gap.Close(await db.UsageHours.Where(hour => hour.LegId == gap.LegId && hour.Hour >= gap.From).MinAsync(hour => hour.Hour, cancellationToken), clock.GetUtcNow());
        }

        return gaps.Count;
    }

    private async Task<int> FindAsync(CancellationToken cancellationToken)
    {
        var legs = await silent.TooLongAsync(Batch, cancellationToken);
        var centers = legs.Select(row => row.Leg.CenterId).Distinct().ToList();
        var owners = await db.Centers.Where(center => centers.Contains(center.Id)).ToDictionaryAsync(center => center.Id, center => center.OwnerId, cancellationToken);
        var now = clock.GetUtcNow();
        db.UsageGaps.AddRange(legs.Select(row => new UsageGap
        {
            Id = Id<UsageGap>.New(now),
            LegId = row.Leg.Id,
            CenterId = row.Leg.CenterId,
            ProviderId = owners[row.Leg.CenterId],
            From = row.Since,
            FoundAt = now,
        }));
        return legs.Count;
    }
}

/// <param name="From">The first hour without a reading.</param>
/// <param name="To">The first one after it that has one; null while none has.</param>
public sealed record GapAnswer(Id<UsageGap> Id, Id<Leg> LegId, Id<Center> CenterId, Id<Organization> ProviderId, Hour From, Hour? To, DateTimeOffset FoundAt, DateTimeOffset? ClosedAt);

public enum GapStatus
{
    Open,
    Closed,
}

/// <summary>Gaps in what the caller's meters report, the newest first.</summary>
public sealed record ListGaps(PageRequest Page, Id<Center>? CenterId, GapStatus? Status) : IQuery<Page<GapAnswer>>, IPaged;

public sealed class ListGapsHandler(IMarketplaceDb db) : IRequestHandler<ListGaps, Page<GapAnswer>>
{
    public async Task<Page<GapAnswer>> Handle(ListGaps request, CancellationToken cancellationToken)
    {
        var gaps = db.UsageGaps.AsNoTracking().Where(gap =>
            (request.CenterId == null || gap.CenterId == request.CenterId) && (request.Status == null || (request.Status == GapStatus.Open ? gap.ClosedAt == null : gap.ClosedAt != null)));
        return (await gaps.NewestFirstAsync(request.Page, gap => gap.Id, cancellationToken))
            .Select(gap => new GapAnswer(gap.Id, gap.LegId, gap.CenterId, gap.ProviderId, gap.From, gap.To, gap.FoundAt, gap.ClosedAt));
    }
}
