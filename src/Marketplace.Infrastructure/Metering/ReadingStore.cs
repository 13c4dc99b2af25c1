using System.Buffers;
using System.Buffers.Binary;
using System.Data;
using Marketplace.Application.Metering;
using Marketplace.Domain.Metering;
using Marketplace.Infrastructure.Persistence;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using SQLitePCL;

namespace Marketplace.Infrastructure.Metering;

/// <summary>Binary COPY on PostgreSQL, SqlBulkCopy on SQL Server, one prepared statement for all rows on SQLite.</summary>
internal sealed class ReadingStore(MarketplaceDbContext db) : IReadingStore
{
    private const int CopyBytes = 64 * 1024;

    /// <summary>More than the longest row: three texts of UTF-8, a hash, and sixteen numbers with their lengths.</summary>
    private const int MaxRowBytes = 4096;

    /// <summary>The signature, no flags, and no extension.</summary>
    private static readonly byte[] CopyHeader = [.. "PGCOPY\n"u8, 0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public Task AddAsync(IReadOnlyList<Reading> readings, CancellationToken cancellationToken)
    {
        var table = ReadingTable.Of(db.Model);
        var transaction = db.Database.CurrentTransaction?.GetDbTransaction() ?? throw new InvalidOperationException("Readings are added in a transaction.");
        return transaction.Connection switch
        {
            NpgsqlConnection postgres => CopyAsync(postgres, table, readings, cancellationToken),
            SqlConnection server => BulkCopyAsync(server, (SqlTransaction)transaction, table, readings, cancellationToken),
            SqliteConnection sqlite => Task.FromResult(Insert(sqlite, table, readings)),
            var other => throw new NotSupportedException($"There is no bulk path on {other?.GetType().Name}."),
        };
    }

    /// <summary>
    /// The rows are written in the format of the copy itself: the driver's own writer asks for each value anew how it is to be
    /// written, which cost as much as all the rest of a reading.
    /// </summary>
    private static async Task CopyAsync(NpgsqlConnection connection, ReadingTable table, IReadOnlyList<Reading> readings, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY {table.Name} ({table.ColumnNames}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            CopyHeader.CopyTo(buffer);
            var length = CopyHeader.Length;
            foreach (var reading in readings)
            {
                if (buffer.Length - length < MaxRowBytes)
                {
                    await copy.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
                    length = 0;
                }

                length += table.Write(reading, buffer.AsSpan(length));
            }

            // No more rows: a row of -1 columns.
            BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(length), -1);
            await copy.WriteAsync(buffer.AsMemory(0, length + sizeof(short)), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
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

    /// <summary>
    /// SQLite works on the calling thread whatever it is asked. Past ADO.NET, which looks each parameter up by its name and makes a
    /// reader for each row.
    /// </summary>
    private static int Insert(SqliteConnection connection, ReadingTable table, IReadOnlyList<Reading> readings)
    {
        var database = connection.Handle!;
        var insert = $"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({string.Join(", ", table.Columns.Select(_ => "?"))})";
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(database, insert, out var statement), database);
        using (statement)
        {
            foreach (var reading in readings)
            {
                for (var i = 0; i < table.Columns.Length; i++)
                {
                    table.Columns[i].Bind(reading, statement, i + 1);
                }

                raw.sqlite3_step(statement);
                SqliteException.ThrowExceptionForRC(raw.sqlite3_reset(statement), database);
            }
        }

        return readings.Count;
    }
}
