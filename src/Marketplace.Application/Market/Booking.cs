using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>
/// Books a plan inside the transaction that is under way: reads each node again with what is reserved on it now, takes cards
/// that are free, and counts the node's version up. Of two transactions that booked on what the same version showed, the
/// second one to save fails there and is run again by the pipeline, when it sees what the first one took.
/// </summary>
public sealed class Booking(IMarketplaceDb db, MarketMatch market)
{
    private const int Rematches = 3;

    /// <summary>
    /// Books the plan, or where it no longer fits another one for the same demand that costs no more.
    /// </summary>
    /// <returns>The plan that was booked.</returns>
    /// <exception cref="RuleException"><c>capacity.taken</c>: nothing as cheap is left.</exception>
    public async Task<Plan> BookAsync(Demand demand, Plan plan, Id<Organization> buyer, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var wanted = plan;
        for (var attempt = 0; attempt <= Rematches; attempt++)
        {
            if (await TryBookAsync(demand, wanted, cancellationToken))
            {
                return wanted;
            }

            if (await market.PlanAsync(demand, buyer, now, cancellationToken) is not { } other || other.Total > plan.Total)
            {
                break;
            }

            wanted = other;
        }

        throw MarketErrors.CapacityTaken();
    }

    /// <summary>Gives back what legs reserve: to the market, or of a leg that was bought from a holder to that holder's leg.</summary>
    public async Task ReleaseAsync(IReadOnlyCollection<Leg> legs, CancellationToken cancellationToken)
    {
        var byId = legs.ToDictionary(leg => leg.Id);
        var ids = byId.Keys.ToList();
        var nodeIds = legs.Select(leg => leg.NodeId).Distinct().ToList();
        foreach (var row in await db.Reservations.IgnoreQueryFilters().Where(r => ids.Contains(r.LegId)).ToListAsync(cancellationToken))
        {
            db.Reservations.Remove(row);
            if (byId[row.LegId].ParentId is { } parent)
            {
                db.Reservations.Add(row.For(parent, row.Interval));
            }
        }

        await db.Nodes.IgnoreQueryFilters().Where(node => nodeIds.Contains(node.Id)).ForEachAsync(node => node.Touch(), cancellationToken);
    }

    private async Task<bool> TryBookAsync(Demand demand, Plan plan, CancellationToken cancellationToken)
    {
        var (from, to) = plan.Interval;
        var nodeIds = plan.Legs.Select(leg => leg.NodeId).Distinct().ToList();
        var listingIds = plan.Legs.Select(leg => leg.ListingId).Distinct().ToList();

        // Nodes first: their versions vouch for what is read after them.
        var nodes = await db.Nodes.IgnoreQueryFilters().Where(node => nodeIds.Contains(node.Id)).ToDictionaryAsync(node => node.Id, cancellationToken);
        var listed = (await db.ListingNodes.IgnoreQueryFilters().AsNoTracking()
            .Where(row => listingIds.Contains(row.ListingId) && nodeIds.Contains(row.NodeId) && row.Active && row.From <= @from && row.To >= to)
            .Select(row => new { row.ListingId, row.NodeId }).ToListAsync(cancellationToken)).ToHashSet();
        if (plan.Legs.Any(leg => !listed.Contains(new { leg.ListingId, leg.NodeId }) || nodes[leg.NodeId].WithdrawnFrom < to))
        {
            return false;
        }

        var resold = await ResoldAsync(listingIds, cancellationToken);
        var reserved = (await db.Reservations.IgnoreQueryFilters()
            .Where(r => nodeIds.Contains(r.NodeId) && r.From < to && r.To > @from).ToListAsync(cancellationToken)).ToLookup(r => r.NodeId);
        var changes = new List<Action>();
        foreach (var leg in plan.Legs)
        {
            var taken = resold.TryGetValue(leg.ListingId, out var resale)
                ? FromHolder(demand, plan.Interval, leg, resale, [.. reserved[leg.NodeId].Where(r => r.LegId == resale.Leg.Id)])
                : FromOwner(demand, plan.Interval, leg, nodes[leg.NodeId], reserved[leg.NodeId]);
            if (taken is null)
            {
                return false;
            }

            changes.AddRange(taken);
        }

        foreach (var node in nodes.Values)
        {
            node.Touch();
        }

        changes.ForEach(change => change());
        return true;
    }

    private async Task<Dictionary<Id<Listing>, (Listing Listing, Leg Leg)>> ResoldAsync(List<Id<Listing>> listingIds, CancellationToken cancellationToken) => await (
        from listing in db.Listings.IgnoreQueryFilters()
        join leg in db.Legs.IgnoreQueryFilters() on listing.ResaleOf equals leg.Id
        where listingIds.Contains(listing.Id)
        select new { listing, leg }).AsNoTracking().ToDictionaryAsync(pair => pair.listing.Id, pair => (pair.listing, pair.leg), cancellationToken);

    private IEnumerable<Action>? FromOwner(Demand demand, HourRange interval, PlannedLeg leg, Node node, IEnumerable<Reservation> reserved) =>
        NodeOccupancy.Of(node, reserved.Select(NodeOccupancy.Take))
            .Choose(interval, leg.Cards, leg.MilliPerCard, demand.CpuMilliPerCard, demand.MemoryMiBPerCard, leg.CardNumbers)?
            .Select(card => (Action)(() => db.Reservations.Add(new()
            {
                LegId = leg.Id,
                NodeId = node.Id,
                Card = card,
                Milli = leg.MilliPerCard,
                CpuMilli = demand.CpuMilliPerCard,
                MemoryMiB = demand.MemoryMiBPerCard,
                From = interval.From,
                To = interval.To,
            })));

    /// <summary>The holder's row of each card is cut: its hours before and after stay with the holder.</summary>
    private IEnumerable<Action>? FromHolder(Demand demand, HourRange interval, PlannedLeg leg, (Listing Listing, Leg Leg) resale, List<Reservation> held) =>
        NodeOccupancy.OfHolding(resale.Leg, resale.Listing.ResaleCards!, resale.Listing.Window, held)
            .Choose(interval, leg.Cards, leg.MilliPerCard, demand.CpuMilliPerCard, demand.MemoryMiBPerCard, leg.CardNumbers)?
            .Select(card => (Action)(() => Cut([.. held.Where(row => row.Card == card)], interval, leg.Id)));

    private void Cut(List<Reservation> rows, HourRange interval, Id<Leg> buyer)
    {
        db.Reservations.Add(rows[0].For(buyer, interval));
        foreach (var row in rows)
        {
            if (interval.To < row.To)
            {
                db.Reservations.Add(row.For(row.LegId, new(interval.To, row.To)));
            }

            if (row.From < interval.From)
            {
                row.To = interval.From;
            }
            else
            {
                db.Reservations.Remove(row);
            }
        }
    }
}
