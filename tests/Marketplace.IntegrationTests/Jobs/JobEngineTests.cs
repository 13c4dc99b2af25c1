using Marketplace.Application.Audit;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Jobs;

/// <summary>
/// What any job engine has to do, seen from outside on real processes. The job is the one that seals audit entries, for what it did
/// can be counted. Which engine: Quartz, or what MARKETPLACE_TEST_ENGINE names, where the build has it.
/// </summary>
public sealed class JobEngineTests(Servers servers) : IClassFixture<Servers>
{
    private static readonly string Engine = Environment.GetEnvironmentVariable("MARKETPLACE_TEST_ENGINE") is { Length: > 0 } name ? name : "Quartz";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory, EveryDatabase]
    public async Task Work_is_found_again_and_again_and_run_at_once_on_demand(DatabaseKind database)
    {
        var market = await servers.MakeDatabaseAsync(database);
        await using var process = await StartAsync(market, "all");
        for (var i = 0; i < 2; i++)
        {
            await AddEntriesAsync(market, 10);
            await WaitUntilSealedAsync(market);
            await WaitUntilOverAsync(market);
        }

        await using var api = await StartAsync(market, "api");
        using var admin = await SignInAsync(api);
        await process.KillAsync();
        await AddEntriesAsync(market, 10);
        Assert.Equal((1, 0), (await RunAsync(admin), await RunAsync(admin)));
        await CheckAsync(market, admin);

        // Where nothing was to be done, nothing was run or recorded. What was due at one instant is one run, tried again.
        await using var db = market.Open();
        var runs = await db.JobRuns.Where(run => run.Job == SealAuditEntriesJob.JobName).ToListAsync();
        Assert.InRange(runs.Sum(run => run.Attempts), 3, 5);
        Assert.All(runs, run => Assert.Equal(Application.Jobs.JobOutcome.Succeeded, run.Outcome));
        Assert.Empty(process.Faults.Concat(api.Faults));
    }

    [Theory, EveryDatabase]
    public async Task Two_workers_do_it_once_and_one_that_is_killed_half_way_is_gone_on_from(DatabaseKind database)
    {
        var market = await servers.MakeDatabaseAsync(database);
        await using var api = await StartAsync(market, "api");
        using var admin = await SignInAsync(api);
        await AddEntriesAsync(market, 8_000);
        await using (var killed = await StartAsync(market, "worker"))
        {
            await WaitAsync(market, async db => await db.AuditSeals.AnyAsync());
            await killed.KillAsync();
        }

        await using (var db = market.Open())
        {
            Assert.True(await db.AuditEntries.AnyAsync(entry => entry.SealNumber == null), "it was done before it was killed");
        }

        await using var first = await StartAsync(market, "worker");
        await using var second = await StartAsync(market, "worker");
        await WaitUntilSealedAsync(market);
        for (var i = 0; i < 5; i++)
        {
            await AddEntriesAsync(market, 1_000);
        }

        await WaitUntilSealedAsync(market);
        await CheckAsync(market, admin);
        Assert.Empty(first.Faults.Concat(second.Faults));
    }

    private static Task<ApiProcess> StartAsync(TestDatabase database, string role) => ApiProcess.StartAsync(database.Settings, new Dictionary<string, string>
    {
        ["Role"] = role,
        ["Jobs__Engine"] = Engine,
        ["Jobs__IntervalSeconds"] = "1",
    });

    private static async Task<HttpClient> SignInAsync(ApiProcess process)
    {
        var http = new HttpClient { BaseAddress = process.Address, Timeout = TimeSpan.FromMinutes(2) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "admin", ["client_secret"] = ApiProcess.AdminSecret });
        using var answer = await http.PostAsync("/connect/token", form);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await Answer.OfAsync(answer, null)).Is(200)["access_token"]);
        return http;
    }

    private static async Task<int> RunAsync(HttpClient admin)
    {
        using var answer = await admin.PostAsync($"/v1/jobs/{SealAuditEntriesJob.JobName}/runs", null);
        return (await Answer.OfAsync(answer, null)).Is(200).Items().Count;
    }

    /// <summary>Of an hour ago, so that sealing them is due.</summary>
    private static async Task AddEntriesAsync(TestDatabase database, int count)
    {
        await using var db = database.Open();
        var at = TimeProvider.System.GetUtcNow().AddHours(-1);
        db.AuditEntries.AddRange(Enumerable.Range(0, count).Select(_ => new AuditEntry
        {
            Id = Id<AuditEntry>.New(at),
            At = at.AddTicks(-(at.UtcTicks % TimeSpan.TicksPerMicrosecond)),
            Actor = "test",
            Action = "test.done",
            SubjectType = "test",
            SubjectId = "1",
            Details = "{}",
        }));
        await db.SaveChangesAsync(CancellationToken.None);
    }

    private static Task WaitUntilSealedAsync(TestDatabase database) => WaitAsync(database, async db => !await db.AuditEntries.AnyAsync(entry => entry.Actor == "test" && entry.SealNumber == null));

    /// <summary>A run that isn't over takes what comes meanwhile as well.</summary>
    private static Task WaitUntilOverAsync(TestDatabase database) =>
        WaitAsync(database, async db => !await db.JobRuns.AnyAsync(run => run.Job == SealAuditEntriesJob.JobName && run.FinishedAt == null));

    private static async Task WaitAsync(TestDatabase database, Func<Infrastructure.Persistence.MarketplaceDbContext, Task<bool>> reached)
    {
        using var patience = new CancellationTokenSource(Patience);
        await using var db = database.Open();
        while (!await reached(db))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    /// <summary>Every entry is under one seal, and the seals are a chain.</summary>
    private static async Task CheckAsync(TestDatabase database, HttpClient admin)
    {
        using var answer = await admin.PostAsync("/v1/audit/verifications", null);
        var chain = (await Answer.OfAsync(answer, null)).Is(200);
        Assert.Equal("true", chain["chain.holds"], ignoreCase: true);
        await using var db = database.Open();
        var seals = await db.AuditSeals.OrderBy(seal => seal.Number).Select(seal => seal.Number).ToListAsync();
        Assert.Equal(Enumerable.Range(1, seals.Count).Select(i => (long)i), seals);
        var used = await db.AuditEntries.Where(entry => entry.SealNumber != null).Select(entry => entry.SealNumber!.Value).Distinct().CountAsync();
        Assert.Equal(seals.Count, used);
    }
}
