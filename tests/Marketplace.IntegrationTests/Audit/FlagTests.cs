using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Vouchers;

namespace Marketplace.IntegrationTests.Audit;

/// <summary>What may be fraud: found where it happens, or by looking at a billed month; and decided by somebody.</summary>
public sealed class FlagTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task An_applicant_split_in_two_is_flagged_though_it_is_refused(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var scheme = await server.SchemeAsync(rules: """{"caps": {"perApplicantYear": "1000.00"}}""");
        var (left, right) = (await server.ControlledAsync("holding"), await server.ControlledAsync("holding"));
        await scheme.IssueAsync(left, "600.00");
        Assert.Empty(await FlagsAsync(server));
        for (var i = 0; i < 2; i++)
        {
            (await scheme.TryIssueAsync(right, "600.00")).Is(422, "cap.exceeded");
        }

        var flag = Assert.Single(await FlagsAsync(server, "applicant.split"));
        Assert.Equal($"applicant {scheme.Code}/{right.Id} {right.Id} open", $"{flag["subject"]!["type"]} {flag["subject"]!["id"]} {flag["organizationId"]} {flag["status"]}");
        Assert.Equal("caps.perApplicantYear", flag["detail"]!["over"]!.GetValue<string>());

        // Refused by its own doing, nobody is flagged; nor is who shares nothing with anybody.
        (await scheme.TryIssueAsync(left, "1000.01")).Is(422, "cap.exceeded");
        await (await server.BuyerAsync()).ApplyAsync(scheme, "1000.00");
        Assert.Single(await FlagsAsync(server));

        // An application that only the other firm puts over the cap, and a voucher within it.
        var id = await right.ApplyAsync(scheme, "500.00");
        var applied = Assert.Single(await FlagsAsync(server, "applicant.split"), f => f["subject"]!["id"]!.GetValue<string>() == id);
        Assert.Equal($"caps.perApplicantYear {left.Id}", $"{applied["detail"]!["over"]} {applied["detail"]!["others"]![0]}");
        var voucher = await scheme.IssueAsync(right, "100.00");
        Assert.Null(Assert.Single(await FlagsAsync(server, "applicant.split"), f => f["subject"]!["id"]!.GetValue<string>() == voucher)["detail"]!["over"]);
    }

    [Theory, EveryDatabase]
    public async Task A_contract_in_two_applications_is_flagged(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var scheme = await server.SchemeAsync();
        var (one, other) = (await server.BuyerAsync(), await server.BuyerAsync());
        string Document(string kind, char digit) => $$"""{"kind": "{{kind}}", "sha256": "{{new string(digit, 64)}}", "uri": "https://files.example/{{digit}}"}""";
        string Documents(params string[] documents) => $$"""{"documents": [{{string.Join(',', documents)}}]}""";
        var first = await one.ApplyAsync(scheme, "1.00", Documents(Document("contract", 'a'), Document("licence", 'b')));
        await one.ApplyAsync(scheme, "1.00", Documents(Document("licence", 'b')));
        await one.TryApplyAsync(scheme, "1.00", """{"draft": true, "contractNumber": "C-1"}""");
        await other.ApplyAsync(scheme, "1.00", """{"contractNumber": "C-1"}""");
        Assert.Empty(await FlagsAsync(server));
        var again = await one.ApplyAsync(scheme, "1.00", Documents(Document("contract", 'a')));
        var borrowed = await other.ApplyAsync(scheme, "1.00", Documents(Document("licence", 'b')));
        var numbered = await one.ApplyAsync(scheme, "1.00", """{"contractNumber": "C-1"}""");
        var flags = await FlagsAsync(server, "contract.twice");
        Assert.Equal([numbered, borrowed, again], flags.Select(flag => flag["subject"]!["id"]!.GetValue<string>()));
        Assert.Equal(first, flags[2]["detail"]!["others"]![0]!.GetValue<string>());

        // One that was rejected may be tried again.
        await scheme.Authority.DecideAsync(again, "reject");
        await scheme.Authority.DecideAsync(first, "reject");
        await one.ApplyAsync(scheme, "1.00", Documents(Document("contract", 'a')));
        Assert.Equal(3, (await FlagsAsync(server)).Count);
    }

    [Theory, EveryDatabase]
    public async Task Related_parties_that_trade_with_a_voucher_at_hand_are_flagged(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var month = await server.NextMonthAsync();
        var (provider, buyer) = (await server.ControlledAsync("holding", "provider"), await server.ControlledAsync("holding"));
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "1000.00", reference = "first" })).Is(201);
        var shop = await server.ShopAsync(provider: provider);
        await buyer.BuyAsync(shop, 1, month, 1);
        Assert.Empty(await FlagsAsync(server));
        var scheme = await server.SchemeAsync();
        var voucher = await scheme.IssueAsync(buyer, "100.00");
        var order = await buyer.BuyAsync(shop, 1, month.AddHours(2), 1);
        var flag = Assert.Single(await FlagsAsync(server, "parties.related"));
        Assert.Equal($"{order["id"]} {buyer.Id} {voucher}", $"{flag["subject"]!["id"]} {flag["organizationId"]} {flag["detail"]!["vouchers"]![0]}");
    }

    [Theory, EveryDatabase]
    public async Task Who_orders_with_anothers_voucher_pays_it_all_and_is_flagged(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (holder, buyer, shop) = (await server.BuyerAsync(), await server.BuyerAsync(), await server.ShopAsync());
        var voucher = await (await server.SchemeAsync()).IssueAsync(holder, "100.00");
        var order = await buyer.BuyAsync(shop, 1, await server.NextMonthAsync(), 1, new[] { voucher });
        Assert.Equal("0.00", order["publicMoney"]);
        Assert.Equal(order["total"], order["payable"]);

        var flag = Assert.Single(await FlagsAsync(server, "voucher.transfer"));
        Assert.Equal(
            $"{order["id"]} {buyer.Id} {voucher} {holder.Id}",
            $"{flag["subject"]!["id"]} {flag["organizationId"]} {flag["detail"]!["vouchers"]![0]!["id"]} {flag["detail"]!["vouchers"]![0]!["organizationId"]}");
    }

    /// <summary>A month of ten times the history, on a meter that no key signs: one flag of each, once.</summary>
    [Theory, EveryDatabase]
    public async Task A_month_far_above_its_history_and_unattested_usage_are_flagged(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, new Dictionary<string, string> { ["Marketplace:FraudHistoryLeast"] = "100.00" });
        var (shop, buyer, scheme) = (await server.ShopAsync(), await server.BuyerAsync(), await server.SchemeAsync());
        await scheme.IssueAsync(buyer, "50000.00");
        var month = await server.NextMonthAsync();
        await UseAsync(shop, buyer, month, 10);
        Assert.Empty(await FlagsAsync(server, "redemption.above_history"));
        var flag = Assert.Single(await FlagsAsync(server, "usage.unattested"));
        Assert.Equal($"{scheme.Code}/{shop.Seller.Id}/{month.Period()} 480.00", $"{flag["subject"]!["id"]} {flag["detail"]!["unattested"]}");

        // Who goes on as he began isn't above his history, short as it is.
        await UseAsync(shop, buyer, month.AddMonths(1), 8);
        Assert.Empty(await FlagsAsync(server, "redemption.above_history"));
        var next = month.AddMonths(2);
        await UseAsync(shop, buyer, next, 45);
        var above = (await FlagsAsync(server, "redemption.above_history"))[0];
        Assert.Equal($"{buyer.Id}/{next.Period()} 2160.00 432.00", $"{above["subject"]!["id"]} {above["detail"]!["amount"]} {above["detail"]!["monthly"]}");
        var before = (await FlagsAsync(server)).Count;
        Assert.Empty((await server.Admin.PostAsync("/v1/jobs/look-for-fraud/runs")).Is(200).Items());
        Assert.Equal(before, (await FlagsAsync(server)).Count);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_flag_is_decided_once_and_by_the_platform(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var scheme = await server.SchemeAsync();
        var (left, right) = (await server.ControlledAsync("holding"), await server.ControlledAsync("holding"));
        await left.ApplyAsync(scheme);
        await right.ApplyAsync(scheme);
        var flag = Assert.Single(await FlagsAsync(server));
        var id = flag["id"]!.GetValue<string>();
        Assert.Equal(id, (await server.Admin.GetAsync($"/v1/audit/flags?organizationId={flag["organizationId"]}&sort=at")).Is(200)["items[0].id"]);
        Assert.Empty((await server.Admin.GetAsync($"/v1/audit/flags?organizationId={scheme.Authority.Id}")).Is(200).Items());
        foreach (var party in new[] { left, right, scheme.Authority, await server.ProviderAsync() })
        {
            (await party.GetAsync("/v1/audit/flags")).Is(403, "forbidden");
            (await party.PostAsync($"/v1/audit/flags/{id}/decisions", new { decision = "dismiss", note = "x" })).Is(403, "forbidden");
            Assert.DoesNotContain("flag.", (await party.GetAsync("/v1/audit/entries")).Is(200).Text, StringComparison.Ordinal);
        }

        (await server.Admin.GetAsync("/v1/audit/flags?code=x")).IsInvalid("code");
        (await server.Admin.GetAsync("/v1/audit/flags?status=x")).IsInvalid("status");
        (await server.Admin.PostAsync($"/v1/audit/flags/{id}/decisions", new { })).IsInvalid("decision", "note");
        (await server.Admin.PostAsync("/v1/audit/flags/none/decisions", new { decision = "confirm", note = "x" })).Is(404, "not_found");
        var answers = await Task.WhenAll(((string[])["dismiss", "confirm"]).Select(decision => server.Admin.PostAsync($"/v1/audit/flags/{id}/decisions", new { decision, note = "looked" })));
        var won = Assert.Single(answers, answer => answer.Status == 201);
        Assert.Single(answers, answer => answer.Status != 201).Is(409, "flag.decided");
        Assert.Empty((await server.Admin.GetAsync("/v1/audit/flags?status=open")).Is(200).Items());
        Assert.Equal("looked", (await server.Admin.GetAsync($"/v1/audit/flags?status={won["status"]}&code=applicant.split&limit=1")).Is(200)["items[0].note"]);
        Assert.Single((await server.Admin.GetAsync($"/v1/audit/entries?subjectId={id}&action=flag.decided")).Is(200).Items());
        Assert.Empty(server.Faults);
    }

    private static async Task UseAsync(Shop shop, Party buyer, DateTimeOffset month, int hours)
    {
        var (server, start) = (shop.Seller.Server, month.AddDays(5));
        var leg = (await buyer.BuyAsync(shop, 8, start, hours))["legs[0].id"];
        await server.MoveClockAsync(start.AddHours(hours));
        await shop.UseAsync(leg, start, hours);

        // Closed after a day, and looked at in the night after that.
        await server.MoveClockAsync(month.AddMonths(1).AddDays(2));
    }

    private static async Task<IReadOnlyList<JsonNode>> FlagsAsync(MarketplaceServer server, string? code = null) =>
        (await server.Admin.GetAsync("/v1/audit/flags" + (code is null ? "" : "?code=" + code))).Is(200).Items();
}
