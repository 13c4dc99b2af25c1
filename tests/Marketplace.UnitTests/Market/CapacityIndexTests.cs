using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using static Marketplace.UnitTests.Market.MarketMaker;

namespace Marketplace.UnitTests.Market;

public sealed class CapacityIndexTests
{
    [Fact]
    public void An_index_that_followed_changes_is_the_one_made_of_what_is_there()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            Accelerator[] models = [Model, Of("N"), Of("O")];
            var pool = Enumerable.Range(0, 12).Select(_ => Offer($"{random.Next(8, 12)}.00", random.Next(1, 5), model: models[random.Next(3)])).ToArray();

            // Some nodes stand in a second listing, of another seller.
            var listings = pool.Select(offer => random.Next(3) == 0 ? (Offer[])[offer, offer with { Listing = Offer("9.50").Listing }] : [offer]).ToArray();
            var (followed, standing) = (new CapacityIndex(), new Dictionary<Id<Node>, Offer[]>());
            for (var step = 0; step < 60; step++)
            {
                var at = random.Next(pool.Length);
                var node = pool[at].Node;
                var booked = Enumerable.Range(0, random.Next(3)).Select(_ => Booked(node, random.Next(node.Cards), random.Next(5), random.Next(1, 4)));
                var occupancy = Occupied(node.Cards, node.Vcpus, node.MemoryGiB, booked);
                var offers = listings[at][..random.Next(listings[at].Length + 1)].Select(offer => offer with { Occupancy = occupancy }).ToArray();
                followed.Put(node.Id, offers);
                standing[node.Id] = offers;
            }

            var fresh = CapacityIndex.Of([.. standing.Values.SelectMany(offers => offers)]);
            Assert.True(Lots(fresh).SequenceEqual(Lots(followed)), $"Seed {seed}, round {round}.");
            Assert.Equal(fresh.Nodes, followed.Nodes);
            Assert.Equal(fresh.Supply().OrderBy(pair => pair.Key.ToString()), followed.Supply().OrderBy(pair => pair.Key.ToString()));
        }
    }

    [Fact]
    public void What_a_holder_resells_is_free_where_he_still_has_it()
    {
        var offer = Offer(cards: 4);
        var leg = Leg(offer, cards: 3, hours: 10);
        Reservation Row(int card, int from, int hours) => Booked(offer.Node, card, from, hours);

        // Of card 1 the holder sold three hours; card 3 isn't up for resale.
        Reservation[] held = [Row(1, 0, 2), Row(1, 5, 5), Row(2, 0, 10), Row(3, 0, 10)];
        var resale = NodeOccupancy.OfHolding(leg, [1, 2], new(Start, Start + 10), held);
        Assert.Equal(2, resale.Cards);
        Assert.Equal([1, 2], resale.FreeCards(new(Start, Start + 2), 1000).Select(card => card.Card));
        Assert.Equal([2], resale.FreeCards(new(Start + 1, Start + 6), 1000).Select(card => card.Card));
        Assert.Equal(2, resale.Capacity(new(Start + 5, Start + 10), 1000, 0, 0));

        // Each card comes with the share of the node that the leg has for it, and no more.
        Assert.Equal(2, resale.Capacity(new(Start + 5, Start + 10), 1000, 4_000, 1_024));
        Assert.Equal(0, resale.Capacity(new(Start + 5, Start + 10), 1000, 4_001, 0));
        Assert.Null(resale.Choose(new(Start, Start + 10), 2, 1000, 0, 0));
    }

    private static Leg Leg(Offer offer, int cards, int hours) => new()
    {
        Id = Id<Leg>.New(Now),
        OrderId = Id<Order>.New(Now),
        BuyerId = Buyer.Id,
        SellerId = offer.Listing.SellerId,
        ListingId = offer.Listing.Id,
        CenterId = offer.Center.Id,
        NodeId = offer.Node.Id,
        NodeName = offer.Node.Name,
        Position = 0,
        Accelerator = offer.Accelerator.Model,
        Cards = cards,
        MilliPerCard = 1000,
        CpuMilliPerCard = 4_000,
        MemoryMiBPerCard = 1_024,
        From = Start,
        To = Start + hours,
        Product = Product.Reserved,
        Workload = Workload.Training,
        PricePerCardHour = offer.Listing.PricePerCardHour,
        Amount = default,
        DepositHeld = default,
    };

    private static IEnumerable<string> Lots(CapacityIndex index) =>
        from model in index.Models
        from lot in index.Shelf(model)
        from offer in lot.Offers
        select $"{model} {lot.Listing.Id} {offer.Node.Id} {string.Join(',', offer.Occupancy.Booked.ToArray())}";
}
