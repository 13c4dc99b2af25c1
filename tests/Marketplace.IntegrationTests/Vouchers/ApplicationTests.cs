using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Vouchers;

/// <summary>From a draft to a voucher: review, return, public notice, objections; and why applications are refused.</summary>
public sealed class ApplicationTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Passed_at_its_one_step_it_is_a_voucher_at_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (scheme, buyer) = (await server.SchemeAsync("5000.00"), await server.BuyerAsync());
        var applied = (await buyer.TryApplyAsync(
            scheme, "2000.00",
            $$"""{"documents": [{"kind": "contract", "sha256": "{{Applications.Digest}}", "uri": "https://files.example/c.pdf"}], "publicMoneyFromOutside": [{"source": "the district", "amount": "10.00"}], "contractNumber": "C-{{Guid.NewGuid():N}}", "contractSignedOn": "2026-01-02"}""")).Is(201);
        Assert.Equal("submitted check 1 2000.00", $"{applied["status"]} {applied["step"]} {applied["version"]} {applied["granted"]}");
        Assert.Equal($"/v1/applications/{applied["id"]}", applied.Headers["Location"]);
        Assert.Equal(Applications.Digest, applied["documents[0].sha256"]);
        var approved = await scheme.Authority.DecideAsync(applied["id"], "pass", "1500.00");
        Assert.Equal("approved 2000.00 1500.00", $"{approved["status"]} {approved["amount"]} {approved["granted"]}");
        Assert.Null(approved.Json!["step"]);
        var voucher = (await buyer.GetAsync($"/v1/vouchers/{approved["voucherId"]}")).Is(200);
        Assert.Equal($"{scheme.Code} 1500.00 1500.00", $"{voucher["programme"]} {voucher["face"]} {voucher["available"]}");
        Assert.Equal("1500.00 0.00 0.00 0.00 3500.00", await scheme.MoneyAsync());
        var seen = (await buyer.GetAsync($"/v1/applications/{applied["id"]}")).Is(200);
        Assert.Equal("check pass 1500.00", $"{seen["decisions[0].step"]} {seen["decisions[0].decision"]} {seen["decisions[0].amount"]}");
        Assert.Equal(
            ["application.decided", "application.submitted"],
            (await buyer.GetAsync($"/v1/audit/entries?subjectId={applied["id"]}")).Is(200).Items().Select(entry => entry["action"]!.GetValue<string>()));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task A_draft_is_its_applicants_until_it_is_submitted(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (scheme, buyer) = (await server.SchemeAsync(), await server.BuyerAsync());
        var draft = (await buyer.TryApplyAsync(scheme, "1000.00", """{"draft": true, "declarations": {"ownUse": true}}""")).Is(201);
        var path = $"/v1/applications/{draft["id"]}";
        Assert.Equal("draft", draft["status"]);
        (await scheme.Authority.GetAsync(path)).Is(404, "not_found");
        Assert.Empty((await scheme.Authority.GetAsync("/v1/applications")).Is(200).Items());
        (await scheme.Authority.TryDecideAsync(draft["id"], "pass")).Is(404, "not_found");
        (await server.Admin.TryDecideAsync(draft["id"], "pass")).Is(409, "application.not_submitted");
        (await buyer.PostAsync(path + "/submission")).Is(422, "declaration.missing");
        var document = new { kind = "invoice", sha256 = Applications.Digest.ToUpperInvariant(), uri = "https://files.example/i" };
        var changed = (await buyer.PutAsync(path, new { amount = "500.00", declarations = new { ownUse = true, unrelated = true, noDuplicate = true }, documents = new[] { document } })).Is(200);
        Assert.Equal($"draft 500.00 {Applications.Digest}", $"{changed["status"]} {changed["amount"]} {changed["documents[0].sha256"]}");
        Assert.Equal("submitted", (await buyer.PostAsync(path + "/submission")).Is(201)["status"]);
        (await buyer.PostAsync(path + "/submission")).Is(409, "application.submitted");
        (await buyer.PutAsync(path, Applications.Body())).Is(409, "application.submitted");
        Assert.Equal(draft["id"], Assert.Single((await scheme.Authority.GetAsync("/v1/applications?status=submitted")).Is(200).Items())["id"]!.GetValue<string>());
        Assert.Empty((await scheme.Authority.GetAsync("/v1/applications?status=draft")).Is(200).Items());
        Assert.Empty((await buyer.GetAsync("/v1/applications?programme=another")).Is(200).Items());
        Assert.Single((await buyer.GetAsync($"/v1/applications?programme={scheme.Code}&limit=1")).Is(200).Items());
        (await buyer.GetAsync("/v1/applications?status=nothing")).IsInvalid("status");
    }

    [Theory, EveryDatabase]
    public async Task Returned_it_is_changed_and_reviewed_anew_under_the_rules_of_then(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (scheme, buyer) = (await server.SchemeAsync(rules: """{"review": ["check", "expert"]}"""), await server.BuyerAsync());
        var id = await buyer.ApplyAsync(scheme, "1000.00", $$"""{"documents": [{"kind": "contract", "sha256": "{{Applications.Digest}}", "uri": "https://files.example/c"}]}""");
        Assert.Equal("expert", (await scheme.Authority.DecideAsync(id, "pass", "900.00"))["step"]);
        (await scheme.Authority.TryDecideAsync(id, "pass", step: "check")).Is(409, "application.step");
        (await scheme.Authority.TryDecideAsync(id, "pass", "900.01", "expert")).Is(422, "grant.exceeds");
        Assert.Equal("returned", (await scheme.Authority.DecideAsync(id, "return"))["status"]);
        (await scheme.Authority.TryDecideAsync(id, "pass")).Is(409, "application.not_submitted");
        var from = (await server.NowAsync()).AddDays(1);
        var rules = (await server.Admin.GetAsync($"/v1/programmes/{scheme.Code}")).Json!["rules"]!.DeepClone();
        rules["review"] = new JsonArray("check");
        (await server.Admin.PostAsync($"/v1/programmes/{scheme.Code}/versions", new { from = MarketSetup.Wire(from), rules })).Is(201);
        await server.MoveClockAsync(from);
        var changed = (await buyer.PutAsync($"/v1/applications/{id}", Applications.Body("800.00"))).Is(200);
        Assert.Empty(changed.Items("documents"));
        var again = (await buyer.PostAsync($"/v1/applications/{id}/submission")).Is(201);
        Assert.Equal("submitted check 2 800.00", $"{again["status"]} {again["step"]} {again["version"]} {again["granted"]}");
        var approved = await scheme.Authority.DecideAsync(id, "pass");
        Assert.Equal("approved", approved["status"]);
        Assert.Equal("2", (await buyer.GetAsync($"/v1/vouchers/{approved["voucherId"]}")).Is(200)["version"]);
        Assert.Equal(3, approved.Items("decisions").Count);
    }

    [Theory, EveryDatabase]
    public async Task Public_notice_ends_after_its_days_and_stands_still_for_objections(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var scheme = await server.SchemeAsync(rules: """{"publicityDays": 3, "publicityCalendar": "working"}""");
        var (buyer, other, stranger) = (await server.BuyerAsync(), await server.BuyerAsync(), await server.ProviderAsync());
        var (plain, objected) = (await buyer.ApplyAsync(scheme), await other.ApplyAsync(scheme));
        (await stranger.ObjectAsync(objected)).Is(404, "not_found");
        (await scheme.Authority.ObjectAsync(objected)).Is(409, "application.not_public");

        // Monday the 5th: the 6th, 7th and 8th.
        foreach (var id in new[] { plain, objected })
        {
            var passed = await scheme.Authority.DecideAsync(id, "pass");
            Assert.Equal("publicity 2026-01-08 working true", $"{passed["status"]} {passed["publicity.until"]} {passed["publicity.calendar"]} {passed["publicity.holidaysKnown"]}");
        }

        (await scheme.Authority.TryDecideAsync(plain, "reject")).Is(409, "application.in_publicity");
        var notices = (await stranger.GetAsync($"/v1/notices?programme={scheme.Code}")).Is(200).Items();
        Assert.Equal([objected, plain], notices.Select(notice => notice["applicationId"]!.GetValue<string>()));
        Assert.Equal([other.Name, buyer.Name], notices.Select(notice => notice["name"]!.GetValue<string>()));
        await server.MoveClockAsync(At(7, 12));
        (await other.ObjectAsync(objected)).Is(422, "objection.own");
        (await stranger.PostAsync($"/v1/applications/{objected}/objections", new { })).IsInvalid("reason");
        Assert.Equal("objected", (await stranger.ObjectAsync(objected)).Is(201)["status"]);
        (await stranger.ObjectAsync(objected)).Is(409, "objection.exists");
        (await stranger.GetAsync($"/v1/applications/{objected}")).Is(404, "not_found");
        (await scheme.Authority.TryDecideAsync(objected, "return")).Is(409, "application.objected");
        Assert.Null((await other.GetAsync($"/v1/applications/{objected}")).Is(200).Items("objections")[0]["organizationId"]);
        Assert.Equal(stranger.Id, (await scheme.Authority.GetAsync($"/v1/applications/{objected}")).Is(200)["objections[0].organizationId"]);

        await server.MoveClockAsync(At(9, 0).AddMicroseconds(-1));
        Assert.Equal("publicity", await buyer.StatusAsync(plain));
        await server.MoveClockAsync(At(9, 0));
        Assert.Equal("approved objected", $"{await buyer.StatusAsync(plain)} {await other.StatusAsync(objected)}");
        (await stranger.ObjectAsync(plain)).Is(404, "not_found");

        // Wednesday and Thursday were left; passed over on Friday the 9th they are Monday and Tuesday.
        var resumed = await scheme.Authority.DecideAsync(objected, "pass", "400.00");
        Assert.Equal("publicity 2026-01-13", $"{resumed["status"]} {resumed["publicity.until"]}");
        Assert.Null(resumed.Items("decisions")[1]["step"]);
        await server.MoveClockAsync(At(14, 0));
        var approved = (await other.GetAsync($"/v1/applications/{objected}")).Is(200);
        Assert.Equal("approved 400.00", $"{approved["status"]} {(await other.GetAsync($"/v1/vouchers/{approved["voucherId"]}"))["face"]}");
        Assert.Empty((await server.Admin.PostAsync("/v1/jobs/publish-notices/runs")).Is(200).Items());
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task An_objection_that_is_right_rejects(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (scheme, buyer) = (await server.SchemeAsync(rules: """{"publicityDays": 5}"""), await server.BuyerAsync());
        var id = await buyer.ApplyAsync(scheme);
        await scheme.Authority.DecideAsync(id, "pass");
        (await (await server.BuyerAsync()).ObjectAsync(id)).Is(201);
        Assert.Equal("rejected", (await scheme.Authority.DecideAsync(id, "reject"))["status"]);
        (await scheme.Authority.TryDecideAsync(id, "pass")).Is(409, "application.decided");
        (await buyer.PostAsync($"/v1/applications/{id}/submission")).Is(409, "application.decided");
        Assert.Empty((await buyer.GetAsync($"/v1/notices?programme={scheme.Code}")).Is(200).Items());
        await server.MoveClockAsync((await server.NowAsync()).AddDays(10));
        Assert.Equal("rejected", await buyer.StatusAsync(id));
    }

    /// <summary>The clock jumps over both days; the budget reaches for one, then for none.</summary>
    [Theory, EveryDatabase]
    public async Task Whom_the_budget_reaches_goes_by_submission_or_by_signing(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        foreach (var (funding, expected) in new[] { ("{}", "approved rejected rejected"), ("""{"funding": {"order": "contractSigning"}}""", "rejected rejected approved") })
        {
            var rules = JsonNode.Parse(funding)!.AsObject();
            rules["publicityDays"] = 2;
            var scheme = await server.SchemeAsync("1500.00", rules.ToJsonString());
            var applied = new List<(Party Buyer, string Id)>();
            foreach (var signed in new[] { """ "2026-01-03" """, "null", """ "2026-01-02" """ })
            {
                var buyer = await server.BuyerAsync();
                applied.Add((buyer, await buyer.ApplyAsync(scheme, "1000.00", $$"""{"contractSignedOn": {{signed}} }""")));
            }

            foreach (var (_, id) in Enumerable.Reverse(applied))
            {
                await scheme.Authority.DecideAsync(id, "pass");
            }

            await server.MoveClockAsync((await server.NowAsync()).AddDays(30));
            Assert.Equal(expected, string.Join(' ', await Task.WhenAll(applied.Select(a => a.Buyer.StatusAsync(a.Id)))));
            Assert.Equal("1000.00 0.00 0.00 0.00 500.00", await scheme.MoneyAsync());
            var rejected = applied[1];
            Assert.Equal("programme.exhausted", (await rejected.Buyer.GetAsync($"/v1/applications/{rejected.Id}")).Is(200)["rejectedFor"]);
        }

        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Each_refusal_has_its_code(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var scheme = await server.SchemeAsync(
            "1000.00", """{"applicant": {"kinds": ["enterprise"], "traitsAll": ["sme"]}, "caps": {"perApplicantYear": "700.00"}, "floors": {"perVoucher": "10.00"}}""");
        var (small, large) = (await server.OrganizationAsync("enterprise", null, "330100", "sme"), await server.BuyerAsync());
        (await large.TryApplyAsync(scheme)).Is(422, "applicant.ineligible");
        Assert.Contains("applicant.traitsAll", (await large.TryApplyAsync(scheme)).Text, StringComparison.Ordinal);
        (await small.TryApplyAsync(scheme, "9.99")).Is(422, "floor.not_reached");
        foreach (var missing in new[] { "ownUse", "unrelated", "noDuplicate" })
        {
            var body = Applications.Body();
            body["declarations"]![missing] = false;
            (await small.PostAsync($"/v1/programmes/{scheme.Code}/applications", body)).Is(422, "declaration.missing");
        }

        (await small.TryApplyAsync(scheme, other: """{"declarations": null}""")).Is(422, "declaration.missing");
        Assert.Empty((await small.GetAsync("/v1/applications")).Is(200).Items());
        (await small.PostAsync("/v1/programmes/none/applications", Applications.Body())).Is(404, "not_found");
        (await scheme.Authority.PostAsync($"/v1/programmes/{scheme.Code}/applications", Applications.Body())).Is(403, "forbidden");
        (await small.TryApplyAsync(scheme, "0.00")).IsInvalid("amount");
        (await small.TryApplyAsync(scheme, other: """{"contractSignedOn": "2199-01-01", "contractNumber": ""}""")).IsInvalid("contractSignedOn", "contractNumber");
        (await small.TryApplyAsync(scheme, other: """{"documents": [{"kind": "x", "sha256": "abc", "uri": "http://files.example/"}]}""")).IsInvalid("documents[0].sha256", "documents[0].uri");
        (await small.TryApplyAsync(scheme, other: """{"publicMoneyFromOutside": [{"source": "", "amount": "0.00"}]}""")).IsInvalid("publicMoneyFromOutside[0].source", "publicMoneyFromOutside[0].amount");
        var documents = Enumerable.Range(0, 51).Select(i => $$"""{"kind": "x", "sha256": "{{i:x64}}", "uri": "https://files.example/{{i}}"}""");
        (await small.TryApplyAsync(scheme, other: $$"""{"documents": [{{string.Join(',', documents)}}]}""")).IsInvalid("documents");

        // What caps and budget leave room for can still be granted.
        var id = await small.ApplyAsync(scheme, "1200.00");
        (await scheme.Authority.TryDecideAsync(id, "pass")).Is(422, "cap.exceeded");
        (await scheme.Authority.TryDecideAsync(id, "pass", "700.01")).Is(422, "cap.exceeded");
        (await scheme.Authority.TryDecideAsync(id, "reject", "1.00")).IsInvalid("amount");
        (await scheme.Authority.PostAsync($"/v1/applications/{id}/decisions", new { })).IsInvalid("decision");
        Assert.Equal("submitted", await small.StatusAsync(id));
        Assert.Equal("approved", (await scheme.Authority.DecideAsync(id, "pass", "700.00"))["status"]);
        var next = await server.OrganizationAsync("enterprise", null, "330100", "sme");
        var late = await next.ApplyAsync(scheme, "300.01");
        (await scheme.Authority.TryDecideAsync(late, "pass")).Is(422, "programme.exhausted");
        Assert.Equal("rejected", (await scheme.Authority.DecideAsync(late, "reject"))["status"]);
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task Strangers_see_and_change_nothing(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (scheme, buyer) = (await server.SchemeAsync(), await server.BuyerAsync());
        var id = await buyer.ApplyAsync(scheme);
        var (stranger, authority) = (await server.BuyerAsync(), await server.OrganizationAsync("authority"));
        foreach (var party in new[] { stranger, authority })
        {
            (await party.GetAsync($"/v1/applications/{id}")).Is(404, "not_found");
            Assert.Empty((await party.GetAsync("/v1/applications")).Is(200).Items());
            (await party.ObjectAsync(id)).Is(404, "not_found");
        }

        (await stranger.PutAsync($"/v1/applications/{id}", Applications.Body())).Is(404, "not_found");
        (await stranger.PostAsync($"/v1/applications/{id}/submission")).Is(404, "not_found");
        (await authority.TryDecideAsync(id, "pass")).Is(404, "not_found");
        (await buyer.TryDecideAsync(id, "pass")).Is(403, "forbidden");
        Assert.Equal("submitted", await buyer.StatusAsync(id));
    }

    /// <summary>Programmes rule that a firm isn't split to multiply its caps: those that share a controller are one applicant.</summary>
    [Theory, EveryDatabase]
    public async Task Firms_under_one_control_share_a_cap(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var scheme = await server.SchemeAsync(rules: """{"caps": {"perApplicantYear": "1000.00"}}""");
        var controller = $"holding {Guid.NewGuid():N}";
        var (left, right, free) = (await server.ControlledAsync(controller), await server.ControlledAsync(controller), await server.BuyerAsync());
        await scheme.IssueAsync(left, "600.00");
        (await scheme.TryIssueAsync(right, "400.01")).Is(422, "cap.exceeded");
        var id = await right.ApplyAsync(scheme, "400.01");
        (await scheme.Authority.TryDecideAsync(id, "pass")).Is(422, "cap.exceeded");
        Assert.Equal("approved", (await scheme.Authority.DecideAsync(id, "pass", "400.00"))["status"]);
        (await scheme.TryIssueAsync(left, "0.01")).Is(422, "cap.exceeded");
        await scheme.IssueAsync(free, "1000.00");
    }

    private static DateTimeOffset At(int day, int hour) => new(2026, 1, day, hour, 0, 0, Business.Shanghai);
}
