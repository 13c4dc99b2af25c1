using System.Data;
using System.Data.Common;
using Marketplace.Application.Metering;
using Marketplace.Domain.Metering;
using Marketplace.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Marketplace.Infrastructure.Metering;

/// <summary>Binary COPY on PostgreSQL, SqlBulkCopy on SQL Server, one prepared statement for all rows on SQLite.</summary>
internal sealed class ReadingStore(MarketplaceDbContext db) : IReadingStore
{
    public Task AddAsync(IReadOnlyList<Reading> readings, CancellationToken cancellationToken)
    {
        var table = ReadingTable.Of(db.Model);
        var transaction = db.Database.CurrentTransaction?.GetDbTransaction() ?? throw new InvalidOperationException("Readings are added in a transaction.");
        return transaction.Connection switch
        {
            NpgsqlConnection postgres => CopyAsync(postgres, table, readings, cancellationToken),
            SqlConnection server => BulkCopyAsync(server, (SqlTransaction)transaction, table, readings, cancellationToken),
            SqliteConnection sqlite => Task.FromResult(Insert(sqlite, transaction, table, readings)),
            var other => throw new NotSupportedException($"There is no bulk path on {other?.GetType().Name}."),
        };
    }

    /// <summary>What fits the importer's buffer is written at once: only flushing it waits, in <c>CompleteAsync</c> and for large batches.</summary>
    private static async Task CopyAsync(NpgsqlConnection connection, ReadingTable table, IReadOnlyList<Reading> readings, CancellationToken cancellationToken)
    {
        await using var import = await connection.BeginBinaryImportAsync($"COPY {table.Name} ({table.ColumnNames}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        foreach (var reading in readings)
        {
            await import.StartRowAsync(cancellationToken);
            foreach (var column in table.Columns)
            {
                await column.WriteAsync(import, reading, cancellationToken);
            }
        }

        await import.CompleteAsync(cancellationToken);
    }

    private static async Task BulkCopyAsync(
        SqlConnection connection, SqlTransaction transaction, ReadingTable table, IReadOnlyList<Reading> readings, CancellationToken cancellationToken)
    {
        using var rows = new DataTable();
        using var copy = new SqlBulkCopy(connection, SqlBulkCopyOptions.CheckConstraints, transaction) { DestinationTableName = table.Name };
        foreach (var column in table.Columns)
        {
            rows.Columns.Add(column.Name, column.Type);
            copy.ColumnMappings.Add(column.Name, column.Name);
        }

        foreach (var reading in readings)
        {
            rows.Rows.Add([.. table.Columns.Select(column => column.Value(reading))]);
        }

        await copy.WriteToServerAsync(rows, cancellationToken);
    }

    /// <summary>SQLite works on the calling thread whatever it is asked.</summary>
    private static int Insert(SqliteConnection connection, DbTransaction transaction, ReadingTable table, IReadOnlyList<Reading> readings)
    {
        using var command = connection.CreateCommand();
        command.Transaction = (SqliteTransaction)transaction;
#pragma warning disable CA2100 // The model's own names.
        command.CommandText = $"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({string.Join(", ", table.Columns.Select((_, i) => $"@p{i}"))})";
#pragma warning restore CA2100
        var parameters = table.Columns.Select((_, i) => command.Parameters.Add(new() { ParameterName = $"@p{i}" })).ToArray();
        command.Prepare();
        foreach (var reading in readings)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value = table.Columns[i].Value(reading);
            }

            command.ExecuteNonQuery();
        }

        return readings.Count;
    }
}
