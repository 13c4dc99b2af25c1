using System.Text.RegularExpressions;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>Names in snake_case, so that SQL by hand needs no quotes on any server.</summary>
public static partial class Naming
{
    public static void SnakeCase(IMutableModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (var entity in model.GetEntityTypes())
        {
            entity.SetTableName(Snake(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
            {
                // "from" and "to" are keywords, and what stands there is an hour's number.
                var name = Snake(property.GetColumnName());
                property.SetColumnName(property.ClrType == typeof(Hour) && name != "hour" ? name + "_hour" : name);
            }

            foreach (var key in entity.GetKeys())
            {
                key.SetName(Snake(key.GetName()!));
            }

            foreach (var foreignKey in entity.GetForeignKeys())
            {
                foreignKey.SetConstraintName(Snake(foreignKey.GetConstraintName()!));
            }

            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName(Snake(index.GetDatabaseName()!));
            }
        }
    }

    private static string Snake(string name) =>
        WordStart().Replace(name.Replace("AspNet", "identity_", StringComparison.Ordinal), "_").ToLowerInvariant().Replace("__", "_", StringComparison.Ordinal);

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();
}
