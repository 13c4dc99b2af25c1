using System.Globalization;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Vouchers;

/// <summary>Decisions and issues at once: one wins, and no budget is passed.</summary>
public sealed class ApplicationRaceTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Of_two_decisions_at_once_one_wins(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var scheme = await server.SchemeAsync();
        for (var round = 0; round < 5; round++)
        {
            var buyer = await server.BuyerAsync();
            var id = await buyer.ApplyAsync(scheme, "100.00");
            var answers = await Task.WhenAll(((string[])["pass", "reject"]).Select(decision => scheme.Authority.TryDecideAsync(id, decision)));
            var won = Assert.Single(answers, answer => answer.Status == 201);
            Assert.Single(answers, answer => answer.Status != 201).Is(409, "application.decided");
            Assert.Equal(won["status"], await buyer.StatusAsync(id));
            Assert.Equal(won["status"] == "approved" ? 1 : 0, (await buyer.GetAsync("/v1/vouchers")).Is(200).Items().Count);
        }

        await server.BooksHoldAsync();
    }

    /// <summary>Decided for the step that was meant, the second of two isn't taken for the next step's.</summary>
    [Theory, EveryDatabase]
    public async Task Two_passes_of_one_step_pass_one_step(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var scheme = await server.SchemeAsync(rules: """{"review": ["check", "expert"]}""");
        var buyer = await server.BuyerAsync();
        var id = await buyer.ApplyAsync(scheme);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => scheme.Authority.TryDecideAsync(id, "pass", step: "check")));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(409, "application.step"));
        Assert.Equal("expert", (await buyer.GetAsync($"/v1/applications/{id}")).Is(200)["step"]);
    }

    [Theory, EveryDatabase]
    public async Task Eight_issues_at_once_never_pass_the_budget(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var scheme = await server.SchemeAsync("500.00");
        var buyers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.BuyerAsync()));
        var ids = await Task.WhenAll(buyers.Take(4).Select(buyer => buyer.ApplyAsync(scheme, "100.00")));
        var answers = await Task.WhenAll(ids.Select(id => scheme.Authority.TryDecideAsync(id, "pass")).Concat(buyers.Skip(4).Select(buyer => scheme.TryIssueAsync(buyer, "100.00"))));
        Assert.Equal(5, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(422, "programme.exhausted"));
        Assert.Equal("500.00 0.00 0.00 0.00 0.00", await scheme.MoneyAsync());
        var faces = (await scheme.Authority.GetAsync($"/v1/vouchers?programme={scheme.Code}")).Is(200).Items().Select(voucher => decimal.Parse(voucher["face"]!.GetValue<string>(), CultureInfo.InvariantCulture));
        Assert.Equal(500m, faces.Sum());
        await server.BooksHoldAsync();
    }

    /// <summary>Two firms under one control, at once: together they stay within one applicant's cap.</summary>
    [Theory, EveryDatabase]
    public async Task Firms_under_one_control_dont_race_past_their_cap(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var scheme = await server.SchemeAsync(rules: """{"caps": {"perApplicant": "100.00"}}""");
        var controller = $"holding {Guid.NewGuid():N}";
        var firms = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.ControlledAsync(controller)));
        var answers = await Task.WhenAll(firms.Select(firm => scheme.TryIssueAsync(firm, "60.00")));
        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(422, "cap.exceeded"));
    }

    [Theory, EveryDatabase]
    public async Task Two_runs_of_the_job_issue_each_voucher_once(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var scheme = await server.SchemeAsync(rules: """{"publicityDays": 1}""");
        var buyers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.BuyerAsync()));
        foreach (var buyer in buyers)
        {
            await scheme.Authority.DecideAsync(await buyer.ApplyAsync(scheme, "100.00"), "pass");
        }

        await using (var db = server.Database.Open())
        {
            await db.SandboxTo((await server.NowAsync()).AddDays(3));
        }

        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.Admin.PostAsync("/v1/jobs/publish-notices/runs")));
        Assert.All(runs, run => run.Is(200));
        Assert.Equal("400.00 0.00 0.00 0.00 999600.00", await scheme.MoneyAsync());
        Assert.All(await Task.WhenAll(buyers.Select(buyer => buyer.GetAsync("/v1/vouchers"))), list => Assert.Single(list.Is(200).Items()));
        await server.BooksHoldAsync();
    }
}
