using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>
/// Looks for legs, anybody's, that no reading covers up to their end, or for too long between two readings. A leg is looked after for a
/// day beyond that.
/// </summary>
public sealed class SilentLegs(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock)
{
    private static readonly TimeSpan LookedAfter = TimeSpan.FromDays(1);

    /// <summary>How far back ends of silences are looked for. What ends later than that was told before, while it went on to the leg's newest hour.</summary>
    private const int HoursBack = 48;

    public int GapHours => (int)settings.Metering.GapTime.TotalHours;

    private Hour LookedAfterFrom => Hour.Containing(clock.GetUtcNow() - settings.Metering.GapTime - LookedAfter);

    /// <summary>When the first leg will have been silent for too long; null where none can be.</summary>
    public async Task<DateTimeOffset?> FirstAsync(CancellationToken cancellationToken) =>
        await Silent().MinAsync(row => (int?)row.Since, cancellationToken) is { } since ? new Hour(since + GapHours).Start : null;

    /// <summary>Some of the legs that are silent for too long by now, with the first hour without a reading.</summary>
    public async Task<IReadOnlyList<(Leg Leg, Hour Since)>> TooLongAsync(int limit, CancellationToken cancellationToken)
    {
        var until = Hour.Containing(clock.GetUtcNow()).Number - GapHours;
        return [.. (await Silent().Where(row => row.Since <= until).OrderBy(row => row.Since).Take(limit).ToListAsync(cancellationToken)).Select(row => (row.Leg, new Hour(row.Since)))];
    }

    /// <summary>Some of the hours with a reading that have none in the hours before them, where that silence isn't told yet; with their legs.</summary>
    public async Task<IReadOnlyList<(Leg Leg, Hour Until)>> EndedAsync(int limit, CancellationToken cancellationToken)
    {
        var (gapHours, ended, earliest) = (GapHours, LookedAfterFrom, Hour.Containing(clock.GetUtcNow()) - HoursBack);
        var rows = await (
            from leg in db.Legs.IgnoreQueryFilters()
            join hour in db.UsageHours on leg.Id equals hour.LegId
            where leg.CancelledAt == null && leg.To > ended && hour.Hour >= earliest && (int)(object)hour.Hour - gapHours >= (int)(object)leg.From
                && !db.UsageHours.Any(before => before.LegId == leg.Id && before.Hour < hour.Hour && (int)(object)before.Hour >= (int)(object)hour.Hour - gapHours)
                && db.Reservations.Any(r => r.LegId == leg.Id && r.From < hour.Hour && (int)(object)r.To > (int)(object)hour.Hour - gapHours)
                && !db.UsageGaps.Any(gap => gap.LegId == leg.Id && gap.ClosedAt == null && (gap.To == null || gap.To == hour.Hour))
            orderby leg.Id, hour.Hour
            select new { Leg = leg, Until = hour.Hour }).Take(limit).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (row.Leg, row.Until))];
    }

    /// <summary>Legs that aren't covered to their end and whose silence isn't told yet; where all cards are sold on there is nothing to meter.</summary>
    private IQueryable<SilentLeg> Silent()
    {
        var ended = LookedAfterFrom;
        return
            from leg in db.Legs.IgnoreQueryFilters()
            where leg.CancelledAt == null && leg.To > ended && !db.UsageGaps.Any(gap => gap.LegId == leg.Id && gap.ClosedAt == null && gap.To == null)
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
