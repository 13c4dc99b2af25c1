using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

/// <summary>What the market sold, as far as three parties stand behind it.</summary>
public sealed class StatisticsTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Figures_show_where_three_parties_stand_behind_them(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var shop = await server.CapacityAsync(cards: 8);
        (await shop.ListAsync("10.00")).Is(201);
        var buyers = new[] { await server.BuyerAsync(), await server.OrganizationAsync("enterprise", "1000.00", "520100"), await server.OrganizationAsync("enterprise", "1000.00", "520100") };
        var start = await server.TomorrowAsync();
        var month = (await server.NowAsync()).ToOffset(Business.Shanghai);
        var path = $"/v1/market/statistics?from={month:yyyy-MM-dd}&to={month:yyyy-MM-dd}";

        // One buyer and one seller are nobody else's business.
        await buyers[0].OrderAsync(shop, 2, start, 1);
        var alone = (await buyers[1].GetAsync(path)).Is(200);
        Assert.Null(alone.Json!["total"]);
        Assert.Null(alone.Json!["quotes"]);
        Assert.Empty(alone.Items("byWorkload"));

        // Three buyers: 5 card-hours of 320 TFLOPS. By province it is one buyer with the seller, and two with it: both stay hidden.
        await buyers[1].OrderAsync(shop, 2, start, 1);
        await buyers[2].OrderAsync(shop, 1, start, 1);
        var gone = await buyers[2].OrderAsync(shop, 1, start, 1);
        (await buyers[2].PostAsync($"/v1/orders/{gone["id"]}/cancel")).Is(200);
        (await buyers[2].QuoteAsync(shop, 9, start, 1)).Is(200);
        var seen = (await shop.Provider.GetAsync(path)).Is(200);
        const string sold = """{"volume":"50.00","cardHours":"5","pflopsHours":"1.6"}""";
        Assert.Equal(sold, seen.Json!["total"]!.ToJsonString());
        Assert.Equal($$"""[{"workload":"training","sold":{{sold}}}]""", seen.Json!["byWorkload"]!.ToJsonString());
        Assert.Equal($$"""[{"origin":"domestic","sold":{{sold}}}]""", seen.Json!["byOrigin"]!.ToJsonString());
        Assert.Equal($$"""[{"accelerator":"{{shop.Model}}","sold":{{sold}}}]""", seen.Json!["byAccelerator"]!.ToJsonString());
        Assert.Empty(seen.Items("flows"));
        Assert.Equal("""{"asked":5,"fillRate":"0.80"}""", seen.Json!["quotes"]!.ToJsonString());
        Assert.Equal("0.00", seen["voucherShare"]);
        Assert.Equal($"{month:yyyy-MM}-01", seen["from"]);

        // Two more buyers from the first one's province: now both provinces show.
        foreach (var buyer in new[] { await server.BuyerAsync(), await server.BuyerAsync() })
        {
            await buyer.OrderAsync(shop, 1, start.AddHours(2), 1);
        }

        var flows = (await server.Admin.GetAsync(path)).Is(200).Items("flows");
        Assert.Equal(["33 33 40.00", "52 33 30.00"], flows.Select(flow => $"{flow["buyerRegion"]} {flow["centerRegion"]} {flow["sold"]!["volume"]}"));

        // Another month, in which nothing happened, adds nothing.
        Assert.Equal("70.00", (await server.Admin.GetAsync($"/v1/market/statistics?from={month.AddMonths(-1):yyyy-MM-dd}&to={month:yyyy-MM-dd}")).Is(200)["total.volume"]);
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task A_time_that_is_none_is_refused(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync();
        (await buyer.GetAsync("/v1/market/statistics")).IsInvalid("from", "to");
        (await buyer.GetAsync("/v1/market/statistics?from=2026-02-01&to=2026-01-31")).IsInvalid("to");
        (await buyer.GetAsync("/v1/market/statistics?from=2026-01-01&to=2028-01-01")).IsInvalid("to");
        (await buyer.GetAsync("/v1/market/statistics?from=1999-01-01&to=1999-01-01")).IsInvalid("from");
        (await buyer.GetAsync("/v1/market/statistics?from=soon&to=2026-01-01")).IsInvalid("from");
        (await buyer.GetAsync("/v1/market/statistics?from=2026-01-01&to=2027-12-31")).Is(200);
        (await server.Nobody.GetAsync("/v1/market/statistics?from=2026-01-01&to=2026-01-01")).Is(401);
    }
}
