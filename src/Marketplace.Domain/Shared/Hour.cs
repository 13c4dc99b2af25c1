namespace Marketplace.Domain.Shared;

/// <summary>One hour of the capacity grid: hours since 1970-01-01T00:00Z. Legs start and end on it.</summary>
public readonly record struct Hour(int Number) : IComparable<Hour>
{
    public DateTimeOffset Start => DateTimeOffset.UnixEpoch.AddHours(Number);

    /// <summary>The hour that contains <paramref name="instant"/>.</summary>
    public static Hour Containing(DateTimeOffset instant) =>
        new((int)Math.Floor((instant - DateTimeOffset.UnixEpoch) / TimeSpan.FromHours(1)));

    /// <summary>The first hour that starts at or after <paramref name="instant"/>.</summary>
    public static Hour AtOrAfter(DateTimeOffset instant)
    {
        var hour = Containing(instant);
        return hour.Start == instant ? hour : hour + 1;
    }

    /// <summary>The hour that starts at exactly <paramref name="instant"/>, or null where that is off the grid.</summary>
    public static Hour? StartingAt(DateTimeOffset instant)
    {
        var hour = Containing(instant);
        return hour.Start == instant ? hour : null;
    }

    public static Hour operator +(Hour hour, int hours) => new(checked(hour.Number + hours));
    public static Hour operator -(Hour hour, int hours) => new(checked(hour.Number - hours));
    public static int operator -(Hour left, Hour right) => checked(left.Number - right.Number);
    public static bool operator <(Hour left, Hour right) => left.Number < right.Number;
    public static bool operator <=(Hour left, Hour right) => left.Number <= right.Number;
    public static bool operator >(Hour left, Hour right) => left.Number > right.Number;
    public static bool operator >=(Hour left, Hour right) => left.Number >= right.Number;

    public static Hour Min(Hour left, Hour right) => left <= right ? left : right;
    public static Hour Max(Hour left, Hour right) => left >= right ? left : right;

    public int CompareTo(Hour other) => Number.CompareTo(other.Number);

    public override string ToString() => Start.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The hours from <paramref name="From"/> up to, not including, <paramref name="To"/>.</summary>
public readonly record struct HourRange(Hour From, Hour To)
{
    public int Hours => To - From;

    public bool IsEmpty => To <= From;

    public bool Overlaps(HourRange other) => From < other.To && other.From < To;

    public bool Contains(HourRange other) => From <= other.From && other.To <= To;

    public bool Contains(Hour hour) => From <= hour && hour < To;

    public HourRange Intersect(HourRange other) => new(Hour.Max(From, other.From), Hour.Min(To, other.To));

    public IEnumerable<Hour> Each()
    {
        for (var hour = From; hour < To; hour += 1)
        {
            yield return hour;
        }
    }
}
