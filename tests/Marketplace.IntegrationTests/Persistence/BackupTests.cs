using System.Diagnostics;
using Marketplace.IntegrationTests.Harness;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Marketplace.IntegrationTests.Persistence;

/// <summary>The scripts that operators run: a copy made while orders come in is whole, verifies, and goes on.</summary>
public sealed class BackupTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase(Except = [DatabaseKind.SqlServer])]
    public async Task A_copy_made_in_use_verifies_and_goes_on(DatabaseKind kind)
    {
        var server = await servers.FreshAsync(kind);
        var world = await World.MakeAsync(server);
        var start = await server.TomorrowAsync();
        var (before, after, copied) = (new List<string>(), new List<string>(), false);
        using var folder = new TemporaryFolder();
        var copy = Path.Combine(folder.Path, "copy");
        async Task BuyAsync()
        {
            for (var i = 0; i < 24 && !copied; i++)
            {
                after.Add((await world.Buyer.OrderAsync(world.Capacity, 1, start.AddHours(i), 1))["id"]);
            }
        }

        before.Add((await world.Buyer.OrderAsync(world.Capacity, 1, start, 1))["id"]);
        var buying = BuyAsync();
        await ScriptAsync("backup.sh", Word(kind), Address(server.Database), copy);
        copied = true;
        await buying;

        var restored = await servers.MakeDatabaseAsync(kind);
        await MakeEmptyAsync(restored);
        await ScriptAsync("restore.sh", Word(kind), copy, Address(restored));
        var again = await servers.StartAsync(restored);
        await again.BooksHoldAsync("2026-01");
        var buyer = world.Buyer.At(again);
        foreach (var order in before)
        {
            (await buyer.GetAsync($"/v1/orders/{order}")).Is(200);
        }

        await buyer.OrderAsync(world.Capacity, 1, start.AddHours(30), 1);
        await again.BooksHoldAsync();
        Assert.NotEmpty(after);
    }

    private static string Word(DatabaseKind kind) => kind == DatabaseKind.PostgreSql ? "postgres" : "sqlite";

    /// <summary>As the scripts want it: a URI, or a file.</summary>
    private static string Address(TestDatabase database)
    {
        if (database.Kind == DatabaseKind.Sqlite)
        {
            return new SqliteConnectionStringBuilder(database.Settings.ConnectionString).DataSource;
        }

        var server = new NpgsqlConnectionStringBuilder(database.Settings.ConnectionString);
        return $"postgresql://{server.Username}@{server.Host}:{server.Port}/{server.Database}";
    }

    private static async Task MakeEmptyAsync(TestDatabase database)
    {
        if (database.Kind == DatabaseKind.PostgreSql)
        {
            var target = new NpgsqlConnectionStringBuilder(database.Settings.ConnectionString);
            await using var server = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(target.ToString()) { Database = "postgres", Pooling = false }.ToString());
            await server.OpenAsync();
#pragma warning disable CA2100 // A name made here.
            await using var command = new NpgsqlCommand($"CREATE DATABASE {target.Database}", server);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task ScriptAsync(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(AppContext.BaseDirectory, "backup", name), .. arguments]) { UseShellExecute = false, RedirectStandardError = true };
        if (PostgresCluster.Binaries is { } binaries)
        {
            // The tools of the server's own version come first.
            start.Environment["PATH"] = binaries + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        }

        using var script = Process.Start(start)!;
        var said = await script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();
        Assert.True(script.ExitCode == 0, $"{name} ended with {script.ExitCode}: {said}");
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("marketplace-backup-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
