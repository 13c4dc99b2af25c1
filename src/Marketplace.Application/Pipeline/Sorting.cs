using System.Linq.Expressions;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Pipeline;

/// <summary>By which of its columns a caller wants a list sorted, and which way.</summary>
/// <typeparam name="T">The columns that the list can be sorted by: none that changes once a row is there, so that pages stay put.</typeparam>
public readonly record struct Sort<T>(T By, bool Descending)
    where T : struct, Enum;

public static class Sorting
{
    /// <summary>
    /// A page of rows in the order of a column; equal ones stand in the order of their ids, so that each row is on one page. The
    /// cursor is the last row's id, as in lists that aren't sorted.
    /// </summary>
    /// <param name="rows">What is listed.</param>
    /// <param name="all">Where the cursor's row is found, also when it doesn't fit the list's filters any more.</param>
    /// <param name="page">Which page.</param>
    /// <param name="descending">The greatest first.</param>
    /// <param name="by">The column.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidRequestException">The cursor is no row's.</exception>
    public static async Task<Page<T>> SortedAsync<T, TKey>(
        this IQueryable<T> rows, IQueryable<T> all, PageRequest page, bool descending, Expression<Func<T, TKey>> by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(by);
        var row = by.Parameters[0];
        var id = Expression.Lambda<Func<T, Id<T>>>(Expression.Property(row, "Id"), row);
        if (page.Cursor is not null)
        {
            var cursor = Value(Id<T>.Parse(page.Cursor));
            var found = await all.Where(Expression.Lambda<Func<T, bool>>(Expression.Equal(id.Body, cursor), row)).Select(by).ToListAsync(cancellationToken);
            if (found.Count == 0)
            {
                throw InvalidRequestException.For("cursor", "must be a cursor that a page before gave");
            }

            var key = Value(found[0]);
            Func<Expression, Expression, Expression> beyond = descending ? Expression.LessThan : Expression.GreaterThan;
            rows = rows.Where(Expression.Lambda<Func<T, bool>>(
                Expression.OrElse(beyond(by.Body, key), Expression.AndAlso(Expression.Equal(by.Body, key), beyond(id.Body, cursor))), row));
        }

        var ordered = descending ? rows.OrderByDescending(by).ThenByDescending(id) : rows.OrderBy(by).ThenBy(id);
        var items = await ordered.Take(page.Size + 1).ToListAsync(cancellationToken);
        if (items.Count <= page.Size)
        {
            return new(items, null);
        }

        items.RemoveAt(page.Size);
        return new(items, id.Compile()(items[^1]).ToString());
    }

    /// <summary>A value that the query takes as a parameter, so that the database knows the next page's query.</summary>
    private static MemberExpression Value<T>(T value) => Expression.Property(Expression.Constant(new { Value = value }), "Value");
}
