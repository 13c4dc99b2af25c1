using Marketplace.IntegrationTests.Contract;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Organizations;

/// <summary>An organization sees and changes its own rows only; what it can't see answers 404.</summary>
public sealed class TenancyTests(Servers servers) : IClassFixture<Servers>
{
    /// <summary>What everybody may read by its address.</summary>
    private static readonly string[] Public = ["/v1/listings/{id}", "/v1/programmes/{code}", "/v1/centers/{id}/reliability"];

    /// <summary>A period is nobody's row: who may not read the archive is told so.</summary>
    private const string AuditorsOnly = "/v1/audit/exports/{period}";

    [Theory, EveryDatabase]
    public async Task Rows_of_others_are_not_there(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var world = await World.MakeAsync(server);
        var document = await OpenApi.ReadAsync(server);
        var addresses = document.Operations.Where(operation => operation.Method == "GET" && operation.Path.Contains('{') && operation.Path != AuditorsOnly).Select(operation => operation.Path).ToList();
        Assert.Contains("/v1/orders/{id}", addresses);
        foreach (var template in addresses)
        {
            // An address that is new in the document wants its row in the world.
            var address = world.Address(template);
            Assert.True((await world.Owner(template).GetAsync(address)).Status == 200, $"Its owner can't read {template}.");
            foreach (var stranger in world.Strangers)
            {
                var seen = await stranger.GetAsync(address);
                if (Public.Contains(template))
                {
                    seen.Is(200);
                }
                else
                {
                    seen.Is(404, "not_found");
                }
            }
        }
    }

    [Theory, EveryDatabase]
    public async Task Lists_hold_the_callers_rows_only(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var world = await World.MakeAsync(server);
        string[] lists = ["/v1/organizations", "/v1/centers", "/v1/quotes", "/v1/orders", "/v1/meters", "/v1/audit/entries", "/v1/vouchers", "/v1/invoices", "/v1/settlements", "/v1/claims", "/v1/disputes", "/v1/applications"];
        string[] secrets = [world.Provider.Id, world.Buyer.Id, world.Capacity.CenterId, world.Quote, world.Order, world.Meter, world.Voucher, world.Invoice, world.Claim, world.Dispute, world.Application];
        foreach (var list in lists)
        {
            foreach (var stranger in world.Strangers)
            {
                var page = (await stranger.GetAsync(list + "?limit=500")).Is(200);
                Assert.All(secrets, secret => Assert.DoesNotContain(secret, page.Text, StringComparison.Ordinal));
                Assert.Null(page.Json!["next"]);
            }

            Assert.NotEmpty((await (list is "/v1/centers" or "/v1/meters" or "/v1/claims" or "/v1/settlements" ? world.Provider : world.Buyer).GetAsync(list)).Is(200).Items());
        }
    }

    [Theory, EveryDatabase]
    public async Task Rows_of_others_are_not_changed(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var world = await World.MakeAsync(server);
        var from = MarketSetup.Wire(await server.TomorrowAsync());
        (await world.OtherBuyer.PostAsync("/v1/orders", new { quoteId = world.OpenQuote })).Is(404, "not_found");
        (await world.OtherBuyer.PostAsync($"/v1/orders/{world.Order}/cancel")).Is(404, "not_found");
        (await world.OtherProvider.PutAsync($"/v1/orders/{world.Order}/legs/{world.Leg}/delivery", new { access = "x" })).Is(404, "not_found");
        (await world.OtherBuyer.PostAsync($"/v1/orders/{world.Order}/legs/{world.Leg}/objections", new { reason = "x", from })).Is(404, "not_found");
        (await world.OtherProvider.DeleteAsync($"/v1/listings/{world.Listing}")).Is(404, "not_found");
        (await world.OtherBuyer.DeleteAsync($"/v1/listings/{world.Listing}")).Is(404, "not_found");
        (await world.OtherProvider.PostAsync($"/v1/centers/{world.Capacity.CenterId}/nodes", new { nodes = new[] { new { name = "x", accelerator = "A100", cards = 1, vcpus = 1, memoryGiB = 1 } } })).Is(404, "not_found");
        (await world.OtherProvider.PostAsync($"/v1/centers/{world.Capacity.CenterId}/nodes/n-1/withdrawals", new { from, reason = "spite" })).Is(404, "not_found");
        (await world.OtherProvider.PostAsync("/v1/meters", new { centerId = world.Capacity.CenterId, name = "x" })).Is(404, "not_found");
        (await world.OtherBuyer.PostAsync($"/v1/organizations/{world.Buyer.Id}/clients", new { name = "x" })).Is(404, "not_found");

        // What a role may never do is 403, whoever's the row is.
        (await world.Buyer.PostAsync($"/v1/organizations/{world.Buyer.Id}/deposits", new { amount = "1.00", reference = "mine" })).Is(403, "forbidden");
        (await world.Provider.PutAsync("/v1/sandbox/clock", new { now = from })).Is(403, "forbidden");
        (await world.Provider.PostAsync("/v1/orders", new { quoteId = world.OpenQuote })).Is(403, "forbidden");
        (await world.Buyer.PostAsync("/v1/centers", new { name = "x", regionCode = "330100" })).Is(403, "forbidden");
        Assert.Equal("confirmed", (await world.Buyer.GetAsync($"/v1/orders/{world.Order}")).Is(200)["status"]);
        Assert.Equal("active", (await world.Buyer.GetAsync($"/v1/listings/{world.Listing}")).Is(200)["status"]);
    }

    [Theory, EveryDatabase]
    public async Task A_seller_sees_its_own_legs_and_nothing_of_how_the_buyer_pays(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var first = await server.CapacityAsync(cards: 2);
        var second = await server.CapacityAsync(cards: 2, model: first.Model);
        (await first.ListAsync("10.00")).Is(201);
        (await second.ListAsync("11.00")).Is(201);
        var buyer = await server.BuyerAsync();
        var order = await buyer.OrderAsync(first, 4, await server.TomorrowAsync(), 1);
        Assert.Equal("42.00", order["total"]);
        foreach (var (seller, total) in new[] { (first.Provider, "20.00"), (second.Provider, "22.00") })
        {
            var seen = (await seller.GetAsync($"/v1/orders/{order["id"]}")).Is(200);
            Assert.Equal([seller.Id], seen.Items("legs").Select(leg => leg["sellerId"]!.GetValue<string>()));
            Assert.Equal(total, seen["total"]);
            Assert.Null(seen.Json!["payable"]);
            Assert.Null(seen.Json!["depositHeld"]);
            Assert.Null(seen.Json!["publicMoney"]);
            var listed = Assert.Single((await seller.GetAsync("/v1/orders")).Is(200).Items());
            Assert.Equal(seen.Json!.ToJsonString(), listed.ToJsonString());
        }
    }
}
