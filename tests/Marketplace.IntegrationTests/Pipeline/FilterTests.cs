using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Vouchers;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>A filter leaves of a list what fits, and shows nobody what the list without it doesn't.</summary>
public sealed class FilterTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Every_filter_keeps_what_fits_and_nothing_else(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (admin, month, scheme, other) = (server.Admin, await server.NextMonthAsync(), await server.SchemeAsync(), await server.SchemeAsync());
        var (a, b) = (await server.ShopAsync(product: "reserved"), await server.ShopAsync("30.00"));
        var (buyer, poor) = (await server.BuyerAsync(), await server.BuyerAsync("1.00"));
        (await admin.PutAsync($"/v1/organizations/{poor.Id}/credit", new { limit = "10000.00" })).Is(200);
        await VouchersAsync(scheme, other, buyer, poor, month, a);
        var first = await buyer.BuyAsync(a, 2, month.AddHours(30), 2);
        await poor.BuyAsync(a, 1, month.AddHours(60), 3);
        await buyer.BuyAsync(b, 1, month.AddHours(60), 1);
        var gone = await buyer.BuyAsync(a, 1, month.AddHours(200), 1);
        (await buyer.PostAsync($"/v1/orders/{gone["id"]}/cancel")).Is(200);
        await server.MoveClockAsync(month.AddHours(31));
        (await buyer.PostAsync($"/v1/orders/{first["id"]}/legs/{first["legs[0].id"]}/objections", new { reason = "slow", from = MarketSetup.Wire(month.AddHours(31)) })).Is(201);
        await server.MoveClockAsync(month.AddHours(61));
        await b.UseAsync((await buyer.GetAsync($"/v1/orders?accelerator={Uri.EscapeDataString(b.Capacity.Model)}")).Is(200)["items[0].legs[0].id"], month.AddHours(60), 1, 1);

        var from = Uri.EscapeDataString(MarketSetup.Wire(month.AddHours(32)));
        var to = Uri.EscapeDataString(MarketSetup.Wire(month.AddHours(60)));
        await buyer.FiltersAsync("/v1/orders", $"from={from}", order => Instant(order, "to") > month.AddHours(32));
        await buyer.FiltersAsync("/v1/orders", $"to={to}", order => Instant(order, "from") < month.AddHours(60));
        await admin.FiltersAsync("/v1/orders", $"organizationId={poor.Id}", order => order.Text("buyerId") == poor.Id);
        await a.Seller.FiltersAsync("/v1/orders", $"organizationId={poor.Id}", order => order.Text("buyerId") == poor.Id);
        await buyer.FiltersAsync("/v1/orders", $"sellerId={b.Seller.Id}", order => Legs(order).Any(leg => leg.Text("sellerId") == b.Seller.Id));
        await buyer.FiltersAsync("/v1/orders", $"accelerator={Uri.EscapeDataString(b.Capacity.Model)}", order => Legs(order).Any(leg => leg.Text("accelerator") == b.Capacity.Model));
        await buyer.FiltersAsync("/v1/orders", $"status=cancelled&sellerId={a.Seller.Id}", order => order.Text("id") == gone["id"]);
        await buyer.FiltersAsync("/v1/listings", "product=metered", listing => listing.Text("product") == "metered");
        await buyer.FiltersAsync("/v1/listings", $"sellerId={a.Seller.Id}", listing => listing.Text("sellerId") == a.Seller.Id);
        await buyer.FiltersAsync("/v1/listings", $"centerId={b.Capacity.CenterId}", listing => listing.Text("centerId") == b.Capacity.CenterId);

        await server.CloseAsync(month);
        await MoneyAsync(server, month, scheme, a.Seller, b.Seller, buyer);
    }

    [Theory, EveryDatabase]
    public async Task A_filter_by_anothers_id_shows_nothing_of_the_other(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var world = await World.MakeAsync(server);
        string[] filters =
        [
            $"/v1/orders?organizationId={world.Buyer.Id}", $"/v1/orders?sellerId={world.Provider.Id}", $"/v1/orders?accelerator={Uri.EscapeDataString(world.Capacity.Model)}",
            $"/v1/invoices?organizationId={world.Buyer.Id}", $"/v1/claims?payeeId={world.Provider.Id}", $"/v1/settlements?organizationId={world.Provider.Id}",
            $"/v1/commission-invoices?organizationId={world.Provider.Id}", $"/v1/vouchers?organizationId={world.Buyer.Id}", $"/v1/applications?organizationId={world.Buyer.Id}",
            $"/v1/bids?organizationId={world.Buyer.Id}", $"/v1/disputes?organizationId={world.Buyer.Id}", $"/v1/organizations?name={Uri.EscapeDataString(world.Buyer.Name)}",
            $"/v1/parties?name={Uri.EscapeDataString(world.Buyer.Name)}",
        ];
        foreach (var filter in filters)
        {
            Assert.NotEmpty((await server.Admin.GetAsync(filter)).Is(200).Items());
            foreach (var stranger in world.Strangers)
            {
                Assert.Empty((await stranger.GetAsync(filter)).Is(200).Items());
            }
        }
    }

    [Theory, EveryDatabase]
    public async Task Names_are_found_by_a_part_of_them_in_any_case(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var tag = "Qx" + Guid.NewGuid().ToString("N")[..8];
        var code = MarketSetup.NewCreditCode();
        var authority = await server.OrganizationAsync("authority");
        var ids = new List<string>();
        foreach (var (name, credit) in new[] { ($"Hang {tag} 100%_云", code), ($"{tag} 算力中心", MarketSetup.NewCreditCode()) })
        {
            ids.Add((await server.Admin.PostAsync("/v1/organizations", new
            {
                name,
                kind = "provider",
                creditCode = credit,
                regionCode = "330100",
                establishedOn = "2015-01-01",
                traits = Array.Empty<string>(),
            })).Is(201)["id"]);
        }

        foreach (var list in new[] { "organizations", "parties" })
        {
            Assert.Equal([ids[1], ids[0]], await FoundAsync($"/v1/{list}?name={tag.ToUpperInvariant()}"));
            Assert.Equal([ids[1]], await FoundAsync($"/v1/{list}?kind=provider&name={Uri.EscapeDataString(tag.ToLowerInvariant() + " 算力")}"));
            Assert.Equal([ids[0]], await FoundAsync($"/v1/{list}?name={Uri.EscapeDataString(tag + " 100%_")}"));
            Assert.Empty(await FoundAsync($"/v1/{list}?name={Uri.EscapeDataString(tag + "%")}"));
            Assert.Empty(await FoundAsync($"/v1/{list}?kind=enterprise&name={tag}"));
            (await server.Admin.GetAsync($"/v1/{list}?name={new string('x', 201)}")).IsInvalid("name");
        }

        Assert.Equal([ids[0]], await FoundAsync($"/v1/organizations?creditCode={code}"));
        (await server.Admin.GetAsync("/v1/organizations?creditCode=91330100")).IsInvalid("creditCode");
        var provider = await server.ProviderAsync();
        var center = (await provider.PostAsync("/v1/centers", new { name = $"West {tag}", regionCode = "330100" })).Is(201)["id"];
        (await provider.PostAsync("/v1/centers", new { name = "East", regionCode = "330100" })).Is(201);
        Assert.Equal([center], (await provider.GetAsync($"/v1/centers?name=WEST")).Is(200).Items().Select(row => row.Text("id")));

        var scheme = await server.SchemeAsync();
        Assert.Equal([scheme.Code], (await authority.GetAsync($"/v1/programmes?name={scheme.Code.ToUpperInvariant()}")).Is(200).Items().Select(row => row.Text("code")));
        Assert.Equal([scheme.Code], (await authority.GetAsync($"/v1/programmes?authorityId={scheme.Authority.Id}")).Is(200).Items().Select(row => row.Text("code")));
        Assert.Empty((await authority.GetAsync($"/v1/programmes?authorityId={authority.Id}")).Is(200).Items());

        async Task<IEnumerable<string>> FoundAsync(string list) => (await server.Admin.GetAsync(list)).Is(200).Items().Select(row => row.Text("id"));
    }

    /// <summary>One of every status that a voucher can have without being used up, and applications to two programmes.</summary>
    private static async Task VouchersAsync(Scheme scheme, Scheme other, Party buyer, Party poor, DateTimeOffset month, Shop shop)
    {
        await scheme.IssueAsync(buyer, "300.00");
        await scheme.IssueAsync(poor, "5.00");
        var spare = await other.IssueAsync(poor, "70.00");
        var revoked = await other.IssueAsync(poor, "80.00");
        (await other.Authority.PostAsync($"/v1/vouchers/{revoked}/revoke", new { reason = "by mistake" })).Is(200);
        await poor.BuyAsync(shop, 1, month.AddHours(500), 1, new[] { spare });
        await buyer.ApplyAsync(scheme);
        await poor.ApplyAsync(scheme);
        foreach (var bidder in new[] { buyer, poor })
        {
            (await bidder.PostAsync("/v1/bids", new
            {
                accelerators = new[] { shop.Capacity.Model },
                cards = 8,
                hours = 1,
                from = MarketSetup.Wire(month.AddHours(900)),
                workload = "other",
                maxPricePerCardHour = "0.01",
            })).Is(201);
        }

        var admin = shop.Seller.Server.Admin;
        foreach (var status in new[] { "issued", "held", "revoked" })
        {
            await admin.FiltersAsync("/v1/vouchers", $"status={status}", voucher => voucher.Text("status") == status);
        }

        await admin.FiltersAsync("/v1/vouchers", $"organizationId={buyer.Id}", voucher => voucher.Text("organizationId") == buyer.Id);
        await scheme.Authority.FiltersAsync("/v1/vouchers", $"organizationId={buyer.Id}", voucher => voucher.Text("organizationId") == buyer.Id);
        await scheme.Authority.FiltersAsync("/v1/applications", $"organizationId={poor.Id}", application => application.Text("organizationId") == poor.Id);
        await admin.FiltersAsync("/v1/bids", $"organizationId={poor.Id}", bid => bid.Text("buyerId") == poor.Id);
    }

    /// <summary>What a month's end brings: invoices that are paid, credited and owed, settlements and claims before and after they are paid.</summary>
    private static async Task MoneyAsync(MarketplaceServer server, DateTimeOffset month, Scheme scheme, Party seller, Party other, Party buyer)
    {
        var admin = server.Admin;
        var invoice = (await other.InvoicesAsync(month.Period()))[0];
        (await admin.PostAsync($"/v1/invoices/{invoice["id"]}/credit-notes", new
        {
            reason = 1,
            lines = invoice["lines"]!.AsArray().Select(line => new { lineId = line!["id"], amount = line.Text("amount") }),
            note = "wrong",
        })).Is(201);
        foreach (var status in new[] { "issued", "paid", "credited" })
        {
            await admin.FiltersAsync("/v1/invoices", $"status={status}", row => row.Text("status") == status);
        }

        await admin.FiltersAsync("/v1/invoices", $"organizationId={buyer.Id}", row => row.Text("organizationId") == buyer.Id);
        await admin.FiltersAsync("/v1/vouchers", "status=partlyRedeemed", voucher => voucher.Text("status") == "partlyRedeemed");

        var settlement = (await seller.SettlementAsync(month.Period()))["items[0].id"];
        (await admin.PostAsync($"/v1/settlements/{settlement}/payments", new { reference = Guid.NewGuid().ToString("N") })).Is(201);
        await admin.FiltersAsync("/v1/settlements", "paid=true", row => row["paidAt"] is not null);
        await admin.FiltersAsync("/v1/settlements", "paid=false", row => row["paidAt"] is null);
        await admin.FiltersAsync("/v1/settlements", $"organizationId={other.Id}", row => row.Text("sellerId") == other.Id);

        var claim = (await seller.ClaimAsync(scheme, month.AddMonths(1).AddDays(-1))).Is(201)["id"];
        Assert.Equal([claim], (await scheme.Authority.GetAsync("/v1/claims?status=submitted")).Is(200).Items().Select(row => row.Text("id")));
        (await scheme.Authority.PostAsync($"/v1/claims/{claim}/decisions", new { reject = Array.Empty<object>() })).Is(201);
        Assert.Empty((await scheme.Authority.GetAsync("/v1/claims?status=submitted")).Is(200).Items());
        Assert.Equal([claim], (await scheme.Authority.GetAsync($"/v1/claims?payeeId={seller.Id}")).Is(200).Items().Select(row => row.Text("id")));
        Assert.Empty((await scheme.Authority.GetAsync($"/v1/claims?payeeId={other.Id}")).Is(200).Items());

        Assert.Equal("objection", (await admin.GetAsync($"/v1/disputes?kind=objection&organizationId={buyer.Id}")).Is(200)["items[0].kind"]);
        Assert.Empty((await admin.GetAsync($"/v1/disputes?kind=meters&organizationId={buyer.Id}")).Is(200).Items());
        Assert.Empty((await admin.GetAsync($"/v1/disputes?organizationId={other.Id}")).Is(200).Items());
    }

    private static IEnumerable<JsonNode> Legs(JsonNode order) => order["legs"]!.AsArray().Select(leg => leg!);

    private static DateTimeOffset Instant(JsonNode row, string field) => DateTimeOffset.Parse(row.Text(field), System.Globalization.CultureInfo.InvariantCulture);
}
