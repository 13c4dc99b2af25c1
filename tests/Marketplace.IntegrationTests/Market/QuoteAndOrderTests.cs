using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

/// <summary>What stands in an order's way, each with its code, and nothing half-done.</summary>
public sealed class QuoteAndOrderTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_quote_is_used_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var quote = (await buyer.QuoteAsync(capacity, 1, await server.TomorrowAsync(), 1)).Is(201)["id"];
        (await buyer.PostAsync("/v1/orders", new { quoteId = quote })).Is(201);
        (await buyer.PostAsync("/v1/orders", new { quoteId = quote })).Is(409, "quote.used");
        Assert.Equal("100000.00 10.00 99990.00", await buyer.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task Of_many_orders_on_one_quote_at_once_one_comes_through(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var quote = (await buyer.QuoteAsync(capacity, 1, await server.TomorrowAsync(), 1)).Is(201)["id"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => buyer.PostAsync("/v1/orders", new { quoteId = quote })));
        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(409, "quote.used"));
        Assert.Equal("100000.00 10.00 99990.00", await buyer.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task Orders_of_one_node_at_other_hours_all_come_through_together(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var capacity = await server.CapacityAsync(nodes: 1);
        (await capacity.ListAsync()).Is(201);
        var start = await server.TomorrowAsync();
        var buyers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => server.BuyerAsync()));
        var quotes = await Task.WhenAll(buyers.Select((buyer, i) => buyer.AskAsync(capacity.Demand(8, start.AddHours(i), 1))));

        var orders = await Task.WhenAll(buyers.Zip(quotes, (buyer, quote) => buyer.PostAsync("/v1/orders", new { quoteId = quote.Is(201)["id"] })));

        Assert.All(orders, order => order.Is(201));
    }

    [Theory, EveryDatabase]
    public async Task A_quote_is_good_for_a_quarter_of_an_hour(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        var early = (await buyer.QuoteAsync(capacity, 1, start, 1)).Is(201);
        var late = (await buyer.QuoteAsync(capacity, 1, start, 1)).Is(201);
        var now = await server.NowAsync();
        Assert.Equal(now.AddMinutes(15), DateTimeOffset.Parse(early["expiresAt"]));
        await server.MoveClockAsync(now.AddMinutes(15).AddMicroseconds(-1));
        (await buyer.PostAsync("/v1/orders", new { quoteId = early["id"] })).Is(201);
        await server.MoveClockAsync(now.AddMinutes(15));
        (await buyer.PostAsync("/v1/orders", new { quoteId = late["id"] })).Is(409, "quote.expired");
        Assert.Equal("expired", (await buyer.GetAsync($"/v1/quotes/{late["id"]}")).Is(200)["status"]);
    }

    [Theory, EveryDatabase]
    public async Task An_order_needs_deposit_or_credit(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync("99.99");
        var start = await server.TomorrowAsync();
        var quote = (await buyer.QuoteAsync(capacity, 1, start, 10)).Is(201);
        (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(422, "funds.insufficient");
        Assert.Equal("open", (await buyer.GetAsync($"/v1/quotes/{quote["id"]}")).Is(200)["status"]);
        Assert.Equal("99.99 0.00 99.99", await buyer.BalanceAsync());
        (await (await server.BuyerAsync()).QuoteAsync(capacity, 8, start, 10)).Is(201);

        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "0.01" })).Is(200);
        (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(201);
        Assert.Equal("99.99 100.00 0.00", await buyer.BalanceAsync());
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/withdrawals", new { amount = "0.01", reference = "out" })).Is(422, "funds.insufficient");
    }

    [Theory, EveryDatabase]
    public async Task What_was_taken_meanwhile_is_matched_again_or_refused(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync(nodes: 2, cards: 8);
        (await capacity.ListAsync("10.00")).Is(201);
        var (fast, slow) = (await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var first = (await slow.QuoteAsync(capacity, 8, start, 2)).Is(201);
        var second = (await slow.QuoteAsync(capacity, 8, start, 2)).Is(201);
        var third = (await slow.QuoteAsync(capacity, 8, start, 2)).Is(201);
        Assert.Equal(first["legs[0].node"], second["legs[0].node"]);

        // The quoted node goes to somebody else; the other one costs the same.
        var other = await fast.OrderAsync(capacity, 8, start, 2);
        Assert.Equal(first["legs[0].node"], other["legs[0].node"]);
        var order = (await slow.PostAsync("/v1/orders", new { quoteId = second["id"] })).Is(201);
        Assert.NotEqual(first["legs[0].node"], order["legs[0].node"]);
        Assert.Equal("160.00", order["total"]);
        (await slow.PostAsync("/v1/orders", new { quoteId = third["id"] })).Is(409, "capacity.taken");
        Assert.Equal("100000.00 160.00 99840.00", await slow.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task Nothing_dearer_is_booked_than_was_quoted(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync(nodes: 2, cards: 1);
        (await capacity.ListAsync("10.00", nodes: ["n-1"])).Is(201);
        (await capacity.ListAsync("10.01", nodes: ["n-2"])).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        var quote = (await buyer.QuoteAsync(capacity, 1, start, 2)).Is(201);
        await buyer.OrderAsync(capacity, 1, start, 2);
        (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(409, "capacity.taken");
    }

    [Theory, EveryDatabase]
    public async Task A_leg_that_has_started_stays(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(capacity, 1, start, 2);
        await server.MoveClockAsync(start);
        (await buyer.PostAsync($"/v1/orders/{order["id"]}/cancel")).Is(409, "order.started");
        Assert.Equal("running", (await buyer.GetAsync($"/v1/orders/{order["id"]}")).Is(200)["status"]);
        Assert.Equal("100000.00 20.00 99980.00", await buyer.BalanceAsync());
        await server.MoveClockAsync(start.AddHours(2));
        Assert.Equal("completed", (await buyer.GetAsync($"/v1/orders/{order["id"]}")).Is(200)["status"]);
    }

    [Theory, EveryDatabase]
    public async Task Hours_that_have_begun_are_not_sold(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        await server.MoveClockAsync(start.AddMinutes(1));
        Assert.Equal("in_the_past", (await buyer.QuoteAsync(capacity, 1, start, 1)).Is(200)["reasons[0].code"]);
        var next = (await buyer.PostAsync("/v1/quotes", new { accelerators = new[] { capacity.Model }, cards = 1, hours = 1, workload = "other" })).Is(201);
        Assert.Equal(start.AddHours(1), DateTimeOffset.Parse(next["from"]));
    }

    [Theory, EveryDatabase]
    public async Task A_batch_slides_to_the_cheapest_hours_and_a_user_takes_the_first(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync("10.00", offPeak: new { fromHour = 22, toHour = 8, factor = "0.5" })).Is(201);
        var buyer = await server.BuyerAsync();
        var noon = await server.TomorrowAsync(hours: 12);
        async Task<Answer> Quote(string urgency) => (await buyer.PostAsync("/v1/quotes", new
        {
            accelerators = new[] { capacity.Model },
            cards = 2,
            hours = 3,
            workload = "training",
            urgency,
            window = new { earliest = MarketSetup.Wire(noon), latestEnd = MarketSetup.Wire(noon.AddDays(1)) },
        })).Is(201);

        var batch = await Quote("batch");
        Assert.Equal("30.00", batch["total"]);
        Assert.Equal(noon.AddHours(10), DateTimeOffset.Parse(batch["from"]));
        var user = await Quote("user");
        Assert.Equal("60.00", user["total"]);
        Assert.Equal(noon, DateTimeOffset.Parse(user["from"]));
    }

    [Theory, EveryDatabase]
    public async Task Slices_share_a_card_up_to_the_whole(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync(nodes: 1, cards: 1);
        (await capacity.ListAsync("10.00", sliceMilli: 250)).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        Task<Answer> Slice(int milli) => buyer.PostAsync(
            "/v1/quotes", new { accelerators = new[] { capacity.Model }, cards = 1, milliPerCard = milli, hours = 1, from = MarketSetup.Wire(start), workload = "inference" });
        async Task Buy(int milli) => (await buyer.PostAsync("/v1/orders", new { quoteId = (await Slice(milli)).Is(201)["id"] })).Is(201);

        Assert.Equal("slice", (await Slice(300)).Is(200)["reasons[0].code"]);
        Assert.Equal("2.50", (await Slice(250)).Is(201)["total"]);
        await Buy(250);
        await Buy(500);
        Assert.Equal("sold_out", (await Slice(500)).Is(200)["reasons[0].code"]);
        await Buy(250);
        Assert.Equal("sold_out", (await Slice(250)).Is(200)["reasons[0].code"]);
        Assert.Equal("100000.00 10.00 99990.00", await buyer.BalanceAsync());
    }
}
