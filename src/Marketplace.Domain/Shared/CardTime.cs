namespace Marketplace.Domain.Shared;

/// <summary>
/// Card time in thousandths of a card × seconds: one whole card for one hour is 3,600,000. What usage is counted in,
/// so that slices and fractions of an hour add up without rounding.
/// </summary>
public readonly record struct CardTime(long MilliCardSeconds) : IComparable<CardTime>
{
    public const long PerCardSecond = 1_000;
    public const long PerCardHour = 3_600_000;

    public static CardTime Zero => default;

    /// <summary>The time of <paramref name="cards"/> cards, <paramref name="milli"/> thousandths of each, over <paramref name="seconds"/>.</summary>
    public static CardTime Of(int cards, int milli, long seconds) => new(checked((long)cards * milli * seconds));

    public static CardTime operator +(CardTime left, CardTime right) => new(checked(left.MilliCardSeconds + right.MilliCardSeconds));
    public static CardTime operator -(CardTime left, CardTime right) => new(checked(left.MilliCardSeconds - right.MilliCardSeconds));
    public static CardTime operator -(CardTime time) => new(checked(-time.MilliCardSeconds));
    public static bool operator <(CardTime left, CardTime right) => left.MilliCardSeconds < right.MilliCardSeconds;
    public static bool operator <=(CardTime left, CardTime right) => left.MilliCardSeconds <= right.MilliCardSeconds;
    public static bool operator >(CardTime left, CardTime right) => left.MilliCardSeconds > right.MilliCardSeconds;
    public static bool operator >=(CardTime left, CardTime right) => left.MilliCardSeconds >= right.MilliCardSeconds;

    public static CardTime Min(CardTime left, CardTime right) => left <= right ? left : right;

    /// <summary>What this much card time costs at <paramref name="pricePerCardHour"/>, rounded once to the fen.</summary>
    public Money At(Price pricePerCardHour) => pricePerCardHour.Of(MilliCardSeconds, PerCardHour);

    public int CompareTo(CardTime other) => MilliCardSeconds.CompareTo(other.MilliCardSeconds);

    /// <summary>Card-hours as decimal text, to six places, half away from zero.</summary>
    public string ToCardHours() =>
        DecimalText.Format(Rounding.HalfAwayFromZero((Int128)MilliCardSeconds * 1_000_000, PerCardHour), places: 6, atLeast: 0);
}
