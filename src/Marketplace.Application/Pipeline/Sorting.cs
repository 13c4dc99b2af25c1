using System.Collections;
using System.Linq.Expressions;

namespace Marketplace.Application.Pipeline;

/// <summary>By which of its columns a caller wants a list sorted, and which way.</summary>
/// <typeparam name="T">
/// The columns that the list can be sorted by: none that the market's business changes once a row is there, so that pages stay put.
/// </typeparam>
public readonly record struct Sort<T>(T By, bool Descending)
    where T : struct, Enum;

/// <summary>What each column that a list can be sorted by reads of a row; one without a reading is the row's key, as its time is, which ids follow.</summary>
public sealed class SortColumns<T, TColumn> : IEnumerable<TColumn>
    where TColumn : struct, Enum
{
    private readonly Dictionary<TColumn, Func<PagedRows<T>, bool, CancellationToken, Task<Page<T>>>> _columns = [];

    public void Add<TKey>(TColumn column, Expression<Func<T, TKey>> by) => _columns.Add(column, (rows, descending, token) => rows.ByAsync(by, descending, token));

    public void Add(TColumn key) => _columns.Add(key, (rows, descending, token) => rows.ByKeyAsync(descending, token));

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
        var paged = PagedRows.ById(rows, all, page, PagedRows.Id<T>());
        return sort is { } asked ? columns.PageAsync(paged, asked, cancellationToken) : paged.ByKeyAsync(descending: true, cancellationToken);
    }

    /// <summary>The same of rows whose key is a text: in its order where none is asked for, and rows that are equal in a column as well.</summary>
    public static Task<Page<T>> SortedByTextAsync<T, TColumn>(
        this IQueryable<T> rows, IQueryable<T> all, Expression<Func<T, string>> key, PageRequest page, Sort<TColumn>? sort, SortColumns<T, TColumn> columns,
        CancellationToken cancellationToken)
        where TColumn : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(columns);
        var paged = PagedRows.ByText(rows, all, page, key);
        return sort is { } asked ? columns.PageAsync(paged, asked, cancellationToken) : paged.ByKeyAsync(descending: false, cancellationToken);
    }
}
