using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>A leg with all that was resold of it, and what they reserve from some hour on, on whatever node.</summary>
internal sealed record Family(Leg Root, IReadOnlyList<Leg> Legs, IReadOnlyList<Reservation> Rows)
{
    /// <summary>
    /// Runs of hours over which the family stands on the same cards of a node, the first one first: there are several where some of
    /// it was moved before.
    /// </summary>
    public IEnumerable<Stay> StaysOn(Node node, Hour from)
    {
        var rows = Rows.Where(row => row.NodeId == node.Id).ToList();
        var edges = rows.SelectMany(row => (Hour[])[Hour.Max(row.From, from), row.To]).Distinct().Order().ToList();
        var runs = new List<(HourRange Hours, List<int> Cards)>();
        foreach (var (start, end) in edges.Zip(edges.Skip(1)))
        {
            var cards = rows.Where(row => row.Interval.Contains(start)).Select(row => row.Card).Order().ToList();
            if (runs.Count > 0 && runs[^1].Cards.SequenceEqual(cards))
            {
                runs[^1] = (runs[^1].Hours with { To = end }, cards);
            }
            else
            {
                runs.Add((new(start, end), cards));
            }
        }

        return runs.Where(run => run.Cards.Count > 0).Select(run => new Stay(run.Hours, [.. rows.Where(row => row.Interval.Overlaps(run.Hours))]));
    }
}

/// <summary>Hours over which a family stands on the same cards of one node. No row reaches into the next one: it began with a move.</summary>
internal sealed record Stay(HourRange Hours, IReadOnlyList<Reservation> Rows);

/// <summary>Reads families of legs.</summary>
public sealed class LegFamilies(IMarketplaceDb db)
{
    /// <summary>Those that reserve something of a node from an hour on; the longest promise first.</summary>
    internal async Task<IReadOnlyList<Family>> OnAsync(Node node, Hour from, CancellationToken cancellationToken)
    {
        var legs = new Dictionary<Id<Leg>, Leg>();

        // Up to the first seller: a holder who has resold all of his leg has no row of his own.
        for (var wanted = await db.Reservations.IgnoreQueryFilters().Where(r => r.NodeId == node.Id && r.To > from).Select(r => r.LegId).Distinct().ToArrayAsync(cancellationToken);
            wanted.Length > 0;)
        {
            var ids = wanted;
            await db.Legs.IgnoreQueryFilters().Where(leg => EF.Parameter(ids).Contains(leg.Id)).ForEachAsync(leg => legs[leg.Id] = leg, cancellationToken);
            wanted = [.. legs.Values.Select(leg => leg.ParentId).OfType<Id<Leg>>().Where(id => !legs.ContainsKey(id)).Distinct()];
        }

        // And down: what was resold of hours on another node goes along where the leg ends.
        for (var wanted = legs.Keys.ToArray(); wanted.Length > 0;)
        {
            var ids = wanted;
            var bought = await db.Legs.IgnoreQueryFilters()
                .Where(leg => leg.ParentId != null && EF.Parameter(ids).Contains(leg.ParentId.Value) && leg.CancelledAt == null && leg.To > from).ToListAsync(cancellationToken);
            wanted = [.. bought.Select(leg => leg.Id).Where(id => !legs.ContainsKey(id))];
            bought.ForEach(leg => legs[leg.Id] = leg);
        }

        var all = legs.Keys.ToArray();
        var rows = await db.Reservations.IgnoreQueryFilters().Where(r => EF.Parameter(all).Contains(r.LegId) && r.To > from).ToListAsync(cancellationToken);
        Id<Leg> Root(Id<Leg> id) => legs[id].ParentId is { } parent ? Root(parent) : id;
        return [.. rows.GroupBy(row => Root(row.LegId)).Select(group => new Family(
                legs[group.Key], [.. legs.Values.Where(leg => Root(leg.Id) == group.Key).OrderBy(leg => leg.Id)], [.. group]))
            .OrderByDescending(family => family.Root.To).ThenBy(family => family.Root.Id)];
    }
}
