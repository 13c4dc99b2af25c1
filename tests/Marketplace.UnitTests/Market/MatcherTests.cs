using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using static Marketplace.UnitTests.Market.MarketMaker;

namespace Marketplace.UnitTests.Market;

public sealed class MatcherTests
{
    /// <summary>A demand that nothing on offer meets, and the reason that must be given.</summary>
    public static TheoryData<string, string> Reasons => new()
    {
        { "no_listing", "nothing is offered" },
        { "in_the_past", "its hours have begun" },
        { "no_accelerator", "another model" },
        { "no_accelerator", "too slow" },
        { "no_accelerator", "too little memory" },
        { "no_product", "another product" },
        { "no_product", "tokens are not cards" },
        { "no_region", "another region" },
        { "latency", "too far" },
        { "latency", "who knows how far" },
        { "bandwidth", "too thin" },
        { "tags", "one of two tags" },
        { "interconnect", "too slow a network" },
        { "interconnect", "who knows which network" },
        { "slice", "whole cards only" },
        { "gang", "nodes too small" },
        { "too_short", "fewer hours than sold" },
        { "price", "too dear" },
        { "price", "too dear on the average" },
        { "not_offered_then", "another week" },
        { "not_offered_then", "withdrawn before" },
        { "one_model", "two models together" },
        { "one_center", "two centres together" },
        { "sold_out", "too many cards" },
        { "sold_out", "booked" },
        { "sold_out", "no vcpus left" },
        { "sold_out", "no memory left" },
        { "sold_out", "gangs that don't fit" },
    };

    [Theory, MemberData(nameof(Reasons))]
    public void An_unfillable_demand_says_which_constraint_bound(string code, string why)
    {
        var two = Demand(cards: 2);
        var (demand, offers) = why switch
        {
            "nothing is offered" => (two, Array.Empty<Offer>()),
            "its hours have begun" => (Demand(from: -24), [Offer()]),
            "another model" => (two with { Accelerators = ["X"] }, [Offer()]),
            "too slow" => (two with { MinFp16Tflops = 320.1m }, [Offer()]),
            "too little memory" => (two with { MinMemoryGiB = 65 }, [Offer()]),
            "another product" => (two with { Product = Product.Reserved }, [Offer()]),
            "tokens are not cards" => (two, [Offer(product: Product.Tokens)]),
            "another region" => (two with { Regions = ["3302", "11"] }, [Offer()]),
            "too far" => (two with { MaxLatencyMs = 5 }, [Offer(center: Center(latencyMs: 5.1m))]),
            "who knows how far" => (two with { MaxLatencyMs = 5 }, [Offer()]),
            "too thin" => (two with { MinBandwidthGbps = 10 }, [Offer(center: Center(bandwidthGbps: 9.9m))]),
            "one of two tags" => (two with { Tags = ["a", "b"] }, [Offer(tags: ["a"]), Offer(tags: ["b"])]),
            "too slow a network" => (two with { Interconnect = Interconnect.Rdma }, [Offer(interconnect: Interconnect.Nvlink)]),
            "who knows which network" => (two with { Interconnect = Interconnect.Pcie }, [Offer()]),
            "whole cards only" => (two with { MilliPerCard = 500 }, [Offer()]),
            "nodes too small" => (Demand(cards: 8) with { CardsPerNode = 4 }, [Offer(cards: 3), Offer(cards: 3), Offer(cards: 3)]),
            "fewer hours than sold" => (two, [Offer(minHours: 2)]),
            "too dear" => (two with { MaxPricePerCardHour = new(9_999_999) }, [Offer()]),
            "too dear on the average" => (Demand(hours: 2, from: 7) with { MaxPricePerCardHour = new(7_000_000) }, [Offer(offPeak: new(22, 8, Ratio.Parse("0.5")))]),
            "another week" => (two, [Offer(window: new(Start + 24, Start + 48))]),
            "withdrawn before" => (Demand(hours: 4), [Offer(withdrawnFrom: Start + 3)]),
            "two models together" => (Demand(cards: 10), [Offer(), Offer(model: Of("N"))]),
            "two centres together" => (Demand(cards: 10) with { SameCenter = true }, [Offer(), Offer()]),
            "too many cards" => (Demand(cards: 17), [Offer(), Offer()]),
            "booked" => (Demand(cards: 8, hours: 5), [Offer(reservations: node => [Booked(node, 3, 4, 1)])]),
            "no vcpus left" => (two with { CpuMilliPerCard = 6_000 }, [Offer(vcpus: 11)]),
            "no memory left" => (two with { MemoryMiBPerCard = 1024 }, [Offer(memoryGiB: 2, reservations: node => [Booked(node, 7, 0, 1, memoryMiB: 1)])]),
            "gangs that don't fit" => (Demand(cards: 8) with { CardsPerNode = 4 }, [Offer(cards: 7), Offer(cards: 4, reservations: node => [Booked(node, 0, 0, 1)])]),
            _ => throw new ArgumentOutOfRangeException(nameof(why), why, null),
        };
        var match = Match(demand, offers);
        Assert.Null(match.Plan);
        var reason = Assert.Single(match.Reasons);
        Assert.Equal(code, reason.Code);
        Assert.NotEmpty(reason.Detail);
    }

    [Fact]
    public void Each_constraint_is_met_at_its_bound()
    {
        void Fits(Demand demand, params Offer[] offers) => Assert.NotNull(Match(demand, offers).Plan);
        var two = Demand(cards: 2);
        Fits(two with { Accelerators = ["X", "M"], MinFp16Tflops = 320, MinMemoryGiB = 64 }, Offer());
        Fits(two with { Product = Product.Tokens, ExpectedTokens = new(1, 1) }, Offer(product: Product.Tokens));
        Fits(two with { Regions = ["11", "33"] }, Offer());
        Fits(two with { MaxLatencyMs = 5, MinBandwidthGbps = 10 }, Offer(center: Center(latencyMs: 5, bandwidthGbps: 10)));
        Fits(two with { Tags = ["a", "b"], Interconnect = Interconnect.Nvlink }, Offer(tags: ["b", "c", "a"], interconnect: Interconnect.Rdma));
        Fits(two with { MilliPerCard = 500 }, Offer(sliceMilli: 250));
        Fits(Demand(cards: 8) with { CardsPerNode = 4 }, Offer(cards: 7), Offer(cards: 4));
        Fits(Demand(hours: 2) with { MaxPricePerCardHour = new(10_000_000) }, Offer(minHours: 2));
        Fits(Demand(hours: 2, from: 7) with { MaxPricePerCardHour = new(7_500_000) }, Offer(offPeak: new(22, 8, Ratio.Parse("0.5"))));
        Fits(Demand(hours: 3), Offer(window: new(Start, Start + 3)));
        Fits(Demand(hours: 3), Offer(withdrawnFrom: Start + 3));
        Fits(Demand(cards: 10) with { MixModels = true }, Offer(), Offer(model: Of("N")));
        Fits(two with { CpuMilliPerCard = 6_000, MemoryMiBPerCard = 1024 }, Offer(vcpus: 12, memoryGiB: 2));
        Fits(Demand(cards: 8, hours: 4), Offer(reservations: node => [Booked(node, 3, 4, 1)]));
    }

    [Fact]
    public void A_plan_says_what_it_takes_and_what_that_costs()
    {
        var (cheap, dear) = (Offer("9.99", cards: 3), Offer("10.00", cards: 8, offPeak: new(0, 1, Ratio.Parse("0.999"))));
        var plan = Match(Demand(cards: 5, hours: 2), dear, cheap).Plan!;
        Assert.Equal(new(Start, Start + 2), plan.Interval);

        // 9.99 twice beats 9.99 and 10.00 by a fen.
        Assert.Equal([(cheap.Node.Id, 3, "59.94"), (dear.Node.Id, 2, "39.98")], plan.Legs.Select(leg => (leg.NodeId, leg.Cards, leg.Amount.ToString())));
        Assert.Equal("99.92", plan.Total.ToString());
        Assert.Equal([cheap.Listing.Id, dear.Listing.Id], plan.Legs.Select(leg => leg.ListingId));
        Assert.Equal([cheap.Center.OwnerId, dear.Center.OwnerId], plan.Legs.Select(leg => leg.SellerId));
        Assert.Equal(2, plan.Legs.Select(leg => leg.Id).Distinct().Count());
    }

    [Fact]
    public void Ties_go_to_fewer_nodes_then_the_earlier_start_then_the_lower_id()
    {
        var (small, other, large) = (Offer(cards: 2), Offer(cards: 2), Offer(cards: 4));
        Assert.Equal([large.Node.Id], Nodes(Match(Demand(cards: 4), small, other, large)));
        Assert.Equal([small.Node.Id], Nodes(Match(Demand(cards: 2), other, small)));
        Assert.Equal([small.Node.Id], Nodes(Match(Demand(cards: 2), small, other)));
        Assert.Equal(Start, Match(Demand(cards: 2, latest: 6) with { Urgency = Urgency.Batch }, small).Plan!.Interval.From);
    }

    [Fact]
    public void A_user_takes_the_first_hours_and_a_batch_the_cheapest()
    {
        var offer = Offer(offPeak: new(3, 5, Ratio.Parse("0.5")));
        Assert.Equal(Start, Match(Demand(hours: 2, latest: 10), offer).Plan!.Interval.From);
        Assert.Equal(Start + 3, Match(Demand(hours: 2, latest: 10) with { Urgency = Urgency.Batch }, offer).Plan!.Interval.From);
        var booked = Offer(cards: 1, reservations: node => [Booked(node, 0, 0, 4)]);
        Assert.Equal(Start + 4, Match(Demand(hours: 2, latest: 10), booked).Plan!.Interval.From);
    }

    [Fact]
    public void The_same_market_in_any_order_gives_the_same_plan()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var (demand, offers) = AnyMarket(random);
            var first = Shape(Match(demand, offers));
            for (var i = 0; i < 3; i++)
            {
                random.Shuffle(offers);
                Assert.Equal(first, Shape(Match(demand, offers)));
            }
        }
    }

    [Fact]
    public void Cheapest_is_the_least_of_all_plans_there_are()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var found = 0;
        for (var round = 0; round < 1_500; round++)
        {
            var (demand, offers) = AnyMarket(random);
            var plan = Match(demand, offers).Plan;
            var best = AllPlans(demand, offers).Order().Cast<(Int128 Cost, int Nodes, int Start)?>().FirstOrDefault();
            (Int128, int, int)? made = plan is null ? null : (
                plan.Legs.Aggregate(Int128.Zero, (sum, leg) => sum + (new Tariff(leg.PricePerCardHour, leg.OffPeak, Shanghai).ExactCost(plan.Interval) * leg.Cards)), plan.Legs.Count, plan.Interval.From.Number);
            Assert.True(best == made, $"Seed {seed}, round {round}: {made} was made, {best} is there.");
            found += plan is null ? 0 : 1;
        }

        Assert.InRange(found, 300, 1_450);
    }

    private static (Demand Demand, Offer[] Offers) AnyMarket(Random random)
    {
        Center[] centers = [Center(), Center()];
        Accelerator[] models = [Model, Of("N")];
        var offers = Enumerable.Range(0, random.Next(1, 5)).Select(_ =>
        {
            var cards = random.Next(1, 4);
            return Offer(
                price: $"{random.Next(8, 12)}.00", cards, centers[random.Next(2)], models[random.Next(2)], offPeak: random.Next(2) == 0 ? null : new(2, 4, Ratio.Parse("0.5")),
                window: random.Next(3) == 0 ? new(Start + 1, Start + 4) : null, withdrawnFrom: random.Next(6) == 0 ? Start + 3 : null,
                reservations: node => [.. Enumerable.Range(0, random.Next(3)).Select(_ => Booked(node, random.Next(cards), random.Next(5), random.Next(1, 3)))]);
        }).ToArray();
        var gang = random.Next(4) == 0 ? 2 : (int?)null;
        var hours = random.Next(1, 3);
        return (Demand(cards: random.Next(1, 4) * (gang ?? 1), hours, latest: hours + random.Next(4)) with
        {
            CardsPerNode = gang,
            SameCenter = random.Next(3) == 0,
            MixModels = random.Next(2) == 0,
            Urgency = random.Next(2) == 0 ? Urgency.Batch : Urgency.User,
            MaxPricePerCardHour = random.Next(4) == 0 ? new(9_000_000) : null,
        }, offers);
    }

    /// <summary>Every way to take the cards, at every start that counts, without any cleverness.</summary>
    private static IEnumerable<(Int128 Cost, int Nodes, int Start)> AllPlans(Demand demand, Offer[] offers)
    {
        for (var start = demand.Window.From; start + demand.Hours <= demand.Window.To; start += 1)
        {
            var interval = new HourRange(start, start + demand.Hours);
            var here = Splits(demand, offers, interval, 0, demand.Cards, []).ToList();
            foreach (var taken in here)
            {
                yield return (taken.Aggregate(Int128.Zero, (sum, part) => sum + (Cost(part.Offer, interval) * part.Cards)), taken.Count, start.Number);
            }

            if (here.Count > 0 && demand.Urgency == Urgency.User)
            {
                yield break;
            }
        }
    }

    private static IEnumerable<List<(Offer Offer, int Cards)>> Splits(Demand demand, Offer[] offers, HourRange interval, int next, int missing, List<(Offer Offer, int Cards)> taken)
    {
        if (missing == 0)
        {
            if ((demand.MixModels || taken.Select(part => part.Offer.Accelerator.Model).Distinct().Count() == 1) && (!demand.SameCenter || taken.Select(part => part.Offer.Center.Id).Distinct().Count() == 1))
            {
                yield return [.. taken];
            }

            yield break;
        }

        if (next == offers.Length)
        {
            yield break;
        }

        var offer = offers[next];
        var free = Enumerable.Range(0, offer.Node.Cards).Count(card => interval.Each().All(hour => offer.Window.Contains(hour) && !offer.Occupancy.Booked.ToArray().Any(b => b.Card == card && b.Interval.Contains(hour))));
        var affordable = demand.MaxPricePerCardHour is not { } limit || Cost(offer, interval) <= (Int128)limit.MicroYuan * demand.Hours;
        for (var cards = 0; cards <= (affordable ? Math.Min(free, missing) : 0); cards += demand.CardsPerNode ?? 1)
        {
            List<(Offer, int)> with = cards == 0 ? taken : [.. taken, (offer, cards)];
            foreach (var split in Splits(demand, offers, interval, next + 1, missing - cards, with))
            {
                yield return split;
            }
        }
    }

    private static Int128 Cost(Offer offer, HourRange interval) => new Tariff(offer.Listing.PricePerCardHour, offer.Listing.OffPeak, Shanghai).ExactCost(interval);

    private static IEnumerable<Id<Node>> Nodes(MatchResult match) => match.Plan!.Legs.Select(leg => leg.NodeId);

    private static string Shape(MatchResult match) => match.Plan is not { } plan
        ? string.Join(' ', match.Reasons.Select(reason => reason.ToString()))
        : $"{plan.Interval.From} {plan.Interval.To} " + string.Join(' ', plan.Legs.Select(leg => $"{leg.NodeId} {leg.ListingId} {leg.Cards} {leg.Amount}"));
}
