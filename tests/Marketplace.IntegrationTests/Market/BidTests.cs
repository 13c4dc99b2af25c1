using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>What fills a standing demand, which of several it fills, and what ends one that nothing filled.</summary>
public sealed class BidTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_bid_is_filled_at_once_where_there_is_capacity(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        (await capacity.ListAsync("10.00")).Is(201);
        var start = await server.TomorrowAsync();
        var bid = (await buyer.BidAsync(capacity.Demand(3, start, 2), "10.00")).Is(201);
        Assert.Equal($"/v1/bids/{bid["id"]}", bid.Headers["Location"]);
        Assert.Equal($"filled {buyer.Id} 10.00", $"{bid["status"]} {bid["buyerId"]} {bid["maxPricePerCardHour"]}");
        var order = (await buyer.GetAsync($"/v1/orders/{bid["orderId"]}")).Is(200);
        Assert.Equal("confirmed 60.00 3", $"{order["status"]} {order["total"]} {order["legs[0].cards"]}");
        Assert.Equal("100000.00 60.00 99940.00", await buyer.BalanceAsync());
        (await buyer.CancelAsync(order)).Is(200);
        Assert.Equal("filled", await buyer.BidStatusAsync(bid));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task New_listings_cancelled_orders_and_resales_fill_what_waits(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, first, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var demand = capacity.Demand(8, start, 2);
        var bid = (await buyer.BidAsync(demand, "10.00")).Is(201);
        Assert.Equal("open", bid["status"]);
        (await capacity.ListAsync("10.01", nodes: ["n-2"])).Is(201);
        Assert.Equal("open", await buyer.BidStatusAsync(bid));
        (await capacity.ListAsync("10.00", nodes: ["n-1"], product: "reserved")).Is(201);
        Assert.Equal("filled", await buyer.BidStatusAsync(bid));

        // The order that filled it is cancelled, and fills the next one; that holder's resale the one after.
        var second = (await first.BidAsync(demand, "10.00")).Is(201);
        Assert.Equal("open", second["status"]);
        var order = (await buyer.GetAsync($"/v1/bids/{bid["id"]}")).Is(200)["orderId"];
        (await buyer.PostAsync($"/v1/orders/{order}/cancel")).Is(200);
        Assert.Equal("filled", await first.BidStatusAsync(second));
        var third = (await buyer.BidAsync(capacity.Demand(4, start.AddHours(1), 1), "10.00")).Is(201);
        Assert.Equal("open", third["status"]);
        var held = (await first.GetAsync($"/v1/orders/{(await first.GetAsync($"/v1/bids/{second["id"]}"))["orderId"]}")).Is(200);
        (await first.ResellAsync(held, 4, 1, 2, "9.50")).Is(201);
        var filled = (await buyer.GetAsync($"/v1/bids/{third["id"]}")).Is(200);
        Assert.Equal("38.00", (await buyer.GetAsync($"/v1/orders/{filled["orderId"]}")).Is(200)["total"]);
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task The_higher_limit_comes_first_then_the_older_bid(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 3), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var bids = new List<Answer>();
        foreach (var limit in (string[])["10.00", "12.00", "9.99", "12.00"])
        {
            bids.Add((await buyer.BidAsync(capacity.Demand(8, start, 1), limit)).Is(201));
        }

        foreach (var (node, expected) in ((string, string)[])[("n-1", "open filled open open"), ("n-2", "open filled open filled"), ("n-3", "filled filled open filled")])
        {
            (await capacity.ListAsync("10.00", nodes: [node])).Is(201);
            Assert.Equal(expected, string.Join(' ', await Task.WhenAll(bids.Select(buyer.BidStatusAsync))));
        }

        Assert.Equal("100000.00 240.00 99760.00", await buyer.BalanceAsync());
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task A_bid_is_filled_as_a_whole_or_not(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var bid = (await buyer.BidAsync(capacity.Demand(9, start, 2), "10.00")).Is(201);
        (await capacity.ListAsync("5.00", nodes: ["n-1"])).Is(201);
        Assert.Equal("open", await buyer.BidStatusAsync(bid));
        Assert.Equal("100000.00 0.00 100000.00", await buyer.BalanceAsync());
        (await capacity.ListAsync("10.00", nodes: ["n-2"])).Is(201);
        Assert.Equal("filled", await buyer.BidStatusAsync(bid));
        Assert.Equal("100000.00 100.00 99900.00", await buyer.BalanceAsync());
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Work_may_wait_too(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var bid = (await buyer.BidAsync(
            capacity.Demand(1, start, 1, new { cards = (int?)null, hours = (int?)null, from = (string?)null, work = new { pflopsHours = 6.4 }, window = Trading.Window(start, start.AddHours(4)) }), "10.00")).Is(201);
        Assert.Equal("open", bid["status"]);
        Assert.Equal(start.AddHours(3), DateTimeOffset.Parse(bid["validUntil"]));
        (await capacity.ListAsync("10.00")).Is(201);
        var order = (await buyer.GetAsync($"/v1/orders/{(await buyer.GetAsync($"/v1/bids/{bid["id"]}")).Is(200)["orderId"]}")).Is(200);

        // Twenty hours of a card of 0.32 PFLOPS: five cards over the window, for eight are too few to do it in half of it.
        Assert.Equal((start, start.AddHours(4), "200.00"), (DateTimeOffset.Parse(order["from"]), DateTimeOffset.Parse(order["to"]), order["total"]));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task A_bid_expires_when_its_time_is_over(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var until = (await server.NowAsync()).AddMinutes(90);
        var bid = (await buyer.BidAsync(capacity.Demand(1, start, 2), "10.00", until)).Is(201);
        var whole = (await buyer.BidAsync(capacity.Demand(1, start, 2), "10.00", start.AddDays(9))).Is(201);
        Assert.Equal((until, start), (DateTimeOffset.Parse(bid["validUntil"]), DateTimeOffset.Parse(whole["validUntil"])));
        (await buyer.BidAsync(capacity.Demand(1, start, 2), "10.00", until.AddMinutes(-90))).IsInvalid("validUntil");
        await server.MoveClockAsync(until.AddMicroseconds(-1));
        Assert.Equal("open", await buyer.BidStatusAsync(bid));
        await server.MoveClockAsync(until);
        Assert.Equal("expired", await buyer.BidStatusAsync(bid));
        (await buyer.DeleteAsync($"/v1/bids/{bid["id"]}")).Is(409, "bid.closed");
        await server.MoveClockAsync(start);
        Assert.Equal("expired", await buyer.BidStatusAsync(whole));
        (await capacity.ListAsync("10.00")).Is(201);
        Assert.Equal("100000.00 0.00 100000.00", await buyer.BalanceAsync());
        (await buyer.BidAsync(capacity.Demand(1, start, 2), "10.00")).IsInvalid("window");
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task A_bid_is_its_buyers_who_may_take_it_back_while_it_waits(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer, foreigner) = (await server.CapacityAsync(), await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var bid = (await buyer.BidAsync(capacity.Demand(1, start, 2), "10.00")).Is(201);
        var other = (await buyer.BidAsync(capacity.Demand(2, start, 2), "10.00")).Is(201);
        (await foreigner.GetAsync($"/v1/bids/{bid["id"]}")).Is(404, "not_found");
        (await foreigner.DeleteAsync($"/v1/bids/{bid["id"]}")).Is(404, "not_found");
        (await capacity.Provider.GetAsync($"/v1/bids/{bid["id"]}")).Is(404, "not_found");
        (await capacity.Provider.BidAsync(capacity.Demand(1, start, 2), "10.00")).Is(403, "forbidden");
        Assert.Empty((await foreigner.GetAsync("/v1/bids")).Is(200).Items());

        (await buyer.DeleteAsync($"/v1/bids/{bid["id"]}")).Is(204);
        (await buyer.DeleteAsync($"/v1/bids/{bid["id"]}")).Is(409, "bid.closed");
        (await capacity.ListAsync("10.00")).Is(201);
        Assert.Equal("withdrawn", await buyer.BidStatusAsync(bid));
        Assert.Equal("filled", await buyer.BidStatusAsync(other));
        (await buyer.DeleteAsync($"/v1/bids/{other["id"]}")).Is(409, "bid.closed");
        Assert.Equal([other["id"], bid["id"]], (await buyer.GetAsync("/v1/bids")).Is(200).Items().Select(item => item["id"]!.GetValue<string>()));
        Assert.Equal([bid["id"]], (await buyer.GetAsync("/v1/bids?status=withdrawn")).Is(200).Items().Select(item => item["id"]!.GetValue<string>()));
        (await buyer.GetAsync("/v1/bids?status=lost")).Is(400, "validation");
    }

    [Theory, EveryDatabase]
    public async Task One_without_money_waits_for_it_and_the_next_capacity(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer, other) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync("19.99"), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var bid = (await buyer.BidAsync(capacity.Demand(1, start, 2), "12.00")).Is(201);
        var behind = (await other.BidAsync(capacity.Demand(7, start, 2), "11.00")).Is(201);
        (await capacity.ListAsync("10.00", nodes: ["n-1"])).Is(201);
        Assert.Equal("open funds.insufficient", await buyer.BidStatusAsync(bid));

        // It holds nobody up, and holds nothing.
        Assert.Equal("filled", await other.BidStatusAsync(behind));
        Assert.Equal("19.99 0.00 19.99", await buyer.BalanceAsync());
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "0.01", reference = "second" })).Is(201);
        (await capacity.ListAsync("10.00", nodes: ["n-2"])).Is(201);
        Assert.Equal("filled", await buyer.BidStatusAsync(bid));
        Assert.Equal("20.00 20.00 0.00", await buyer.BalanceAsync());
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task The_engine_fills_what_can_be_and_goes_on_in_time(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (capacity, buyer, other) = (await server.CapacityAsync(), await server.BuyerAsync("10.00"), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        (await capacity.ListAsync("10.00")).Is(201);
        var without = (await buyer.BidAsync(capacity.Demand(2, start, 1), "11.00")).Is(201);
        var toomany = (await other.BidAsync(capacity.Demand(9, start, 1), "12.00")).Is(201);
        Assert.Equal("open funds.insufficient", await buyer.BidStatusAsync(without));
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "10.00", reference = "second" })).Is(201);
        await other.TakeAsync(capacity.Demand(1, start, 1));

        // The order changed the node: at the next tick both are tried again, and what is filled then changes it once more.
        await server.MoveClockAsync((await server.NowAsync()).AddMinutes(1));
        Assert.Equal("filled", await buyer.BidStatusAsync(without));
        Assert.Equal("open", await other.BidStatusAsync(toomany));
        Assert.DoesNotContain((await server.MoveClockAsync((await server.NowAsync()).AddMinutes(1))).Items("jobs"), job => job["job"]!.GetValue<string>() == "match-bids");
        await server.MoveClockAsync(start);
        Assert.Equal("expired", await other.BidStatusAsync(toomany));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Bids_are_filled_by_the_real_clock_as_well(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, new Dictionary<string, string> { ["Sandbox:Enabled"] = "false", ["Role"] = "api" });
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        var start = Hour.AtOrAfter(TimeProvider.System.GetUtcNow()).Start.AddHours(5);
        var bid = (await buyer.BidAsync(capacity.Demand(8, start, 1), "10.00")).Is(201);
        Assert.Equal("open", bid["status"]);
        (await capacity.ListAsync("10.00", from: start, to: start.AddHours(1))).Is(201);
        Assert.Equal("filled", await buyer.BidStatusAsync(bid));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task What_a_bid_needs_is_said_at_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        (await buyer.PostAsync("/v1/bids", capacity.Demand(1, start, 1))).IsInvalid("maxPricePerCardHour");
        (await buyer.PostAsync("/v1/bids")).IsInvalid("cards", "from", "hours", "maxPricePerCardHour", "workload");
        (await buyer.BidAsync(capacity.Demand(1, start, 1, new { product = "tokens", expectedTokens = new { input = 1, output = 1 } }), "1.00")).IsInvalid("product");
        (await buyer.BidAsync(capacity.Demand(0, start.AddMinutes(1), 1), "0.00")).IsInvalid("cards", "from", "maxPricePerCardHour");
        (await buyer.BidAsync(capacity.Demand(1, start.AddDays(-9), 1), "1.00")).IsInvalid("window");
        Assert.Empty((await buyer.GetAsync("/v1/bids")).Is(200).Items());
    }

    [Theory, EveryDatabase]
    public async Task The_same_key_makes_one_bid(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var first = (await buyer.BidAsync(capacity.Demand(1, start, 1), "10.00", key: "one")).Is(201);
        var again = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => buyer.BidAsync(capacity.Demand(1, start, 1), "10.00", key: "one")));
        Assert.All(again, answer => Assert.Equal((201, first["id"], true), (answer.Status, answer["id"], answer.Replayed)));
        (await buyer.BidAsync(capacity.Demand(2, start, 1), "10.00", key: "one")).Is(422, "idempotency.mismatch");
        Assert.Single((await buyer.GetAsync("/v1/bids")).Is(200).Items());
    }

    [Theory, EveryDatabase]
    public async Task Two_processes_that_match_at_once_fill_a_bid_once(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var other = await servers.StartAsync(server.Database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 4), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        for (var round = 0; round < 4; round++)
        {
            var bids = new List<Answer>();
            for (var i = 0; i < 3; i++)
            {
                bids.Add((await buyer.BidAsync(capacity.Demand(2, start.AddHours(round), 1), "10.00")).Is(201));
            }

            // The listing makes its process match them; the other one is told to at the same time.
            var listed = capacity.ListAsync("10.00", nodes: [$"n-{round + 1}"], from: start.AddHours(round), to: start.AddHours(round + 1));
            await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => (await server.Admin.At(other).PostAsync("/v1/jobs/match-bids/runs")).Is(200)).Append(listed));
            (await listed).Is(201);
            Assert.All(await Task.WhenAll(bids.Select(buyer.BidStatusAsync)), status => Assert.Equal("filled", status));
        }

        await using var db = server.Database.Open();
        var me = Id<Organization>.Parse(buyer.Id);
        Assert.Equal(12, await db.Orders.CountAsync(order => order.BuyerId == me));
        Assert.Equal(12, await db.Bids.Where(bid => bid.Status == BidStatus.Filled).Select(bid => bid.OrderId).Distinct().CountAsync());
        Assert.Equal("100000.00 240.00 99760.00", await buyer.BalanceAsync());
        await server.BooksHoldAsync();
        Assert.Empty(other.Faults);
    }
}
