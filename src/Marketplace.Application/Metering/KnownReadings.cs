using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>
/// Reads what a batch must be judged against: in one query for each meter, and one for the legs of each run of hours.
/// </summary>
public sealed class KnownReadings(IMarketplaceDb db)
{
    /// <summary>The readings that the events are or replace, and those that stand on their legs and touch their time; some perhaps twice.</summary>
    public async Task<IReadOnlyList<Reading>> ForAsync(
        IReadOnlyCollection<UsageEvent> events, IReadOnlyDictionary<string, Meter> meters, IReadOnlyDictionary<Id<Leg>, Leg> legs, CancellationToken cancellationToken)
    {
        var ofMine = events.Where(sent => meters.ContainsKey(sent.Source)).ToList();
        var known = new List<Reading>();
        foreach (var meter in ofMine.GroupBy(sent => meters[sent.Source].Id))
        {
            known.AddRange(await NamedAsync(meter.Key, meter, cancellationToken));
        }

        known.AddRange(await TouchedAsync([.. ofMine.Where(sent => legs.ContainsKey(sent.LegId))], cancellationToken));
        return known;
    }

    private Task<List<Reading>> NamedAsync(Id<Meter> meter, IEnumerable<UsageEvent> events, CancellationToken cancellationToken)
    {
        var ids = events.SelectMany(sent => sent.Replaces is null ? [sent.EventId] : (string[])[sent.EventId, sent.Replaces]).Distinct().ToList();
        return db.Readings.IgnoreQueryFilters().AsNoTracking()
            .Where(reading => reading.MeterId == meter && EF.Parameter(ids).Contains(reading.EventId)).ToListAsync(cancellationToken);
    }

    private async Task<List<Reading>> TouchedAsync(List<UsageEvent> events, CancellationToken cancellationToken)
    {
        var touched = new List<Reading>();
        foreach (var run in LegRun.Of(events.Select(sent => (sent.LegId, sent.From, sent.To))))
        {
            // Ends both ways: no reading that touches the time ends later than the longest one that starts in it.
            var latest = run.To + UsageEvent.MaxSpan;
            touched.AddRange(await db.Readings.IgnoreQueryFilters().AsNoTracking()
                .Where(reading => EF.Parameter(run.Legs).Contains(reading.LegId) && reading.To > run.From && reading.To < latest && reading.From < run.To && reading.ReplacedAtVersion == null)
                .ToListAsync(cancellationToken));
        }

        return touched;
    }
}
