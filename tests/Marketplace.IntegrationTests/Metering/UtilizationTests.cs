using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Market;
using Marketplace.IntegrationTests.Vouchers;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>Five numbers of a centre, none of which can be taken for another.</summary>
public sealed class UtilizationTests(Servers servers) : IClassFixture<Servers>
{
    private static readonly string[] Numbers = ["listed", "sold", "busy", "ownMoney", "publicMoney"];

    [Theory, EveryDatabase]
    public async Task What_is_listed_sold_busy_and_paid_for_by_whom_stand_side_by_side(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var provider = await server.ControlledAsync("holding " + Guid.NewGuid().ToString("N"), "provider");
        var (shop, scheme, buyer, idle) = (await server.ShopAsync(nodes: 2, provider: provider), await server.SchemeAsync(), await server.BuyerAsync(), await server.BuyerAsync());
        await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var start = month.AddDays(9);
        var used = await buyer.BuyAsync(shop, 8, start, 10);
        await idle.BuyAsync(shop, 4, start.AddHours(20), 10);
        await server.MoveClockAsync(month.AddDays(11));
        await shop.UseAsync(used["legs[0].id"], start, 10, cards: 6);
        Assert.Equal("768 120 60 0 0", await FiguresAsync(provider, shop, start, start.AddDays(2)));
        await server.CloseAsync(month);

        // Sixty card-hours are paid for, thirty in a hundred of them by the voucher; the idle forty cost nobody anything.
        Assert.Equal("768 120 60 42 18", await FiguresAsync(provider, shop, start, start.AddDays(2)));
        Assert.Equal("80 40 30 21 9", await FiguresAsync(provider, shop, start, start.AddHours(5)));
        var days = await AskAsync(provider, shop, start, start.AddDays(2));
        Assert.Equal("384 96 60 42 18", Text(days, "days[0]."));
        Assert.Equal("384 24 0 0 0", Text(days, "days[1]."));
        Assert.Equal(days.Text, (await provider.GetAsync($"/v1/utilization?centerId={shop.Capacity.CenterId}&from={start:yyyy-MM-dd}&to={start.AddDays(1):yyyy-MM-dd}")).Is(200).Text);

        foreach (var reader in new[] { server.Admin, scheme.Authority })
        {
            Assert.Equal(days.Text, (await AskAsync(reader, shop, start, start.AddDays(2))).Text);
        }

        (await AskAsync(buyer, shop, start, start.AddDays(2))).Is(404, "not_found");
        (await AskAsync(await server.ProviderAsync(), shop, start, start.AddDays(2))).Is(404, "not_found");
        (await provider.GetAsync("/v1/utilization")).IsInvalid("centerId", "from", "to");
        (await AskAsync(provider, shop, start, start)).IsInvalid("to");
        (await provider.GetAsync($"/v1/utilization?centerId={shop.Capacity.CenterId}&from=2026-01-01T00:30:00Z&to=x")).Is(400);
    }

    [Theory, EveryDatabase]
    public async Task What_was_resold_counts_once_and_what_related_parties_pay_not_at_all(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var group = "holding " + Guid.NewGuid().ToString("N");
        var (provider, sister) = (await server.ControlledAsync(group, "provider"), await server.ControlledAsync(group));
        (await server.Admin.PostAsync($"/v1/organizations/{sister.Id}/deposits", new { amount = "10000.00", reference = "first" })).Is(201);
        var (shop, holder, buyer) = (await server.ShopAsync(product: "reserved", provider: provider), await server.BuyerAsync(), await server.BuyerAsync());
        var month = await server.NextMonthAsync();
        var start = month.AddDays(9);
        var held = await holder.TakeAsync(shop.Capacity.Demand(8, start, 10));
        (await holder.ResellAsync(held, 2, 0, 5)).Is(201);
        await buyer.TakeAsync(shop.Capacity.Demand(2, start, 5));
        await sister.TakeAsync(shop.Capacity.Demand(8, start.AddHours(10), 10));
        await server.CloseAsync(month);
        Assert.Equal("160 160 0 80 0", await FiguresAsync(provider, shop, start, start.AddHours(20)));
    }

    [Theory, EveryDatabase]
    public async Task Every_centre_that_sold_stands_in_the_list_with_its_numbers_also_when_its_listing_is_withdrawn(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, gone, unsold, scheme, buyer) = (await server.ShopAsync(), await server.ShopAsync(), await server.ShopAsync(), await server.SchemeAsync(), await server.BuyerAsync());
        await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var start = month.AddDays(9);
        foreach (var place in new[] { shop, gone })
        {
            var leg = (await buyer.BuyAsync(place, place == shop ? 8 : 3, start, 10))["legs[0].id"];
            await server.MoveClockAsync(start.AddHours(10));
            await place.UseAsync(leg, start, 10, cards: place == shop ? 8 : 3);
            start = start.AddHours(10);
        }

        var listing = (await server.Admin.GetAsync($"/v1/listings?providerId={gone.Seller.Id}&limit=500")).Is(200).Items().Single(one => one["centerId"]!.GetValue<string>() == gone.Capacity.CenterId)["id"];
        (await gone.Seller.DeleteAsync($"/v1/listings/{listing}")).Is(204);
        await server.CloseAsync(month);

        // Nothing is left of the listing from the hour on in which it was withdrawn; what was sold before stays.
        var (from, to) = (month.AddDays(9), month.AddDays(11));
        var span = $"from={Uri.EscapeDataString(MarketSetup.Wire(from))}&to={Uri.EscapeDataString(MarketSetup.Wire(to))}";
        var (items, cursor) = (new List<System.Text.Json.Nodes.JsonNode>(), "");
        do
        {
            var page = (await scheme.Authority.GetAsync($"/v1/utilization/centers?{span}&limit=2{cursor}")).Is(200);
            items.AddRange(page.Items());
            cursor = page.Json!["next"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        foreach (var item in items)
        {
            var alone = (await scheme.Authority.GetAsync($"/v1/utilization?centerId={item["centerId"]}&{span}")).Is(200);
            Assert.Equal(Text(alone), string.Join(' ', Numbers.Select(name => item[$"{name}CardHours"])));
        }

        var known = items.ToDictionary(item => item["centerId"]!.GetValue<string>());
        Assert.Equal(items.Count, known.Count);
        Assert.Equal("384 80 80 56 24", string.Join(' ', Numbers.Select(name => known[shop.Capacity.CenterId][$"{name}CardHours"])));
        Assert.Equal("160 30 30 21 9", string.Join(' ', Numbers.Select(name => known[gone.Capacity.CenterId][$"{name}CardHours"])));
        Assert.Equal("384", known[unsold.Capacity.CenterId]["listedCardHours"]!.GetValue<string>());
        var center = (await gone.Seller.GetAsync($"/v1/centers/{gone.Capacity.CenterId}")).Is(200);
        Assert.Equal(
            (center["name"], center["regionCode"], gone.Seller.Id),
            ((string?)known[gone.Capacity.CenterId]["centerName"], (string?)known[gone.Capacity.CenterId]["regionCode"], (string?)known[gone.Capacity.CenterId]["providerId"]));

        // A provider has its own there, a buyer none, and where nothing was on offer nobody.
        Assert.Equal([gone.Capacity.CenterId], (await gone.Seller.GetAsync($"/v1/utilization/centers?{span}")).Is(200).Items().Select(item => item["centerId"]!.GetValue<string>()));
        Assert.Empty((await buyer.GetAsync($"/v1/utilization/centers?{span}")).Is(200).Items());
        Assert.Empty((await gone.Seller.GetAsync("/v1/utilization/centers?from=2001-01-01&to=2001-01-31")).Is(200).Items());
        (await server.Admin.GetAsync("/v1/utilization/centers")).IsInvalid("from", "to");
        (await server.Admin.GetAsync("/v1/utilization/centers?from=2026-01-02&to=2026-01-01&limit=0")).IsInvalid("limit", "to");
        (await server.Admin.GetAsync("/v1/utilization/centers?from=2026-01-01&to=2027-01-02")).IsInvalid("to");
    }

    [Theory, EveryDatabase]
    public async Task What_is_listed_again_counts_once_and_cards_that_are_taken_out_no_more(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        var start = await server.TomorrowAsync();
        await server.MoveClockAsync(start);
        var first = (await capacity.ListAsync(from: start, to: start.AddHours(100))).Is(201)["id"];
        await server.MoveClockAsync(start.AddHours(50));
        (await capacity.Provider.DeleteAsync($"/v1/listings/{first}")).Is(204);
        (await capacity.ListAsync(from: start, to: start.AddHours(100))).Is(201);
        var shop = new Shop(capacity, "");
        Assert.Equal("800 0 0 0 0", await FiguresAsync(capacity.Provider, shop, start, start.AddHours(100)));

        // One card for the last twenty hours, then another for the last ten.
        foreach (var (card, hour) in new[] { (3, 80), (5, 90) })
        {
            (await capacity.Provider.PostAsync(
                $"/v1/centers/{capacity.CenterId}/nodes/n-1/withdrawals", new { from = MarketSetup.Wire(start.AddHours(hour)), reason = "failed", cards = new[] { card } })).Is(201);
        }

        Assert.Equal("770 0 0 0 0", await FiguresAsync(capacity.Provider, shop, start, start.AddHours(100)));
        Assert.Equal("60 0 0 0 0", await FiguresAsync(capacity.Provider, shop, start.AddHours(90), start.AddHours(100)));
        await server.BooksHoldAsync();
    }

    private static async Task<string> FiguresAsync(Party party, Shop shop, DateTimeOffset from, DateTimeOffset to) => Text((await AskAsync(party, shop, from, to)).Is(200));

    private static Task<Answer> AskAsync(Party party, Shop shop, DateTimeOffset from, DateTimeOffset to) =>
        party.GetAsync($"/v1/utilization?centerId={shop.Capacity.CenterId}&from={Uri.EscapeDataString(MarketSetup.Wire(from))}&to={Uri.EscapeDataString(MarketSetup.Wire(to))}");

    private static string Text(Answer answer, string at = "") =>
        string.Join(' ', Numbers.Select(name => answer[$"{at}{name}CardHours"]));
}
