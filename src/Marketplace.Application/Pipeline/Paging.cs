using System.Linq.Expressions;
using FluentValidation;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Pipeline;

/// <summary>One page of a list. <paramref name="Next"/> is the cursor of the page after it, or null on the last.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    public Page<TOther> Select<TOther>(Func<T, TOther> map) => new([.. Items.Select(map)], Next);
}

/// <summary>Which page is asked for.</summary>
/// <param name="Limit">1 to 500 items, 50 where the caller doesn't say.</param>
/// <param name="Cursor">What the page before this one gave as <c>next</c>.</param>
public sealed record PageRequest(int? Limit = null, string? Cursor = null)
{
    public const int Default = 50;
    public const int Max = 500;

    public int Size => Limit ?? Default;
}

/// <summary>A query that answers a page; the pipeline checks which.</summary>
public interface IPaged
{
    PageRequest Page { get; }
}

public sealed class PageRequestValidator : AbstractValidator<PageRequest>
{
    public PageRequestValidator()
    {
        RuleFor(page => page.Limit).Between(1, PageRequest.Max);
        RuleFor(page => page.Cursor).Must(cursor => cursor is null || Guid.TryParseExact(cursor, "N", out _))
            .WithMessage("must be a cursor that a page before gave");
    }
}

public static class Paging
{
    /// <summary>A page of rows, the newest first. Rows that come while a caller pages don't shift the pages.</summary>
    public static Task<Page<T>> NewestFirstAsync<T>(this IQueryable<T> rows, PageRequest page, Expression<Func<T, Id<T>>> id, CancellationToken cancellationToken) =>
        rows.PageAsync(page, id, id, newestFirst: true, cancellationToken);

    /// <summary>A page of projected rows by the id that <paramref name="key"/> names.</summary>
    public static async Task<Page<T>> PageAsync<T, TKey>(
        this IQueryable<T> rows, PageRequest page, Expression<Func<T, Id<TKey>>> order, Expression<Func<T, Id<TKey>>> key, bool newestFirst, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(key);
        var from = rows;
        if (page.Cursor is not null)
        {
            Expression cursor = Expression.Property(Expression.Constant(new { Value = Id<TKey>.Parse(page.Cursor) }), "Value");
            var beyond = newestFirst ? Expression.LessThan(key.Body, cursor) : Expression.GreaterThan(key.Body, cursor);
            from = from.Where(Expression.Lambda<Func<T, bool>>(beyond, key.Parameters));
        }

        var ordered = newestFirst ? from.OrderByDescending(order) : from.OrderBy(order);
        var items = await ordered.Take(page.Size + 1).ToListAsync(cancellationToken);
        if (items.Count <= page.Size)
        {
            return new(items, null);
        }

        items.RemoveAt(page.Size);
        return new(items, key.Compile()(items[^1]).ToString());
    }
}
