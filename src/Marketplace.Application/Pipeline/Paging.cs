using System.Linq.Expressions;
using FluentValidation;
using Marketplace.Domain.Shared;

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

/// <summary>A query that answers a page in the order of a text; the pipeline checks which.</summary>
public interface IPagedByText
{
    PageRequest Page { get; }
}

internal static class TextCursor
{
    public static string Write(string text) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text));

    public static string Read(string cursor) => System.Text.Encoding.UTF8.GetString(Convert.FromHexString(cursor));

    /// <summary>What <see cref="Write"/> can give: databases differ on texts that aren't UTF-8, or that hold a NUL.</summary>
    public static bool IsOne(string cursor) =>
        cursor.Length is > 0 and <= 400 && cursor.Length % 2 == 0 && cursor.All(char.IsAsciiHexDigit)
        && System.Text.Unicode.Utf8.IsValid(Convert.FromHexString(cursor)) && !Read(cursor).Any(char.IsControl);
}

/// <summary>A query that answers a page; the pipeline checks which.</summary>
public interface IPaged
{
    PageRequest Page { get; }
}

internal sealed class PageRequestValidator : AbstractValidator<PageRequest>
{
    /// <param name="isCursor">What a cursor of this kind of list looks like.</param>
    public PageRequestValidator(Func<string, bool> isCursor)
    {
        RuleFor(page => page.Limit).Between(1, PageRequest.Max);
        RuleFor(page => page.Cursor).Must(cursor => cursor is null || isCursor(cursor))
            .WithMessage("must be a cursor that a page before gave");
    }
}

public static class Paging
{
    /// <summary>A page of rows, the newest first. Rows that come while a caller pages don't shift the pages.</summary>
    public static Task<Page<T>> NewestFirstAsync<T>(this IQueryable<T> rows, PageRequest page, Expression<Func<T, Id<T>>> id, CancellationToken cancellationToken) =>
        PagedRows.ById(rows, rows, page, id).ByKeyAsync(descending: true, cancellationToken);

    /// <summary>A page of rows, the oldest first.</summary>
    public static Task<Page<T>> OldestFirstAsync<T>(this IQueryable<T> rows, PageRequest page, Expression<Func<T, Id<T>>> id, CancellationToken cancellationToken) =>
        PagedRows.ById(rows, rows, page, id).ByKeyAsync(descending: false, cancellationToken);

    /// <summary>A page of rows by a text that is their key, in its order. The cursor is the last page's last key, encoded as ids are.</summary>
    public static Task<Page<T>> ByTextAsync<T>(this IQueryable<T> rows, PageRequest page, Expression<Func<T, string>> key, CancellationToken cancellationToken) =>
        PagedRows.ByText(rows, rows, page, key).ByKeyAsync(descending: false, cancellationToken);
}
