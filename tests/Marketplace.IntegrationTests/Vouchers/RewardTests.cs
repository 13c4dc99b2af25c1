using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Vouchers;

/// <summary>Providers that are rewarded for hours which somebody else paid for.</summary>
public sealed class RewardTests(Servers servers) : IClassFixture<Servers>
{
    private const string Tenth = """
        {"mode": "reward", "applicant": {"kinds": ["provider"]}, "rates": [{"ratio": "0.10"}],
         "funding": {"funders": [{"name": "the city", "ratio": "0.50"}, {"name": "the district", "ratio": "0.50"}]}}
        """;

    [Theory, EveryDatabase]
    public async Task A_provider_claims_a_share_of_what_unrelated_buyers_paid_of_their_own_money(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var holding = $"holding {Guid.NewGuid():N}";
        var shop = await server.ShopAsync(nodes: 3, provider: await server.ControlledAsync(holding, "provider"));
        var (scheme, granted) = (await server.SchemeAsync(rules: Tenth), await server.SchemeAsync());
        var (buyer, subsidised, sister) = (await server.BuyerAsync(), await server.BuyerAsync(), await server.ControlledAsync(holding.ToUpperInvariant()));
        (await server.Admin.PostAsync($"/v1/organizations/{sister.Id}/deposits", new { amount = "10000.00", reference = "first" })).Is(201);
        await granted.IssueAsync(subsidised, "5000.00");
        (await scheme.TryIssueAsync(buyer, "1.00")).Is(422, "applicant.ineligible");
        var voucher = await scheme.IssueAsync(shop.Seller, "1000.00");
        var month = await server.NextMonthAsync();
        var legs = new List<string>();
        foreach (var party in (Party[])[buyer, subsidised, sister])
        {
            legs.Add((await party.BuyAsync(shop, 8, month, 10))["legs[0].id"]);
        }

        await server.MoveClockAsync(month.AddDays(1));
        foreach (var leg in legs)
        {
            await shop.UseAsync(leg, month, 10);
        }

        (await shop.Seller.ClaimAsync(scheme, month)).Is(422, "claim.empty");
        await server.CloseAsync(month);

        // 10 % of 1600.00, and of the 1120.00 that no voucher paid; nothing of what its sister paid.
        var claim = (await shop.Seller.ClaimAsync(scheme, month)).Is(201);
        Assert.Equal(("272.00", 2), (claim["total"], claim.Items("items").Count));
        Assert.Equal("728.00 0.00 272.00 0.00 0.00", await shop.Seller.VoucherAsync(voucher));
        (await shop.Seller.ClaimAsync(scheme, month.AddMonths(1))).Is(422, "claim.empty");
        (await scheme.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions")).Is(201);
        var paid = (await server.Admin.PostAsync($"/v1/claims/{claim["id"]}/payments", new { reference = "T-1" })).Is(201);
        Assert.Equal("the city 136.00 the district 136.00", $"{paid["funders[0].name"]} {paid["funders[0].amount"]} {paid["funders[1].name"]} {paid["funders[1].amount"]}");
        Assert.Equal("1000.00 272.00 272.00 272.00 999000.00", await scheme.MoneyAsync());
        var board = (await scheme.Authority.GetAsync($"/v1/programmes/{scheme.Code}/board")).Is(200);
        Assert.Equal("272.00 136.00", $"{board.Items("days")[^1]["paid"]} {board["funders[1].amount"]}");

        // A credit takes a tenth of itself back from what was paid.
        var invoice = await buyer.InvoiceAsync(month.Period());
        var line = invoice["lines[0].id"];
        Assert.Equal("0.00", (await CreditAsync(server, invoice, "100.05")).Is(201)["voucherReturned"]);
        Assert.Equal("738.01 0.00 261.99 0.00 0.00", await shop.Seller.VoucherAsync(voucher));
        var reward = (await server.Admin.GetAsync($"/v1/invoices/{invoice["id"]}/lines/{line}/explain")).Is(200);
        Assert.Equal("rates[0] 1600.00 160.00 10.01 160.00", $"{reward["rewards[0].rule"]} {reward["rewards[0].ownMoney"]} {reward["rewards[0].amount"]} {reward["rewards[0].returned"]} {reward["rewards[0].paid"]}");
        var back = (await shop.Seller.ClaimAsync(scheme, month)).Is(201);
        Assert.Equal("-10.01", back["total"]);
        (await scheme.Authority.PostAsync($"/v1/claims/{back["id"]}/decisions")).Is(201);
        Assert.Equal("-5.01", (await server.Admin.PostAsync($"/v1/claims/{back["id"]}/payments", new { reference = "T-2" })).Is(201)["funders[0].amount"]);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Each_hour_is_rewarded_once_and_within_budget_cap_and_voucher(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync();
        var scheme = await server.SchemeAsync("120.00", """{"mode": "reward", "applicant": {"kinds": ["provider"]}, "rates": [{"ratio": "0.10"}], "caps": {"perApplicantYear": "110.00"}}""");
        (await scheme.TryIssueAsync(shop.Seller, "110.01")).Is(422, "cap.exceeded");
        var first = await scheme.IssueAsync(shop.Seller, "100.00");
        var second = await scheme.IssueAsync(shop.Seller, "10.00");
        (await scheme.TryIssueAsync(await server.ProviderAsync(), "10.01")).Is(422, "programme.exhausted");
        var month = await server.NextMonthAsync();
        var leg = (await (await server.BuyerAsync()).BuyAsync(shop, 8, month, 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(1));
        await shop.UseAsync(leg, month, 10);
        await server.CloseAsync(month);

        // 160.00 by the rules, 110.00 by the vouchers, whoever asks how often at once.
        var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Seller.ClaimAsync(scheme, month.AddDays(1))));
        Assert.All(claims.Where(claim => claim.Status != 201), claim => claim.Is(422, "claim.empty"));
        var claim = Assert.Single(claims, claim => claim.Status == 201);
        Assert.Equal("110.00", claim["total"]);
        Assert.Equal(2, claim.Items("items").Count);

        // What is rejected and restored is the voucher's again, and the hours stay rewarded.
        (await scheme.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions", new
        {
            reject = claim.Items("items").Select(item => new { itemId = item["id"]!.GetValue<string>(), reason = "no log", restore = item["voucherId"]!.GetValue<string>() == first }),
        })).Is(201);
        Assert.Equal("100.00 0.00 0.00 0.00 0.00", await shop.Seller.VoucherAsync(first));
        Assert.Equal("0.00 0.00 0.00 0.00 10.00", await shop.Seller.VoucherAsync(second));
        (await shop.Seller.ClaimAsync(scheme, month.AddMonths(1))).Is(422, "claim.empty");
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Usage_that_no_key_signed_earns_nothing_where_the_rules_refuse_it(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync();
        var rules = """{"mode": "reward", "applicant": {"kinds": ["provider"]}, "rates": null, "reward": {"perCardHour": "0.5"}, "unattestedUsage": """;
        var (strict, lenient) = (await server.SchemeAsync(rules: rules + "\"refuse\"}"), await server.SchemeAsync(rules: rules + "\"allow\"}"));
        await strict.IssueAsync(shop.Seller, "1000.00");
        await lenient.IssueAsync(shop.Seller, "1000.00");
        var month = await server.NextMonthAsync();
        var leg = (await (await server.BuyerAsync()).BuyAsync(shop, 8, month, 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(1));
        await shop.UseAsync(leg, month, 9);
        await server.CloseAsync(month);
        (await shop.Seller.ClaimAsync(strict, month)).Is(422, "claim.empty");
        Assert.Equal("36.00", (await shop.Seller.ClaimAsync(lenient, month)).Is(201)["total"]);

        // Usage corrected downwards takes its hours' reward back.
        await shop.CorrectAsync(leg, month, 4);
        await server.CloseAsync(month.AddMonths(1));
        Assert.Equal("-2.00", (await shop.Seller.ClaimAsync(lenient, month)).Is(201)["total"]);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Public_money_from_outside_counts_towards_a_ceiling_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync(nodes: 2), await server.BuyerAsync());
        var scheme = await server.SchemeAsync(rules: """{"stacking": {"policy": "stack", "publicMoneyCeiling": "0.50"}, "rates": [{"ratio": "0.50"}]}""");
        foreach (var amount in (string[])["400.00", "1000.00"])
        {
            // The same source twice is one: the most that either says.
            var application = await buyer.ApplyAsync(scheme, "2000.00", $$"""{"publicMoneyFromOutside": [{"source": "the district", "amount": "{{amount}}"}]}""");
            await scheme.Authority.DecideAsync(application, "pass");
        }

        var month = await server.NextMonthAsync();
        Assert.Equal("0.00", (await buyer.QuoteWithAsync(shop, 8, month, 10)).Is(201)["publicMoney"]);
        Assert.Equal("600.00", (await buyer.QuoteWithAsync(shop, 8, month, 20)).Is(201)["publicMoney"]);
        var first = await buyer.BuyAsync(shop, 8, month, 20);
        Assert.Equal("600.00", first["publicMoney"]);

        // The next order has none of it left to count.
        Assert.Equal("800.00", (await buyer.BuyAsync(shop, 8, month, 10))["publicMoney"]);
        await server.MoveClockAsync(month.AddDays(1));
        await shop.UseAsync(first["legs[0].id"], month, 20);
        await server.CloseAsync(month);
        Assert.Equal("600.00", (await buyer.InvoiceAsync(month.Period()))["voucherTotal"]);
        await server.BooksHoldAsync(month.Period());
    }

    private static Task<Answer> CreditAsync(MarketplaceServer server, Answer invoice, string amount) => server.Admin.PostAsync(
        $"/v1/invoices/{invoice["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = invoice["lines[0].id"], amount } }, note = "slow disks" });
}
