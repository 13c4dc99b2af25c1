using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Billing;

/// <summary>Credit notes that the platform issues by hand: what they take back of an invoice, and where it goes.</summary>
public sealed class CreditNoteTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Reason_1_without_lines_takes_back_what_is_left_of_an_invoice_with_an_outage(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync("10.00", "reserved", cards: 2), await server.SchemeAsync(), await server.BuyerAsync("1000.00"));
        var voucher = await scheme.IssueAsync(buyer, "500.00");
        var month = await server.NextMonthAsync();
        var from = month.AddDays(2);
        var leg = (await buyer.BuyAsync(shop, 2, from, 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(3));
        await shop.UseAsync(leg, from.AddHours(4), 2, cards: 2, status: "down");
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal(["reserved 20 200.00 152.00", "outage -4 -40.00 -40.00"], FlowTests.Lines(invoice));
        Task<Answer> Credit(object body) => server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/credit-notes", body);
        (await Credit(new { note = "n" })).IsInvalid("reason", "lines");
        (await Credit(new { reason = 4, note = "n" })).IsInvalid("lines");
        (await Credit(new { reason = 1, lines = Array.Empty<object>(), note = "n" })).IsInvalid("lines");

        // A part of it was credited before: 160 less 10, the voucher's 48 less 3.
        (await Credit(new { reason = 4, lines = new[] { new { lineId = invoice["lines[0].id"], amount = "10.00" } }, note = "slow disks" })).Is(201);
        var rest = (await Credit(new { reason = 1, note = "wrong buyer" })).Is(201);
        Assert.Equal("150.00 45.00 105.00", $"{rest["total"]} {rest["voucherReturned"]} {rest["refund"]}");
        var gone = (await buyer.GetAsync($"/v1/invoices/{invoice["id"]}")).Is(200);
        Assert.Equal("credited 160.00 0.00", $"{gone["status"]} {gone["credited"]} {gone["outstanding"]}");
        var notes = (await buyer.GetAsync($"/v1/credit-notes?invoiceId={invoice["id"]}")).Items();
        Assert.Equal(decimal.Parse(invoice["vat"]), notes.Sum(note => decimal.Parse(note["vat"]!.GetValue<string>())));
        Assert.Equal("500.00 0.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("1000.00 0.00 0.00", await buyer.MoneyAsync());
        (await Credit(new { reason = 1, note = "again" })).Is(409, "credit_note.nothing_left");
        (await server.Admin.PostAsync("/v1/invoices/none/credit-notes", new { reason = 1, note = "n" })).Is(404, "not_found");
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_credit_note_after_the_settlement_is_settled_at_the_next_close_though_nothing_was_sold(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync(), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, month.AddDays(9), 10);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Task<Answer> Credit(string amount) => server.Admin.PostAsync(
            $"/v1/invoices/{invoice["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = invoice["lines[0].id"], amount } }, note = "slow disks" });
        var note = (await Credit("100.00")).Is(201);
        Assert.Equal("100.00 5.66 94.34 30.00 70.00", $"{note["total"]} {note["vat"]} {note["net"]} {note["voucherReturned"]} {note["refund"]}");
        (await Credit("1500.01")).Is(422, "credit_note.exceeds");
        Assert.Equal("4550.00 0.00 450.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("98950.00 0.00 0.00", await buyer.MoneyAsync());
        await server.CloseAsync(month.AddMonths(1));
        Assert.Equal("-100.00 -5.00 -95.00 -65.00 -30.00", FlowTests.Settled(await shop.Seller.SettlementAsync(month.AddMonths(1).Period())));
        Assert.Equal("0.00", await server.PostedAsync("seller.unsettled", shop.Seller.Id));
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task Reason_1_takes_back_the_whole_invoice_and_nothing_less(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync("10.00", cards: 4), await server.SchemeAsync(), await server.BuyerAsync("1000.00"));
        var voucher = await scheme.IssueAsync(buyer, "500.00");
        var month = await server.NextMonthAsync();
        var one = (await buyer.BuyAsync(shop, 2, month.AddDays(1), 5))["legs[0].id"];
        var two = (await buyer.BuyAsync(shop, 2, month.AddDays(1), 5))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(one, month.AddDays(1), 5, cards: 2);
        await shop.UseAsync(two, month.AddDays(1), 5, cards: 2);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("200.00", invoice["total"]);
        Task<Answer> Credit(int reason, params (int Line, string Amount)[] lines) => server.Admin.PostAsync(
            $"/v1/invoices/{invoice["id"]}/credit-notes", new { reason, lines = lines.Select(line => new { lineId = invoice[$"lines[{line.Line}].id"], amount = line.Amount }), note = "n" });
        (await Credit(1, (0, "100.00"))).Is(422, "credit_note.not_whole");
        (await Credit(1, (0, "100.00"), (1, "99.99"))).Is(422, "credit_note.not_whole");
        (await Credit(5, (0, "1.00"))).IsInvalid("reason");
        (await Credit(4, (0, "1.00"), (0, "1.00"))).IsInvalid("lines");
        (await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = voucher, amount = "1.00" } }, note = "n" })).IsInvalid("lines[0].lineId");
        (await Credit(2, (0, "33.33"))).Is(201);
        (await Credit(1, (0, "100.00"), (1, "100.00"))).Is(422);
        var rest = (await Credit(1, (0, "66.67"), (1, "100.00"))).Is(201);
        Assert.Equal("166.67", rest["total"]);
        var gone = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("credited 200.00 0.00 0.00", $"{gone["status"]} {gone["credited"]} {gone["paid"]} {gone["outstanding"]}");
        Assert.Equal("500.00 0.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("1000.00 0.00 0.00", await buyer.MoneyAsync());
        var notes = (await buyer.GetAsync($"/v1/credit-notes?invoiceId={invoice["id"]}")).Items();
        Assert.Equal(decimal.Parse(invoice["vat"]), notes.Sum(note => decimal.Parse(note["vat"]!.GetValue<string>())));
        (await Credit(4, (0, "0.01"))).Is(422, "credit_note.exceeds");
        await server.BooksHoldAsync(month.Period());
    }
}
