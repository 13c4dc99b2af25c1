using Marketplace.IntegrationTests.Billing;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Vouchers;

/// <summary>How redeemed money comes back from the authority, and who bears what it doesn't pay.</summary>
public sealed class ClaimTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task What_the_buyer_bears_is_invoiced_to_it_and_moved_by_the_next_settlement(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database);
        var claim = (await deal.ClaimAsync()).Is(201);
        var decided = (await deal.RejectAsync(claim)).Is(201);
        Assert.Equal("decided 480.00 0.00 rejected", $"{decided["status"]} {decided["total"]} {decided["approved"]} {decided["items[0].status"]}");
        Assert.Equal("4520.00 0.00 0.00 0.00 480.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("4520.00 0.00 0.00 0.00 995480.00", await deal.Scheme.MoneyAsync());
        var extra = await deal.Buyer.InvoiceAsync(deal.Month.AddMonths(1).Period());
        Assert.Equal("supplementary 480.00 480.00 0.00 paid", $"{extra["kind"]} {extra["total"]} {extra["payable"]} {extra["vat"]} {extra["status"]}");
        Assert.Equal("98400.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", deal.Scheme.Authority.Id));
        await server.CloseAsync(deal.Month.AddMonths(1));
        Assert.Equal("0.00 0.00 0.00 480.00 -480.00", FlowTests.Settled(await deal.Seller.SettlementAsync(deal.Month.AddMonths(1).Period())));
        Assert.Equal("-1520.00", await server.PostedAsync("seller.payable", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("seller.programme_due", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("seller.unsettled", deal.Seller.Id));
        (await deal.ClaimAsync()).Is(422, "claim.empty");
        await server.BooksHoldAsync(deal.Month.Period(), deal.Month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task What_the_seller_bears_comes_off_what_it_was_due(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database, """{"rejectedClaim": "seller"}""");
        (await deal.RejectAsync((await deal.ClaimAsync()).Is(201))).Is(201);
        Assert.Equal("4520.00 0.00 0.00 0.00 480.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("98880.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Empty(await deal.Buyer.InvoicesAsync(deal.Month.AddMonths(1).Period()));
        Assert.Equal("0.00", await server.PostedAsync("seller.programme_due", deal.Seller.Id));
        Assert.Equal("-1040.00", await server.PostedAsync("seller.payable", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", deal.Scheme.Authority.Id));
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_rejection_that_restores_gives_the_voucher_its_money_back(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database);
        (await deal.RejectAsync((await deal.ClaimAsync()).Is(201), restore: true)).Is(201);
        Assert.Equal("5000.00 0.00 0.00 0.00 0.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("5000.00 0.00 0.00 0.00 995000.00", await deal.Scheme.MoneyAsync());
        Assert.Equal("98400.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_was_paid_too_much_is_clawed_back_by_the_next_claim(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database);
        var claim = (await deal.ClaimAsync()).Is(201);
        (await deal.DecideAsync(claim)).Is(201);
        (await deal.PayAsync(claim)).Is(201);
        Assert.Equal("30.00", (await deal.CreditAsync("100.00")).Is(201)["voucherReturned"]);
        await server.CloseAsync(deal.Month.AddMonths(1));
        Assert.Equal("-100.00 -5.00 -95.00 -65.00 -30.00", FlowTests.Settled(await deal.Seller.SettlementAsync(deal.Month.AddMonths(1).Period())));
        var back = (await deal.ClaimAsync()).Is(201);
        Assert.Equal("-30.00 -30.00", $"{back["total"]} {back["items[0].amount"]}");
        (await deal.RejectAsync(back)).Is(422, "claim.item");
        (await deal.DecideAsync(back)).Is(201);
        (await deal.PayAsync(back)).Is(201);
        Assert.Equal("5000.00 450.00 450.00 450.00 995000.00", await deal.Scheme.MoneyAsync());
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", deal.Scheme.Authority.Id));
        Assert.Equal("0.00", await server.PostedAsync("seller.programme_due", deal.Seller.Id));
        Assert.Equal("-1425.00", await server.PostedAsync("seller.payable", deal.Seller.Id));
        (await deal.ClaimAsync()).Is(422, "claim.empty");
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Of_an_item_that_a_credit_note_shrank_meanwhile_what_stands_is_rejected(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database);
        var claim = (await deal.ClaimAsync()).Is(201);
        (await deal.CreditAsync("100.00")).Is(201);
        (await deal.RejectAsync(claim)).Is(201);
        Assert.Equal("4550.00 0.00 0.00 0.00 450.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("450.00", (await deal.Buyer.InvoiceAsync(deal.Month.AddMonths(1).Period()))["total"]);
        Assert.Equal("98500.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Equal("4550.00 0.00 0.00 0.00 995450.00", await deal.Scheme.MoneyAsync());
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", deal.Scheme.Authority.Id));
        (await deal.ClaimAsync()).Is(422, "claim.empty");
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_is_credited_after_a_rejection_goes_back_to_the_buyer_who_bore_it(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database);
        (await deal.RejectAsync((await deal.ClaimAsync()).Is(201))).Is(201);
        var credit = (await deal.CreditAsync("100.00")).Is(201);
        Assert.Equal("100.00 0.00 100.00", $"{credit["total"]} {credit["voucherReturned"]} {credit["refund"]}");
        Assert.Equal("4520.00 0.00 0.00 0.00 480.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("98500.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        var extra = await deal.Buyer.InvoiceAsync(deal.Month.AddMonths(1).Period());
        Assert.Equal("30.00 450.00", $"{extra["credited"]} {extra["paid"]}");
        await server.CloseAsync(deal.Month.AddMonths(1));

        // 480 moved from the programme to the buyer, and then 100 less of all of it.
        Assert.Equal("-100.00 -5.00 -95.00 385.00 -480.00", FlowTests.Settled(await deal.Seller.SettlementAsync(deal.Month.AddMonths(1).Period())));
        Assert.Equal("-1425.00", await server.PostedAsync("seller.payable", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("seller.programme_due", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", deal.Scheme.Authority.Id));
        Assert.Equal("1500.00", (await deal.CreditAsync("1500.00")).Is(201)["refund"]);
        Assert.Equal("100000.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Equal("credited", (await deal.Buyer.GetAsync($"/v1/invoices/{extra["id"]}")).Is(200)["status"]);
        (await deal.CreditAsync("0.01")).Is(422, "credit_note.exceeds");
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_the_buyer_bore_of_a_rejection_can_be_let_off_him(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database);
        (await deal.RejectAsync((await deal.ClaimAsync()).Is(201))).Is(201);
        var extra = await deal.Buyer.InvoiceAsync(deal.Month.AddMonths(1).Period());
        Assert.Equal((deal.Invoice["lines[0].id"], deal.Voucher), (extra["rejectedLineId"], extra["rejectedVoucherId"]));
        Task<Answer> CreditExtra(int reason, string amount) => server.Admin.PostAsync(
            $"/v1/invoices/{extra["id"]}/credit-notes", new { reason, lines = new[] { new { lineId = extra["lines[0].id"], amount } }, note = "the seller's evidence was late" });
        async Task<string> Stands(string invoice)
        {
            var answer = (await deal.Buyer.GetAsync($"/v1/invoices/{invoice}")).Is(200);
            return $"{answer["status"]} {answer["credited"]} {answer["paid"]} {answer["outstanding"]}";
        }

        (await CreditExtra(4, "480.01")).Is(422, "credit_note.exceeds");
        (await CreditExtra(1, "100.00")).Is(422, "credit_note.not_whole");
        var first = (await CreditExtra(4, "100.00")).Is(201);
        Assert.Equal("100.00 94.34 5.66 0.00 100.00", $"{first["total"]} {first["net"]} {first["vat"]} {first["voucherReturned"]} {first["refund"]}");
        Assert.Equal((deal.Invoice["id"], extra["id"]), (first["invoiceId"], first["supplementaryId"]));
        Assert.Equal("4520.00 0.00 0.00 0.00 480.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("98500.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Equal(("paid 100.00 380.00 0.00", "paid 100.00 1120.00 0.00"), (await Stands(extra["id"]), await Stands(deal.Invoice["id"])));
        await server.CloseAsync(deal.Month.AddMonths(1));

        // 480 moved from the programme to the buyer, and then 100 less of it.
        Assert.Equal("-100.00 -5.00 -95.00 385.00 -480.00", FlowTests.Settled(await deal.Seller.SettlementAsync(deal.Month.AddMonths(1).Period())));
        Assert.Equal("-1425.00", await server.PostedAsync("seller.payable", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("seller.programme_due", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", deal.Scheme.Authority.Id));

        Task<Answer> CreditRest() => server.Admin.PostAsync($"/v1/invoices/{extra["id"]}/credit-notes", new { reason = 1, note = "all of it" });
        var rest = (await CreditRest()).Is(201);
        Assert.Equal("380.00 21.51 380.00", $"{rest["total"]} {rest["vat"]} {rest["refund"]}");
        Assert.Equal("credited 480.00 0.00 0.00", await Stands(extra["id"]));
        Assert.Equal(2, (await deal.Buyer.GetAsync($"/v1/credit-notes?invoiceId={extra["id"]}")).Is(200).Items().Count);
        (await CreditExtra(4, "0.01")).Is(422, "credit_note.exceeds");
        (await CreditRest()).Is(409, "credit_note.nothing_left");

        // What is left of the line is the buyer's own money; corrected usage takes it back as ever.
        await deal.Shop.CorrectAsync(deal.Invoice["lines[0].legId"], deal.Month.AddDays(9), 4);
        await server.CloseAsync(deal.Month.AddMonths(2));
        Assert.Equal("98960.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        (await deal.CreditAsync("1040.01")).Is(422, "credit_note.exceeds");
        Assert.Equal("1040.00", (await deal.CreditAsync("1040.00")).Is(201)["refund"]);
        Assert.Equal("100000.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Equal("credited 1600.00 0.00 0.00", await Stands(deal.Invoice["id"]));
        Assert.Equal(90.57m, (await deal.Buyer.GetAsync($"/v1/credit-notes?invoiceId={deal.Invoice["id"]}")).Items().Sum(note => decimal.Parse(note["vat"]!.GetValue<string>())));
        await server.BooksHoldAsync(deal.Month.Period(), deal.Month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task Of_a_line_that_two_programmes_paid_each_rejection_is_let_off_by_itself(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync(), await server.OrganizationAsync("enterprise"));
        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "5000.00" })).Is(200);
        var (one, two) = (await server.SchemeAsync(), await server.SchemeAsync(rules: """{"rates": [{"ratio": "0.20"}]}"""));
        var vouchers = (await one.IssueAsync(buyer, "5000.00"), await two.IssueAsync(buyer, "5000.00"));
        var month = await server.NextMonthAsync();
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, month.AddDays(9), 10);
        await server.CloseAsync(month);
        Assert.Equal("0.00 0.00 800.00", await buyer.MoneyAsync());
        var claim = (await shop.Seller.ClaimAsync(one, month.AddMonths(1))).Is(201);
        (await one.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions", new { reject = new[] { new { itemId = claim["items[0].id"], reason = "r" } } })).Is(201);
        Assert.Equal("0.00 0.00 1280.00", await buyer.MoneyAsync());
        var extra = await buyer.InvoiceAsync(month.AddMonths(1).Period());
        var note = (await server.Admin.PostAsync(
            $"/v1/invoices/{extra["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = extra["lines[0].id"], amount = "80.00" } }, note = "n" })).Is(201);

        // The line is 100 less, of which the second programme had paid 20.
        Assert.Equal("100.00 5.66 20.00 80.00", $"{note["total"]} {note["vat"]} {note["voucherReturned"]} {note["refund"]}");
        Assert.Equal("0.00 0.00 1200.00", await buyer.MoneyAsync());
        Assert.Equal(("4520.00 0.00 0.00 0.00 480.00", "4700.00 0.00 300.00 0.00 0.00"), (await buyer.VoucherAsync(vouchers.Item1), await buyer.VoucherAsync(vouchers.Item2)));
        Assert.Equal("300.00", await server.PostedAsync("authority.receivable", two.Authority.Id));
        await server.CloseAsync(month.AddMonths(1));
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_is_credited_after_a_rejection_goes_back_to_the_seller_who_bore_it(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database, """{"rejectedClaim": "seller"}""");
        (await deal.RejectAsync((await deal.ClaimAsync()).Is(201))).Is(201);
        var credit = (await deal.CreditAsync("100.00")).Is(201);
        Assert.Equal("100.00 0.00 70.00", $"{credit["total"]} {credit["voucherReturned"]} {credit["refund"]}");
        Assert.Equal("98950.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        await server.CloseAsync(deal.Month.AddMonths(1));

        // 1500 less 5 % commission, less the 450 that the authority would not have paid of it.
        Assert.Equal("0.00", await server.PostedAsync("seller.unsettled", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("seller.programme_due", deal.Seller.Id));
        Assert.Equal("-975.00", await server.PostedAsync("seller.payable", deal.Seller.Id));
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", deal.Scheme.Authority.Id));
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Usage_that_is_corrected_after_a_rejection_does_not_keep_the_period_from_being_billed(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database);
        (await deal.RejectAsync((await deal.ClaimAsync()).Is(201))).Is(201);
        await deal.Shop.CorrectAsync(deal.Invoice["lines[0].legId"], deal.Month.AddDays(9), 4);
        await server.CloseAsync(deal.Month.AddMonths(1));
        var note = (await deal.Buyer.GetAsync($"/v1/credit-notes?invoiceId={deal.Invoice["id"]}")).Is(200);
        Assert.Equal("80.00 0.00 80.00", $"{note["items[0].total"]} {note["items[0].voucherReturned"]} {note["items[0].refund"]}");
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Who_is_reimbursed_pays_in_full_and_claims_afterwards(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database, """{"mode": "reimburse", "payee": "buyer"}""");
        Assert.Equal("1600.00 480.00 1600.00", $"{deal.Invoice["total"]} {deal.Invoice["voucherTotal"]} {deal.Invoice["payable"]}");
        Assert.Equal("98400.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Equal("4520.00 0.00 480.00 0.00 0.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("1600.00 80.00 1520.00 1520.00 0.00", FlowTests.Settled(await deal.Seller.SettlementAsync(deal.Month.Period())));
        (await deal.Seller.ClaimAsync(deal.Scheme, deal.Month.AddMonths(1))).Is(422, "claim.empty");
        var claim = (await deal.Buyer.ClaimAsync(deal.Scheme, deal.Month.AddMonths(1))).Is(201);
        Assert.Equal("480.00", claim["total"]);
        (await deal.DecideAsync(claim)).Is(201);
        (await deal.PayAsync(claim)).Is(201);
        Assert.Equal("5000.00 480.00 480.00 480.00 995000.00", await deal.Scheme.MoneyAsync());

        // A credit gives back all that was paid of it; the voucher's share is clawed back from the buyer.
        var credit = (await deal.CreditAsync("100.00")).Is(201);
        Assert.Equal("30.00 100.00", $"{credit["voucherReturned"]} {credit["refund"]}");
        var back = (await deal.Buyer.ClaimAsync(deal.Scheme, deal.Month.AddMonths(1))).Is(201);
        Assert.Equal("-30.00", back["total"]);
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Who_is_reimbursed_and_buys_on_credit_claims_once_the_invoice_is_paid(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync(), await server.OrganizationAsync("enterprise"));
        var scheme = await server.SchemeAsync(rules: """{"mode": "reimburse", "payee": "buyer"}""");
        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "5000.00" })).Is(200);
        await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, month.AddDays(9), 10);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("1600.00 480.00 0.00 issued", $"{invoice["payable"]} {invoice["voucherTotal"]} {invoice["paid"]} {invoice["status"]}");

        (await buyer.ClaimAsync(scheme, month.AddMonths(1))).Is(422, "claim.empty");
        await PayAsync("1599.99");
        (await buyer.ClaimAsync(scheme, month.AddMonths(1))).Is(422, "claim.empty");
        await PayAsync("0.01");
        Assert.Equal("480.00", (await buyer.ClaimAsync(scheme, month.AddMonths(1))).Is(201)["total"]);
        await server.BooksHoldAsync(month.Period());

        async Task PayAsync(string amount) => (await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/payments", new { amount, reference = "P-" + amount })).Is(201);
    }

    [Theory, EveryDatabase]
    public async Task A_rejected_reimbursement_is_revoked_and_nothing_more(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database, """{"mode": "reimburse", "payee": "buyer"}""");
        var claim = (await deal.Buyer.ClaimAsync(deal.Scheme, deal.Month.AddMonths(1))).Is(201);
        (await deal.RejectAsync(claim)).Is(201);
        Assert.Equal("98400.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Equal("4520.00 0.00 0.00 0.00 480.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Empty(await deal.Buyer.InvoicesAsync(deal.Month.AddMonths(1).Period()));
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_claim_is_decided_once_and_paid_once_and_only_by_who_may(DatabaseKind database)
    {
        var (server, deal) = await DealAsync(database);
        (await deal.Seller.ClaimAsync(deal.Scheme, deal.Month.AddDays(8))).Is(422, "claim.empty");
        (await deal.Buyer.ClaimAsync(deal.Scheme, deal.Month.AddMonths(1))).Is(422, "claim.empty");
        (await deal.Seller.PostAsync("/v1/claims", new { programme = "none-such", upTo = "2026-12-31" })).Is(404);
        (await deal.Seller.PostAsync("/v1/claims", new { programme = deal.Scheme.Code })).IsInvalid("upTo");
        var claim = (await deal.Seller.ClaimAsync(deal.Scheme, deal.Month.AddDays(9))).Is(201);
        (await deal.PayAsync(claim)).Is(409, "claim.not_decided");
        (await deal.Seller.PostAsync($"/v1/claims/{claim["id"]}/decisions")).Is(403);
        (await (await server.OrganizationAsync("authority")).PostAsync($"/v1/claims/{claim["id"]}/decisions")).Is(404);
        (await deal.Scheme.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions", new { reject = new[] { new { itemId = deal.Voucher, reason = "x" } } })).Is(422, "claim.item");
        (await deal.Scheme.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions", new { reject = new[] { new { itemId = claim["items[0].id"] } } })).IsInvalid("reject[0].reason");
        (await deal.DecideAsync(claim)).Is(201);
        (await deal.RejectAsync(claim)).Is(409, "claim.decided");
        var paid = (await deal.PayAsync(claim)).Is(201);
        Assert.Equal(paid.Text, (await deal.PayAsync(claim)).Is(201).Text);
        (await deal.PayAsync(claim, "another")).Is(409, "claim.paid");
        (await deal.Buyer.GetAsync($"/v1/claims/{claim["id"]}")).Is(404);
        (await deal.Scheme.Authority.GetAsync($"/v1/claims/{claim["id"]}")).Is(200);
        var settlement = (await deal.Seller.SettlementAsync(deal.Month.Period()))["items[0].id"];
        (await server.Admin.PostAsync($"/v1/settlements/{settlement}/payments", new { reference = "S-1" })).Is(201);
        (await server.Admin.PostAsync($"/v1/settlements/{settlement}/payments", new { reference = "S-2" })).Is(409, "settlement.paid");
        await server.BooksHoldAsync(deal.Month.Period());
    }

    private async Task<(MarketplaceServer Server, Deal Deal)> DealAsync(DatabaseKind database, string rules = "{}")
    {
        var server = await servers.OnAsync(database);
        return (server, await Deal.MakeAsync(server, rules));
    }
}

/// <summary>80 card-hours for 1600.00, all used and billed, of which a voucher of 5000.00 paid 480.00.</summary>
internal sealed record Deal(MarketplaceServer Server, Shop Shop, Scheme Scheme, Party Buyer, string Voucher, DateTimeOffset Month, Answer Invoice)
{
    public Party Seller => Shop.Seller;

    public static async Task<Deal> MakeAsync(MarketplaceServer server, string rules = "{}")
    {
        var (shop, scheme, buyer) = (await server.ShopAsync(), await server.SchemeAsync(rules: rules), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, month.AddDays(9), 10);
        await server.CloseAsync(month);
        return new(server, shop, scheme, buyer, voucher, month, await buyer.InvoiceAsync(month.Period()));
    }

    public Task<Answer> ClaimAsync() => Seller.ClaimAsync(Scheme, Month.AddMonths(1));

    public Task<Answer> DecideAsync(Answer claim) => Scheme.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions");

    public Task<Answer> RejectAsync(Answer claim, bool? restore = null) => Scheme.Authority.PostAsync(
        $"/v1/claims/{claim["id"]}/decisions", new { reject = new[] { new { itemId = claim["items[0].id"], reason = "no contract", restore } } });

    public Task<Answer> PayAsync(Answer claim, string? reference = null) =>
        Server.Admin.PostAsync($"/v1/claims/{claim["id"]}/payments", new { reference = reference ?? "T-" + claim["id"] });

    public Task<Answer> CreditAsync(string amount) => Server.Admin.PostAsync(
        $"/v1/invoices/{Invoice["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = Invoice["lines[0].id"], amount } }, note = "slow disks" });
}
