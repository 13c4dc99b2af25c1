using System.Globalization;

namespace Marketplace.Domain.Shared;

/// <summary>A billing period: a calendar month in the marketplace's time zone.</summary>
public readonly record struct Period(int Year, int Month) : IComparable<Period>
{
    /// <summary>Year × 100 + month, which is how it is stored and sorted.</summary>
    public int Number => (Year * 100) + Month;

    public Period Next => Month == 12 ? new(Year + 1, 1) : new(Year, Month + 1);
    public Period Previous => Month == 1 ? new(Year - 1, 12) : new(Year, Month - 1);

    /// <summary>How many months later the other one is; negative where it is earlier.</summary>
    public int MonthsUntil(Period later) => ((later.Year - Year) * 12) + later.Month - Month;

    public static Period FromNumber(int number) => new(number / 100, number % 100);

    public static bool operator <(Period left, Period right) => left.Number < right.Number;
    public static bool operator <=(Period left, Period right) => left.Number <= right.Number;
    public static bool operator >(Period left, Period right) => left.Number > right.Number;
    public static bool operator >=(Period left, Period right) => left.Number >= right.Number;

    public int CompareTo(Period other) => Number.CompareTo(other.Number);

    /// <summary>Reads <c>2026-01</c>; years 2000 to 2199.</summary>
    public static bool TryParse(string? text, out Period period)
    {
        period = default;
        if (!DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || day.Year is < 2000 or > 2199)
        {
            return false;
        }

        period = new(day.Year, day.Month);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-{Month:00}");
}
