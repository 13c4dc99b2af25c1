using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Sandbox;

public sealed class ClockTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task The_clock_stands_until_it_is_moved_and_only_goes_forward(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        Assert.Equal(MarketplaceServer.Start, await server.NowAsync());
        var later = MarketplaceServer.Start.AddHours(5).AddTicks(12_345_670);
        Assert.Equal("2026-01-05T05:00:01.234567Z", (await server.MoveClockAsync(later))["now"]);
        (await server.Admin.PutAsync("/v1/sandbox/clock", new { now = "2026-01-05T05:00:01Z" })).Is(422, "clock.backwards");
        await server.MoveClockAsync(later);
        (await server.Admin.PutAsync("/v1/sandbox/clock", new { now = "2026-01-06T05:00:01" })).IsInvalid("now");
        (await server.Admin.PutAsync("/v1/sandbox/clock", new { })).IsInvalid("now");
        Assert.Equal(later, await server.NowAsync());
    }

    [Theory, EveryDatabase]
    public async Task Every_process_on_the_database_has_the_same_clock(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        await server.MoveClockAsync(MarketplaceServer.Start.AddDays(3));

        // A process that starts later takes the clock as it finds it, whatever its own setting says.
        var sibling = await servers.StartAsync(server.Database, new Dictionary<string, string> { ["Sandbox:Now"] = "2030-01-01T00:00:00Z" });
        Assert.Equal(MarketplaceServer.Start.AddDays(3), await sibling.NowAsync());
        await sibling.MoveClockAsync(MarketplaceServer.Start.AddDays(4));
        Assert.Equal(MarketplaceServer.Start.AddDays(4), await server.NowAsync());
        var center = await server.ProviderAsync();
        Assert.Equal(MarketplaceServer.Start.AddDays(4), DateTimeOffset.Parse((await center.GetAsync($"/v1/organizations/{center.Id}")).Is(200)["createdAt"]));
        await Task.WhenAll(Enumerable.Range(1, 10).Select(async day =>
        {
            var answer = await server.Admin.At(day % 2 == 0 ? server : sibling).PutAsync("/v1/sandbox/clock", new { now = MarketSetup.Wire(MarketplaceServer.Start.AddDays(4 + day)) });
            Assert.True(answer.Status == 200 || answer.Code == "clock.backwards", answer.ToString());
        }));
        Assert.Equal(MarketplaceServer.Start.AddDays(14), await server.NowAsync());
    }

    [Theory, EveryDatabase]
    public async Task Jobs_with_work_run_on_the_way_in_order_of_time_and_once(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        await server.ProviderAsync();
        var moved = await server.MoveClockAsync(MarketplaceServer.Start.AddMonths(1));
        var jobs = moved.Items("jobs");
        Assert.Contains(jobs, job => job["job"]!.GetValue<string>() == "seal-audit");
        Assert.All(jobs, job => Assert.Equal("succeeded", job["outcome"]!.GetValue<string>()));
        var times = jobs.Select(job => DateTimeOffset.Parse(job["dueAt"]!.GetValue<string>())).ToList();
        Assert.Equal(times.Order(), times);
        Assert.Equal(jobs.Count, jobs.Select(job => $"{job["job"]} {job["dueAt"]}").Distinct().Count());
        Assert.Equal(MarketplaceServer.Start.AddMinutes(1), times[0]);
        var listed = (await server.Admin.GetAsync("/v1/jobs")).Is(200).Items().Single(job => job["name"]!.GetValue<string>() == "seal-audit");
        Assert.Equal("succeeded", listed["runs"]![0]!["outcome"]!.GetValue<string>());
        Assert.Equal(1, listed["runs"]![0]!["attempts"]!.GetValue<int>());

        // Where nothing is left to seal, nothing runs and nothing is recorded.
        Assert.DoesNotContain((await server.MoveClockAsync(MarketplaceServer.Start.AddMonths(1).AddHours(1))).Items("jobs"), job => job["job"]!.GetValue<string>() == "seal-audit");
        Assert.Empty((await server.Admin.PostAsync("/v1/jobs/seal-audit/runs")).Is(200).Items());
        (await server.Admin.PostAsync("/v1/jobs/no-such/runs")).Is(404, "not_found");
    }

    [Fact]
    public async Task Production_has_no_sandbox()
    {
        var database = await servers.MakeDatabaseAsync(DatabaseKind.Sqlite);
        var off = await servers.StartAsync(database, new Dictionary<string, string> { ["Sandbox:Enabled"] = "false" });
        (await off.Admin.GetAsync("/v1/sandbox/clock")).Is(404);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => servers.FreshAsync(DatabaseKind.Sqlite, new Dictionary<string, string> { ["environment"] = "Production" }));
        Assert.Contains("Sandbox:Enabled", refused.ToString(), StringComparison.Ordinal);
    }
}
