using System.Globalization;
using System.Text.Json;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

/// <summary>The ways to say what is wanted, and what each of them is answered.</summary>
public sealed class DemandTests(Servers servers) : IClassFixture<Servers>
{
    private static readonly object AsWork = new { cards = (int?)null, hours = (int?)null, from = (string?)null };

    [Theory, EveryDatabase]
    public async Task P_hours_become_cards_and_hours_by_the_catalogue(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync());
        (await capacity.ListAsync("10.00")).Is(201);
        var start = await server.TomorrowAsync();

        // 18.75 hours of a card of 0.32 PFLOPS: 5 cards for 4 hours, 10 for 2; 19 for one are more than there are.
        Task<Answer> Ask(string urgency, object? more = null) => Work(buyer, capacity, new { pflopsHours = 6 }, start, 4, urgency, more);
        Assert.Equal("10 2 320 200.00", Basis((await Ask("user")).Is(201)));
        (await capacity.Provider.PostAsync($"/v1/centers/{capacity.CenterId}/nodes", new { nodes = new[] { new { name = "n-3", accelerator = capacity.Model, cards = 8, vcpus = 192, memoryGiB = 1536 } } })).Is(201);
        (await capacity.ListAsync("10.00", nodes: ["n-3"])).Is(201);
        Assert.Equal("19 1 320 190.00", Basis((await Ask("user")).Is(201)));
        Assert.Equal("19 1 320 190.00", Basis((await Ask("batch")).Is(201)));

        // In gangs of four, and in halves of cards.
        Assert.Equal("20 1 320 200.00", Basis((await Ask("user", new { cardsPerNode = 4 })).Is(201)));
        (await buyer.PostAsync("/v1/orders", new { quoteId = (await Ask("user")).Is(201)["id"] })).Is(201);
        Assert.Equal("slice", (await Ask("user", new { milliPerCard = 500 })).Is(200)["reasons[0].code"]);
        Assert.Equal("no_accelerator", (await Ask("user", new { accelerators = new[] { "none of them" } })).Is(200)["reasons[0].code"]);

        static string Basis(Answer quote) => $"{quote["work.cards"]} {quote["work.hours"]} {decimal.Parse(quote["work.fp16Tflops"], CultureInfo.InvariantCulture):0.##} {quote["total"]}";
    }

    [Theory, EveryDatabase]
    public async Task Tokens_become_cards_and_hours_by_what_listings_were_measured_at(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var fast = await server.CapacityAsync();
        var slow = await server.CapacityAsync(cards: 2, model: fast.Model);
        await ListAsync(fast, new { pricePerCardHour = "10.00", product = "metered", benchmarks = new[] { new { model = "llm", tokensPerSecondPerCard = 1000 } } });
        await ListAsync(slow, new { pricePerCardHour = "4.00", product = "metered", benchmarks = new[] { new { model = "llm", tokensPerSecondPerCard = 500 } } });
        var (buyer, start) = (await server.BuyerAsync(), await server.TomorrowAsync());
        Task<Answer> Ask(string urgency, string model = "llm") => Work(buyer, fast, new { model, tokens = 7_200_000 }, start, 4, urgency);

        // Two hours of a fast card or four of a slow one.
        var batch = (await Ask("batch")).Is(201);
        Assert.Equal(("16.00", slow.CenterId, "500"), (batch["total"], batch["legs[0].centerId"], batch["work.tokensPerSecondPerCard"]));
        var user = (await Ask("user")).Is(201);
        Assert.Equal(("20.00", fast.CenterId, "1000", start.AddHours(1)), (user["total"], user["legs[0].centerId"], user["work.tokensPerSecondPerCard"], DateTimeOffset.Parse(user["to"])));
        Assert.Equal("20.00", (await buyer.PostAsync("/v1/orders", new { quoteId = user["id"] })).Is(201)["total"]);
        Assert.Equal("throughput", (await Ask("user", "another")).Is(200)["reasons[0].code"]);
    }

    [Theory, EveryDatabase]
    public async Task Work_says_one_thing_and_leaves_the_size_to_the_market(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        (await buyer.AskAsync(capacity.Demand(1, start, 1, new { work = new { pflopsHours = 1 } }))).IsInvalid("cards", "hours", "window");
        (await Work(buyer, capacity, new { }, start, 4)).IsInvalid("work.pflopsHours");
        (await Work(buyer, capacity, new { pflopsHours = 1, model = "llm", tokens = 1 }, start, 4)).IsInvalid("work.pflopsHours");
        (await Work(buyer, capacity, new { tokens = 1 }, start, 4)).IsInvalid("work.model");
        (await Work(buyer, capacity, new { pflopsHours = 0 }, start, 4)).IsInvalid("work.pflopsHours");
        (await Work(buyer, capacity, new { model = "llm", tokens = 0 }, start, 4)).IsInvalid("work.tokens");
        (await Work(buyer, capacity, new { pflopsHours = 1 }, start, 4, more: new { mixModels = true })).IsInvalid("mixModels");
        (await Work(buyer, capacity, new { pflopsHours = 1 }, start, 4, more: new { product = "tokens", expectedTokens = new { input = 1, output = 1 } })).IsInvalid("product");
    }

    [Theory, EveryDatabase]
    public async Task Where_there_is_no_plan_the_nearest_ones_are_shown(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (here, other) = (await server.CapacityAsync(model: await ModelAsync(server, 90_000)), await server.CapacityAsync(cards: 10, model: await ModelAsync(server, 90_001)));
        var there = await server.CapacityAsync(model: here.Model);
        var slower = await server.CapacityAsync(model: await ModelAsync(server, 89_999));
        foreach (var (capacity, price) in ((Capacity, string)[])[(here, "10.00"), (there, "11.00"), (other, "12.00"), (slower, "1.00")])
        {
            (await capacity.ListAsync(price)).Is(201);
        }

        var (buyer, start) = (await server.BuyerAsync(), await server.TomorrowAsync());
        await (await server.BuyerAsync()).TakeAsync(here.Demand(7, start, 3));
        var answer = (await buyer.AskAsync(here.Demand(8, start.AddHours(1), 2, new { regions = new[] { "33" }, sameCenter = true, maxPricePerCardHour = "10.50" }))).Is(200);
        Assert.Equal(("unfillable", "price"), (answer["status"], answer["reasons[0].code"]));
        Assert.Equal([$"later 2 160.00 {here.CenterId}"], Nearest(answer));

        // Without the limit there is a plan; nine cards are in no centre, and ten are not to be had then.
        (await buyer.AskAsync(here.Demand(8, start.AddHours(1), 2, new { sameCenter = true }))).Is(201);
        answer = (await buyer.AskAsync(here.Demand(9, start.AddHours(1), 2, new { sameCenter = true }))).Is(200);
        Assert.Equal("one_center", answer["reasons[0].code"]);
        Assert.Equal([$"spread 0 196.00 {here.CenterId} {there.CenterId}", $"otherModel 0 216.00 {other.CenterId}"], Nearest(answer));
        answer = (await buyer.AskAsync(here.Demand(10, start.AddHours(1), 2))).Is(200);
        Assert.Equal("sold_out", answer["reasons[0].code"]);
        Assert.Equal([$"later 2 204.00 {here.CenterId} {there.CenterId}", $"otherModel 0 240.00 {other.CenterId}"], Nearest(answer));
        Assert.All(answer.Items("alternatives"), alternative => Assert.False(alternative.AsObject().ContainsKey("id")));

        IReadOnlyList<string> Nearest(Answer unfillable) => [.. unfillable.Items("alternatives").Select(plan =>
            $"{plan["compromise"]} {(plan["from"]!.GetValue<DateTimeOffset>() - start.AddHours(1)).TotalHours} {plan["total"]} {string.Join(' ', plan["legs"]!.AsArray().Select(leg => leg!["centerId"]))}")];
    }

    [Theory, EveryDatabase]
    public async Task Tokens_are_bought_by_what_is_expected_of_them(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var dear = await server.CapacityAsync(nodes: 2, cards: 1);
        var cheap = await server.CapacityAsync(nodes: 2, cards: 1, model: dear.Model);
        await ListAsync(dear, new { product = "tokens", tokenPrices = new { inputPerMillion = "2.00", outputPerMillion = "6.00" } });
        await ListAsync(cheap, new { product = "tokens", tokenPrices = new { inputPerMillion = "1.00", outputPerMillion = "7.00" } });
        var (buyer, start) = (await server.BuyerAsync(), await server.TomorrowAsync());
        Task<Answer> Ask(long? input, long? output, int cards = 2, string? product = "tokens") => buyer.AskAsync(dear.Demand(cards, start, 1, new { product, expectedTokens = new { input, output } }));

        // 1.50 and 1.75 where input is cheap, 3.00 and 1.50 where output is; each of two cards has a half.
        var quote = (await Ask(1_500_000, 250_000)).Is(201);
        Assert.Equal(("3.26", cheap.CenterId), (quote["total"], quote["legs[0].centerId"]));
        Assert.Equal(["1 n-1 1.63", "1 n-2 1.63"], quote.Legs());
        Assert.Equal(dear.CenterId, (await Ask(100, 2_000_000)).Is(201)["legs[0].centerId"]);
        var order = (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(201);
        Assert.Equal("3.26", order["depositHeld"]);
        Assert.Equal("4.50", (await Ask(1_500_000, 250_000)).Is(201)["total"]);
        Assert.Equal("sold_out", (await Ask(1, 1, cards: 3)).Is(200)["reasons[0].code"]);
        Assert.Equal("no_product", await buyer.WhyNotAsync(dear.Demand(1, start, 1)));

        (await buyer.AskAsync(dear.Demand(1, start, 1, new { product = "tokens" }))).IsInvalid("expectedTokens");
        (await Ask(null, 1)).IsInvalid("expectedTokens.input");
        (await Ask(-1, 1_000_000_000_000_001)).IsInvalid("expectedTokens.input", "expectedTokens.output");
        (await Ask(1, 1, product: null)).IsInvalid("expectedTokens");
        (await Ask(1, 1, product: "metered")).IsInvalid("expectedTokens");
    }

    [Theory, EveryDatabase]
    public async Task Green_takes_the_least_energy_and_cheapest_the_least_money(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var middling = await server.CapacityAsync(cards: 4);
        var (lean, wasteful, unsaid) = (await CenterAsync(server, middling.Model, 1.1m), await CenterAsync(server, middling.Model, 1.6m), await CenterAsync(server, middling.Model, null));
        foreach (var (capacity, price) in ((Capacity, string)[])[(middling, "7.00"), (lean, "10.00"), (wasteful, "8.00"), (unsaid, "6.00")])
        {
            (await capacity.ListAsync(price)).Is(201);
        }

        var (buyer, start) = (await server.BuyerAsync(), await server.TomorrowAsync());
        Task<Answer> Ask(string? strategy, int cards) => buyer.AskAsync(middling.Demand(cards, start, 1, new { strategy }));
        Assert.Equal(["4 n-1 24.00", "2 n-1 14.00"], (await Ask(null, 6)).Is(201).Legs());
        Assert.Equal(["4 n-1 40.00", "2 n-1 14.00"], (await Ask("green", 6)).Is(201).Legs());

        // Of a centre that doesn't say what it wastes, the worst is assumed.
        Assert.Equal([lean.CenterId, middling.CenterId, wasteful.CenterId, unsaid.CenterId], (await Ask("green", 13)).Is(201).Items("legs").Select(leg => leg["centerId"]!.GetValue<string>()));
        (await Ask("fastest", 1)).IsInvalid("strategy");
    }

    [Theory, EveryDatabase]
    public async Task Compact_leaves_whole_what_others_ask_for_whole(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync());
        (await capacity.ListAsync("9.00", nodes: ["n-1"])).Is(201);
        (await capacity.ListAsync("10.00", nodes: ["n-2"])).Is(201);
        var start = await server.TomorrowAsync();
        var whole = await buyer.TakeAsync(capacity.Demand(8, start, 1, new { cardsPerNode = 8 }));
        Assert.Equal(["4 n-2 40.00"], (await buyer.TakeAsync(capacity.Demand(4, start, 1))).Legs());
        (await buyer.CancelAsync(whole)).Is(200);

        // The cheaper node is whole, and nodes are asked for whole; the dearer one is broken already.
        Assert.Equal(["4 n-1 36.00"], (await buyer.AskAsync(capacity.Demand(4, start, 1))).Is(201).Legs());
        Assert.Equal(["4 n-2 40.00"], (await buyer.AskAsync(capacity.Demand(4, start, 1, new { strategy = "compact" }))).Is(201).Legs());
    }

    [Theory, EveryDatabase]
    public async Task A_centre_that_was_never_metered_has_no_availability(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        (await capacity.ListAsync()).Is(201);
        var start = await server.TomorrowAsync();
        Assert.Equal("availability", await buyer.WhyNotAsync(capacity.Demand(1, start, 1, new { minAvailability = "0.5" })));
        (await buyer.AskAsync(capacity.Demand(1, start, 1, new { minAvailability = "1.01" }))).IsInvalid("minAvailability");
        (await buyer.AskAsync(capacity.Demand(1, start, 1, new { minAvailability = 1 }))).IsInvalid("minAvailability");
        (await buyer.AskAsync(capacity.Demand(1, start, 1))).Is(201);
    }

    [Theory, EveryDatabase]
    public async Task The_limit_is_of_a_legs_average_and_off_peak_hours_go_over_midnight(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        (await capacity.ListAsync("10.00", offPeak: new { fromHour = 23, toHour = 1, factor = "0.5" })).Is(201);
        var late = await server.TomorrowAsync(hours: 22);
        foreach (var (from, hours, total) in ((int, int, string)[])[(0, 4, "30.00"), (1, 1, "5.00"), (2, 1, "5.00"), (3, 1, "10.00"), (0, 24, "230.00"), (1, 26, "240.00")])
        {
            Assert.Equal(total, (await buyer.AskAsync(capacity.Demand(1, late.AddHours(from), hours))).Is(201)["total"]);
        }

        (await buyer.AskAsync(capacity.Demand(1, late, 4, new { maxPricePerCardHour = "7.50" }))).Is(201);
        Assert.Equal("price", await buyer.WhyNotAsync(capacity.Demand(1, late, 4, new { maxPricePerCardHour = "7.499999" })));
        Assert.Equal("price", await buyer.WhyNotAsync(capacity.Demand(1, late, 4, new { maxPricePerCardHour = "4.99" })));
        (await buyer.AskAsync(capacity.Demand(1, late, 4, new { maxPricePerCardHour = "0" }))).IsInvalid("maxPricePerCardHour");
    }

    [Theory, EveryDatabase]
    public async Task Gangs_stand_in_one_node_and_same_center_in_one_centre(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var small = await server.CapacityAsync(nodes: 2, cards: 3);
        var large = await server.CapacityAsync(nodes: 2, cards: 6, model: small.Model);
        (await small.ListAsync("5.00")).Is(201);
        (await large.ListAsync("10.00")).Is(201);
        var (buyer, start) = (await server.BuyerAsync(), await server.TomorrowAsync());
        Assert.Equal(["2 n-1 10.00", "2 n-2 10.00", "4 n-1 40.00"], (await buyer.AskAsync(small.Demand(8, start, 1, new { cardsPerNode = 2 }))).Is(201).Legs());
        Assert.Equal(["4 n-1 40.00", "4 n-2 40.00"], (await buyer.AskAsync(small.Demand(8, start, 1, new { cardsPerNode = 4 }))).Is(201).Legs());
        Assert.Equal("sold_out", await buyer.WhyNotAsync(small.Demand(12, start, 1, new { cardsPerNode = 4 })));
        Assert.Equal("gang", await buyer.WhyNotAsync(small.Demand(7, start, 1, new { cardsPerNode = 7 })));
        (await buyer.AskAsync(small.Demand(10, start, 1, new { cardsPerNode = 4 }))).IsInvalid("cardsPerNode");

        Assert.Equal("40.00", (await buyer.AskAsync(small.Demand(7, start, 1))).Is(201)["total"]);
        var one = (await buyer.AskAsync(small.Demand(7, start, 1, new { sameCenter = true }))).Is(201);
        Assert.Equal("70.00", one["total"]);
        Assert.All(one.Items("legs"), leg => Assert.Equal(large.CenterId, leg["centerId"]!.GetValue<string>()));
        Assert.Equal("30.00", (await buyer.AskAsync(small.Demand(6, start, 1, new { sameCenter = true }))).Is(201)["total"]);
        Assert.Equal("one_center", await buyer.WhyNotAsync(small.Demand(13, start, 1, new { sameCenter = true })));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(small.Demand(19, start, 1, new { sameCenter = true })));
    }

    [Theory, EveryDatabase]
    public async Task A_slice_is_of_one_card_and_takes_its_share_of_the_node(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(cards: 2), await server.BuyerAsync());
        (await capacity.ListAsync(sliceMilli: 250)).Is(201);
        var start = await server.TomorrowAsync();
        await buyer.TakeAsync(capacity.Demand(2, start, 3, new { milliPerCard = 750, vcpusPerCard = 90, memoryGiBPerCard = 512 }));

        // Two quarters are left, of two cards: no half.
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start, 1, new { milliPerCard = 500 })));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(3, start, 1, new { milliPerCard = 250 })));
        (await buyer.AskAsync(capacity.Demand(2, start, 1, new { milliPerCard = 250 }))).Is(201);

        // And 12 vCPUs and 512 GiB of the node.
        (await buyer.AskAsync(capacity.Demand(2, start, 1, new { milliPerCard = 250, vcpusPerCard = 6, memoryGiBPerCard = 256 }))).Is(201);
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(2, start, 1, new { milliPerCard = 250, vcpusPerCard = 6.001m })));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(2, start, 1, new { milliPerCard = 250, memoryGiBPerCard = 256.5m })));
        (await buyer.AskAsync(capacity.Demand(2, start.AddHours(3), 1, new { vcpusPerCard = 96, memoryGiBPerCard = 768 }))).Is(201);
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start.AddHours(2), 2, new { milliPerCard = 500 })));
    }

    private static Task<Answer> Work(Party buyer, Capacity capacity, object work, DateTimeOffset start, int hours, string urgency = "user", object? more = null)
    {
        var demand = capacity.Demand(1, start, 1, AsWork);
        foreach (var (name, value) in capacity.Demand(1, start, 1, more))
        {
            if (name is not ("cards" or "hours" or "from"))
            {
                demand[name] = value?.DeepClone();
            }
        }

        demand["work"] = JsonSerializer.SerializeToNode(work);
        demand["window"] = JsonSerializer.SerializeToNode(Trading.Window(start, start.AddHours(hours)));
        demand["urgency"] = urgency;
        return buyer.AskAsync(demand);
    }

    private static async Task ListAsync(Capacity capacity, object terms)
    {
        var listing = JsonSerializer.SerializeToNode(terms)!.AsObject();
        listing["centerId"] = capacity.CenterId;
        listing["from"] = MarketSetup.Wire(MarketplaceServer.Start);
        listing["to"] = MarketSetup.Wire(MarketplaceServer.Start.AddDays(365));
        (await capacity.Provider.PostAsync("/v1/listings", listing)).Is(201);
    }

    private static async Task<string> ModelAsync(MarketplaceServer server, int tflops)
    {
        var model = $"Test {Guid.NewGuid():N}";
        (await server.Admin.PutAsync($"/v1/accelerators/{model}", new { vendor = "Tests", origin = "domestic", fp16Tflops = tflops, memoryGiB = 64, watts = 310 })).Is(200);
        return model;
    }

    /// <summary>Four cards in a centre of that power usage effectiveness.</summary>
    private static async Task<Capacity> CenterAsync(MarketplaceServer server, string model, decimal? pue)
    {
        var provider = await server.ProviderAsync();
        var center = (await provider.PostAsync("/v1/centers", new { name = "centre", regionCode = "330100", pue })).Is(201)["id"];
        (await provider.PostAsync($"/v1/centers/{center}/nodes", new { nodes = new[] { new { name = "n-1", accelerator = model, cards = 4, vcpus = 64, memoryGiB = 512 } } })).Is(201);
        return new(provider, center, model, ["n-1"]);
    }
}
