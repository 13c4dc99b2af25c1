using System.Globalization;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>Random steps of buyers, holders and the clock, in the product and in the naive market; those of providers stand in the other file.</summary>
internal sealed partial class MarketHistory(MarketplaceServer server, Random random)
{
    private const int Horizon = 40;
    private static readonly int[] Millis = [1000, 1000, 1000, 1000, 500, 250];

    private readonly NaiveMarket _naive = new();
    private readonly List<(Capacity Capacity, int Nodes)> _shops = [];
    private readonly List<Party> _buyers = [];
    private readonly List<(Party Buyer, NaiveDemand Demand, Answer Quote)> _standing = [];
    private readonly List<(Party Buyer, string Order)> _orders = [];
    private string[] _models = [];
    private DateTimeOffset _now;

    public MarketplaceServer Server => server;

    public List<string> Told { get; } = [];

    public Dictionary<string, int> Outcomes { get; } = [];

    private int NextHour => (int)Math.Ceiling((_now - DateTimeOffset.UnixEpoch).TotalHours);

    public async Task BeginAsync()
    {
        await server.MoveClockAsync(await server.TomorrowAsync());
        _now = await server.NowAsync();
        var (one, other) = (await server.CapacityAsync(nodes: 1, cards: 3), await server.CapacityAsync(nodes: 1, cards: 2));
        _models = [one.Model, other.Model];
        foreach (var shop in (Capacity[])[one, await server.CapacityAsync(nodes: 1, cards: 4, model: one.Model), other])
        {
            var cards = _shops.Count switch { 0 => 3, 1 => 4, _ => 2 };
            _naive.Nodes.Add(Key(shop, "n-1"), new(Key(shop, "n-1"), shop.CenterId, shop.Model, cards, 192));
            _shops.Add((shop, 1));
            await ListAsync(_shops.Count - 1);
        }

        var (first, sister) = await server.RelatedBuyersAsync();
        _naive.Related.Add((first.Id, sister.Id));
        _buyers.AddRange([first, sister, await server.BuyerAsync(), await server.BuyerAsync()]);
        foreach (var buyer in _buyers)
        {
            (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "10000000.00", reference = "more" })).Is(201);
        }
    }

    public async Task StepAsync()
    {
        switch (random.Next(105))
        {
            case < 45:
                await QuoteAsync();
                break;
            case < 52 when _standing.Count > 0:
                await OrderAsync(Any(_standing));
                break;
            case < 60 when _orders.Count > 0:
                await CancelAsync(Any(_orders));
                break;
            case < 82 when _naive.Legs.Count > 0:
                await ResellAsync(random.Next(6) == 0 ? Any(_naive.Legs.Values) : Any(_naive.Legs.Values.Where(leg => !leg.Cancelled && leg.To > NextHour).DefaultIfEmpty(_naive.Legs.Values.First())));
                break;
            case < 88:
                await ListAsync(random.Next(_shops.Count));
                break;
            case < 91:
                await WithdrawAsync();
                break;
            case < 95:
                await AddNodeAsync(random.Next(_shops.Count));
                break;
            case < 101:
                await WithdrawNodeAsync();
                break;
            case < 104:
                await AdvanceAsync();
                break;
            default:
                await QuoteAsync();
                break;
        }

        await CompareAsync();
    }

    private async Task QuoteAsync()
    {
        var (buyer, demand) = AnyDemand();
        var expected = _naive.LeastCost(demand, NextHour, out var start);
        Tell($"{demand} of {string.Join('+', demand.Models)}: naive {expected} at {start}");
        var quote = await buyer.PostAsync("/v1/quotes", Body(demand));
        Came($"quote {quote.Status}");
        Assert.Equal(expected is null ? 200 : 201, quote.Status);
        if (expected is null)
        {
            return;
        }

        // A batch may start wherever it costs as little; somebody who waits, as early as can be.
        var from = HourOf(quote["from"]);
        Assert.Equal(expected, CheckPlan(quote, demand, from));
        Assert.True(demand.Batch || from == start, $"It starts {from - start} hours late.");
        _standing.Add((buyer, demand, quote));
        if (random.Next(3) > 0)
        {
            await OrderAsync(_standing[^1]);
        }
    }

    /// <summary>That the plan is what was asked for, and what it costs before rounding.</summary>
    private decimal CheckPlan(Answer plan, NaiveDemand demand, int from)
    {
        Assert.Equal(demand.Hours, HourOf(plan["to"]) - from);
        Assert.InRange(from, Math.Max(demand.Earliest, NextHour), demand.Latest - demand.Hours);
        var (cost, total) = (0m, 0m);
        foreach (var leg in plan.Items("legs"))
        {
            var (offer, cards) = (_naive.Offers[leg["listingId"]!.GetValue<string>()], leg["cards"]!.GetValue<int>());
            var amount = NaiveMarket.Amount(offer, from, demand.Hours, cards, demand.Milli);
            Assert.Equal(amount, decimal.Parse(leg["amount"]!.GetValue<string>(), CultureInfo.InvariantCulture));
            Assert.Equal(0, cards % demand.Gang);
            Assert.Equal(offer.Seller, leg["sellerId"]!.GetValue<string>());
            (cost, total) = (cost + (NaiveMarket.Price(offer, from, demand.Hours) * cards), total + amount);
        }

        Assert.Equal(total, decimal.Parse(plan["total"], CultureInfo.InvariantCulture));
        Assert.Equal(demand.Cards, plan.Items("legs").Sum(leg => leg["cards"]!.GetValue<int>()));
        return cost;
    }

    private async Task OrderAsync((Party Buyer, NaiveDemand Demand, Answer Quote) standing)
    {
        _standing.Remove(standing);
        var (buyer, demand, quote) = standing;
        var quoted = decimal.Parse(quote["total"], CultureInfo.InvariantCulture);
        var least = _naive.LeastCost(demand, NextHour, out _) * demand.Milli / 1000;
        Tell($"order on a quote of {quoted} for {demand}: naive {least}");
        var order = await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] });
        Came($"order {order.Status} {order.Code}".TrimEnd());
        if (DateTimeOffset.Parse(quote["expiresAt"], CultureInfo.InvariantCulture) <= _now)
        {
            order.Is(409, "quote.expired");
            return;
        }

        if (order.Status != 201)
        {
            // Where the best plan that there is now comes to no more, it had to be taken; a fen's rounding a leg is let pass.
            order.Is(409, "capacity.taken");
            Assert.True(least is null || least > quoted - 0.05m, $"{least} was to be had, and {quoted} quoted.");
            return;
        }

        Assert.True(decimal.Parse(order["total"], CultureInfo.InvariantCulture) <= quoted);
        CheckPlan(order, demand, HourOf(order["from"]));
        _orders.Add((buyer, order["id"]));
        await BookAsync(order, demand);
    }

    /// <summary>Books in the naive market the cards that the product says it booked, one by one.</summary>
    private async Task BookAsync(Answer order, NaiveDemand demand)
    {
        await using var db = server.Database.Open();
        foreach (var item in order.Items("legs"))
        {
            var offer = _naive.Offers[item["listingId"]!.GetValue<string>()];
            var id = Id<Leg>.Parse(item["id"]!.GetValue<string>());
            var leg = new NaiveLeg
            {
                Id = id.ToString(),
                Order = order["id"],
                Buyer = demand.Buyer,
                Parent = offer.Leg,
                Offer = offer,
                Nodes = Enumerable.Range(HourOf(order["from"]), HourOf(order["to"]) - HourOf(order["from"])).ToDictionary(hour => hour, _ => offer.Nodes.Single(node => node == $"{item["centerId"]}/{item["node"]}")),
                Cards = item["cards"]!.GetValue<int>(),
                Milli = demand.Milli,
                Vcpus = demand.Vcpus,
                From = HourOf(order["from"]),
                To = HourOf(order["to"]),
            };
            _naive.Legs.Add(leg.Id, leg);
            foreach (var row in await db.Reservations.Where(r => r.LegId == id).ToListAsync())
            {
                Assert.All(row.Interval.Each(), hour => Assert.True(_naive.Take(leg, offer, row.Card, HourOf(hour.Start)), $"Card {row.Card} of {leg.Node} wasn't to be had."));
            }

            if (offer.Leg is not null)
            {
                Came("bought of a holder");
            }
        }
    }

    private async Task CancelAsync((Party Buyer, string Order) order)
    {
        var legs = _naive.Legs.Values.Where(leg => leg.Order == order.Order).ToList();
        legs.RemoveAll(leg => leg.Cancelled);
        var expected = legs.Count == 0 ? "order.cancelled"
            : legs[0].From < NextHour || legs[0].From == (_now - DateTimeOffset.UnixEpoch).TotalHours ? "order.started"
            : _naive.Legs.Values.Any(leg => !leg.Cancelled && leg.Parent is not null && legs.Contains(leg.Parent)) ? "order.resold"
            : null;
        Tell($"cancel {order.Order}: {expected}");
        var answer = await order.Buyer.PostAsync($"/v1/orders/{order.Order}/cancel");
        Came($"cancel {answer.Status} {answer.Code}".TrimEnd());
        answer.Is(expected is null ? 200 : 409, expected);
        if (expected is null)
        {
            legs.ForEach(_naive.Release);
        }
    }

    private async Task ResellAsync(NaiveLeg leg)
    {
        var (from, to) = (random.Next(leg.From - (random.Next(4) == 0 ? 1 : 0), leg.To), 0);
        to = random.Next(from + 1, leg.To + (random.Next(8) == 0 ? 2 : 1));
        var (cards, price) = (random.Next(1, leg.Cards + 1), random.Next(1, 8));
        var expected = leg.Cancelled ? "order.cancelled"
            : from < NextHour ? "resale.past"
            : from < leg.From || to > leg.To || _naive.Resellable(leg, from, to) < cards ? "resale.more_than_held"
            : null;
        Tell($"resell {cards} of {leg.Id} from {from} to {to}: {expected}");
        var holder = _buyers.Single(buyer => buyer.Id == leg.Buyer);
        var answer = await holder.PostAsync("/v1/resales", new { orderId = leg.Order, legId = leg.Id, cards, from = Wire(from), to = Wire(to), pricePerCardHour = $"{price}.00" });
        Came($"resale {answer.Status} {answer.Code}".TrimEnd());
        answer.Is(expected switch { null => 201, "order.cancelled" => 409, _ => 422 }, expected);
        if (expected is not null)
        {
            return;
        }

        await using var db = server.Database.Open();
        var id = Id<Listing>.Parse(answer["id"]);
        var chosen = (await db.Listings.SingleAsync(listing => listing.Id == id)).ResaleCards!;
        Assert.Equal(cards, chosen.Distinct().Count());
        Assert.All(chosen, card => Assert.All(Enumerable.Range(from, to - from), hour => Assert.True(_naive.Holds(leg, card, hour))));
        _naive.Offers.Add(answer["id"], new() { Id = answer["id"], Seller = leg.Buyer, Nodes = [leg.Node], From = from, To = to, Price = price, Slice = leg.Milli, Leg = leg, Cards = chosen });
    }

    private async Task AdvanceAsync()
    {
        var to = _now.AddMinutes(random.Next(1, 200));
        Tell($"advance to {to:O}");
        await server.MoveClockAsync(to);
        _now = to;
    }

    private (Party Buyer, NaiveDemand Demand) AnyDemand()
    {
        var buyer = _buyers[random.Next(_buyers.Count)];
        var gang = random.Next(4) == 0 ? 2 : 1;
        var hours = random.Next(1, random.Next(3) == 0 ? 13 : 4);
        var earliest = NextHour - 1 + random.Next(12);
        var demand = new NaiveDemand(
            buyer.Id, random.Next(3) == 0 ? _models : [_models[random.Next(4) == 0 ? 1 : 0]], random.Next(2) == 0, random.Next(3) == 0, random.Next(1, 4) * gang, gang,
            Millis[random.Next(Millis.Length)], random.Next(4) == 0 ? random.Next(1, 4) : 0, hours, earliest, earliest + hours + (random.Next(3) == 0 ? 0 : random.Next(20)),
            random.Next(2) == 0, random.Next(6) == 0 ? random.Next(2, 10) : null);
        var resold = _naive.Offers.Values.Where(offer => offer.Stands && offer.Leg is not null && offer.From >= NextHour).ToList();
        return (buyer, resold.Count > 0 && random.Next(3) == 0 ? Aimed(Any(resold), demand) : demand);
    }

    /// <summary>A demand that a holder's part may well serve.</summary>
    private NaiveDemand Aimed(NaiveOffer resale, NaiveDemand demand)
    {
        var hours = random.Next(1, resale.To - resale.From + 1);
        var earliest = random.Next(resale.From, resale.To - hours + 1);
        return demand with
        {
            Models = [_naive.Nodes[resale.Nodes[0]].Model],
            Cards = random.Next(1, resale.Cards!.Count + 1),
            Gang = 1,
            Milli = resale.Slice,
            Vcpus = 0,
            Hours = hours,
            Earliest = earliest,
            Latest = earliest + hours,
            Limit = null,
        };
    }

    private static Dictionary<string, object?> Body(NaiveDemand demand) => new()
    {
        ["accelerators"] = demand.Models,
        ["mixModels"] = demand.MixModels,
        ["sameCenter"] = demand.SameCenter,
        ["cards"] = demand.Cards,
        ["cardsPerNode"] = demand.Gang == 1 ? null : demand.Gang,
        ["milliPerCard"] = demand.Milli,
        ["vcpusPerCard"] = demand.Vcpus,
        ["hours"] = demand.Hours,
        ["window"] = new { earliest = Wire(demand.Earliest), latestEnd = Wire(demand.Latest) },
        ["urgency"] = demand.Batch ? "batch" : "user",
        ["maxPricePerCardHour"] = demand.Limit is { } limit ? $"{limit}.00" : null,
        ["workload"] = "training",
        ["vouchers"] = "none",
    };

    /// <summary>Who holds which card in which hour, in the tables and in the naive market.</summary>
    private async Task CompareAsync()
    {
        await using var db = server.Database.Open();
        var names = await db.Nodes.AsNoTracking().ToDictionaryAsync(node => node.Id, node => $"{node.CenterId}/{node.Name}");
        var held = (await db.Reservations.AsNoTracking().ToListAsync())
            .SelectMany(row => row.Interval.Each().Select(hour => (row.LegId.ToString(), names[row.NodeId], row.Card, HourOf(hour.Start)))).ToList();
        Assert.Equal(held.Count, held.Distinct().Count());
        Assert.Equal(_naive.Held.Order(), held.Order());
    }

    private T Any<T>(IEnumerable<T> items)
    {
        var all = items.ToList();
        return all[random.Next(all.Count)];
    }

    private void Tell(string what) => Told.Add(what);

    private void Came(string outcome) => Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;

    private static string Key(Capacity capacity, string node) => $"{capacity.CenterId}/{node}";

    private static int HourOf(string wire) => HourOf(DateTimeOffset.Parse(wire, CultureInfo.InvariantCulture));

    private static int HourOf(DateTimeOffset instant) => (int)(instant.ToUnixTimeSeconds() / 3600);

    private static string Wire(int hour) => MarketSetup.Wire(DateTimeOffset.UnixEpoch.AddHours(hour));
}
