using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

public sealed class ListingTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_node_stands_in_one_listing_at_a_time(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync(nodes: 3);
        var start = await server.TomorrowAsync();
        (await capacity.ListAsync(from: start, to: start.AddDays(10), nodes: ["n-1", "n-2"])).Is(201);

        // One hour in common on one node is enough; touching windows, and other nodes, are not.
        (await capacity.ListAsync(from: start.AddDays(10).AddHours(-1), to: start.AddDays(20), nodes: ["n-2", "n-3"])).Is(409, "listing.overlap");
        (await capacity.ListAsync(from: start.AddDays(-1), to: start.AddHours(1), nodes: ["n-1"])).Is(409, "listing.overlap");
        (await capacity.ListAsync(from: start.AddDays(2), to: start.AddDays(3))).Is(409, "listing.overlap");
        (await capacity.ListAsync(from: start.AddDays(10), to: start.AddDays(20), nodes: ["n-1", "n-2"])).Is(201);
        (await capacity.ListAsync(from: start, to: start.AddDays(10), nodes: ["n-3"])).Is(201);
    }

    [Theory, EveryDatabase]
    public async Task Of_two_overlapping_listings_at_once_one_comes_through(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync(nodes: 2);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => capacity.ListAsync()));
        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(409, "listing.overlap"));
    }

    [Theory, EveryDatabase]
    public async Task A_withdrawn_listing_sells_nothing_and_frees_its_nodes(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        var listing = (await capacity.ListAsync()).Is(201)["id"];
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();

        // Cards of another model stay on offer throughout.
        (await (await server.CapacityAsync()).ListAsync()).Is(201);
        var sold = await buyer.OrderAsync(capacity, cards: 2, start, hours: 3);
        var standing = (await buyer.QuoteAsync(capacity, cards: 1, start, hours: 3)).Is(201)["id"];

        (await capacity.Provider.DeleteAsync($"/v1/listings/{listing}")).Is(204);
        (await capacity.Provider.DeleteAsync($"/v1/listings/{listing}")).Is(409, "listing.withdrawn");
        Assert.Equal("withdrawn", (await buyer.GetAsync($"/v1/listings/{listing}")).Is(200)["status"]);
        Assert.Equal("no_accelerator", (await buyer.QuoteAsync(capacity, cards: 1, start, hours: 3)).Is(200)["reasons[0].code"]);
        (await buyer.PostAsync("/v1/orders", new { quoteId = standing })).Is(409, "capacity.taken");
        Assert.Equal("confirmed", (await buyer.GetAsync($"/v1/orders/{sold["id"]}")).Is(200)["status"]);

        // What is sold stays sold under the next listing as well.
        (await capacity.ListAsync()).Is(201);
        Assert.Equal("sold_out", (await buyer.QuoteAsync(capacity, cards: 7, start, hours: 3)).Is(200)["reasons[0].code"]);
        (await buyer.QuoteAsync(capacity, cards: 6, start, hours: 3)).Is(201);
    }

    [Theory, EveryDatabase]
    public async Task A_withdrawn_node_sells_nothing_from_its_hour_on(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        await buyer.OrderAsync(capacity, cards: 1, start, hours: 5);
        var path = $"/v1/centers/{capacity.CenterId}/nodes/n-1/withdrawals";

        (await capacity.Provider.PostAsync(path, new { from = MarketSetup.Wire(start.AddMinutes(30)), reason = " " })).IsInvalid("from", "reason");
        (await capacity.Provider.PostAsync(path.Replace("n-1", "n-2", StringComparison.Ordinal), new { from = MarketSetup.Wire(start), reason = "repair" })).Is(404, "not_found");
        (await capacity.Provider.PostAsync(path, new { from = MarketSetup.Wire(start.AddHours(6)), reason = "repair" })).Is(201);
        (await capacity.Provider.PostAsync(path, new { from = MarketSetup.Wire(start.AddHours(8)), reason = "repair" })).Is(409, "node.withdrawn");

        (await buyer.QuoteAsync(capacity, cards: 1, start.AddHours(5), hours: 1)).Is(201);
        Assert.Equal("not_offered_then", (await buyer.QuoteAsync(capacity, cards: 1, start.AddHours(5), hours: 2)).Is(200)["reasons[0].code"]);

        // Without names, a listing takes the nodes that stand: none here.
        var later = start.AddYears(1);
        (await capacity.ListAsync(from: later, to: later.AddDays(1))).Is(422, "listing.empty");
    }

    [Theory, EveryDatabase]
    public async Task A_listing_names_nodes_that_the_centre_has(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync(nodes: ["n-1", "n-7"])).IsInvalid("nodes[1]");
        (await capacity.ListAsync(nodes: ["n-1", "n-1"])).IsInvalid("nodes");
        (await capacity.ListAsync(nodes: [])).IsInvalid("nodes");
        var stranger = await server.ProviderAsync();
        (await (capacity with { Provider = stranger }).ListAsync()).Is(404, "not_found");
        (await (capacity with { Provider = await server.BuyerAsync() }).ListAsync()).Is(403, "forbidden");
    }

    [Theory, EveryDatabase]
    public async Task Listings_are_found_by_model_region_and_time(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        var start = await server.TomorrowAsync();
        var id = (await capacity.ListAsync(from: start, to: start.AddDays(2))).Is(201)["id"];
        var anybody = await server.BuyerAsync();
        async Task<bool> Finds(string query) =>
            (await anybody.GetAsync($"/v1/listings?accelerator={Uri.EscapeDataString(capacity.Model)}{query}")).Is(200).Items().Any(item => item["id"]!.GetValue<string>() == id);
        string At(double hours) => Uri.EscapeDataString(MarketSetup.Wire(start.AddHours(hours)));

        Assert.True(await Finds(""));
        Assert.True(await Finds("&region=33"));
        Assert.True(await Finds("&region=330100"));
        Assert.False(await Finds("&region=3302"));
        Assert.True(await Finds($"&from={At(47)}"));
        Assert.False(await Finds($"&from={At(48)}"));
        Assert.True(await Finds($"&to={At(0.5)}"));
        Assert.False(await Finds($"&to={At(0)}"));
        (await anybody.GetAsync("/v1/listings?region=3&from=yesterday")).Is(400, "validation");
    }

    [Theory, EveryDatabase]
    public async Task Nodes_come_as_csv_too_all_or_none(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        var path = $"/v1/centers/{capacity.CenterId}/nodes";
        (await capacity.Provider.PostTextAsync(path, $"name,accelerator,cards,vcpus,memoryGiB,interconnect,tags\nc-1,{capacity.Model},8,64,512,nvlink,cuda|bare metal\nc-2,{capacity.Model},4,64,512,,\n", "text/csv")).Is(201);
        (await capacity.Provider.PostTextAsync(path, $"name,accelerator,cards,vcpus,memoryGiB\nc-3,{capacity.Model},eight,64,512\nc-4,unknown,8,64,512\n", "text/csv")).IsInvalid("nodes[0].cards");
        (await capacity.Provider.PostTextAsync(path, $"name,accelerator,cards,vcpus,memoryGiB\nc-3,{capacity.Model},8,64,512\nc-4,unknown,8,64,512\n", "text/csv")).IsInvalid("nodes[1].accelerator");
        (await capacity.Provider.PostTextAsync(path, "name,cards,colour\nc-3,8,red\n", "text/csv")).Is(400, "validation");
        (await capacity.Provider.PostTextAsync(path, $"name,accelerator,cards,vcpus,memoryGiB\nc-3,{capacity.Model},8,64,512\nc-1,{capacity.Model},8,64,512\n", "text/csv")).Is(409, "node.exists");
        (await capacity.Provider.PostTextAsync(path, "", "text/csv")).Is(400);
        var nodes = (await capacity.Provider.GetAsync(path)).Is(200).Items();
        Assert.Equal(["c-2", "c-1", "n-1"], nodes.Select(node => node["name"]!.GetValue<string>()));
        Assert.Equal("""["cuda","bare metal"]""", nodes[1]["tags"]!.ToJsonString());
        Assert.Equal("nvlink", nodes[1]["interconnect"]!.GetValue<string>());
    }
}
