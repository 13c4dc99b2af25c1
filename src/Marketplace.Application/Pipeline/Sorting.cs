using System.Collections;
using System.Linq.Expressions;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Pipeline;

/// <summary>By which of its columns a caller wants a list sorted, and which way.</summary>
/// <typeparam name="T">
/// The columns that the list can be sorted by: none that the market's business changes once a row is there, so that pages stay put.
/// </typeparam>
public readonly record struct Sort<T>(T By, bool Descending)
    where T : struct, Enum;

/// <summary>What each column that a list can be sorted by reads of a row; one without a reading is the row's time, which ids follow.</summary>
public sealed class SortColumns<T, TColumn> : IEnumerable<TColumn>
    where TColumn : struct, Enum
{
    private readonly Dictionary<TColumn, Func<PagedRows<T>, bool, CancellationToken, Task<Page<T>>>> _columns = [];

    public void Add<TKey>(TColumn column, Expression<Func<T, TKey>> by) => _columns.Add(column, (rows, descending, token) => rows.ByAsync(by, descending, token));

    public void Add(TColumn time) => _columns.Add(time, (rows, descending, token) => rows.ByTimeAsync(descending, token));

    public IEnumerator<TColumn> GetEnumerator() => _columns.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal Task<Page<T>> PageAsync(PagedRows<T> rows, Sort<TColumn> sort, CancellationToken cancellationToken) => _columns[sort.By](rows, sort.Descending, cancellationToken);
}

public static class Sorting
{
    /// <summary>
    /// A page of rows in the order that is asked for, or else the newest first. Rows that are equal in a column stand in the order
    /// of their ids, so that each is on one page. The cursor is the last row's id in any order.
    /// </summary>
    /// <param name="rows">What is listed.</param>
    /// <param name="all">Where the cursor's row is found, also when it doesn't fit the list's filters any more.</param>
    /// <param name="page">Which page.</param>
    /// <param name="sort">The column and the way, if given.</param>
    /// <param name="columns">What can be asked for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidRequestException">The cursor is no row's.</exception>
    public static Task<Page<T>> SortedAsync<T, TColumn>(
        this IQueryable<T> rows, IQueryable<T> all, PageRequest page, Sort<TColumn>? sort, SortColumns<T, TColumn> columns, CancellationToken cancellationToken)
        where TColumn : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(columns);
        var paged = new PagedRows<T>(rows, all, page);
        return sort is { } asked ? columns.PageAsync(paged, asked, cancellationToken) : paged.ByTimeAsync(newestFirst: true, cancellationToken);
    }
}

/// <summary>The rows of which a page is read.</summary>
internal sealed record PagedRows<T>(IQueryable<T> Rows, IQueryable<T> All, PageRequest Page)
{
    private static readonly ParameterExpression Row = Expression.Parameter(typeof(T), "row");
    private static readonly Expression<Func<T, Id<T>>> Id = Expression.Lambda<Func<T, Id<T>>>(Expression.Property(Row, "Id"), Row);
    private static readonly Func<T, Id<T>> IdOf = Id.Compile();

    public Task<Page<T>> ByTimeAsync(bool newestFirst, CancellationToken cancellationToken) => Rows.PageAsync(Page, Id, Id, newestFirst, cancellationToken);

    public async Task<Page<T>> ByAsync<TKey>(Expression<Func<T, TKey>> by, bool descending, CancellationToken cancellationToken)
    {
        var rows = Page.Cursor is null ? Rows : await BeyondAsync(Id<T>.Parse(Page.Cursor), by, descending, cancellationToken);
        var ordered = descending ? rows.OrderByDescending(by).ThenByDescending(Id) : rows.OrderBy(by).ThenBy(Id);
        var items = await ordered.Take(Page.Size + 1).ToListAsync(cancellationToken);
        if (items.Count <= Page.Size)
        {
            return new(items, null);
        }

        items.RemoveAt(Page.Size);
        return new(items, IdOf(items[^1]).ToString());
    }

    /// <summary>The rows after that of the cursor.</summary>
    private async Task<IQueryable<T>> BeyondAsync<TKey>(Id<T> cursor, Expression<Func<T, TKey>> by, bool descending, CancellationToken cancellationToken)
    {
        var row = by.Parameters[0];
        var (id, last) = (Expression.Property(row, "Id"), Value(cursor));
        var found = await All.Where(Expression.Lambda<Func<T, bool>>(Expression.Equal(id, last), row)).Select(by).ToListAsync(cancellationToken);
        if (found.Count == 0)
        {
            throw InvalidRequestException.For("cursor", "must be a cursor that a page before gave");
        }

        var key = Value(found[0]);
        return Rows.Where(Expression.Lambda<Func<T, bool>>(
            Expression.OrElse(Beyond(by.Body, key, descending), Expression.AndAlso(Expression.Equal(by.Body, key), Beyond(id, last, descending))), row));
    }

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
}
