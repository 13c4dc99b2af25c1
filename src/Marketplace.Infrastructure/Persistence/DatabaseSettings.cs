using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace Marketplace.Infrastructure.Persistence;

public enum DatabaseProvider
{
    Sqlite,
    SqlServer,
    PostgreSql,
}

/// <summary>Which database, from settings under <c>Database</c>.</summary>
/// <param name="MaxBatchSize">Statements a round trip; 1 keeps EF from using MERGE. Null leaves the provider's own.</param>
public sealed record DatabaseSettings(DatabaseProvider Provider, string ConnectionString, int? MaxBatchSize)
{
    private const int PreparedStatements = 200;

    /// <exception cref="InvalidOperationException">A setting is missing or unknown.</exception>
    public static DatabaseSettings From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Database");
        var name = section["Provider"] ?? nameof(DatabaseProvider.Sqlite);
        if (!Enum.TryParse<DatabaseProvider>(name, ignoreCase: true, out var provider) || !Enum.IsDefined(provider))
        {
            throw new InvalidOperationException($"Database:Provider is '{name}'; it can be Sqlite, SqlServer or PostgreSql.");
        }

        var connection = section["ConnectionString"];
        if (string.IsNullOrWhiteSpace(connection))
        {
            connection = provider == DatabaseProvider.Sqlite
                ? new SqliteConnectionStringBuilder { DataSource = DefaultFile() }.ToString()
                : throw new InvalidOperationException("Database:ConnectionString is missing.");
        }

        return new(provider, connection, section.GetValue<int?>("MaxBatchSize"));
    }

    /// <summary>Chooses the provider, its migrations and its own retries of transient faults.</summary>
    /// <param name="options">Whose.</param>
    /// <param name="migrations">The assembly with a model's migrations; null for the market's own.</param>
    public void Configure(DbContextOptionsBuilder options, string? migrations = null)
    {
        _ = Provider switch
        {
            DatabaseProvider.Sqlite => options.UseSqlite(ConnectionString, sqlite => sqlite
                .MigrationsAssembly(migrations ?? "Marketplace.Migrations.Sqlite").MaxBatchSize(MaxBatchSize ?? 1000)
                .UseQuerySplittingBehavior(QuerySplittingBehavior.SingleQuery)),
            DatabaseProvider.SqlServer => options.UseSqlServer(ConnectionString, server =>
            {
                server.MigrationsAssembly(migrations ?? "Marketplace.Migrations.SqlServer").EnableRetryOnFailure(5);
                if (MaxBatchSize is { } size)
                {
                    server.MaxBatchSize(size);
                }
            }),
            _ => options.UseNpgsql(Prepared(ConnectionString), postgres => postgres
                .MigrationsAssembly(migrations ?? "Marketplace.Migrations.PostgreSql").ExecutionStrategy(dependencies => new BrokenConnectionStrategy(dependencies))
                .MaxBatchSize(MaxBatchSize ?? 1000)),
        };
    }

    /// <summary>Where the database is, without what opens it.</summary>
    public string Describe() => Provider == DatabaseProvider.Sqlite
        ? "SQLite, " + Path.GetFullPath(new SqliteConnectionStringBuilder(ConnectionString).DataSource)
        : Provider.ToString();

    /// <summary>
    /// The server plans a statement once a connection instead of each time, and connections go back to the pool as they are:
    /// nothing here changes their state. What the connection string says of either stands.
    /// </summary>
    private static string Prepared(string connectionString)
    {
        var postgres = new NpgsqlConnectionStringBuilder(connectionString);
        if (!postgres.ShouldSerialize("Max Auto Prepare"))
        {
            (postgres.MaxAutoPrepare, postgres.AutoPrepareMinUsages) = (PreparedStatements, 2);
        }

        if (!postgres.ShouldSerialize("No Reset On Close"))
        {
            postgres.NoResetOnClose = true;
        }

        return postgres.ToString();
    }

    private static string DefaultFile()
    {
        var folder = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "marketplace");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, "marketplace.db");
    }
}

/// <summary>
/// Repeats what a broken connection cut off. A race that was lost is the unit of work's to repeat, at once and not after the
/// seconds that a server needs to come back.
/// </summary>
internal sealed class BrokenConnectionStrategy(ExecutionStrategyDependencies dependencies) : NpgsqlRetryingExecutionStrategy(dependencies, maxRetryCount: 5)
{
    protected override bool ShouldRetryOn(Exception? exception) =>
        exception is not PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected }
        && exception?.InnerException is not PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected }
        && base.ShouldRetryOn(exception);
}
