using System.Diagnostics;
using System.Globalization;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>
/// Processes are killed, suspended and started again, and the database with them, while buyers go on: afterwards every write that
/// was acknowledged is there, nothing was done twice, and every invariant holds. Some seconds of it, or as many minutes as
/// <c>MARKETPLACE_FAULTS_MINUTES</c> says.
/// </summary>
[Trait("Category", "Storm")]
public sealed class FaultTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Time = double.TryParse(Environment.GetEnvironmentVariable("MARKETPLACE_FAULTS_MINUTES"), CultureInfo.InvariantCulture, out var minutes)
        ? TimeSpan.FromMinutes(minutes)
        : TimeSpan.FromSeconds(20);

    [Theory, EveryDatabase(Except = [DatabaseKind.Sqlite, DatabaseKind.SqlServer])]
    public async Task Nothing_is_lost_or_done_twice(DatabaseKind kind)
    {
        await using var cluster = new PostgresCluster(durable: true);
        await using var database = await TestDatabase.MakeAsync(kind, cluster);
        await using var server = await MarketplaceServer.StartAsync(database, new Dictionary<string, string> { ["Sandbox:Enabled"] = "false", ["Role"] = "api" });
        var start = Hour.AtOrAfter(TimeProvider.System.GetUtcNow()).Start.AddHours(Math.Ceiling(Time.TotalHours) + 1);
        var (model, buyers) = await ScarceMarket.OpenAsync(server, start);
        await using var fleet = await Fleet.StartAsync(database, "api", "api", "worker", "worker");
        using var clients = new Clients(fleet.Apis);
        var traffic = new Traffic(clients.All, buyers, model, start, Seed());
        using var over = new CancellationTokenSource();
        var buying = traffic.RunAsync(() => !over.IsCancellationRequested);
        var faults = await BreakAsync(fleet, cluster, buying);
        await over.CancelAsync();
        await buying;
        foreach (var (outcome, count) in traffic.Outcomes.Concat(faults).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{outcome}: {count}");
        }

        Assert.NotEmpty(traffic.Placed);
        await using var db = database.Open();
        await Coherence.CheckAsync(db, traffic);
        await server.BooksHoldAsync();
    }

    /// <summary>One thing at a time, each in turn and at least once, until the time is over.</summary>
    private static async Task<Dictionary<string, int>> BreakAsync(Fleet fleet, PostgresCluster cluster, Task buying)
    {
        var done = new Dictionary<string, int>();
        (string Name, Func<Task> Do)[] faults =
        [
            ("an API process killed", () => fleet.KillAsync("api")),
            ("a process suspended", fleet.SuspendAsync),
            ("a worker killed", () => fleet.KillAsync("worker")),
            .. PostgresCluster.CanCrash ? [("the database killed", cluster.CrashAsync)] : Array.Empty<(string, Func<Task>)>(),
        ];
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; (i < faults.Length || Stopwatch.GetElapsedTime(started) < Time) && !buying.IsCompleted; i++)
        {
            var (name, fault) = faults[i % faults.Length];
            await fault();
            done[name] = done.GetValueOrDefault(name) + 1;
            await Task.WhenAny(buying, Task.Delay(TimeSpan.FromSeconds(1)));
        }

        return done;
    }

    private int Seed()
    {
        var seed = Random.Shared.Next(1_000_000);
        output.WriteLine($"seed {seed}");
        return seed;
    }
}
