using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Vouchers;

/// <summary>Issue, hold, capture, release, expiry, revocation; and why vouchers are refused.</summary>
public sealed class VoucherLifeTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_hold_outlives_the_expiry_and_what_it_doesnt_need_lapses_into_the_budget(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var scheme = await server.SchemeAsync("10000.00", $$"""{"validity": {"until": "{{month.AddDays(14):yyyy-MM-dd}}"} }""");
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, month.AddDays(9), 5);
        await server.MoveClockAsync(month.AddDays(15).AddTicks(-10));
        Assert.Equal("4520.00 480.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.MoveClockAsync(month.AddDays(15));
        Assert.Equal("0.00 480.00 0.00 4520.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("480.00 0.00 0.00 0.00 9520.00", await scheme.MoneyAsync());

        // What lapsed can be granted again, but no longer used by this voucher.
        Assert.Equal("0.00", (await buyer.QuoteWithAsync(shop, 8, month.AddDays(20), 1)).Is(201)["publicMoney"]);
        await server.CloseAsync(month);
        Assert.Equal("800.00 240.00", await TotalsAsync(buyer, month));
        Assert.Equal("0.00 0.00 240.00 4760.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("240.00 240.00 0.00 0.00 9760.00", await scheme.MoneyAsync());

        // What comes late draws on what is available then, never on what has expired.
        await shop.UseAsync(leg, month.AddDays(9).AddHours(5), 2);
        await server.CloseAsync(month.AddMonths(1));
        Assert.Equal("320.00 0.00", await TotalsAsync(buyer, month.AddMonths(1)));

        // And what is credited goes where the rest went.
        await shop.CorrectAsync(leg, month.AddDays(9), 4);
        await server.CloseAsync(month.AddMonths(2));
        Assert.Equal("0.00 0.00 216.00 4784.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("216.00 216.00 0.00 0.00 9784.00", await scheme.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task A_hold_outlives_the_revocation_and_what_it_doesnt_need_is_revoked(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var (shop, buyer, scheme) = (await server.ShopAsync(), await server.BuyerAsync(), await server.SchemeAsync("10000.00"));
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"];
        Task<Answer> Revoke(Party party) => party.PostAsync($"/v1/vouchers/{voucher}/revoke", new { reason = "moved away" });
        (await Revoke(buyer)).Is(403);
        (await Revoke(await server.OrganizationAsync("authority"))).Is(404);
        (await Revoke(scheme.Authority)).Is(200);
        (await Revoke(scheme.Authority)).Is(409, "voucher.revoked");
        Assert.Equal("0.00 480.00 0.00 0.00 4520.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("480.00 0.00 0.00 0.00 9520.00", await scheme.MoneyAsync());
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, month.AddDays(9), 5);
        await server.CloseAsync(month);
        Assert.Equal("800.00 240.00", await TotalsAsync(buyer, month));
        Assert.Equal("0.00 0.00 240.00 0.00 4760.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("240.00 240.00 0.00 0.00 9760.00", await scheme.MoneyAsync());
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Hours_after_the_last_day_are_not_eligible_and_the_last_day_counts_in_full(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var scheme = await server.SchemeAsync(rules: $$"""{"validity": {"until": "{{month.AddDays(14):yyyy-MM-dd}}"} }""");
        await scheme.IssueAsync(buyer, "5000.00");
        Assert.Equal("48.00", (await buyer.QuoteWithAsync(shop, 8, month.AddDays(15).AddHours(-1), 1)).Is(201)["publicMoney"]);
        Assert.Equal("0.00", (await buyer.QuoteWithAsync(shop, 8, month.AddDays(15), 1)).Is(201)["publicMoney"]);
    }

    [Theory, EveryDatabase]
    public async Task A_hold_on_hours_before_the_expiry_pays_none_after_it(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var next = month.AddMonths(1);
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var scheme = await server.SchemeAsync(rules: $$"""{"validity": {"until": "{{next.AddDays(-1):yyyy-MM-dd}}"} }""");
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var order = await buyer.BuyAsync(shop, 8, next.AddHours(-10), 20);
        Assert.Equal("3200.00 480.00", $"{order["total"]} {order["publicMoney"]}");

        // Half of the hours before the expiry are used, and all of those after it.
        await server.MoveClockAsync(next.AddHours(11));
        await shop.UseAsync(order["legs[0].id"], next.AddHours(-10), 5);
        await shop.UseAsync(order["legs[0].id"], next, 10);
        await server.CloseAsync(month);
        Assert.Equal("800.00 240.00", await TotalsAsync(buyer, month));
        Assert.Equal("0.00 240.00 240.00 4520.00 0.00", await buyer.VoucherAsync(voucher));

        // An hour before it that is reported late still is what the hold was for.
        await shop.UseAsync(order["legs[0].id"], next.AddHours(-5), 1);
        await server.CloseAsync(next);
        var invoice = await buyer.InvoiceAsync(next.Period());
        Assert.Equal(
            ["adjustment 160.00 48.00", "usage 1600.00 0.00"],
            invoice.Items("lines").Select(line => $"{line["kind"]} {line["amount"]} {Paid(line)}").Order(StringComparer.Ordinal));
        Assert.Equal("0.00 0.00 288.00 4712.00 0.00", await buyer.VoucherAsync(voucher));
        await server.BooksHoldAsync(month.Period(), next.Period());

        static string Paid(System.Text.Json.Nodes.JsonNode line) => line["vouchers"]!.AsArray().SingleOrDefault()?["amount"]!.GetValue<string>() ?? "0.00";
    }

    [Theory, EveryDatabase]
    public async Task What_is_revoked_after_its_budgets_year_is_gone(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var buyer = await server.BuyerAsync();
        var scheme = await server.SchemeAsync(budgets: new Dictionary<string, string> { ["2026"] = "1000.00", ["2027"] = "300.00" });
        var first = await scheme.IssueAsync(buyer, "600.00");
        var second = await scheme.IssueAsync(buyer, "400.00");
        (await scheme.TryIssueAsync(buyer, "0.01")).Is(422, "programme.exhausted");
        (await scheme.Authority.PostAsync($"/v1/vouchers/{second}/revoke", new { reason = "r" })).Is(200);
        await scheme.IssueAsync(buyer, "100.00");
        await server.MoveClockAsync(new DateTimeOffset(2027, 1, 1, 0, 0, 0, Business.Shanghai));
        (await scheme.Authority.PostAsync($"/v1/vouchers/{first}/revoke", new { reason = "r" })).Is(200);
        (await scheme.TryIssueAsync(buyer, "300.01")).Is(422, "programme.exhausted");
        await scheme.IssueAsync(buyer, "300.00");
        Assert.Equal("1000.00", (await scheme.Authority.GetAsync($"/v1/programmes/{scheme.Code}"))["issued"]);
        await server.MoveClockAsync(new DateTimeOffset(2028, 1, 1, 0, 0, 0, Business.Shanghai));
        (await scheme.TryIssueAsync(buyer, "0.01")).Is(422, "programme.exhausted");
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Each_refusal_has_its_code(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var scheme = await server.SchemeAsync("1000.00", """{"applicant": {"kinds": ["enterprise"], "traitsAll": ["sme"]}, "caps": {"perVoucher": "500.00", "perApplicant": "600.00"}, "floors": {"perVoucher": "10.00"}}""");
        var small = await server.OrganizationAsync("enterprise", null, "330100", "sme");
        (await scheme.TryIssueAsync(buyer, "100.00")).Is(422, "applicant.ineligible");
        (await scheme.TryIssueAsync(small, "500.01")).Is(422, "cap.exceeded");
        (await scheme.TryIssueAsync(small, "9.99")).Is(422, "floor.not_reached");
        await scheme.IssueAsync(small, "500.00");
        (await scheme.TryIssueAsync(small, "100.01")).Is(422, "cap.exceeded");
        await scheme.IssueAsync(small, "100.00");
        var other = await server.OrganizationAsync("enterprise", null, "330100", "sme");
        (await scheme.TryIssueAsync(other, "400.01")).Is(422, "programme.exhausted");
        (await scheme.TryIssueAsync(other, "0.00")).IsInvalid("amount");
        (await buyer.PostAsync($"/v1/programmes/{scheme.Code}/vouchers", new { organizationId = buyer.Id, amount = "1.00" })).Is(403);
        (await server.Admin.PostAsync("/v1/programmes/none-such/vouchers", new { organizationId = buyer.Id, amount = "1.00" })).Is(404);

        // A voucher that was promised by a quote and is gone by the order.
        var plain = await server.SchemeAsync();
        var voucher = await plain.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var quote = (await buyer.QuoteWithAsync(shop, 8, month.AddDays(1), 10)).Is(201);
        Assert.Equal("480.00", quote["publicMoney"]);
        (await plain.Authority.PostAsync($"/v1/vouchers/{voucher}/revoke", new { reason = "r" })).Is(200);
        (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(409, "voucher.insufficient");
        Assert.Equal("100000.00 0.00 0.00", await buyer.MoneyAsync());
        (await server.Admin.PostAsync("/v1/programmes", new { code = plain.Code, name = "again", authorityId = plain.Authority.Id, budget = "1.00", rules = (await server.Admin.GetAsync($"/v1/programmes/{plain.Code}")).Json!["rules"] })).Is(409, "programme.exists");
        Task<Answer> Version(DateTimeOffset from, System.Text.Json.Nodes.JsonNode rules) => server.Admin.PostAsync($"/v1/programmes/{plain.Code}/versions", new { from = MarketSetup.Wire(from), rules });
        var rules = (await server.Admin.GetAsync($"/v1/programmes/{plain.Code}")).Json!["rules"]!;
        (await Version(month.AddMonths(-3), rules)).IsInvalid("from");
        (await Version(month, rules)).Is(201);
        (await Version(month, rules)).Is(409, "programme.version_order");
        await server.BooksHoldAsync();
    }

    private static async Task<string> TotalsAsync(Party buyer, DateTimeOffset month)
    {
        var invoice = await buyer.InvoiceAsync(month.Period());
        return $"{invoice["total"]} {invoice["voucherTotal"]}";
    }
}
