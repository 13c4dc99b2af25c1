using System.Diagnostics;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

/// <summary>An inventory as a file, by the command line and by HTTP: the same reader, the same words.</summary>
public sealed class ImportCapacityTests(Servers servers) : IClassFixture<Servers>
{
    private const string Header = "name,accelerator,cards,vcpus,memoryGiB,interconnect,tags\n";

    [Theory, EveryDatabase]
    public async Task A_file_adds_its_nodes_to_a_centre_that_is_there(DatabaseKind database)
    {
        var market = await Inventory.MakeAsync(await servers.OnAsync(database));
        var (status, report) = await market.ImportAsync("\ufeff" + Header + $"c-1,{market.Capacity.Model},8,64,512,nvlink,cuda|bare metal\n\nc-2,{market.Capacity.Model},4,64,512,,\n");
        Assert.Equal("0 2 nodes with 12 cards were added to centre.", $"{status} {report}");
        var nodes = (await market.Capacity.Provider.GetAsync(market.Path)).Is(200).Items();
        Assert.Equal(["c-1", "c-2", "n-1"], nodes.Select(node => node["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        var entry = (await market.Capacity.Provider.GetAsync($"/v1/audit/entries?action=nodes.added&subjectId={market.Capacity.CenterId}")).Is(200);
        Assert.Equal("import-capacity", entry["items[0].actor"]);

        // Again, each of them is there.
        (status, report) = await market.ImportAsync(Header + $"c-3,{market.Capacity.Model},8,64,512,,\nc-1,{market.Capacity.Model},8,64,512,,\nc-2,{market.Capacity.Model},4,64,512,,\n");
        Assert.Equal(1, status);
        Assert.Equal("row 3, name: is taken by a node of the centre\nrow 4, name: is taken by a node of the centre\nNothing was added.", report);
        Assert.Equal(3, (await market.Capacity.Provider.GetAsync(market.Path)).Is(200).Items().Count);
    }

    [Theory, EveryDatabase]
    public async Task What_is_wrong_is_told_by_row_and_column_the_same_by_both_ways(DatabaseKind database)
    {
        var market = await Inventory.MakeAsync(await servers.OnAsync(database));
        var unreadable = Header + $"c-1,{market.Capacity.Model},eight,64,512,,\n\nc-2,{market.Capacity.Model},0,64,,carrier pigeon,\n";
        var (status, report) = await market.ImportAsync(unreadable);
        Assert.Equal(1, status);
        Assert.Equal(
            ["row 2, cards: must be a whole number", "row 4, cards: must be 1 to 1024", "row 4, interconnect: must be one of pcie, nvlink, rdma", "row 4, memoryGiB: is required", "Nothing was added."],
            Sorted(report));
        var posted = (await market.Capacity.Provider.PostTextAsync(market.Path, unreadable, "text/csv")).IsInvalid("nodes[0].cards", "nodes[1].cards", "nodes[1].interconnect", "nodes[1].memoryGiB");
        Assert.Equal("""["row 4: must be 1 to 1024"]""", posted.Json!["errors"]!["nodes[1].cards"]!.ToJsonString());

        // A comma too many shifts every cell after it.
        var shifted = Header + $"c-1,{market.Capacity.Model},8,64,512,,\nc-2,{market.Capacity.Model},8,64,512,,cuda,bare metal\n";
        Assert.Equal(["row 3, cells: are more than the header's; a cell with a comma in it needs quotes", "Nothing was added."], Sorted((await market.ImportAsync(shifted)).Report));

        // What only the database knows is told alike.
        var unknown = Header + $"c-1,{market.Capacity.Model},8,64,512,,\nc-1,abacus,8,64,512,,\n";
        Assert.Equal(["row 3, name: repeats a name of this request", "Nothing was added."], Sorted((await market.ImportAsync(unknown)).Report));
        var (_, abacus) = await market.ImportAsync(Header + "c-1,abacus,8,64,512,,\n");
        Assert.Equal(["row 2, accelerator: is not a model of the catalogue", "Nothing was added."], Sorted(abacus));
        Assert.Equal(
            ["Nothing was added.", "header.accelerator: is missing", "header.cards: is missing", "header.colour: is not a column of nodes", "header.memoryGiB: is missing", "header.vcpus: is missing"],
            Sorted((await market.ImportAsync("name,colour\nx,red\n")).Report));
        Assert.Equal(1, (await market.ImportAsync(Header + "\"open,a,1,1,1,,\n")).Status);
        Assert.Single((await market.Capacity.Provider.GetAsync(market.Path)).Is(200).Items());
    }

    [Theory, EveryDatabase]
    public async Task What_is_not_there_is_said_and_nothing_is_made(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var market = await Inventory.MakeAsync(server);
        var stranger = await Inventory.MakeAsync(server);
        const string rows = Header + "c-1,x,8,64,512,,\n";
        Assert.Equal(2, (await market.ImportAsync(rows, center: "nowhere")).Status);
        Assert.Equal(2, (await market.ImportAsync(rows, organization: MarketSetup.NewCreditCode())).Status);
        Assert.Equal(2, (await market.ImportAsync(rows, organization: "not a code")).Status);
        Assert.Equal(2, (await market.RunAsync("import-capacity", "/no/such.csv", "--organization", market.Code, "--center", "centre")).Status);
        Assert.Equal(2, (await market.RunAsync("import-capacity", "some.csv", "--center", "centre")).Status);
        (await market.Capacity.Provider.PostAsync("/v1/centers", new { name = "centre", regionCode = "330100" })).Is(201);
        var (status, report) = await market.ImportAsync(rows);
        Assert.Equal($"2 {market.Code} has more than one centre centre.", $"{status} {report}");
        Assert.Single((await stranger.Capacity.Provider.GetAsync(stranger.Path)).Is(200).Items());
        Assert.Empty(server.Faults);
    }

    private static IEnumerable<string> Sorted(string report) => report.Split('\n').OrderBy(line => !line.StartsWith("row", StringComparison.Ordinal)).ThenBy(line => line, StringComparer.Ordinal);

    /// <summary>A centre to import into.</summary>
    private sealed record Inventory(Capacity Capacity, string Code)
    {
        public string Path => $"/v1/centers/{Capacity.CenterId}/nodes";

        private MarketplaceServer Server => Capacity.Provider.Server;

        public static async Task<Inventory> MakeAsync(MarketplaceServer server)
        {
            var capacity = await server.CapacityAsync();
            return new(capacity, (await capacity.Provider.GetAsync($"/v1/organizations/{capacity.Provider.Id}")).Is(200)["creditCode"]);
        }

        public async Task<(int Status, string Report)> ImportAsync(string csv, string? organization = null, string center = "centre")
        {
            var file = System.IO.Path.GetTempFileName();
            await File.WriteAllTextAsync(file, csv);
            try
            {
                return await RunAsync("import-capacity", file, "--organization", organization ?? Code, "--center", center);
            }
            finally
            {
                File.Delete(file);
            }
        }

        /// <summary>The product as a process of its own, on the same database.</summary>
        public async Task<(int Status, string Report)> RunAsync(params string[] arguments)
        {
            var start = new ProcessStartInfo("dotnet", [System.IO.Path.Combine(AppContext.BaseDirectory, "Marketplace.Api.dll"), .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["Database__Provider"] = Server.Database.Settings.Provider.ToString();
            start.Environment["Database__ConnectionString"] = Server.Database.Settings.ConnectionString;
            start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, (await output + await error).Trim());
        }
    }
}
