using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Billing;

/// <summary>Orders with vouchers from the quote to the claim that is paid, each figure worked out by hand.</summary>
public sealed class FlowTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task What_was_used_in_full_costs_what_was_quoted_and_comes_back_to_its_seller(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync(), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var order = await buyer.BuyAsync(shop, 8, month.AddDays(9), 10);
        Assert.Equal("1600.00 480.00 1120.00", $"{order["total"]} {order["publicMoney"]} {order["depositHeld"]}");
        Assert.Equal("4520.00 480.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("100000.00 1120.00 0.00", await buyer.MoneyAsync());
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(order["legs[0].id"], month.AddDays(9), 10);

        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("usage 80 1600.00 90.57 1509.43 480.00 1120.00 paid", $"{invoice["lines[0].kind"]} {invoice["lines[0].quantity"]} {invoice["lines[0].amount"]} {invoice["lines[0].vat"]} {invoice["lines[0].net"]} {invoice["voucherTotal"]} {invoice["payable"]} {invoice["status"]}");
        Assert.Single(invoice.Items("lines"));
        Assert.Equal("1", invoice["ratingVersion"]);
        Assert.Equal("4520.00 0.00 480.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("98880.00 0.00 0.00", await buyer.MoneyAsync());
        var settlement = await shop.Seller.SettlementAsync(month.Period());
        Assert.Equal("1600.00 80.00 1520.00 1040.00 480.00", Settled(settlement));
        Assert.Equal("0.00", await server.PostedAsync("seller.unsettled", shop.Seller.Id));
        Assert.Equal("-1040.00", await server.PostedAsync("seller.payable", shop.Seller.Id));
        Assert.Equal("-480.00", await server.PostedAsync("seller.programme_due", shop.Seller.Id));
        Assert.Equal("480.00", await server.PostedAsync("authority.receivable", scheme.Authority.Id));

        var claim = (await shop.Seller.ClaimAsync(scheme, month.AddMonths(1).AddDays(-1))).Is(201);
        Assert.Equal("480.00 submitted", $"{claim["total"]} {claim["status"]}");
        Assert.Equal((invoice["id"], invoice["lines[0].id"], voucher, "480.00"), (claim["items[0].invoiceId"], claim["items[0].lineId"], claim["items[0].voucherId"], claim["items[0].amount"]));
        (await scheme.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions")).Is(201);
        (await server.Admin.PostAsync($"/v1/claims/{claim["id"]}/payments", new { reference = "T-1" })).Is(201);
        Assert.Equal("5000.00 480.00 480.00 480.00 995000.00", await scheme.MoneyAsync());
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", scheme.Authority.Id));
        Assert.Equal("-1520.00", await server.PostedAsync("seller.payable", shop.Seller.Id));
        (await server.Admin.PostAsync($"/v1/settlements/{settlement["items[0].id"]}/payments", new { reference = "S-1" })).Is(201);
        Assert.Equal("-480.00", await server.PostedAsync("seller.payable", shop.Seller.Id));
        (await shop.Seller.ClaimAsync(scheme, month.AddMonths(1).AddDays(-1))).Is(422, "claim.empty");
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_was_reserved_and_not_used_is_not_billed_and_its_holds_go_back(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync(), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var used = await buyer.BuyAsync(shop, 8, month.AddDays(9), 10);
        await buyer.BuyAsync(shop, 8, month.AddDays(11), 10);
        Assert.Equal("4040.00 960.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(used["legs[0].id"], month.AddDays(9), 5);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("800.00 240.00 560.00", $"{invoice["total"]} {invoice["voucherTotal"]} {invoice["payable"]}");
        Assert.Equal("4760.00 0.00 240.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("99440.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_comes_late_is_adjusted_and_what_was_too_much_is_credited(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync(), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var from = month.AddDays(9);
        var leg = (await buyer.BuyAsync(shop, 8, from, 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, from, 8);
        await server.CloseAsync(month);
        var first = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("1280.00 384.00", $"{first["total"]} {first["voucherTotal"]}");

        await shop.UseAsync(leg, from.AddHours(8), 2);
        await server.CloseAsync(month.AddMonths(1));
        var second = await buyer.InvoiceAsync(month.AddMonths(1).Period());
        Assert.Equal("adjustment 16 320.00 96.00", $"{second["lines[0].kind"]} {second["lines[0].quantity"]} {second["total"]} {second["voucherTotal"]}");
        Assert.Equal(month.Period(), second["lines[0].usagePeriod"]);
        Assert.Equal("4520.00 0.00 480.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("98880.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Equal(first.Text, (await buyer.GetAsync($"/v1/invoices/{first["id"]}")).Text);

        // Of the first hour only four cards were used; then it turns out to be six.
        await shop.CorrectAsync(leg, from, 4);
        await server.CloseAsync(month.AddMonths(2));
        var credit = (await buyer.GetAsync($"/v1/credit-notes?invoiceId={first["id"]}")).Is(200);
        Assert.Single(credit.Items());
        Assert.Equal("80.00 24.00 56.00 4", $"{credit["items[0].total"]} {credit["items[0].voucherReturned"]} {credit["items[0].refund"]} {credit["items[0].reason"]}");
        Assert.Equal("4544.00 0.00 456.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("98936.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Empty(await buyer.InvoicesAsync(month.AddMonths(2).Period()));
        var negative = await shop.Seller.SettlementAsync(month.AddMonths(2).Period());
        Assert.Equal("-80.00 -4.00 -76.00 -52.00 -24.00", Settled(negative));

        await shop.CorrectAsync(leg, from, 6, time: 2);
        await server.CloseAsync(month.AddMonths(3));
        var third = await buyer.InvoiceAsync(month.AddMonths(3).Period());
        Assert.Equal("adjustment 2 40.00 12.00 28.00", $"{third["lines[0].kind"]} {third["lines[0].quantity"]} {third["total"]} {third["voucherTotal"]} {third["payable"]}");
        Assert.Equal("4532.00 0.00 468.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("98908.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period(), month.AddMonths(2).Period(), month.AddMonths(3).Period());
    }

    [Theory, EveryDatabase]
    public async Task Late_usage_of_two_orders_draws_on_a_voucher_one_after_the_other(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync(), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "600.00");
        var month = await server.NextMonthAsync();
        var first = await buyer.BuyAsync(shop, 8, month.AddDays(9), 10);
        var second = await buyer.BuyAsync(shop, 8, month.AddDays(11), 10);
        Assert.Equal("480.00 120.00", $"{first["publicMoney"]} {second["publicMoney"]}");
        await server.CloseAsync(month);
        Assert.Equal("600.00 0.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));

        await shop.UseAsync(first["legs[0].id"], month.AddDays(9), 10);
        await shop.UseAsync(second["legs[0].id"], month.AddDays(11), 10);
        await server.CloseAsync(month.AddMonths(1));
        var invoice = await buyer.InvoiceAsync(month.AddMonths(1).Period());
        Assert.Equal("3200.00 600.00 2600.00", $"{invoice["total"]} {invoice["voucherTotal"]} {invoice["payable"]}");
        Assert.Equal(["480.00", "120.00"], invoice.Items("lines").Select(line => line["vouchers"]![0]!["amount"]!.GetValue<string>()));
        Assert.Equal("0.00 0.00 600.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("3200.00", (await shop.Seller.SettlementAsync(month.AddMonths(1).Period()))["items[0].gross"]);
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task An_order_across_two_months_is_billed_in_both_and_holds_until_the_second(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync("10.00"), await server.SchemeAsync(), await server.BuyerAsync("1000.00"));
        var voucher = await scheme.IssueAsync(buyer, "500.00");
        var month = await server.NextMonthAsync();
        var from = month.AddMonths(1).AddHours(-4);
        var order = await buyer.BuyAsync(shop, 2, from, 10);
        Assert.Equal("200.00 60.00 140.00", $"{order["total"]} {order["publicMoney"]} {order["payable"]}");
        await server.MoveClockAsync(month.AddMonths(1).AddHours(12));
        await shop.UseAsync(order["legs[0].id"], from, 10, cards: 2);
        await server.CloseAsync(month);
        Assert.Equal("80.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
        Assert.Equal("440.00 36.00 24.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("944.00 84.00 0.00", await buyer.MoneyAsync());
        await server.CloseAsync(month.AddMonths(1));
        Assert.Equal("120.00", (await buyer.InvoiceAsync(month.AddMonths(1).Period()))["total"]);
        Assert.Equal("440.00 0.00 60.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("860.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task Two_sellers_in_one_order_invoice_each_its_own_and_the_buyer_has_one_statement(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (scheme, buyer) = (await server.SchemeAsync(), await server.BuyerAsync("10000.00"));
        var one = await server.ShopAsync("10.00");
        var two = await server.ShopAsync("11.00", model: one.Capacity.Model);
        var voucher = await scheme.IssueAsync(buyer, "1000.00");
        var month = await server.NextMonthAsync();
        var order = await buyer.BuyAsync(one, 12, month.AddDays(3), 5);
        Assert.Equal(2, order.Items("legs").Count);
        await server.MoveClockAsync(month.AddDays(4));
        foreach (var leg in order.Items("legs"))
        {
            var shop = leg["sellerId"]!.GetValue<string>() == one.Seller.Id ? one : two;
            await shop.UseAsync(leg["id"]!.GetValue<string>(), month.AddDays(3), 5, leg["cards"]!.GetValue<int>());
        }

        await server.CloseAsync(month);
        Assert.Equal("400.00", (await one.Seller.InvoiceAsync(month.Period()))["total"]);
        Assert.Equal("220.00", (await two.Seller.InvoiceAsync(month.Period()))["total"]);
        var statement = (await buyer.GetAsync($"/v1/statements?period={month.Period()}")).Is(200);
        Assert.Equal("620.00 186.00 434.00 0.00 0.00", $"{statement["total"]} {statement["voucherTotal"]} {statement["payable"]} {statement["credited"]} {statement["outstanding"]}");
        Assert.Equal(2, statement.Items("invoices").Count);
        var page = (await buyer.GetAsync($"/v1/statements?period={month.Period()}&format=html")).Is(200).Text;
        foreach (var party in (Party[])[one.Seller, two.Seller, buyer])
        {
            Assert.Contains(System.Net.WebUtility.HtmlEncode((await server.Admin.GetAsync($"/v1/organizations/{party.Id}")).Is(200)["name"]), page, StringComparison.Ordinal);
        }

        Assert.Equal("814.00 0.00 186.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        (await one.Seller.GetAsync($"/v1/invoices/{(await two.Seller.InvoiceAsync(month.Period()))["id"]}")).Is(404);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_reserved_hour_is_paid_for_unless_the_node_was_down(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync("10.00", "reserved", cards: 2), await server.BuyerAsync("1000.00"));
        var month = await server.NextMonthAsync();
        var from = month.AddDays(2);
        var leg = (await buyer.BuyAsync(shop, 2, from, 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(3));
        await shop.UseAsync(leg, from, 3, cards: 1);
        await shop.UseAsync(leg, from.AddHours(4), 2, cards: 2, status: "down");
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal(["reserved 20 200.00 200.00", "outage -4 -40.00 -40.00"], Lines(invoice));
        Assert.Equal("160.00 9.06 160.00 paid", $"{invoice["total"]} {invoice["vat"]} {invoice["payable"]} {invoice["status"]}");
        Assert.Equal("840.00 0.00 0.00", await buyer.MoneyAsync());

        // One more hour was down, and one of the two wasn't.
        await shop.UseAsync(leg, from.AddHours(8), 1, cards: 2, status: "down");
        await shop.CorrectAsync(leg, from.AddHours(4), 2);
        await server.CloseAsync(month.AddMonths(1));
        Assert.Equal(["adjustment 2 20.00 20.00"], Lines(await buyer.InvoiceAsync(month.AddMonths(1).Period())));
        var credit = (await buyer.GetAsync($"/v1/credit-notes?invoiceId={invoice["id"]}")).Is(200);
        Assert.Equal("20.00", credit["items[0].total"]);
        Assert.Equal("840.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task A_voucher_pays_its_ratio_of_a_reserved_hour_less_the_outage(DatabaseKind database)
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
        Assert.Equal("160.00 48.00 112.00", $"{invoice["total"]} {invoice["voucherTotal"]} {invoice["payable"]}");
        Assert.Equal("452.00 0.00 48.00 0.00 0.00", await buyer.VoucherAsync(voucher));

        await shop.UseAsync(leg, from.AddHours(8), 1, cards: 2, status: "down");
        await server.CloseAsync(month.AddMonths(1));
        var credit = (await buyer.GetAsync($"/v1/credit-notes?invoiceId={invoice["id"]}")).Is(200);
        Assert.Equal("20.00 6.00 14.00", $"{credit["items[0].total"]} {credit["items[0].voucherReturned"]} {credit["items[0].refund"]}");

        // All that is left of the invoice is 140, of which the voucher pays 42.
        var line = invoice.Items("lines").Single(l => l["kind"]!.GetValue<string>() == "reserved")["id"]!.GetValue<string>();
        Task<Answer> Credit(int reason, string amount) => server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/credit-notes", new { reason, lines = new[] { new { lineId = line, amount } }, note = "n" });
        (await Credit(4, "140.01")).Is(422, "credit_note.exceeds");
        var rest = (await Credit(1, "140.00")).Is(201);
        Assert.Equal("140.00 42.00 98.00", $"{rest["total"]} {rest["voucherReturned"]} {rest["refund"]}");
        var gone = (await buyer.GetAsync($"/v1/invoices/{invoice["id"]}")).Is(200);
        Assert.Equal("credited 160.00 0.00", $"{gone["status"]} {gone["credited"]} {gone["outstanding"]}");
        Assert.Equal("500.00 0.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("1000.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task Reserved_hours_that_were_down_throughout_cost_nothing_and_no_voucher(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync("10.01", "reserved", cards: 1), await server.SchemeAsync(), await server.BuyerAsync("1000.00"));
        var voucher = await scheme.IssueAsync(buyer, "500.00");
        var month = await server.NextMonthAsync();
        var from = month.AddDays(2);
        var leg = (await buyer.BuyAsync(shop, 1, from, 3))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(3));
        await shop.UseAsync(leg, from, 3, cards: 1, status: "down");
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("0.00 0.00 0.00 0.00", $"{invoice["total"]} {invoice["vat"]} {invoice["voucherTotal"]} {invoice["payable"]}");
        Assert.Equal("500.00 0.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("1000.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_buyer_on_credit_owes_what_a_payment_then_settles(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync("10.00"), await server.OrganizationAsync("enterprise", "30.00"));
        var month = await server.NextMonthAsync();
        (await buyer.TryBuyAsync(shop, 8, month.AddDays(1), 5)).Is(422, "funds.insufficient");
        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "400.00" })).Is(200);
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(1), 5))["legs[0].id"];
        Assert.Equal("30.00 400.00 30.00", await buyer.BalanceAsync());
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(leg, month.AddDays(1), 5);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("issued 400.00 30.00 370.00", $"{invoice["status"]} {invoice["payable"]} {invoice["paid"]} {invoice["outstanding"]}");
        Assert.Equal("0.00 0.00 370.00", await buyer.MoneyAsync());
        Task<Answer> Pay(string amount, string reference) => server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/payments", new { amount, reference });
        var paid = (await Pay("100.00", "B-1")).Is(201);
        Assert.Equal("issued 270.00", $"{paid["status"]} {paid["outstanding"]}");
        Assert.Equal(paid["outstanding"], (await Pay("100.00", "B-1")).Is(201)["outstanding"]);
        (await Pay("100.01", "B-1")).Is(409, "payment.reference");
        (await Pay("270.01", "B-2")).Is(422, "invoice.overpaid");

        // A credit lowers what is owed before anything goes back to the deposit.
        var credit = (await server.Admin.PostAsync(
            $"/v1/invoices/{invoice["id"]}/credit-notes", new { reason = 3, lines = new[] { new { lineId = invoice["lines[0].id"], amount = "300.00" } }, note = "ended early" })).Is(201);
        Assert.Equal("300.00", credit["refund"]);
        Assert.Equal("30.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("paid", (await buyer.GetAsync($"/v1/invoices/{invoice["id"]}"))["status"]);
        (await Pay("0.01", "B-3")).Is(422, "invoice.overpaid");
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task An_invoice_has_its_tax_number_its_csv_and_its_explanation(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync("10.00", offPeak: new { fromHour = 22, toHour = 8, factor = "0.50" }), await server.SchemeAsync(), await server.BuyerAsync("1000.00"));
        await scheme.IssueAsync(buyer, "500.00");
        var month = await server.NextMonthAsync();
        var from = month.AddDays(1).AddHours(6);
        var leg = (await buyer.BuyAsync(shop, 1, from, 4))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(leg, from, 4, cards: 1);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal(["usage 2 20.00 14.00", "usage 2 10.00 7.00"], Lines(invoice));
        Task<Answer> Number(Party party, string number) => party.PutAsync($"/v1/invoices/{invoice["id"]}/tax-number", new { number, issuedOn = "2026-02-03" });
        (await Number(buyer, "26112000000012345678")).Is(404);
        Assert.Equal("26112000000012345678", (await Number(shop.Seller, "26112000000012345678")).Is(200)["taxNumber"]);
        (await Number(shop.Seller, "26112000000012345678")).Is(200);
        (await Number(shop.Seller, "26112000000012345679")).Is(409, "invoice.tax_number");
        (await Number(shop.Seller, "")).IsInvalid("number");

        var csv = (await buyer.GetAsync($"/v1/invoices/{invoice["id"]}.csv")).Is(200);
        Assert.StartsWith("text/csv", csv.Headers["Content-Type"], StringComparison.Ordinal);
        var rows = csv.Text.Split(["\r\n", "\n"], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, rows.Length);
        Assert.Equal(
            $"{invoice["number"]},{invoice["lines[0].id"]},Usage,{invoice["lines[0].orderId"]},{leg},{month.Period()},2,card-hour,10.00,20.00,18.87,1.13,6.00,14.00", rows[1]);
        (await server.Nobody.GetAsync($"/v1/invoices/{invoice["id"]}.csv")).Is(401);

        var explained = (await shop.Seller.GetAsync($"/v1/invoices/{invoice["id"]}/lines/{invoice["lines[1].id"]}/explain")).Is(200);
        Assert.Equal(2, explained.Items("hours").Count);
        Assert.All(explained.Items("hours"), hour => Assert.Single(hour["readings"]!.AsArray()));
        Assert.Equal("rates[0] 0.30 10.00 3.00", $"{explained["vouchers[0].rule"]} {explained["vouchers[0].ratio"]} {explained["vouchers[0].eligible"]} {explained["vouchers[0].amount"]}");
        (await shop.Seller.GetAsync($"/v1/invoices/{invoice["id"]}/lines/{leg}/explain")).Is(404);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_period_is_billed_once_it_is_over_and_never_again(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync("10.00"), await server.BuyerAsync("1000.00"));
        var month = await server.NextMonthAsync();
        Task<Answer> Run(DateTimeOffset m) => server.Admin.PostAsync("/v1/billing-runs", new { period = m.Period() });
        var leg = (await buyer.BuyAsync(shop, 1, month.AddDays(1), 5))["legs[0].id"];
        await buyer.BuyAsync(shop, 1, month.AddMonths(1).AddDays(1), 5);
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(leg, month.AddDays(1), 5, cards: 1);
        (await Run(month)).Is(422, "period.open");
        await server.MoveClockAsync(month.AddMonths(1).AddTicks(-10));
        (await Run(month)).Is(422, "period.open");
        Assert.Empty(await buyer.InvoicesAsync(month.Period()));
        (await server.Admin.PostAsync("/v1/billing-runs", new { period = "2026-13" })).IsInvalid("period");
        (await buyer.PostAsync("/v1/billing-runs", new { period = month.Period() })).Is(403);

        // Over, but its grace isn't: the admin doesn't wait for it.
        await server.MoveClockAsync(month.AddMonths(1));
        var run = (await Run(month)).Is(200);
        Assert.Equal("billed 1", $"{run["status"]} {run["invoices"]}");
        Assert.Equal(run.Text, (await Run(month)).Is(200).Text);
        var invoice = await buyer.InvoiceAsync(month.Period());
        await server.CloseAsync(month);
        Assert.Equal(run.Text, (await Run(month)).Is(200).Text);
        Assert.Equal(invoice.Text, (await buyer.InvoiceAsync(month.Period())).Text);
        Assert.Equal("950.00 50.00 0.00", await buyer.MoneyAsync());

        // The job engine stood still for two months: what came before is billed before.
        await using (var db = server.Database.Open())
        {
            await db.SandboxTo(month.AddMonths(3));
        }

        (await Run(month.AddMonths(2))).Is(409, "period.earlier_open");
        await server.CloseAsync(month.AddMonths(2));
        Assert.Equal("950.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period());
    }

    internal static string Settled(Answer settlement) => string.Join(
        ' ', ((string[])["gross", "commission", "net", "fromBuyers", "fromProgrammes"]).Select(name => settlement[$"items[0].{name}"]));

    internal static IEnumerable<string> Lines(Answer invoice) => invoice.Items("lines").Select(Line);

    private static string Line(JsonNode line) => $"{line["kind"]} {line["quantity"]} {line["amount"]} {line["payable"]}";
}
