using Marketplace.Application.Pipeline;
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
public sealed class Booking(IMarketplaceDb db, CapacitySnapshot snapshot, MarketplaceSettings settings)
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

            var match = new Matcher(settings.Time).Match(demand, await snapshot.ReadAsync(demand, buyer, cancellationToken), now);
            if (match.Plan is not { } other || other.Total > plan.Total)
            {
                break;
            }

            wanted = other;
        }

        throw MarketErrors.CapacityTaken();
    }

    /// <summary>Gives back what a leg reserves.</summary>
    public async Task ReleaseAsync(IReadOnlyCollection<Leg> legs, CancellationToken cancellationToken)
    {
        var legIds = legs.Select(leg => leg.Id).ToList();
        var nodeIds = legs.Select(leg => leg.NodeId).Distinct().ToList();
        db.Reservations.RemoveRange(await db.Reservations.IgnoreQueryFilters().Where(r => legIds.Contains(r.LegId)).ToListAsync(cancellationToken));
        await db.Nodes.IgnoreQueryFilters().Where(node => nodeIds.Contains(node.Id)).ForEachAsync(node => node.Touch(), cancellationToken);
    }

    private async Task<bool> TryBookAsync(Demand demand, Plan plan, CancellationToken cancellationToken)
    {
        var (from, to) = plan.Interval;
        var nodeIds = plan.Legs.Select(leg => leg.NodeId).ToList();
        var listingIds = plan.Legs.Select(leg => leg.ListingId).Distinct().ToList();

        // Nodes first: their versions vouch for what is read after them.
        var nodes = await db.Nodes.IgnoreQueryFilters().Where(node => nodeIds.Contains(node.Id)).ToDictionaryAsync(node => node.Id, cancellationToken);
        var listed = (await db.ListingNodes.IgnoreQueryFilters().AsNoTracking()
            .Where(row => listingIds.Contains(row.ListingId) && nodeIds.Contains(row.NodeId) && row.Active && row.From <= @from && row.To >= to)
            .Select(row => new { row.ListingId, row.NodeId }).ToListAsync(cancellationToken)).ToHashSet();
        var reserved = (await db.Reservations.IgnoreQueryFilters().AsNoTracking()
            .Where(r => nodeIds.Contains(r.NodeId) && r.From < to && r.To > @from).ToListAsync(cancellationToken)).ToLookup(r => r.NodeId);
        var taken = new List<Reservation>();
        foreach (var leg in plan.Legs)
        {
            var node = nodes[leg.NodeId];
            var cards = new NodeOccupancy(node.Cards, node.Vcpus, node.MemoryGiB, [.. reserved[node.Id]])
                .Choose(plan.Interval, leg.Cards, leg.MilliPerCard, demand.CpuMilliPerCard, demand.MemoryMiBPerCard);
            if (cards is null || !listed.Contains(new { leg.ListingId, leg.NodeId }) || node.WithdrawnFrom < to)
            {
                return false;
            }

            taken.AddRange(cards.Select(card => new Reservation
            {
                LegId = leg.Id,
                NodeId = node.Id,
                Card = card,
                Milli = leg.MilliPerCard,
                CpuMilli = demand.CpuMilliPerCard,
                MemoryMiB = demand.MemoryMiBPerCard,
                From = from,
                To = to,
            }));
        }

        foreach (var node in nodes.Values)
        {
            node.Touch();
        }

        db.Reservations.AddRange(taken);
        return true;
    }
}
