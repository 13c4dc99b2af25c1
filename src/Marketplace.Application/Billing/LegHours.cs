using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>
/// Reads what stands beside the usage of legs when they are billed: disputes, late delivery that was declared, and the outage of
/// cards that their holders sold on. What the unit of work under way added itself is seen as well.
/// </summary>
public sealed class LegHours(IMarketplaceDb db)
{
    /// <summary>By leg, hours before <paramref name="end"/> of which there is anything to say.</summary>
    public async Task<ILookup<Id<Leg>, HourFact>> FactsAsync(IReadOnlyCollection<Leg> legs, Hour end, CancellationToken cancellationToken)
    {
        var ids = legs.Select(leg => leg.Id).ToList();
        var disputes = await DisputesAsync(ids, cancellationToken);
        var deliveries = await db.Deliveries.AsNoTracking().Where(d => ids.Contains(d.LegId) && d.LateFrom != null).ToDictionaryAsync(d => d.LegId, cancellationToken);
        var down = await ResoldDownAsync(legs, end, cancellationToken);
        return legs.SelectMany(leg =>
        {
            var (over, delivery, resold) = (disputes[leg.Id].ToList(), deliveries.GetValueOrDefault(leg.Id), down.GetValueOrDefault(leg.Id));
            var hours = over.Count == 0 && delivery is null && resold is null ? [] : leg.Interval.Each().Where(hour => hour < end);
            return HourFact.Of(hours.Select(hour => HourFact.Of(leg, hour, over, delivery, resold?.GetValueOrDefault(hour) ?? CardTime.Zero)));
        }).ToLookup(fact => fact.LegId);
    }

    private async Task<ILookup<Id<Leg>, Dispute>> DisputesAsync(IReadOnlyCollection<Id<Leg>> legs, CancellationToken cancellationToken)
    {
        await db.Disputes.Where(dispute => legs.Contains(dispute.LegId)).LoadAsync(cancellationToken);
        return db.Disputes.Local.Where(dispute => legs.Contains(dispute.LegId)).ToLookup(dispute => dispute.LegId);
    }

    /// <summary>
    /// What of each leg's hours was down on legs that were bought of it, and on those bought of them. The buyer of such a leg is
    /// credited by who sold it on; that one paid the provider for the same hours, and is credited in his turn. Hours in dispute
    /// wait; what was never sold on is metered on the holder's own leg.
    /// </summary>
    private async Task<IReadOnlyDictionary<Id<Leg>, Dictionary<Hour, CardTime>>> ResoldDownAsync(
        IEnumerable<Leg> legs, Hour end, CancellationToken cancellationToken)
    {
        var parents = legs.Where(leg => leg.Resold.Count > 0).Select(leg => leg.Id).ToList();
        var bought = parents.Count == 0 ? [] : await db.Legs.AsNoTracking().Where(leg => leg.ParentId != null && parents.Contains(leg.ParentId.Value) && leg.CancelledAt == null).ToListAsync(cancellationToken);
        if (bought.Count == 0)
        {
            return new Dictionary<Id<Leg>, Dictionary<Hour, CardTime>>();
        }

        var ids = bought.Select(leg => leg.Id).ToList();
        var below = await ResoldDownAsync(bought, end, cancellationToken);
        var disputes = await DisputesAsync(ids, cancellationToken);
        var metered = (await db.UsageHours.AsNoTracking().Where(hour => ids.Contains(hour.LegId) && hour.Hour < end).ToListAsync(cancellationToken)).ToLookup(hour => hour.LegId);
        var down = new Dictionary<Id<Leg>, Dictionary<Hour, CardTime>>();
        foreach (var leg in bought)
        {
            var over = disputes[leg.Id].ToList();
            var own = metered[leg.Id].ToDictionary(hour => hour.Hour, hour => new MeteredHour(hour.Busy, hour.Down));
            var sum = down.TryGetValue(leg.ParentId!.Value, out var known) ? known : down[leg.ParentId.Value] = [];
            foreach (var hour in own.Keys.Concat(below.GetValueOrDefault(leg.Id)?.Keys ?? Enumerable.Empty<Hour>()).Concat(over.SelectMany(d => d.Differences).Select(d => d.Hour)).Distinct())
            {
                var fact = HourFact.Of(leg, hour, over, delivery: null, below.GetValueOrDefault(leg.Id)?.GetValueOrDefault(hour) ?? CardTime.Zero);
                var outage = fact.Standing == HourStanding.Withheld ? CardTime.Zero : CardTime.Min(fact.Apply(own.GetValueOrDefault(hour)).Down, LegTerms.Of(leg).PerHour);
                sum[hour] = sum.GetValueOrDefault(hour) + outage;
            }
        }

        return down;
    }
}
