using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Billing;

/// <summary>Tokens from the listing to the replay: what was expected is held, what was used is billed, what was too much comes back.</summary>
public sealed class TokenBillingTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Tokens_are_billed_at_their_prices_with_vouchers_and_corrected(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var (shop, scheme, buyer) = (await server.TokenShopAsync(month), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var from = month.AddDays(9);
        var order = await buyer.BuyTokensAsync(shop, from, 10, input: 100_000_000, output: 50_000_000);
        Assert.Equal("600.00 180.00", $"{order["total"]} {order["publicMoney"]}");
        var leg = order["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(10));

        JsonObject Reading(int hour, long input, long output, string? id = null, string? replaces = null)
        {
            var reading = shop.Reading(leg, from.AddHours(hour), 8, "up", id, replaces);
            (reading["data"]!["inputTokens"], reading["data"]!["outputTokens"]) = (input, output);
            return reading;
        }

        // More output is served than was expected: what was held for is the boundary.
        Assert.Equal("2", (await shop.SendAsync(Reading(0, 30_000_000, 40_000_000), Reading(1, 10_000_000, 20_000_000))).Is(200)["accepted"]);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("tokens 40 million-input-tokens 80.00 | tokens 50 million-output-tokens 400.00", string.Join(" | ", invoice.Items("lines").Select(l => $"{l["kind"]} {l["quantity"]} {l["unit"]} {l["amount"]}")));
        Assert.Equal("480.00 144.00 336.00 0.130000", $"{invoice["total"]} {invoice["voucherTotal"]} {invoice["payable"]} {decimal.Parse(invoice["lines[0].vatRate"]):0.000000}");
        Assert.Equal("4856.00 0.00 144.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("99664.00 0.00 0.00", await buyer.MoneyAsync());
        var explained = (await buyer.GetAsync($"/v1/invoices/{invoice["id"]}/lines/{invoice["lines[1].id"]}/explain")).Is(200);
        Assert.Equal("40000000 20000000", $"{explained["hours[0].outputTokens"]} {explained["hours[1].outputTokens"]}");

        // The first hour's output was a quarter of that.
        Assert.Equal("1", (await shop.SendAsync(Reading(0, 30_000_000, 10_000_000, leg + "-c", $"{leg}-{from.ToUnixTimeSeconds()}"))).Is(200)["accepted"]);
        await server.CloseAsync(month.AddMonths(1));
        var note = (await buyer.GetAsync($"/v1/credit-notes?invoiceId={invoice["id"]}")).Is(200);
        Assert.Equal("4 160.00 48.00 112.00", $"{note["items[0].reason"]} {note["items[0].total"]} {note["items[0].voucherReturned"]} {note["items[0].refund"]}");
        Assert.Equal("99776.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task A_leg_that_is_cut_short_keeps_what_invoices_billed_of_its_tokens(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var (shop, buyer) = (await server.TokenShopAsync(month), await server.BuyerAsync());

        // Seven days of the first month and eleven of the second.
        var end = month.AddMonths(1);
        var from = end.AddDays(-7);
        var leg = (await buyer.BuyTokensAsync(shop, from, 18 * 24, input: 16_000_000, output: 8_000_000))["legs[0].id"];
        async Task UseAsync(DateTimeOffset at, long input, long output)
        {
            await server.MoveClockAsync(at.AddHours(1));
            var reading = shop.Reading(leg, at, 8);
            (reading["data"]!["inputTokens"], reading["data"]!["outputTokens"]) = (input, output);
            Assert.Equal("1", (await shop.SendAsync(reading)).Is(200)["accepted"]);
        }

        await UseAsync(from, 15_000_000, 2_000_000);
        await server.CloseAsync(month);
        Assert.Equal("46.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
        Assert.Equal("99954.00 50.00 0.00", await buyer.MoneyAsync());

        // Half of the hours stay: 4 of 8 million output tokens, and the 15 million input tokens that are billed instead of 8.
        (await shop.Seller.PostAsync(
            $"/v1/centers/{shop.Capacity.CenterId}/nodes/n-1/withdrawals", new { from = MarketSetup.Wire(end.AddDays(2)), reason = "repair" })).Is(201);
        await server.BooksHoldAsync(month.Period());
        Assert.Equal("99954.00 16.00 0.00", await buyer.MoneyAsync());

        await UseAsync(end.AddDays(1).AddHours(20), 1_000_000, 3_000_000);
        await server.CloseAsync(end);
        var second = await buyer.InvoiceAsync(end.Period());
        Assert.Equal("2 million-output-tokens 16.00", $"{second["lines[0].quantity"]} {second["lines[0].unit"]} {second["total"]}");
        Assert.Equal("99938.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), end.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_leg_that_is_cut_short_keeps_what_was_served_and_vouchers_what_they_pay_of_it(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var (shop, scheme, buyer) = (await server.TokenShopAsync(month), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var from = month.AddDays(9);
        var leg = (await buyer.BuyTokensAsync(shop, from, 10, input: 10_000_000, output: 5_000_000))["legs[0].id"];
        Assert.Equal("4982.00 18.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.MoveClockAsync(from.AddHours(4));
        var reading = shop.Reading(leg, from, 8);
        (reading["data"]!["inputTokens"], reading["data"]!["outputTokens"]) = (8_000_000, 1_000_000);
        Assert.Equal("1", (await shop.SendAsync(reading)).Is(200)["accepted"]);

        // Half of the hours stay: 2.5 of 5 million output tokens, and the 8 million input tokens that were served, 36.00 of 60.00.
        (await shop.Seller.PostAsync(
            $"/v1/centers/{shop.Capacity.CenterId}/nodes/n-1/withdrawals", new { from = MarketSetup.Wire(from.AddHours(5)), reason = "repair" })).Is(201);
        Assert.Equal("4989.20 10.80 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("100000.00 25.20 0.00", await buyer.MoneyAsync());
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal(("24.00", "7.20"), (invoice["total"], invoice["voucherTotal"]));
        await server.BooksHoldAsync(month.Period());
    }
}
