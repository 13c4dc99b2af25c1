using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Marketplace.Domain.Metering;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

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

    public IReadOnlyList<ReadingColumn> Columns { get; }

    public string ColumnNames { get; }

    public static ReadingTable Of(IModel model) => Known.GetValue(model, known => new(known));
}

/// <summary>One column of it: what the database keeps of a reading there.</summary>
internal abstract class ReadingColumn(string name, Type type)
{
    public string Name => name;

    public Type Type => type;

    /// <summary>As the database keeps it, <see cref="DBNull"/> for none.</summary>
    public abstract object Value(Reading reading);

    public abstract Task WriteAsync(NpgsqlBinaryImporter import, Reading reading, CancellationToken cancellationToken);

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

        public override Task WriteAsync(NpgsqlBinaryImporter import, Reading reading, CancellationToken cancellationToken) =>
            there(reading) ? import.WriteAsync(value(reading), cancellationToken) : import.WriteNullAsync(cancellationToken);
    }
}
