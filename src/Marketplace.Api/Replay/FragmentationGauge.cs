using Marketplace.Application;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Replay;

/// <param name="Capacity">Cards there are.</param>
/// <param name="Idle">Of them not sold in this hour; slices by their share.</param>
/// <param name="Fragments">Of the idle ones what the demands asked for so far couldn't use, weighted by how often each was asked.</param>
internal sealed record CardsAnswer(double Capacity, double Idle, double Fragments);

/// <summary>
/// Fragmentation as Weng et al. have it (USENIX ATC 2023), of cards alone: what is idle on a node counts as a fragment of a demand
/// that its model or its cards' remainders don't suit.
/// </summary>
internal static class FragmentationGauge
{
    public static async Task<CardsAnswer> MeasureAsync(IMarketplaceDb db, Hour hour)
    {
        var nodes = await db.Nodes.AsNoTracking().Select(node => new { node.Id, node.Cards, node.Accelerator }).ToListAsync();
        var sold = (await db.Reservations.AsNoTracking().Where(r => r.From <= hour && r.To > hour).Select(r => new { r.NodeId, r.Card, r.Milli }).ToListAsync())
            .ToLookup(r => r.NodeId);
        var shapes = (await db.Quotes.AsNoTracking().Select(quote => quote.Demand).ToListAsync())
            .GroupBy(demand => (Models: string.Join('|', demand.Accelerators), Cards: demand.CardsPerNode ?? 1, demand.MilliPerCard))
            .Select(group => (group.Key, Share: group.Count())).ToList();
        var all = (double)shapes.Sum(shape => shape.Share);
        var (capacity, idle, fragments) = (0L, 0L, 0.0);
        foreach (var node in nodes)
        {
            var free = Enumerable.Repeat(1000, node.Cards).ToArray();
            foreach (var slice in sold[node.Id])
            {
                free[slice.Card] -= slice.Milli;
            }

            var left = free.Sum();
            (capacity, idle) = (capacity + (node.Cards * 1000L), idle + left);
            foreach (var ((models, cards, milli), share) in shapes)
            {
                var suits = models.Length == 0 || models.Split('|').Contains(node.Accelerator);
                var usable = suits && free.Count(r => r >= milli) >= cards ? free.Where(r => r >= milli).Sum() : 0;
                fragments += share / all * (left - usable);
            }
        }

        return new(capacity / 1000.0, idle / 1000.0, fragments / 1000.0);
    }
}
