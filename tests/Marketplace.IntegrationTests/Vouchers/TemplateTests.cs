using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Vouchers;

/// <summary>Each template, with what its source leaves open filled in, from the programme to a paid claim.</summary>
public sealed class TemplateTests(Servers servers) : IClassFixture<Servers>
{
    /// <summary>What a template's programme pays of so many hours of 8 cards at 100.00, for a buyer of that region with those traits.</summary>
    private static readonly Case[] Cases =
    [
        new("beijing-2023", "110100", ["clean-credit-3y"], 10, "1600.00"),
        new("beijing-innovation-2026", "110100", ["tech-sme"], 10, "2000.00", """{"unattestedUsage": "allow", "provider": {"minPflops": 2}}"""),
        new("beijing-opc-2026", "110100", ["one-person-company"], 10, "8000.00"),
        new("yizhuang-2026", "110100", [], 10, "2400.00"),
        new("shenzhen-2024", "440300", [], 625, "250000.00"),
        new("hangzhou-2024", "330100", [], 10, "2400.00"),
        new("hangzhou-2026", "330100", [], 10, "3600.00"),
        new("hangzhou-xihu", "330106", ["local-social-insurance"], 10, "3550.00", """{"tiers": [{"upTo": "5000.00", "ratio": "0.50"}, {"upTo": "9000.00", "ratio": "0.35"}, {"ratio": "0.20"}]}"""),
        new("chengdu-2025", "510100", [], 10, "4800.00"),
        new("henan-2023", "410100", [], 10, "1600.00", """{"provider": {"minPflops": 2}}"""),
        new("zhengzhou-2024", "410100", [], 10, "1600.00"),
        new("qingyang-2024", "621000", [], 10, "2400.00"),
        new("nanning-2025", "450100", [], 10, "2400.00", """{"window": {"usageFrom": "2020-01-01"}}"""),
        new("xiamen-2024", "350200", [], 63, "25200.00"),
        new("shandong-2025", "110100", [], 10, "400.00", """{"provider": {"regions": ["33"]}}"""),
        new("qingdao", "370200", [], 125, "20000.00"),
        new("qingdao-ai-park", "370200", [], 10, "4000.00") { Rewards = true },
        new("wuhu", "340200", [], 10, "2000.00", """{"provider": {"regions": ["33"]}}"""),
    ];

    [Theory, EveryDatabase]
    public async Task Every_template_runs_an_order_through_to_a_paid_claim(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var templates = (await server.Admin.GetAsync("/v1/programme-templates")).Is(200).Items().ToDictionary(template => template["code"]!.GetValue<string>());
        Assert.Equal(templates.Keys.Order(StringComparer.Ordinal), Cases.Select(c => c.Template).Order(StringComparer.Ordinal));
        var common = await server.ShopAsync("100.00", nodes: Cases.Length);
        var month = await server.NextMonthAsync();
        var running = new List<(Case Case, Shop Shop, Party Payee, Scheme Scheme, string Leg)>();
        foreach (var c in Cases)
        {
            var rules = Filled(templates[c.Template]["rules"]!.DeepClone().AsObject(), c.Rules);
            var scheme = await server.SchemeAsync("1000000000.00", rules.ToJsonString());
            var buyer = await server.OrganizationAsync("enterprise", "1000000.00", c.Region, c.Traits);
            var shop = c.Rewards ? await server.ShopAsync("100.00") : common;
            await scheme.IssueAsync(c.Rewards ? shop.Seller : buyer, c.Template == "shenzhen-2024" ? "400000.00" : "90000.00");
            var order = await buyer.BuyAsync(shop, 8, month, c.Hours);
            Assert.Equal((c.Template, c.Rewards ? "0.00" : c.Paid), (c.Template, order["publicMoney"]));
            running.Add((c, shop, rules["payee"]!.GetValue<string>() == "buyer" ? buyer : shop.Seller, scheme, order["legs[0].id"]));
        }

        await server.MoveClockAsync(month.AddDays(27));
        foreach (var (c, shop, _, _, leg) in running)
        {
            await shop.UseAsync(leg, month, c.Hours);
        }

        await server.CloseAsync(month);
        foreach (var (c, _, payee, scheme, _) in running)
        {
            var claim = (await payee.ClaimAsync(scheme, month.AddMonths(1).AddDays(-1))).Is(201);
            Assert.Equal((c.Template, c.Paid), (c.Template, claim["total"]));
            (await scheme.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions")).Is(201);
            (await server.Admin.PostAsync($"/v1/claims/{claim["id"]}/payments", new { reference = "bank " + scheme.Code })).Is(201);
            Assert.EndsWith($" {c.Paid} {c.Paid} {c.Paid} {(await scheme.MoneyAsync()).Split(' ')[^1]}", await scheme.MoneyAsync(), StringComparison.Ordinal);

            var board = (await scheme.Authority.GetAsync($"/v1/programmes/{scheme.Code}/board")).Is(200);
            Assert.Equal(c.Paid, board.Items("days")[^1]["paid"]!.GetValue<string>());
            (await payee.GetAsync($"/v1/programmes/{scheme.Code}/board")).Is(404, "not_found");
        }

        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Tiers_count_late_usage_in_the_year_that_it_was_used_in(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        await server.MoveClockAsync(new(2026, 11, 20, 0, 0, 0, TimeSpan.FromHours(8)));
        var (shop, buyer, december) = (await server.ShopAsync(nodes: 2), await server.BuyerAsync(), await server.NextMonthAsync());
        var january = december.AddMonths(1);
        var tiered = await server.SchemeAsync(rules: """{"rates": null, "tiers": [{"upTo": "1000.00", "ratio": "0.50"}, {"ratio": "0.20"}]}""");
        await tiered.IssueAsync(buyer, "10000.00");
        var used = await buyer.BuyAsync(shop, 8, december.AddDays(9), 10);
        var late = await buyer.BuyAsync(shop, 8, december.AddDays(11), 10);
        var next = await buyer.BuyAsync(shop, 8, january.AddDays(9), 10);
        await server.MoveClockAsync(december.AddDays(12));
        await shop.UseAsync(used["legs[0].id"], december.AddDays(9), 10);
        await server.CloseAsync(december);
        Assert.Equal("620.00", (await buyer.InvoiceAsync(december.Period()))["voucherTotal"]);

        await server.MoveClockAsync(january.AddDays(10));
        await shop.UseAsync(late["legs[0].id"], december.AddDays(11), 10);
        await shop.UseAsync(next["legs[0].id"], january.AddDays(9), 10);
        await server.CloseAsync(january);
        var invoice = await buyer.InvoiceAsync(january.Period());
        Assert.Equal(
            ["adjustment 2026-12 1600.00 320.00", "usage 2027-01 1600.00 620.00"],
            invoice.Items("lines").Select(line => $"{line["kind"]} {line["usagePeriod"]} {line["amount"]} {line["vouchers"]!.AsArray().Sum(part => decimal.Parse(part!["amount"]!.GetValue<string>()))}").Order());

        // The quotes said so: what was ordered in the old year for the new one starts in the first tier.
        Assert.Equal("620.00 320.00 620.00", $"{used["publicMoney"]} {late["publicMoney"]} {next["publicMoney"]}");
        await server.BooksHoldAsync(december.Period(), january.Period());
    }

    [Theory, EveryDatabase]
    public async Task Tiers_go_on_after_late_usage_and_count_it_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer, month) = (await server.ShopAsync(nodes: 2), await server.BuyerAsync(), await server.NextMonthAsync());
        if (month.Month == 12)
        {
            await server.MoveClockAsync(month.AddMonths(1));
            month = await server.NextMonthAsync();
        }

        var next = month.AddMonths(1);
        var tiered = await server.SchemeAsync(rules: """{"rates": null, "tiers": [{"upTo": "2000.00", "ratio": "0.50"}, {"ratio": "0.20"}]}""");
        await tiered.IssueAsync(buyer, "10000.00");

        // The first order's usage comes after its month was closed, and its hold given back.
        var late = await buyer.BuyAsync(shop, 8, month.AddDays(9), 10);
        await server.CloseAsync(month);
        await server.MoveClockAsync(next.AddDays(5));
        var used = await buyer.BuyAsync(shop, 8, next.AddDays(9), 10);
        await server.MoveClockAsync(next.AddDays(10));
        await shop.UseAsync(late["legs[0].id"], month.AddDays(9), 10);
        await shop.UseAsync(used["legs[0].id"], next.AddDays(9), 10);
        await server.CloseAsync(next);

        // 1,600 at a half; then 400 at a half and 1,200 at a fifth. The second order held for more: nothing of the first was known.
        var invoice = await buyer.InvoiceAsync(next.Period());
        Assert.Equal("3200.00 1240.00", $"{invoice["total"]} {invoice["voucherTotal"]}");
        await server.BooksHoldAsync(month.Period(), next.Period());
    }

    [Theory, EveryDatabase]
    public async Task Tiers_count_tokens_that_are_ordered_at_their_price(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var month = await server.NextMonthAsync();
        var (shop, buyer) = (await server.TokenShopAsync(month, nodes: 2), await server.BuyerAsync());
        var tiered = await server.SchemeAsync(rules: """{"rates": null, "tiers": [{"upTo": "300.00", "ratio": "0.50"}, {"ratio": "0.20"}]}""");
        await tiered.IssueAsync(buyer, "10000.00");
        async Task<string> PublicMoneyAsync(int day) => (await buyer.BuyTokensAsync(shop, month.AddDays(day), 10, input: 100_000_000, output: 50_000_000))["publicMoney"];

        // 600.00 each: 300 at a half and 300 at a fifth, then all of it at a fifth.
        Assert.Equal(("210.00", "120.00"), (await PublicMoneyAsync(9), await PublicMoneyAsync(11)));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Tiers_count_tokens_over_New_Year_in_both_years(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        await server.MoveClockAsync(new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero));
        var december = await server.NextMonthAsync();
        var (shop, buyer) = (await server.TokenShopAsync(december), await server.BuyerAsync());
        var tiered = await server.SchemeAsync(rules: """{"rates": null, "tiers": [{"upTo": "300.00", "ratio": "0.50"}, {"ratio": "0.20"}]}""");
        await tiered.IssueAsync(buyer, "10000.00");

        // Five days of each year, and so half of 600.00.
        var order = await buyer.BuyTokensAsync(shop, december.AddDays(26), 10 * 24, input: 100_000_000, output: 50_000_000);
        Assert.Equal(("600.00", "300.00"), (order["total"], order["publicMoney"]));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Tiers_and_floors_go_by_the_years_spend_over_orders_and_months(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00");
        var month = await server.NextMonthAsync();
        var buyer = await server.BuyerAsync();
        var tiered = await server.SchemeAsync(rules: """{"rates": null, "tiers": [{"upTo": "1000.00", "ratio": "0.50"}, {"ratio": "0.20"}]}""");
        await tiered.IssueAsync(buyer, "10000.00");

        // 800 ordered, then 400: of those 200 in the first tier and 200 in the second.
        var first = await buyer.BuyAsync(shop, 8, month, 10);
        Assert.Equal("400.00", first["publicMoney"]);
        var second = await buyer.BuyAsync(shop, 8, month.AddHours(10), 5);
        Assert.Equal("140.00", second["publicMoney"]);

        // The first one is used by half only, so that the second is billed in the first tier: 400 + 400 are below 1,000.
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(first["legs[0].id"], month, 5);
        await shop.UseAsync(second["legs[0].id"], month.AddHours(10), 5);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal(("800.00", "340.00"), (invoice["total"], invoice["voucherTotal"]));

        // 800 are spent; the floor of another programme counts what was invoiced and the order at hand.
        var floored = await server.SchemeAsync(rules: """{"floors": {"spendPerYear": "900.00"}, "stacking": {"policy": "stack"}}""");
        var other = await server.BuyerAsync();
        await floored.IssueAsync(other, "1000.00");
        var next = await server.NextMonthAsync();
        var low = (await other.QuoteWithAsync(shop, 8, next, 10)).Is(201);
        Assert.Equal(("0.00", "floor.spend"), (low["publicMoney"], low["vouchersNotApplied[0].code"]));
        Assert.Equal("288.00", (await other.QuoteWithAsync(shop, 8, next, 12)).Is(201)["publicMoney"]);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_simulation_says_what_rules_would_have_paid_and_changes_nothing(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", nodes: 4);
        var month = await server.NextMonthAsync();
        var from = MarketSetup.Wire(await server.NowAsync());
        await server.MoveClockAsync((await server.NowAsync()).AddSeconds(1));
        var buyers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.OrganizationAsync("enterprise", "10000.00", "330100", "simulated")));
        foreach (var buyer in buyers.Take(2))
        {
            await buyer.BuyAsync(shop, 8, month, 10);
        }

        var authority = await server.OrganizationAsync("authority");
        var rules = Filled(JsonNode.Parse("""{"applicant": {"traitsAll": ["simulated"]}, "rates": [{"ratio": "0.25"}], "caps": {"perApplicantYear": "150.00"}}""")!.AsObject(), "{}");
        var body = new JsonObject { ["rules"] = rules, ["from"] = from };
        var answer = (await server.Admin.PostAsync("/v1/programmes/simulations", body)).Is(200);
        Assert.Equal(("2", "2", "300.00"), (answer["orders"], answer["ordersPaid"], answer["publicMoney"]));

        // An authority sees no figure behind which fewer than three stand.
        Assert.Null((await authority.PostAsync("/v1/programmes/simulations", body)).Is(200).Json!["publicMoney"]);
        await buyers[2].BuyAsync(shop, 8, month, 10);
        Assert.Equal("450.00", (await authority.PostAsync("/v1/programmes/simulations", body)).Is(200)["publicMoney"]);
        (await buyers[0].PostAsync("/v1/programmes/simulations", body)).Is(403, "forbidden");
        (await authority.PostAsync("/v1/programmes/simulations", new { rules = new { mode = "deduct" } })).Is(400, "validation");
    }

    private static JsonObject Filled(JsonObject rules, string more)
    {
        var plain = JsonNode.Parse("""{"mode": "deduct", "payee": "seller", "validity": {"months": 24}, "relatedParties": "forbid", "resale": "forbid"}""")!.AsObject();
        foreach (var (name, value) in plain.Where(pair => rules[pair.Key] is null).ToList())
        {
            rules[name] = value!.DeepClone();
        }

        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
        {
            rules[name] = value!.DeepClone();
        }

        return rules;
    }

    private sealed record Case(string Template, string Region, string[] Traits, int Hours, string Paid, string Rules = "{}")
    {
        /// <summary>Its vouchers are the provider's.</summary>
        public bool Rewards { get; init; }
    }
}
