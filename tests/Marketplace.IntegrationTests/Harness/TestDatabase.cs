using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>An empty database of its own, which one or several servers run on; deleted at the end.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    public static readonly string? SqlServer = Environment.GetEnvironmentVariable("MARKETPLACE_TEST_SQLSERVER") is { Length: > 0 } text ? text : null;

    private readonly string? _folder;

    private TestDatabase(DatabaseSettings settings, string? folder) => (Settings, _folder) = (settings, folder);

    public DatabaseSettings Settings { get; }

    public DatabaseKind Kind => Enum.Parse<DatabaseKind>(Settings.Provider.ToString());

    public static async Task<TestDatabase> MakeAsync(DatabaseKind kind, PostgresCluster postgres)
    {
        var name = "test_" + Guid.NewGuid().ToString("N");
        switch (kind)
        {
            case DatabaseKind.PostgreSql:
                var server = new NpgsqlConnectionStringBuilder(await postgres.ConnectionStringAsync()) { Database = name, MaxPoolSize = 40 };
                return new(new(DatabaseProvider.PostgreSql, server.ToString(), null), null);
            case DatabaseKind.SqlServer:
                return new(new(DatabaseProvider.SqlServer, new SqlConnectionStringBuilder(SqlServer) { InitialCatalog = name }.ToString(), MaxBatchSize()), null);
            default:
                var folder = Directory.CreateTempSubdirectory("marketplace-test-").FullName;
                return new(new(DatabaseProvider.Sqlite, new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "market.db") }.ToString(), null), folder);
        }
    }

    /// <summary>A second database with all that is in this one, on which no server may run meanwhile.</summary>
    public async Task<TestDatabase> CopyAsync()
    {
        var name = "test_" + Guid.NewGuid().ToString("N");
        switch (Kind)
        {
            case DatabaseKind.PostgreSql:
                var from = new NpgsqlConnectionStringBuilder(Settings.ConnectionString);
                NpgsqlConnection.ClearAllPools();
                await using (var server = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Settings.ConnectionString) { Database = "postgres", Pooling = false }.ToString()))
                {
                    await server.OpenAsync();
                    await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {from.Database}", server);
                    await command.ExecuteNonQueryAsync();
                }

                from.Database = name;
                return new(Settings with { ConnectionString = from.ToString() }, null);
            case DatabaseKind.Sqlite:
                SqliteConnection.ClearAllPools();
                var folder = Directory.CreateTempSubdirectory("marketplace-test-").FullName;
                foreach (var file in Directory.GetFiles(_folder!))
                {
                    File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
                }

                return new(Settings with { ConnectionString = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "market.db") }.ToString() }, folder);
            default:
                throw new NotSupportedException("A copy on SQL Server needs a backup.");
        }
    }

    /// <summary>The database past every server, seeing all rows.</summary>
    public MarketplaceDbContext Open()
    {
        var options = new DbContextOptionsBuilder<MarketplaceDbContext>();
        Settings.Configure(options);
        return new(options.Options, new RequestContext { Caller = Caller.System });
    }

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(_folder, recursive: true);
            return;
        }

        await using var db = Open();
        await db.Database.EnsureDeletedAsync();
    }

    /// <summary>Some servers that speak SQL Server's protocol lack MERGE; 1 keeps EF from using it.</summary>
    private static int? MaxBatchSize() => int.TryParse(Environment.GetEnvironmentVariable("MARKETPLACE_TEST_SQLSERVER_BATCH"), out var size) ? size : null;
}
