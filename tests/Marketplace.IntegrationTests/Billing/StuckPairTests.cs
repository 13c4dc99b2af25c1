using System.Text.Json.Nodes;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Billing;

/// <summary>A fault in one buyer's books is that buyer's alone, until somebody mends it.</summary>
public sealed class StuckPairTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_pair_that_cannot_be_billed_keeps_no_other_from_it_and_is_billed_once_it_can_be(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var month = await server.NextMonthAsync();
        var shop = await server.ShopAsync();
        var (start, end) = (month.AddDays(3), month.AddMonths(1).AddHours(36));
        Party[] buyers = [await server.BuyerAsync("10000.00"), await server.BuyerAsync("10000.00"), await server.BuyerAsync("10000.00")];
        foreach (var buyer in buyers)
        {
            var order = await buyer.BuyAsync(shop, 2, start, 4);
            Assert.Equal("160.00", order["total"]);
        }

        await server.MoveClockAsync(start.AddHours(5));
        foreach (var order in (await server.Admin.GetAsync("/v1/orders")).Is(200).Items())
        {
            await shop.UseAsync(order["legs"]![0]!["id"]!.GetValue<string>(), start, 4, cards: 2);
        }

        // The one in the middle of the run has less held than its leg says.
        var stuck = buyers.OrderBy(buyer => buyer.Id, StringComparer.Ordinal).ElementAt(1);
        await HoldAsync(server, stuck, Money.Zero);
        (await server.Admin.PutAsync("/v1/sandbox/clock", new { now = MarketSetup.Wire(end) })).Is(409, "clock.job_failed");
        foreach (var buyer in buyers)
        {
            Assert.Equal(buyer == stuck ? 0 : 1, (await buyer.InvoicesAsync(month.Period())).Count);
        }

        var job = await JobAsync(server, "bill-period");
        Assert.Equal((2, 3), (job["progress"]!["done"]!.GetValue<int>(), job["progress"]!["total"]!.GetValue<int>()));
        Assert.Null((await JobAsync(server, "settle-period"))["progress"]);
        var run = job["runs"]![0]!;
        Assert.Equal("failed", run["outcome"]!.GetValue<string>());
        Assert.StartsWith("billing.incomplete", run["summary"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(stuck.Id, run["summary"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty((await shop.Seller.GetAsync($"/v1/settlements?period={month.Period()}")).Is(200).Items());

        await HoldAsync(server, stuck, Money.Parse("160.00"));
        var mended = await servers.StartAsync(server.Database);
        (await mended.Admin.PutAsync("/v1/sandbox/clock", new { now = MarketSetup.Wire(end) })).Is(200);
        foreach (var buyer in buyers)
        {
            Assert.Equal("160.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
            Assert.Equal("9840.00 0.00 0.00", await buyer.MoneyAsync());
        }

        Assert.Equal("480.00", (await shop.Seller.SettlementAsync(month.Period()))["items[0].gross"]);
        Assert.Null((await JobAsync(mended, "bill-period"))["progress"]);
        await mended.BooksHoldAsync(month.Period());
    }

    private static async Task<JsonNode> JobAsync(MarketplaceServer server, string name) =>
        (await server.Admin.GetAsync("/v1/jobs")).Is(200).Items().Single(job => job["name"]!.GetValue<string>() == name);

    private static async Task HoldAsync(MarketplaceServer server, Party buyer, Money held)
    {
        await using var db = server.Database.Open();
        var id = Id<Organization>.Parse(buyer.Id);
        Assert.Equal(1, await db.BuyerAccounts.Where(account => account.OrganizationId == id).ExecuteUpdateAsync(set => set.SetProperty(account => account.Held, held)));
    }
}
