using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>What a card-hour cost on a day, from what unrelated parties ordered.</summary>
public sealed class PriceIndexTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_day_that_is_over_has_an_index_of_what_was_ordered_on_it(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var capacity = await server.CapacityAsync(cards: 8);
        (await capacity.ListAsync("10.00", offPeak: new { fromHour = 22, toHour = 8, factor = "0.5" }, sliceMilli: 500)).Is(201);
        var (buyer, other) = (await server.BuyerAsync(), await server.BuyerAsync());
        var tomorrow = await server.TomorrowAsync();

        // Two cards for an hour by day, half a card for two by night, and what is cancelled before the day is over.
        await buyer.OrderAsync(capacity, 2, tomorrow.AddHours(12), 1);
        var half = (await other.PostAsync("/v1/quotes", new { accelerators = new[] { capacity.Model }, cards = 1, milliPerCard = 500, hours = 2, from = MarketSetup.Wire(tomorrow), workload = "training" })).Is(201);
        (await other.PostAsync("/v1/orders", new { quoteId = half["id"] })).Is(201);
        var gone = await other.OrderAsync(capacity, 4, tomorrow.AddHours(12), 1);
        (await other.PostAsync($"/v1/orders/{gone["id"]}/cancel")).Is(200);

        // Nothing before the day is over, nothing on a day without orders, and another row after the next day with one.
        await server.MoveClockAsync(tomorrow.AddHours(1).AddMicroseconds(-1));
        Assert.Empty((await buyer.GetAsync("/v1/price-index")).Is(200).Items());
        await server.MoveClockAsync(tomorrow.AddHours(1));
        var entry = Assert.Single((await buyer.GetAsync($"/v1/price-index?accelerator={Uri.EscapeDataString(capacity.Model)}")).Is(200).Items());
        Assert.Equal(
            $$"""{"day":"{{Day(tomorrow, -1)}}","accelerator":"{{capacity.Model}}","region":"33","cardHours":"3","pricePerCardHour":"8.333333","pricePerPflopsHour":"26.041667"}""",
            entry.ToJsonString());
        await server.MoveClockAsync(tomorrow.AddDays(3));
        await buyer.OrderAsync(capacity, 1, tomorrow.AddDays(4).AddHours(12), 1);
        await server.MoveClockAsync(tomorrow.AddDays(5));
        var all = (await capacity.Provider.GetAsync("/v1/price-index")).Is(200).Items();
        Assert.Equal([Day(tomorrow, 3), Day(tomorrow, -1)], all.Select(item => item["day"]!.GetValue<string>()));
        Assert.Empty((await server.Admin.PostAsync("/v1/jobs/publish-price-index/runs")).Is(200).Items());

        // By day, both included, by model, by province.
        async Task<int> Count(string query) => (await buyer.GetAsync("/v1/price-index?" + query)).Is(200).Items().Count;
        Assert.Equal(1, await Count($"from={Day(tomorrow, 0)}"));
        Assert.Equal(2, await Count($"from={Day(tomorrow, -1)}&to={Day(tomorrow, 3)}"));
        Assert.Equal(1, await Count($"to={Day(tomorrow, 2)}"));
        Assert.Equal(2, await Count("region=330100"));
        Assert.Equal(0, await Count("region=52"));
        Assert.Equal(0, await Count("accelerator=none"));
        var page = (await buyer.GetAsync("/v1/price-index?limit=1")).Is(200);
        Assert.Equal(Day(tomorrow, -1), (await buyer.GetAsync($"/v1/price-index?limit=1&cursor={page["next"]}")).Is(200)["items[0].day"]);
        (await buyer.GetAsync("/v1/price-index?region=3")).IsInvalid("region");
        (await buyer.GetAsync("/v1/price-index?from=2026-1-5")).IsInvalid("from");
        (await server.Nobody.GetAsync("/v1/price-index")).Is(401);
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task Trades_of_related_parties_do_not_count(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var capacity = await server.CapacityAsync(cards: 8);
        (await capacity.ListAsync("10.00")).Is(201);
        var (friend, stranger) = (await server.BuyerAsync(), await server.BuyerAsync());
        await using (var db = server.Database.Open())
        {
            var both = await db.Organizations.Where(o => o.Name == friend.Name || o.Name == capacity.Provider.Name).ToListAsync();
            both.ForEach(party => party.Controllers = ["the same holding"]);
            db.AuditEntries.Add(new() { Id = Domain.Shared.Id<Domain.Audit.AuditEntry>.New(MarketplaceServer.Start), At = MarketplaceServer.Start, Actor = "test", Action = "test", SubjectType = "test", SubjectId = "test", Details = "{}" });
            await db.SaveChangesAsync();
        }

        var tomorrow = await server.TomorrowAsync();
        await friend.OrderAsync(capacity, 1, tomorrow.AddHours(12), 1);
        await server.MoveClockAsync(tomorrow.AddHours(2));
        Assert.Empty((await stranger.GetAsync("/v1/price-index")).Is(200).Items());
        await stranger.OrderAsync(capacity, 2, tomorrow.AddHours(12), 1);
        await friend.OrderAsync(capacity, 1, tomorrow.AddHours(12), 1);
        await server.MoveClockAsync(tomorrow.AddHours(25));
        Assert.Equal("2", Assert.Single((await stranger.GetAsync("/v1/price-index")).Is(200).Items())["cardHours"]!.GetValue<string>());
    }

    [Theory, EveryDatabase]
    public async Task Run_by_several_at_once_a_day_is_published_once(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var tomorrow = await server.TomorrowAsync();
        await buyer.OrderAsync(capacity, 1, tomorrow.AddDays(2), 1);
        await using (var db = server.Database.Open())
        {
            await db.SandboxTo(tomorrow.AddDays(1));
        }

        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.Admin.PostAsync("/v1/jobs/publish-price-index/runs")));
        Assert.All(runs, run => Assert.All(run.Is(200).Items(), item => Assert.Equal("succeeded", item["outcome"]!.GetValue<string>())));
        Assert.Single((await buyer.GetAsync("/v1/price-index")).Is(200).Items());
        Assert.Single((await server.Admin.GetAsync("/v1/audit/entries?action=price-index.published")).Is(200).Items());
        Assert.Empty(server.Faults);
    }

    private static string Day(DateTimeOffset tomorrow, int days) => tomorrow.AddDays(days).ToString("yyyy-MM-dd");
}
