using System.Buffers.Binary;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text;
using Marketplace.Domain.Metering;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using SQLitePCL;

namespace Marketplace.Infrastructure.Metering;

/// <summary>The table of readings as the model has it: nothing of it is said twice.</summary>
internal sealed class ReadingTable
{
    private static readonly ConditionalWeakTable<IModel, ReadingTable> Known = [];

    private ReadingTable(IModel model)
    {
        var type = model.FindEntityType(typeof(Reading))!;
        var table = StoreObjectIdentifier.Create(type, StoreObjectType.Table)!.Value;
        Name = table.Name;
        Columns = [.. type.GetProperties().Select(property => ReadingColumn.Of(property, property.GetColumnName(table)!))];
        ColumnNames = string.Join(", ", Columns.Select(column => column.Name));
    }

    public string Name { get; }

    public ReadingColumn[] Columns { get; }

    public string ColumnNames { get; }

    /// <summary>Writes a row as PostgreSQL's binary COPY has it.</summary>
    /// <returns>How many bytes that were.</returns>
    public int Write(Reading reading, Span<byte> buffer)
    {
        BinaryPrimitives.WriteInt16BigEndian(buffer, (short)Columns.Length);
        var length = sizeof(short);
        foreach (var column in Columns)
        {
            length += column.Write(reading, buffer[length..]);
        }

        return length;
    }

    public static ReadingTable Of(IModel model) => Known.GetValue(model, known => new(known));
}

/// <summary>One column of it: what the database keeps of a reading there.</summary>
internal abstract class ReadingColumn(string name, Type type)
{
    public string Name => name;

    public Type Type => type;

    /// <summary>As the database keeps it, <see cref="DBNull"/> for none.</summary>
    public abstract object Value(Reading reading);

    /// <summary>Writes it as PostgreSQL's binary COPY has it: its length, -1 for none, and its bytes in network order.</summary>
    /// <returns>How many bytes that were.</returns>
    public abstract int Write(Reading reading, Span<byte> buffer);

    /// <summary>Binds it to a parameter of a statement of SQLite's.</summary>
    public abstract void Bind(Reading reading, sqlite3_stmt statement, int parameter);

    /// <summary>Compiled once for each column: a value is read and converted without being boxed on the way.</summary>
    public static ReadingColumn Of(IProperty property, string name)
    {
        var reading = Expression.Parameter(typeof(Reading));
        Expression value = Expression.Property(reading, property.PropertyInfo!);
        Expression there = Expression.Constant(true);
        if (Nullable.GetUnderlyingType(value.Type) is not null)
        {
            there = Expression.Property(value, nameof(Nullable<>.HasValue));
            value = Expression.Call(value, nameof(Nullable<>.GetValueOrDefault), null);
        }
        else if (!value.Type.IsValueType)
        {
            there = Expression.ReferenceNotEqual(value, Expression.Constant(null));
        }

        if (property.GetTypeMapping().Converter is { } converter)
        {
            value = Expression.Invoke(converter.ConvertToProviderExpression, value);
        }

        return (ReadingColumn)Activator.CreateInstance(
            typeof(Typed<>).MakeGenericType(value.Type), name,
            Expression.Lambda(typeof(Func<,>).MakeGenericType(typeof(Reading), typeof(bool)), there, reading).Compile(),
            Expression.Lambda(typeof(Func<,>).MakeGenericType(typeof(Reading), value.Type), value, reading).Compile())!;
    }

    private sealed class Typed<T>(string name, Func<Reading, bool> there, Func<Reading, T> value) : ReadingColumn(name, typeof(T))
    {
        public override object Value(Reading reading) => there(reading) ? value(reading)! : DBNull.Value;

        public override int Write(Reading reading, Span<byte> buffer)
        {
            var length = there(reading) ? Write(value(reading), buffer[sizeof(int)..]) : -1;
            BinaryPrimitives.WriteInt32BigEndian(buffer, length);
            return sizeof(int) + Math.Max(length, 0);
        }

        public override void Bind(Reading reading, sqlite3_stmt statement, int parameter)
        {
            var result = !there(reading) ? raw.sqlite3_bind_null(statement, parameter) : value(reading) switch
            {
                int number => raw.sqlite3_bind_int64(statement, parameter, number),
                long number => raw.sqlite3_bind_int64(statement, parameter, number),
                bool flag => raw.sqlite3_bind_int64(statement, parameter, flag ? 1 : 0),
                string text => raw.sqlite3_bind_text(statement, parameter, text),
                byte[] bytes => raw.sqlite3_bind_blob(statement, parameter, bytes),
                _ => throw new NotSupportedException($"Readings have no column of {typeof(T)}."),
            };
            SqliteException.ThrowExceptionForRC(result, raw.sqlite3_db_handle(statement));
        }

        private static int Write(T value, Span<byte> buffer)
        {
            switch (value)
            {
                case int number:
                    BinaryPrimitives.WriteInt32BigEndian(buffer, number);
                    return sizeof(int);
                case long number:
                    BinaryPrimitives.WriteInt64BigEndian(buffer, number);
                    return sizeof(long);
                case bool flag:
                    buffer[0] = flag ? (byte)1 : (byte)0;
                    return 1;
                case Guid id:
                    id.TryWriteBytes(buffer, bigEndian: true, out var written);
                    return written;
                case string text:
                    return Encoding.UTF8.GetBytes(text, buffer);
                case byte[] bytes:
                    bytes.CopyTo(buffer);
                    return bytes.Length;
                default:
                    throw new NotSupportedException($"Readings have no column of {typeof(T)}.");
            }
        }
    }
}
