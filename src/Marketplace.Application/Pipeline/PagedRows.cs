using System.Linq.Expressions;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Pipeline;

/// <summary>The rows of which a page is read, told apart by a key that ends every order and is the cursor.</summary>
internal abstract record PagedRows<T>
{
    /// <summary>The page in the order of the keys.</summary>
    public abstract Task<Page<T>> ByKeyAsync(bool descending, CancellationToken cancellationToken);

    /// <summary>The page in the order of a column.</summary>
    /// <exception cref="InvalidRequestException">The cursor is no row's.</exception>
    public abstract Task<Page<T>> ByAsync<TColumn>(Expression<Func<T, TColumn>> column, bool descending, CancellationToken cancellationToken);
}

internal static class PagedRows
{
    /// <param name="all">Where the cursor's row is found.</param>
    public static PagedRows<T> ById<T>(IQueryable<T> rows, IQueryable<T> all, PageRequest page, Expression<Func<T, Id<T>>> id) =>
        new KeyedRows<T, Id<T>>(rows, all, page, id, Domain.Shared.Id<T>.Parse, key => key.ToString());

    public static PagedRows<T> ByText<T>(IQueryable<T> rows, IQueryable<T> all, PageRequest page, Expression<Func<T, string>> key) =>
        new KeyedRows<T, string>(rows, all, page, key, TextCursor.Read, TextCursor.Write);

    /// <summary>Reads the id that every row has.</summary>
    public static Expression<Func<T, Id<T>>> Id<T>()
    {
        var row = Expression.Parameter(typeof(T), "row");
        return Expression.Lambda<Func<T, Id<T>>>(Expression.Property(row, "Id"), row);
    }
}

file sealed record KeyedRows<T, TKey>(
    IQueryable<T> Rows, IQueryable<T> All, PageRequest Page, Expression<Func<T, TKey>> Key, Func<string, TKey> Read, Func<TKey, string> Write) : PagedRows<T>
{
    private readonly ParameterExpression _row = Key.Parameters[0];

    public override Task<Page<T>> ByKeyAsync(bool descending, CancellationToken cancellationToken)
    {
        var rows = Page.Cursor is null ? Rows : Rows.Where(Predicate(Beyond(Key.Body, Value(Read(Page.Cursor)), descending)));
        return PageAsync(descending ? rows.OrderByDescending(Key) : rows.OrderBy(Key), cancellationToken);
    }

    public override async Task<Page<T>> ByAsync<TColumn>(Expression<Func<T, TColumn>> column, bool descending, CancellationToken cancellationToken)
    {
        var rows = Page.Cursor is null ? Rows : await BeyondAsync(Read(Page.Cursor), column, descending, cancellationToken);
        return await PageAsync(descending ? rows.OrderByDescending(column).ThenByDescending(Key) : rows.OrderBy(column).ThenBy(Key), cancellationToken);
    }

    private async Task<Page<T>> PageAsync(IQueryable<T> ordered, CancellationToken cancellationToken)
    {
        var items = await ordered.Take(Page.Size + 1).ToListAsync(cancellationToken);
        if (items.Count <= Page.Size)
        {
            return new(items, null);
        }

        items.RemoveAt(Page.Size);
        return new(items, Write(Key.Compile()(items[^1])));
    }

    /// <summary>The rows after that of the cursor.</summary>
    private async Task<IQueryable<T>> BeyondAsync<TColumn>(TKey cursor, Expression<Func<T, TColumn>> column, bool descending, CancellationToken cancellationToken)
    {
        var last = Value(cursor);
        var found = await All.Where(Predicate(Expression.Equal(Key.Body, last))).Select(column).ToListAsync(cancellationToken);
        if (found.Count == 0)
        {
            throw InvalidRequestException.For("cursor", "must be a cursor that a page before gave");
        }

        var (body, at) = (new Renamed(column.Parameters[0], _row).Visit(column.Body), Value(found[0]));
        return Rows.Where(Predicate(Expression.OrElse(Beyond(body, at, descending), Expression.AndAlso(Expression.Equal(body, at), Beyond(Key.Body, last, descending)))));
    }

    private Expression<Func<T, bool>> Predicate(Expression body) => Expression.Lambda<Func<T, bool>>(body, _row);

    /// <summary>Texts compare as the database sorts them.</summary>
    private static BinaryExpression Beyond(Expression left, Expression right, bool descending)
    {
        if (left.Type == typeof(string))
        {
            (left, right) = (Expression.Call(typeof(string), nameof(string.Compare), null, left, right), Expression.Constant(0));
        }

        return descending ? Expression.LessThan(left, right) : Expression.GreaterThan(left, right);
    }

    /// <summary>A value that the query takes as a parameter, so that the database knows the next page's query.</summary>
    private static MemberExpression Value<TValue>(TValue value) => Expression.Property(Expression.Constant(new { Value = value }), "Value");

    /// <summary>The column's row and the key's are one.</summary>
    private sealed class Renamed(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
