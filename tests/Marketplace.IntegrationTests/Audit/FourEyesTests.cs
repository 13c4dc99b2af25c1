using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Audit;

/// <summary>What admins do with more money than is set waits for a second one; what they do with less doesn't.</summary>
public sealed class FourEyesTests(Servers servers) : IClassFixture<Servers>
{
    private static readonly Dictionary<string, string> Above1000 = new() { ["Marketplace:FourEyesAbove"] = "1000.00" };

    [Theory, EveryDatabase]
    public async Task A_large_deposit_counts_when_another_admin_approves(DatabaseKind database)
    {
        var (server, second, buyer) = await WorldAsync(database);
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "1000.00", reference = "small" })).Is(201);
        var waits = (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "1000.01", reference = "large" }, key: "k")).Is(202);
        Assert.Equal("open", waits["status"]);
        Assert.Equal("1000.00 0.00 1000.00", await buyer.BalanceAsync());

        // Sent again with its key, it's the same proposal; the key with something else is refused.
        Assert.Equal(waits["id"], (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "1000.01", reference = "large" }, key: "k")).Is(202)["id"]);
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "1000.02", reference = "large" }, key: "k")).Is(422, "idempotency.mismatch");

        var decisions = $"/v1/proposals/{waits["id"]}/decisions";
        (await server.Admin.PostAsync(decisions, new { decision = "approve" })).Is(403, "proposal.own");
        (await buyer.PostAsync(decisions, new { decision = "approve" })).Is(403, "forbidden");
        (await second.PostAsync(decisions, new { decision = "approve", note = "seen on the statement" }, key: "d")).Is(201);
        Assert.Equal("2000.01 0.00 2000.01", await buyer.BalanceAsync());
        Assert.True((await second.PostAsync(decisions, new { decision = "approve", note = "seen on the statement" }, key: "d")).Is(201).Replayed);
        (await second.PostAsync(decisions, new { decision = "approve" })).Is(409, "proposal.decided");
        Assert.Equal("2000.01 0.00 2000.01", await buyer.BalanceAsync());

        var entries = (await server.Admin.GetAsync("/v1/audit/entries?limit=3")).Is(200).Items();
        Assert.Equal(["proposal.approved", "deposit.received", "proposal.made"], entries.Select(entry => entry["action"]!.GetValue<string>()));
        Assert.Equal("1000.00", entries[1]["details"]!["before"]!["deposit"]!.GetValue<string>());
        Assert.Equal("2000.01", entries[1]["details"]!["after"]!["deposit"]!.GetValue<string>());
        Assert.Equal("approved", Assert.Single((await second.GetAsync("/v1/proposals?status=approved")).Is(200).Items())["status"]!.GetValue<string>());
    }

    [Theory, EveryDatabase]
    public async Task Approvals_at_once_count_once(DatabaseKind database)
    {
        var (server, second, buyer) = await WorldAsync(database);
        var third = await server.Admin.ColleagueAsync("operator", "admin");
        var waits = (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "5000.00", reference = "large" })).Is(202)["id"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            (i % 2 == 0 ? second : third).PostAsync($"/v1/proposals/{waits}/decisions", new { decision = i == 7 ? "reject" : "approve" })));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(409, "proposal.decided"));
        var approved = answers.Single(answer => answer.Status == 201)["status"] == "approved";
        Assert.Equal(approved ? "5000.00 0.00 5000.00" : "0.00 0.00 0.00", await buyer.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task What_was_rejected_or_is_refused_by_now_isnt_done(DatabaseKind database)
    {
        var (server, second, buyer) = await WorldAsync(database);
        var credit = (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "1000.01" })).Is(202)["id"];
        (await server.Admin.PostAsync($"/v1/proposals/{credit}/decisions", new { decision = "reject", note = "by mistake" })).Is(201);
        (await second.PostAsync($"/v1/proposals/{credit}/decisions", new { decision = "approve" })).Is(409, "proposal.decided");
        Assert.Equal("0.00", (await buyer.GetAsync($"/v1/organizations/{buyer.Id}/balance")).Is(200)["creditLimit"]);

        // More than there is: the market refuses the approval, and the proposal stays open.
        var withdrawal = (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/withdrawals", new { amount = "2000.00", reference = "out" })).Is(202)["id"];
        (await second.PostAsync($"/v1/proposals/{withdrawal}/decisions", new { decision = "approve" })).Is(422);
        Assert.Equal(withdrawal, Assert.Single((await second.GetAsync("/v1/proposals?status=open")).Is(200).Items())["id"]!.GetValue<string>());
    }

    [Theory, EveryDatabase]
    public async Task A_whole_invoice_waits_by_what_is_left_of_it(DatabaseKind database)
    {
        var (server, second, buyer) = await WorldAsync(database);
        for (var i = 0; i < 2; i++)
        {
            (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "1000.00", reference = $"d-{i}" })).Is(201);
        }

        var (shop, month) = (await server.ShopAsync(), await server.NextMonthAsync());
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(1), 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(leg, month.AddDays(1), 10);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        var waits = (await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/credit-notes", new { reason = 1, note = "wrong" })).Is(202);
        Assert.Equal("1600.00", waits["amount"]);
        (await second.PostAsync($"/v1/proposals/{waits["id"]}/decisions", new { decision = "approve" })).Is(201);
        Assert.Equal("credited", (await buyer.GetAsync($"/v1/invoices/{invoice["id"]}")).Is(200)["status"]);
    }

    private async Task<(MarketplaceServer Server, Party Second, Party Buyer)> WorldAsync(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, Above1000);
        return (server, await server.Admin.ColleagueAsync("operator", "admin"), await server.OrganizationAsync("enterprise"));
    }
}
