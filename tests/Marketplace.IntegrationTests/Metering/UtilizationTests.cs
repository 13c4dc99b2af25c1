using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Market;
using Marketplace.IntegrationTests.Vouchers;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>Five numbers of a centre, none of which can be taken for another.</summary>
public sealed class UtilizationTests(Servers servers) : IClassFixture<Servers>
{
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
        string.Join(' ', ((string[])["listed", "sold", "busy", "ownMoney", "publicMoney"]).Select(name => answer[$"{at}{name}CardHours"]));
}
