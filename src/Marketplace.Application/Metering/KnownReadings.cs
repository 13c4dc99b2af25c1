using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>
/// Reads what a batch must be judged against: in one query for the legs of each run of hours and, where it is needed, one for
/// each meter.
/// </summary>
public sealed class KnownReadings(IMarketplaceDb db)
{
    /// <summary>The readings that stand on the events' legs and touch their time; some perhaps twice.</summary>
    public async Task<IReadOnlyList<Reading>> StandingAsync(
        IEnumerable<UsageEvent> events, IReadOnlyDictionary<string, Meter> meters, IReadOnlyDictionary<Id<Leg>, Leg> legs, CancellationToken cancellationToken)
    {
        var touched = events.Where(sent => meters.ContainsKey(sent.Source) && legs.ContainsKey(sent.LegId)).Select(sent => (sent.LegId, sent.From, sent.To));
        var standing = new List<Reading>();
        foreach (var run in LegRun.Of(touched))
        {
            // Ends both ways: no reading that touches the time ends later than the longest one that starts in it.
            var latest = run.To + UsageEvent.MaxSpan;
            standing.AddRange(await db.Readings.IgnoreQueryFilters().AsNoTracking()
                .Where(reading => EF.Parameter(run.Legs).Contains(reading.LegId) && reading.To > run.From && reading.To < latest && reading.From < run.To && reading.ReplacedAtVersion == null)
                .ToListAsync(cancellationToken));
        }

        return standing;
    }

    /// <summary>The readings that the events are or replace, wherever they are and whether they stand or not.</summary>
    public async Task<IReadOnlyList<Reading>> NamedAsync(IEnumerable<UsageEvent> events, IReadOnlyDictionary<string, Meter> meters, CancellationToken cancellationToken)
    {
        var named = new List<Reading>();
        foreach (var meter in events.Where(sent => meters.ContainsKey(sent.Source)).GroupBy(sent => meters[sent.Source].Id))
        {
            var ids = meter.SelectMany(sent => sent.Replaces is null ? [sent.EventId] : (string[])[sent.EventId, sent.Replaces]).Distinct().ToList();
            named.AddRange(await db.Readings.IgnoreQueryFilters().AsNoTracking()
                .Where(reading => reading.MeterId == meter.Key && EF.Parameter(ids).Contains(reading.EventId)).ToListAsync(cancellationToken));
        }

        return named;
    }
}
