using Marketplace.Domain.Market;

namespace Marketplace.Benchmarks.Cost;

/// <summary>A node on sale under one listing, with every reservation that stands on the node.</summary>
/// <param name="Listing">Of the node's owner, or of who holds the leg that it resells.</param>
/// <param name="Holding">The leg that is resold; null where the owner sells.</param>
/// <param name="Node">The machine.</param>
/// <param name="Center">Where it stands.</param>
/// <param name="Accelerator">Its cards.</param>
/// <param name="Reservations">Of all legs, the resold one too.</param>
internal sealed record RawOffer(Listing Listing, Leg? Holding, Node Node, Center Center, Accelerator Accelerator, IReadOnlyList<Reservation> Reservations)
{
    /// <summary>The same as the product's own code takes it.</summary>
    public Offer ToOffer() => new()
    {
        Listing = Listing,
        Node = Node,
        Center = Center,
        Accelerator = Accelerator,
        Occupancy = Holding is null
            ? new(Node.Cards, Node.Vcpus, Node.MemoryGiB, [.. Reservations.Select(NodeOccupancy.Take)])
            : NodeOccupancy.OfHolding(Holding, Listing.ResaleCards!, Listing.Window, Reservations.Where(held => held.LegId == Holding.Id)),
    };
}

/// <summary>All that is on offer, and what somebody wants of it.</summary>
internal sealed record RawMarket(IReadOnlyList<RawOffer> Offers, Demand Demand);
