using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

/// <summary>What a provider's meters ask: whose are the cards of a node, and when.</summary>
public sealed class NodeLegsTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_provider_reads_which_legs_have_which_cards(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync("1.00", product: "reserved")).Is(201);
        var (first, second) = (await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var one = (await first.OrderAsync(capacity, 3, start, 4))["legs[0].id"];
        var two = (await second.OrderAsync(capacity, 5, start.AddHours(2), 1))["legs[0].id"];
        var address = $"/v1/centers/{capacity.CenterId}/nodes/n-1/legs";
        string Between(int from, int to) => $"{address}?from={Uri.EscapeDataString(MarketSetup.Wire(start.AddMinutes(from)))}&to={Uri.EscapeDataString(MarketSetup.Wire(start.AddMinutes(to)))}";

        Assert.Empty((await capacity.Provider.GetAsync(address)).Is(200).Items());
        Assert.Empty((await capacity.Provider.GetAsync(Between(-60, 0))).Is(200).Items());
        Assert.Empty((await capacity.Provider.GetAsync(Between(240, 241))).Is(200).Items());
        Assert.Equal([one], (await capacity.Provider.GetAsync(Between(119, 120))).Is(200).Items().Select(leg => leg["id"]!.GetValue<string>()));
        var page = (await capacity.Provider.GetAsync(Between(119, 121) + "&limit=1")).Is(200);
        var rest = (await capacity.Provider.GetAsync(Between(119, 121) + $"&limit=1&cursor={page["next"]}")).Is(200);
        Assert.Equal((one, two), (page["items[0].id"], rest["items[0].id"]));
        Assert.Equal(8, page.Items("items[0].cards").Concat(rest.Items("items[0].cards")).Select(card => card["card"]!.GetValue<int>()).Distinct().Count());
        Assert.Equal(("1000", start.AddHours(2)), (rest["items[0].cards[0].milli"], rest.Items("items[0].cards")[0]["from"]!.GetValue<DateTimeOffset>()));

        // What is resold is its buyer's in those hours, on the provider's node as before.
        var order = (await first.GetAsync("/v1/orders")).Is(200)["items[0].id"];
        (await first.PostAsync("/v1/resales", new { orderId = order, legId = one, cards = 1, from = MarketSetup.Wire(start.AddHours(3)), to = MarketSetup.Wire(start.AddHours(4)), pricePerCardHour = "0.50" })).Is(201);
        var resold = (await second.OrderAsync(capacity, 1, start.AddHours(3), 1))["legs[0].id"];
        var legs = (await capacity.Provider.GetAsync(Between(180, 181))).Is(200).Items().ToDictionary(leg => leg["id"]!.GetValue<string>(), leg => leg["cards"]!.AsArray().Count);
        Assert.Equal(new Dictionary<string, int> { [one] = 2, [resold] = 1 }, legs);

        // A meter may ask this of its owner's nodes, and nothing else; others' meters, and other parties', may not.
        var meter = await capacity.Provider.ColleagueAsync("meter");
        Assert.Equal([one], (await meter.GetAsync(Between(119, 120))).Is(200).Items().Select(leg => leg["id"]!.GetValue<string>()));
        (await meter.GetAsync($"/v1/centers/{capacity.CenterId}/nodes")).Is(403, "forbidden");
        (await (await (await server.ProviderAsync()).ColleagueAsync("meter")).GetAsync(address)).Is(404, "not_found");
        foreach (var other in (Party[])[first, server.Admin])
        {
            (await (await other.ColleagueAsync("meter", other == first ? null : "admin")).GetAsync(address)).Is(403, "forbidden");
        }

        (await capacity.Provider.GetAsync($"{address}?to={Uri.EscapeDataString(MarketSetup.Wire(start))}")).Is(400, "validation");
        (await capacity.Provider.GetAsync($"{address}?from=now")).Is(400, "validation");
        (await capacity.Provider.GetAsync($"/v1/centers/{capacity.CenterId}/nodes/n-9/legs")).Is(404, "not_found");
        foreach (var stranger in (Party[])[first, await server.ProviderAsync()])
        {
            (await stranger.GetAsync(address)).Is(404, "not_found");
        }

        Assert.Empty(server.Faults);
    }
}
