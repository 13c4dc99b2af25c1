using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Reads from the database what nodes have on offer from an hour on: all of them, or some.</summary>
internal sealed class CapacityLoader(IMarketplaceDb db, Hour from)
{
    /// <summary>Nodes that are asked for at once.</summary>
    private const int Batch = 500;

    private readonly Dictionary<Id<Listing>, Listing> _listings = [];
    private readonly Dictionary<Id<Center>, Center> _centers = [];
    private readonly Dictionary<Id<Leg>, Leg> _resold = [];
    private IReadOnlyDictionary<string, Accelerator> _catalogue = new Dictionary<string, Accelerator>();

    public async Task<CapacityIndex> AllAsync(CancellationToken cancellationToken)
    {
        var index = new CapacityIndex();
        index.PutCatalogue(await CatalogueAsync(cancellationToken));
        await ForEachNodeAsync(null, (node, offers) => index.Put(node, offers), cancellationToken);
        return index;
    }

    /// <summary>Puts what these nodes have on offer now; some may have nothing any more.</summary>
    public async Task UpdateAsync(IReadOnlyCollection<Id<Node>> nodes, Action<Id<Node>, Offer[]> put, CancellationToken cancellationToken)
    {
        await CatalogueAsync(cancellationToken);
        foreach (var some in nodes.Chunk(Batch))
        {
            var left = some.ToHashSet();
            await ForEachNodeAsync(some, (node, offers) =>
            {
                left.Remove(node);
                put(node, offers);
            }, cancellationToken);
            foreach (var gone in left)
            {
                put(gone, []);
            }
        }
    }

    public async Task<IReadOnlyCollection<Accelerator>> CatalogueAsync(CancellationToken cancellationToken)
    {
        _catalogue = await db.Accelerators.AsNoTracking().ToDictionaryAsync(accelerator => accelerator.Model, cancellationToken);
        return [.. _catalogue.Values];
    }

    private async Task ForEachNodeAsync(Id<Node>[]? only, Action<Id<Node>, Offer[]> put, CancellationToken cancellationToken)
    {
        var rows = db.ListingNodes.IgnoreQueryFilters().AsNoTracking().Where(row => row.Active && row.To > from);
        var reservations = db.Reservations.IgnoreQueryFilters().AsNoTracking().Where(r => r.To > from);
        var nodes = db.Nodes.IgnoreQueryFilters().AsNoTracking();
        if (only is not null)
        {
            rows = rows.Where(row => EF.Parameter(only).Contains(row.NodeId));
            reservations = reservations.Where(r => EF.Parameter(only).Contains(r.NodeId));
            nodes = nodes.Where(node => EF.Parameter(only).Contains(node.Id));
        }

        var listed = (await rows.Select(row => new { row.NodeId, row.ListingId }).ToListAsync(cancellationToken)).ToLookup(row => row.NodeId, row => row.ListingId);
        await ReadListingsAsync(only is null ? null : [.. listed.SelectMany(ids => ids).Distinct()], cancellationToken);
        var held = (await HeldAsync(reservations, cancellationToken)).ToLookup(r => r.LegId);
        var booked = new Dictionary<Id<Node>, List<Booked>>();
        var taken = reservations.Select(r => new { r.NodeId, r.Card, r.Milli, r.CpuMilli, r.MemoryMiB, r.From, r.To }).AsAsyncEnumerable();
        await foreach (var r in taken.WithCancellation(cancellationToken))
        {
            if (!booked.TryGetValue(r.NodeId, out var list))
            {
                booked[r.NodeId] = list = [];
            }

            list.Add(new(r.From.Number, r.To.Number, (short)r.Card, (short)r.Milli, r.CpuMilli, r.MemoryMiB));
        }

        await foreach (var node in nodes.OrderBy(node => node.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var offers = Offers(node, listed[node.Id], booked.GetValueOrDefault(node.Id), held);
            if (offers.Length > 0)
            {
                put(node.Id, offers);
            }
        }
    }

    /// <summary>What the legs reserve that are resold; seldom any.</summary>
    private async Task<List<Reservation>> HeldAsync(IQueryable<Reservation> reservations, CancellationToken cancellationToken)
    {
        var legs = _resold.Keys.ToArray();
        return legs.Length == 0 ? [] : await reservations.Where(r => EF.Parameter(legs).Contains(r.LegId)).ToListAsync(cancellationToken);
    }

    private async Task ReadListingsAsync(Id<Listing>[]? only, CancellationToken cancellationToken)
    {
        var listings = db.Listings.IgnoreQueryFilters().AsNoTracking().Where(listing => listing.WithdrawnAt == null && listing.To > from);
        listings = only is null ? listings : listings.Where(listing => EF.Parameter(only).Contains(listing.Id));
        foreach (var listing in await listings.ToListAsync(cancellationToken))
        {
            _listings[listing.Id] = listing;
        }

        var centers = _listings.Values.Select(listing => listing.CenterId).Distinct().Where(id => !_centers.ContainsKey(id)).ToArray();
        foreach (var center in await db.Centers.IgnoreQueryFilters().AsNoTracking().Where(center => EF.Parameter(centers).Contains(center.Id)).ToListAsync(cancellationToken))
        {
            _centers[center.Id] = center;
        }

        var legs = _listings.Values.Select(listing => listing.ResaleOf).OfType<Id<Leg>>().Where(id => !_resold.ContainsKey(id)).ToArray();
        foreach (var leg in await db.Legs.IgnoreQueryFilters().AsNoTracking().Where(leg => EF.Parameter(legs).Contains(leg.Id)).ToListAsync(cancellationToken))
        {
            _resold[leg.Id] = leg;
        }
    }

    private Offer[] Offers(Node node, IEnumerable<Id<Listing>> listed, List<Booked>? booked, ILookup<Id<Leg>, Reservation> held)
    {
        // Every seller of the node's own capacity sees the same cards.
        NodeOccupancy? own = null;
        return [.. listed.Select(id => _listings.GetValueOrDefault(id)).OfType<Listing>().Select(listing => new Offer
        {
            Listing = listing,
            Node = node,
            Center = _centers[node.CenterId],
            Accelerator = _catalogue[node.Accelerator],
            Occupancy = listing.ResaleOf is { } leg
                ? NodeOccupancy.OfHolding(_resold[leg], listing.ResaleCards!, listing.Window, held[leg])
                : own ??= NodeOccupancy.Of(node, booked ?? []),
        })];
    }
}
