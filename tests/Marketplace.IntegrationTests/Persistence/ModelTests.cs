using System.Text.RegularExpressions;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Marketplace.IntegrationTests.Persistence;

/// <summary>One model, three databases: none lacks what another has. Nothing is connected to.</summary>
public sealed partial class ModelTests
{
    public static TheoryData<DatabaseProvider> Providers => [DatabaseProvider.Sqlite, DatabaseProvider.SqlServer, DatabaseProvider.PostgreSql];

    [Theory, MemberData(nameof(Providers))]
    public void No_change_of_the_model_waits_for_a_migration(DatabaseProvider provider)
    {
        using var db = Open(provider);
        Assert.NotEmpty(db.Database.GetMigrations());
        Assert.False(db.Database.HasPendingModelChanges(), $"Run migrations/add.sh: {provider} lacks what the model has.");
    }

    [Fact]
    public void Every_database_has_the_same_tables_columns_keys_indexes_and_checks()
    {
        var expected = Facts(DatabaseProvider.Sqlite);
        Assert.True(expected.Count > 200);
        Assert.Equal(expected, Facts(DatabaseProvider.PostgreSql));
        Assert.Equal(expected, Facts(DatabaseProvider.SqlServer));
    }

    [Theory, MemberData(nameof(Providers))]
    public void The_migrations_make_all_of_it(DatabaseProvider provider)
    {
        using var db = Open(provider);
        var script = new Script(db.GetService<IMigrator>().GenerateScript());
        Assert.Equal(Facts(provider).Order(StringComparer.Ordinal), script.Facts.Order(StringComparer.Ordinal));
    }

    /// <summary>Everything that the model asks of a database, a line each.</summary>
    private static SortedSet<string> Facts(DatabaseProvider provider)
    {
        using var db = Open(provider);
        var facts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var table in db.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables)
        {
            facts.Add($"table {table.Name}");
            facts.UnionWith(table.Columns.Select(column => $"column {table.Name}.{column.Name}{(column.IsNullable ? " null" : "")}"));
            facts.UnionWith(table.UniqueConstraints.Select(key => $"key {table.Name} {key.Name} ({Names(key.Columns)})"));
            facts.UnionWith(table.Indexes.Select(index => $"index {table.Name} {index.Name} ({Names(index.Columns)}){(index.IsUnique ? " unique" : "")}"));
            facts.UnionWith(table.ForeignKeyConstraints.Select(key => $"foreign key {table.Name} {key.Name} ({Names(key.Columns)}) to {key.PrincipalTable.Name} ({Names(key.PrincipalColumns)})"));
            facts.UnionWith(table.CheckConstraints.Select(check => $"check {table.Name} {check.Name}: {check.Sql.Replace("\"", "", StringComparison.Ordinal)}"));
        }

        return facts;
    }

    private static string Names(IEnumerable<IColumnBase> columns) => string.Join(", ", columns.Select(column => column.Name));

    private static MarketplaceDbContext Open(DatabaseProvider provider)
    {
        var options = new DbContextOptionsBuilder<MarketplaceDbContext>();
        new DatabaseSettings(provider, provider == DatabaseProvider.Sqlite ? "Data Source=never-opened.db" : "Host=never;Database=opened", null).Configure(options);
        return new(options.Options, new RequestContext());
    }

    /// <summary>What a migration script makes, read off its text. Every provider writes the same grammar in its own quotes.</summary>
    private sealed partial class Script
    {
        public Script(string sql)
        {
            var plain = sql.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal);
            foreach (Match create in Table().Matches(plain))
            {
                var table = create.Groups["name"].Value;
                if (table.StartsWith("__", StringComparison.Ordinal))
                {
                    continue;
                }

                Facts.Add($"table {table}");
                foreach (var line in create.Groups["body"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.TrimEnd(',')))
                {
                    Facts.AddRange(Line(table, line));
                }
            }

            foreach (Match index in Index().Matches(plain))
            {
                Facts.Add($"index {index.Groups["table"]} {index.Groups["name"]} ({index.Groups["columns"]}){(index.Groups["unique"].Success ? " unique" : "")}");
            }

            // Tables that name each other get their foreign keys afterwards.
            foreach (Match key in AddedKey().Matches(plain))
            {
                Facts.AddRange(Line(key.Groups["table"].Value, key.Groups["key"].Value));
            }

            foreach (Match column in AddedColumn().Matches(plain))
            {
                Facts.AddRange(Line(column.Groups["table"].Value, column.Groups["column"].Value));
            }
        }

        public List<string> Facts { get; } = [];

        private static IEnumerable<string> Line(string table, string line)
        {
            if (Key().Match(line) is { Success: true } key)
            {
                return [$"key {table} {key.Groups["name"]} ({key.Groups["columns"]})"];
            }

            if (ForeignKey().Match(line) is { Success: true } foreign)
            {
                return [$"foreign key {table} {foreign.Groups["name"]} ({foreign.Groups["columns"]}) to {foreign.Groups["other"]} ({foreign.Groups["keys"]})"];
            }

            if (Check().Match(line) is { Success: true } check)
            {
                return [$"check {table} {check.Groups["name"]}: {check.Groups["sql"]}"];
            }

            // SQLite has a key of one column in the column's own line; PostgreSQL doesn't say that an identity is never null.
            var name = line.Split(' ')[0];
            var required = line.Contains("NOT NULL", StringComparison.Ordinal) || line.Contains("AS IDENTITY", StringComparison.Ordinal);
            var column = $"column {table}.{name}{(required ? "" : " null")}";
            return InlineKey().Match(line) is { Success: true } inline ? [column, $"key {table} {inline.Groups["name"]} ({name})"] : [column];
        }

        [GeneratedRegex(@"CREATE TABLE (IF NOT EXISTS )?(?<name>\w+) \((?<body>.*?)\n\s*\);", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 10_000)]
        private static partial Regex Table();

        [GeneratedRegex(@"CREATE (?<unique>UNIQUE )?(CLUSTERED |NONCLUSTERED )?INDEX (?<name>\w+) ON (?<table>\w+) \((?<columns>[^)]*)\)", RegexOptions.ExplicitCapture, 10_000)]
        private static partial Regex Index();

        [GeneratedRegex(@"ALTER TABLE (?<table>\w+) ADD (?<key>CONSTRAINT \w+ FOREIGN KEY [^;]*);", RegexOptions.ExplicitCapture, 10_000)]
        private static partial Regex AddedKey();

        [GeneratedRegex(@"ALTER TABLE (?<table>\w+) ADD (COLUMN )?(?<column>(?!CONSTRAINT)\w+ [^;]*);", RegexOptions.ExplicitCapture, 10_000)]
        private static partial Regex AddedColumn();

        [GeneratedRegex(@"^CONSTRAINT (?<name>\w+) (PRIMARY KEY|UNIQUE)( NONCLUSTERED| CLUSTERED)? \((?<columns>[^)]*)\)", RegexOptions.ExplicitCapture, 10_000)]
        private static partial Regex Key();

        [GeneratedRegex(@"CONSTRAINT (?<name>\w+) PRIMARY KEY", RegexOptions.ExplicitCapture, 10_000)]
        private static partial Regex InlineKey();

        [GeneratedRegex(@"^CONSTRAINT (?<name>\w+) FOREIGN KEY \((?<columns>[^)]*)\) REFERENCES (?<other>\w+) \((?<keys>[^)]*)\)", RegexOptions.ExplicitCapture, 10_000)]
        private static partial Regex ForeignKey();

        [GeneratedRegex(@"^CONSTRAINT (?<name>\w+) CHECK \((?<sql>.*)\)$", RegexOptions.ExplicitCapture, 10_000)]
        private static partial Regex Check();
    }
}
