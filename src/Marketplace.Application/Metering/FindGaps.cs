using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>Finds legs of which no reading came for too long, up to now or between readings, and those of which they came after all.</summary>
public sealed class FindGapsJob(SilentLegs silent, LastLook lastLook, IMarketplaceDb db, MarketClock clock) : IJob
{
    public const string JobName = "find-gaps";

    public string Name => JobName;

    public string Purpose => "Tells providers of legs that no meter says anything of, until one does again.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await db.UsageGaps.Where(FindGapsHandler.IsSpokenFor(db)).AnyAsync(cancellationToken) || await AnyEndedAsync(cancellationToken)
            ? IJob.AtOnce
            : await silent.FirstAsync(cancellationToken);

    private async Task<bool> AnyEndedAsync(CancellationToken cancellationToken)
    {
        var hour = Hour.Containing(clock.GetUtcNow());
        if (lastLook.In == hour)
        {
            return false;
        }

        if ((await silent.EndedAsync(1, cancellationToken)).Count > 0)
        {
            return true;
        }

        lastLook.In = hour;
        return false;
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new FindGaps();
}

/// <summary>
/// In which hour this process last looked for silences between readings, and found none. To look costs as much as all running legs
/// have hours, and it comes to the same within the hour but for readings that are late anyway: so it isn't done at every tick.
/// </summary>
public sealed class LastLook
{
    private volatile int _hour;

    public Hour In
    {
        get => new(_hour);
        set => _hour = value.Number;
    }
}

public sealed record FindGaps : IJobCommand;

public sealed class FindGapsHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, SilentLegs silent, MarketClock clock) : IRequestHandler<FindGaps, JobReport>
{
    /// <summary>How many are closed or found in one transaction.</summary>
    private const int Batch = 200;

    /// <summary>An open gap of which there is a reading: of its hours, or where it has no end behind it.</summary>
    internal static System.Linq.Expressions.Expression<Func<UsageGap, bool>> IsSpokenFor(IMarketplaceDb db) => gap =>
        gap.ClosedAt == null && db.UsageHours.Any(hour => hour.LegId == gap.LegId && hour.Hour >= gap.From && (gap.To == null || hour.Hour < gap.To));

    public async Task<JobReport> Handle(FindGaps request, CancellationToken cancellationToken)
    {
        var (looked, found) = (0, 0);
        while (await unitOfWork.ExecuteAsync(LookAgainAsync, cancellationToken) is > 0 and var count)
        {
            looked += count;
        }

        while (await unitOfWork.ExecuteAsync(FindInsideAsync, cancellationToken) is > 0 and var count)
        {
            found += count;
        }

        while (await unitOfWork.ExecuteAsync(FindAsync, cancellationToken) is > 0 and var count)
        {
            found += count;
        }

        return new($"{found} gaps found, {looked} closed or made smaller");
    }

    /// <summary>What readings left of a gap goes on as long as it is long enough; what they cut off of it is a gap of its own.</summary>
    private async Task<int> LookAgainAsync(CancellationToken cancellationToken)
    {
        var gaps = await db.UsageGaps.Where(IsSpokenFor(db)).OrderBy(gap => gap.Id).Take(Batch).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        foreach (var gap in gaps)
        {
            var leg = await db.Legs.SingleAsync(l => l.Id == gap.LegId, cancellationToken);
            var spoken = (await db.UsageHours.Where(hour => hour.LegId == gap.LegId && hour.Hour >= gap.From && (gap.To == null || hour.Hour < gap.To))
                .Select(hour => hour.Hour).ToListAsync(cancellationToken)).ToHashSet();
            var within = new HourRange(gap.From, gap.To ?? Hour.Min(leg.To, Hour.Containing(now)));
            var endless = gap.To is null;
            var left = UsageGap.Silences(within, spoken, silent.GapHours).ToList();
            if (left.Find(silence => silence.From == gap.From) is { IsEmpty: false } begins)
            {
                gap.EndAt(begins.To);
            }
            else
            {
                gap.Close(spoken.Min(), now);
            }

            foreach (var silence in left.Where(silence => silence.From != gap.From))
            {
                if (await db.Reservations.AnyAsync(r => r.LegId == leg.Id && r.From < silence.To && r.To > silence.From, cancellationToken))
                {
                    var open = endless && silence.To == within.To && !spoken.Contains(silence.To);
                    db.UsageGaps.Add(Make(leg.Id, gap.CenterId, gap.ProviderId, silence.From, open ? null : silence.To, now));
                }
            }
        }

        return gaps.Count;
    }

    private async Task<int> FindInsideAsync(CancellationToken cancellationToken)
    {
        var ends = await silent.EndedAsync(Batch, cancellationToken);
        var owners = await OwnersAsync(ends.Select(row => row.Leg), cancellationToken);
        foreach (var (leg, until) in ends)
        {
            var last = await db.UsageHours.Where(hour => hour.LegId == leg.Id && hour.Hour < until).MaxAsync(hour => (Hour?)hour.Hour, cancellationToken);
            db.UsageGaps.Add(Make(leg.Id, leg.CenterId, owners[leg.CenterId], last + 1 ?? leg.From, until, clock.GetUtcNow()));
        }

        return ends.Count;
    }

    private async Task<int> FindAsync(CancellationToken cancellationToken)
    {
        var legs = await silent.TooLongAsync(Batch, cancellationToken);
        var owners = await OwnersAsync(legs.Select(row => row.Leg), cancellationToken);
        db.UsageGaps.AddRange(legs.Select(row => Make(row.Leg.Id, row.Leg.CenterId, owners[row.Leg.CenterId], row.Since, null, clock.GetUtcNow())));
        return legs.Count;
    }

    private Task<Dictionary<Id<Center>, Id<Organization>>> OwnersAsync(IEnumerable<Leg> legs, CancellationToken cancellationToken)
    {
        var centers = legs.Select(leg => leg.CenterId).Distinct().ToList();
        return db.Centers.Where(center => centers.Contains(center.Id)).ToDictionaryAsync(center => center.Id, center => center.OwnerId, cancellationToken);
    }

    private static UsageGap Make(Id<Leg> leg, Id<Center> center, Id<Organization> provider, Hour from, Hour? to, DateTimeOffset now)
    {
        var gap = new UsageGap { Id = Id<UsageGap>.New(now), LegId = leg, CenterId = center, ProviderId = provider, From = from, FoundAt = now };
        if (to is { } end)
        {
            gap.EndAt(end);
        }

        return gap;
    }
}
