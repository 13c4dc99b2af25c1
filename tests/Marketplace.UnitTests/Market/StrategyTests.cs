using Marketplace.Domain.Market;
using Marketplace.Domain.Market.Placement;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using static Marketplace.UnitTests.Market.MarketMaker;

namespace Marketplace.UnitTests.Market;

/// <summary>Which of several plans each strategy takes, and what work and compromises become.</summary>
public sealed class StrategyTests
{
    [Fact]
    public void Green_takes_the_least_energy_and_then_the_least_money()
    {
        var thrifty = Center();
        thrifty.Pue = 1.1m;
        var wasteful = Center();
        wasteful.Pue = 1.5m;
        var (dear, cheaper, cheapest) = (Offer("12.00", center: thrifty), Offer("11.00", center: thrifty), Offer("5.00", center: wasteful));
        var demand = Demand(cards: 2) with { Strategy = Strategy.Green };
        Assert.Equal([cheaper.Node.Id], Nodes(demand, dear, cheaper, cheapest));

        // A centre that doesn't say counts as the worst.
        Assert.Equal([cheapest.Node.Id], Nodes(demand, Offer("1.00"), cheapest));
        Assert.Equal([cheapest.Node.Id], Nodes(demand with { Strategy = Strategy.Cheapest }, dear, cheaper, cheapest));
    }

    [Fact]
    public void Compact_leaves_whole_nodes_to_those_who_ask_for_them()
    {
        // One card is left of one node; all of another.
        var used = Offer("11.00", cards: 8, reservations: node => [.. Enumerable.Range(0, 7).Select(card => Booked(node, card, 0, 24))]);
        var whole = Offer("10.00", cards: 8);
        var profile = new DemandProfile(
            [KeyValuePair.Create(new Shape(8, 1000, 0, 0), 50L), KeyValuePair.Create(new Shape(1, 1000, 0, 0), 50L)], CapacityIndex.Of([used, whole]).Supply());
        var matcher = new Matcher(Shanghai, new(profile));
        Plan Plan(Demand demand, params Offer[] offers) => matcher.TryMatch(demand, CapacityIndex.Of(offers), Buyer, Now)!;

        Assert.Equal([used.Node.Id], Plan(Demand() with { Strategy = Strategy.Compact }, used, whole).Legs.Select(leg => leg.NodeId));
        Assert.Equal([whole.Node.Id], Plan(Demand(), used, whole).Legs.Select(leg => leg.NodeId));

        // Of equal prices, the cheapest plan is the compact one as well.
        var same = Offer("11.00", cards: 8);
        Assert.Equal([used.Node.Id], Plan(Demand(), used, same).Legs.Select(leg => leg.NodeId));
    }

    [Fact]
    public void Work_in_P_hours_becomes_cards_and_hours()
    {
        // 320 TFLOPS a card: 3.2 P-hours are 10 card-hours.
        var offer = Offer("10.00", cards: 8);
        var window = Demand(hours: 1, latest: 8);
        var (demand, match, basis) = Work(new(3.2m, null, null), window, offer);
        Assert.Equal((5, 2), (demand.Cards, demand.Hours));
        Assert.Equal("100.00", match.Plan!.Total.ToString());
        Assert.Equal(new WorkBasis(5, 2, 320m, null), basis);

        // Nobody waits for a batch: fewer cards do it with as little money, and it ends at the same price later.
        (_, match, _) = Work(new(3.2m, null, null), window with { Urgency = Urgency.Batch }, offer);
        Assert.Equal("100.00", match.Plan!.Total.ToString());

        (_, match, _) = Work(new(320m, null, null), window, offer);
        Assert.Equal("sold_out", Assert.Single(match.Reasons).Code);
    }

    [Fact]
    public void Work_in_tokens_goes_by_what_listings_were_measured_at()
    {
        var slow = Offer("1.00", cards: 8, benchmarks: [new("qwen", 100m)]);
        var fast = Offer("3.00", cards: 8, benchmarks: [new("qwen", 1000m), new("other", 1m)]);
        var window = Demand(hours: 1, latest: 4);

        // 7.2 million tokens: 2 card-hours of the fast, 20 of the slow.
        var (demand, match, basis) = Work(new(null, "qwen", 7_200_000), window, slow, fast);
        Assert.Equal(fast.Node.Id, Assert.Single(match.Plan!.Legs).NodeId);
        Assert.Equal(1, demand.Hours);
        Assert.Equal(1000m, basis!.TokensPerSecondPerCard);
        (_, match, _) = Work(new(null, "qwen", 7_200_000), window with { Urgency = Urgency.Batch }, slow, fast);
        Assert.Equal("6.00", match.Plan!.Total.ToString());
        (_, match, _) = Work(new(null, "unmeasured", 1), window, slow, fast);
        Assert.Equal("throughput", Assert.Single(match.Reasons).Code);
    }

    [Fact]
    public void An_unfillable_demand_comes_with_the_nearest_plans()
    {
        var (north, south) = (Center("110100"), Center("330100"));
        var other = Of("N", tflops: 400);
        var slower = Of("S", tflops: 100);
        Offer[] offers =
        [
            Offer(cards: 4, center: south, reservations: node => [.. Enumerable.Range(0, 4).Select(card => Booked(node, card, 0, 5))]),
            Offer(cards: 4, center: north), Offer(cards: 8, center: south, model: other), Offer(cards: 8, center: south, model: slower),
        ];
        var demand = Demand(cards: 4, hours: 2) with { Accelerators = ["M"], Regions = ["33"] };
        Assert.Null(Match(demand, offers).Plan);
        var found = new Alternatives(new Matcher(Shanghai)).Find(demand, CapacityIndex.Of(offers), Buyer, Now).ToDictionary(alternative => alternative.Compromise);
        Assert.Equal(3, found.Count);
        Assert.Equal(Start + 5, found[Compromise.Later].Plan.Interval.From);
        Assert.Equal(north.Id, Assert.Single(found[Compromise.Spread].Plan.Legs).CenterId);
        Assert.Equal("N", Assert.Single(found[Compromise.OtherModel].Plan.Legs).Accelerator);
    }

    [Fact]
    public void Nobody_buys_from_himself_or_what_a_related_party_resells()
    {
        var offer = Offer();
        var (seller, demand) = (offer.Listing.SellerId, Demand());
        bool Buys(Offer one, BuyerView buyer) => new Matcher(Shanghai).TryMatch(demand, CapacityIndex.Of([one]), buyer, Now) is not null;
        var resale = offer with { Listing = Resold(offer.Listing) };
        Assert.False(Buys(offer, Buyer with { Id = seller }));
        Assert.True(Buys(offer, Buyer with { Related = new HashSet<Id<Organization>> { seller } }));
        Assert.False(Buys(resale, Buyer with { Related = new HashSet<Id<Organization>> { seller } }));
        Assert.True(Buys(resale, Buyer));
    }

    [Fact]
    public void A_centre_without_readings_reaches_no_floor_of_availability()
    {
        var (good, unknown) = (Offer(), Offer());
        var index = CapacityIndex.Of([good, unknown]);
        var demand = Demand(cards: 8) with { MinAvailability = Ratio.Parse("0.99") };
        var matcher = new Matcher(Shanghai);
        Assert.Equal("availability", Assert.Single(matcher.Match(demand, index, Buyer, Now).Reasons).Code);
        index.PutAvailability(new Dictionary<Id<Center>, Ratio> { [good.Center.Id] = Ratio.Parse("0.99") });
        Assert.Equal(good.Node.Id, Assert.Single(matcher.TryMatch(demand, index, Buyer, Now)!.Legs).NodeId);
        Assert.Null(matcher.TryMatch(demand with { MinAvailability = Ratio.Parse("0.990001") }, index, Buyer, Now));
    }

    private static Listing Resold(Listing listing) => new()
    {
        Id = listing.Id,
        SellerId = listing.SellerId,
        CenterId = listing.CenterId,
        From = listing.From,
        To = listing.To,
        Product = listing.Product,
        PricePerCardHour = listing.PricePerCardHour,
        SliceMilli = listing.SliceMilli,
        MinHours = listing.MinHours,
        Benchmarks = listing.Benchmarks,
        ResaleOf = Id<Leg>.New(Now),
        ResaleCards = [0],
        CreatedAt = listing.CreatedAt,
    };

    private static (Demand Demand, MatchResult Match, WorkBasis? Basis) Work(Work work, Demand demand, params Offer[] offers) =>
        new WorkMatcher(new(Shanghai)).Match(work, demand, CapacityIndex.Of(offers), Buyer, Now);

    private static IEnumerable<Id<Node>> Nodes(Demand demand, params Offer[] offers) => Match(demand, offers).Plan!.Legs.Select(leg => leg.NodeId);
}
