using System.Linq.Expressions;

namespace Marketplace.Application.Pipeline;

public static class TextSearch
{
    /// <summary>
    /// Rows whose text has another in it, in any case; all where none is given. SQLite knows the cases of ASCII's letters alone:
    /// there, others are found as they are written.
    /// </summary>
    public static IQueryable<T> Containing<T>(this IQueryable<T> rows, Expression<Func<T, string>> text, string? part)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrEmpty(part))
        {
            return rows;
        }

        var sought = new { AsWritten = part, Upper = part.ToUpperInvariant() };
        var upper = Expression.Call(text.Body, nameof(string.ToUpper), null);
        return rows.Where(Expression.Lambda<Func<T, bool>>(
            Expression.OrElse(Contains(text.Body, nameof(sought.AsWritten)), Contains(upper, nameof(sought.Upper))), text.Parameters));

        MethodCallExpression Contains(Expression whole, string member) =>
            Expression.Call(whole, nameof(string.Contains), null, Expression.Property(Expression.Constant(sought), member));
    }
}
