using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>Sixteen buyers, a few cards that they buy, bid for and resell, and processes that die on the way: afterwards the tables say one coherent thing.</summary>
[Trait("Category", "Storm")]
public sealed class StormTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(90);

    [Theory, EveryDatabase(Except = [DatabaseKind.Sqlite])]
    public async Task Four_processes_on_one_database_and_two_are_killed(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, new Dictionary<string, string> { ["Sandbox:Enabled"] = "false", ["Role"] = "api" });
        var start = Hour.AtOrAfter(TimeProvider.System.GetUtcNow()).Start.AddHours(1);
        var (model, buyers) = await ScarceMarket.OpenAsync(server, start);
        var processes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ApiProcess.StartAsync(server.Database.Settings)));
        try
        {
            using var http = new Clients(processes.Select(process => process.Address));
            var traffic = new Traffic(http.All, buyers, model, start, seed: NewSeed());
            var storm = traffic.RunAsync(orders: 120, AtMost);
            var before = new List<int>();
            foreach (var (killed, after) in ((int, int)[])[(1, 30), (2, 60)])
            {
                while (traffic.Placed.Count < after && !storm.IsCompleted)
                {
                    await Task.Delay(10);
                }

                before.Add(traffic.Placed.Count);
                await processes[killed].KillAsync();
            }

            await storm;
            Report(traffic);

            // It was a storm: orders came through before and after the kills, and others were turned away.
            Assert.True(before[0] >= 30 && before[1] >= 60 && traffic.Placed.Count >= before[1] + 20, $"{before[0]} and {before[1]} orders before the kills, {traffic.Placed.Count} in all.");
            Assert.Contains(traffic.Outcomes.Keys, outcome => outcome.Contains("quotes 200", StringComparison.Ordinal) || outcome.Contains("capacity.taken", StringComparison.Ordinal));
            await CheckAsync(server, traffic);
            Assert.Empty(processes.Where((_, i) => i is not (1 or 2)).SelectMany(process => process.Faults));
        }
        finally
        {
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }
        }
    }

    [Theory, EveryDatabase(Except = [DatabaseKind.SqlServer])]
    public async Task One_process(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var start = await server.TomorrowAsync();
        var (model, buyers) = await ScarceMarket.OpenAsync(server, start);
        using var http = new Clients([server.Http.BaseAddress!]);
        var traffic = new Traffic(http.All, buyers, model, start, seed: NewSeed());
        await traffic.RunAsync(orders: 120, AtMost);
        Report(traffic);
        Assert.True(traffic.Placed.Count >= 50);
        await CheckAsync(server, traffic);
    }

    /// <summary>All that was to happen did, the tables agree, and so do the product's own checks.</summary>
    private static async Task CheckAsync(MarketplaceServer server, Traffic traffic)
    {
        Assert.NotEmpty(traffic.Cancelled);
        Assert.NotEmpty(traffic.Resales);
        await using var db = server.Database.Open();
        Assert.True(await db.Bids.AnyAsync(bid => bid.Status == BidStatus.Filled));
        Assert.True(await db.Legs.AnyAsync(leg => leg.ParentId != null));
        await Coherence.CheckAsync(db, traffic);
        await server.BooksHoldAsync();
    }

    private int NewSeed()
    {
        var seed = Random.Shared.Next(1_000_000);
        output.WriteLine($"seed {seed}");
        return seed;
    }

    private void Report(Traffic traffic)
    {
        output.WriteLine($"{traffic.Placed.Count} orders placed, {traffic.Cancelled.Count} cancelled");
        foreach (var (outcome, count) in traffic.Outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{outcome}: {count}");
        }
    }
}
