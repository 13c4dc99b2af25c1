using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>The databases that a test runs on.</summary>
public enum DatabaseKind
{
    Sqlite,
    PostgreSql,
    SqlServer,
}

/// <summary>
/// Runs a theory once on every database: its first parameter is the <see cref="DatabaseKind"/>. What the machine lacks is
/// skipped by name, with the reason.
/// </summary>
public sealed class EveryDatabaseAttribute : DataAttribute
{
    /// <summary>The databases that the test isn't for.</summary>
    public DatabaseKind[] Except { get; set; } = [];

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>([.. Enum.GetValues<DatabaseKind>().Except(Except).Select(Row)]);

    public override bool SupportsDiscoveryEnumeration() => true;

    private static TheoryDataRow<DatabaseKind> Row(DatabaseKind database) => new(database) { Skip = WhyNot(database) };

    /// <summary>Why tests can't run on a database here, or null where they can.</summary>
    public static string? WhyNot(DatabaseKind database) => database switch
    {
        DatabaseKind.PostgreSql => PostgresCluster.WhyNot(),
        DatabaseKind.SqlServer when TestDatabase.SqlServer is null => "no SQL Server: MARKETPLACE_TEST_SQLSERVER names none",
        _ => null,
    };
}
