using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Marketplace.Benchmarks.Quotes;

/// <summary>
/// Writes rows of the product's own model past EF's change tracker, as fast as the database takes them. Foreign keys aren't
/// checked, so that a table can be filled without those that no reader of the benchmark looks at.
/// </summary>
internal sealed class BulkWriter(DbContext db, DbConnection connection)
{
    /// <summary>A connection for filling, on which foreign keys aren't checked.</summary>
    public static async Task<DbConnection> OpenAsync(DbContext db)
    {
        var text = db.Database.GetConnectionString();
        DbConnection connection = db.Database.IsSqlite()
            ? new SqliteConnection(new SqliteConnectionStringBuilder(text) { ForeignKeys = false, Pooling = false }.ToString())
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(text) { Pooling = false }.ToString());
        await connection.OpenAsync();
        await ExecuteAsync(connection, db.Database.IsSqlite() ? "PRAGMA synchronous = OFF" : "SET session_replication_role = replica");
        return connection;
    }

    public static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants and the model's own names.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <param name="rows">Of a type of the model.</param>
    /// <param name="into">A table with the columns of the type's own, where it isn't that one.</param>
    public async Task WriteAsync<T>(IEnumerable<T> rows, string? into = null)
        where T : class
    {
        var type = db.Model.FindEntityType(typeof(T))!;
        var table = StoreObjectIdentifier.Create(type, StoreObjectType.Table)!.Value;
        into ??= table.Name;
        var columns = type.GetProperties().Select(property => new Column(property.GetColumnName(table)!, property)).ToArray();
        if (connection is NpgsqlConnection postgres)
        {
            await using var writer = await postgres.BeginBinaryImportAsync($"COPY {into} ({string.Join(", ", columns.Select(column => column.Name))}) FROM STDIN (FORMAT BINARY)");
            foreach (var row in rows)
            {
                await writer.WriteRowAsync(CancellationToken.None, [.. columns.Select(column => column.Of(row))]);
            }

            await writer.CompleteAsync();
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = ((SqliteConnection)connection).CreateCommand();
        command.Transaction = (SqliteTransaction)transaction;
#pragma warning disable CA2100 // The model's own names.
        command.CommandText = $"INSERT INTO {into} ({string.Join(", ", columns.Select(column => column.Name))}) VALUES ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
#pragma warning restore CA2100
        var values = columns.Select((_, i) => command.Parameters.Add(new() { ParameterName = $"@p{i}" })).ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                values[i].Value = columns[i].Of(row) ?? DBNull.Value;
            }

            command.ExecuteNonQuery();
        }

        await transaction.CommitAsync();
    }

    private sealed class Column(string name, IProperty property)
    {
        private readonly Func<object?, object?>? _convert = property.GetTypeMapping().Converter?.ConvertToProvider;

        public string Name => name;

        public object? Of(object row)
        {
            var value = property.PropertyInfo!.GetValue(row);
            return value is null || _convert is null ? value : _convert(value);
        }
    }
}
