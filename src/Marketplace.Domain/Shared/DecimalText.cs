using System.Globalization;

namespace Marketplace.Domain.Shared;

/// <summary>Fixed-point numbers as text: an integer count of 10^-places units, never through a floating type.</summary>
internal static class DecimalText
{
    /// <summary>
    /// Reads <paramref name="text"/> as a count of 10^-<paramref name="places"/> units. Refuses signs other than a
    /// leading minus, exponents, blanks, more than <paramref name="places"/> decimals, fewer than
    /// <paramref name="atLeast"/>, and what doesn't fit 64 bits.
    /// </summary>
    public static bool TryParse(string? text, int places, int atLeast, out long units)
    {
        units = 0;
        if (string.IsNullOrEmpty(text) || text.Length > 24)
        {
            return false;
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        var decimals = point < 0 ? 0 : text.Length - point - 1;
        var whole = point < 0 ? text : text[..point];
        if (decimals > places || decimals < atLeast || (point >= 0 && decimals == 0) || whole.TrimStart('-').Length == 0)
        {
            return false;
        }

        var digits = whole + (point < 0 ? "" : text[(point + 1)..]) + new string('0', places - decimals);
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out units)
            && digits[0] != '+';
    }

    /// <summary>Writes with at least <paramref name="atLeast"/> decimals and no trailing zeros beyond them.</summary>
    public static string Format(long units, int places, int atLeast)
    {
        var magnitude = Int128.Abs(units).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        var whole = magnitude[..^places];
        var fraction = magnitude[^places..].TrimEnd('0').PadRight(atLeast, '0');
        return (units < 0 ? "-" : "") + whole + (fraction.Length == 0 ? "" : "." + fraction);
    }
}
