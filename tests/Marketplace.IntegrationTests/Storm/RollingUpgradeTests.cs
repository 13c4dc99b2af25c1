using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>
/// The schema is expanded, every process replaced one after the other, and the schema contracted, while buyers go on: nobody is
/// answered an error, and nothing is lost. What the next release adds is stood for by columns, an index, a table and a migration that
/// this one doesn't know; what it removes, by the same ones.
/// </summary>
[Trait("Category", "Storm")]
public sealed class RollingUpgradeTests(ITestOutputHelper output)
{
    private static readonly string[] Expand =
    [
        "ALTER TABLE orders ADD COLUMN next_release text NULL",
        "ALTER TABLE legs ADD COLUMN next_release bigint NOT NULL DEFAULT 0",
        "CREATE INDEX CONCURRENTLY next_release_orders ON orders (next_release)",
        "CREATE TABLE next_release (id uuid PRIMARY KEY)",
        """INSERT INTO "__EFMigrationsHistory" VALUES ('99991231235959_NextRelease', '10.0.0')""",
    ];

    private static readonly string[] Contract =
    [
        "DROP INDEX CONCURRENTLY next_release_orders",
        "ALTER TABLE orders DROP COLUMN next_release",
        "ALTER TABLE legs DROP COLUMN next_release",
        "DROP TABLE next_release",
    ];

    [Theory, EveryDatabase(Except = [DatabaseKind.Sqlite, DatabaseKind.SqlServer])]
    public async Task Nobody_notices(DatabaseKind kind)
    {
        await using var cluster = new PostgresCluster();
        await using var database = await TestDatabase.MakeAsync(kind, cluster);
        await using var server = await MarketplaceServer.StartAsync(database, new Dictionary<string, string> { ["Sandbox:Enabled"] = "false", ["Role"] = "api" });
        var start = Hour.AtOrAfter(TimeProvider.System.GetUtcNow()).Start.AddHours(2);
        var (model, buyers) = await ScarceMarket.OpenAsync(server, start);
        string[] roles = ["api", "api", "worker"];
        await using var fleet = await Fleet.StartAsync(database, roles);
        using var balancer = new Balancer(fleet.Apis);
        using var client = new HttpClient(balancer) { BaseAddress = fleet.Apis[0] };
        var seed = Random.Shared.Next(1_000_000);
        output.WriteLine($"seed {seed}");
        var traffic = new Traffic([client], buyers, model, start, seed);
        using var over = new CancellationTokenSource();
        var buying = traffic.RunAsync(() => !over.IsCancellationRequested);

        await RunAsync(database, Expand);
        for (var i = 0; i < roles.Length; i++)
        {
            if (roles[i] == "api")
            {
                await balancer.DrainAsync(i);
            }

            await fleet.ReplaceAsync(i);
            if (roles[i] == "api")
            {
                balancer.PutBack(i);
            }
        }

        await RunAsync(database, Contract);
        await Task.WhenAny(buying, Task.Delay(TimeSpan.FromSeconds(2)));
        await over.CancelAsync();
        await buying;

        foreach (var (outcome, count) in traffic.Outcomes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{outcome}: {count}");
        }

        Assert.DoesNotContain(traffic.Outcomes.Keys, outcome => outcome == Traffic.NoAnswer || outcome.Contains(" 50", StringComparison.Ordinal));
        Assert.NotEmpty(traffic.Placed);
        await using var db = database.Open();
        await Coherence.CheckAsync(db, traffic);
        await server.BooksHoldAsync();
    }

    private static async Task RunAsync(TestDatabase database, IEnumerable<string> statements)
    {
        foreach (var statement in statements)
        {
            await using var db = database.Open();
#pragma warning disable EF1002 // Constants of this test.
            await db.Database.ExecuteSqlRawAsync(statement);
#pragma warning restore EF1002
        }
    }
}
