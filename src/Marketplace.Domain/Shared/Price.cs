namespace Marketplace.Domain.Shared;

/// <summary>A VAT-inclusive price of one unit (a card-hour, a million tokens) in millionths of a yuan.</summary>
public readonly record struct Price(long MicroYuan) : IComparable<Price>
{
    private const long MicroYuanPerFen = 10_000;

    /// <summary>The highest price that a request may carry: a million yuan a unit.</summary>
    public static Price Limit => new(1_000_000_000_000);

    /// <summary>
    /// What <paramref name="quantity"/> × 1/<paramref name="perUnit"/> units cost, rounded once, half away from zero to the fen.
    /// </summary>
    /// <param name="quantity">How many parts, of which <paramref name="perUnit"/> make one priced unit; negative for a credit.</param>
    /// <param name="perUnit">Parts in a unit, at least 1.</param>
    public Money Of(Int128 quantity, long perUnit) =>
        new(Rounding.HalfAwayFromZero(checked(MicroYuan * quantity), (Int128)perUnit * MicroYuanPerFen));

    /// <summary>This price × <paramref name="factor"/>, half away from zero to the millionth.</summary>
    public Price Times(Ratio factor) =>
        new(Rounding.HalfAwayFromZero((Int128)MicroYuan * factor.Millionths, Ratio.One.Millionths));

    public static bool operator <(Price left, Price right) => left.MicroYuan < right.MicroYuan;
    public static bool operator <=(Price left, Price right) => left.MicroYuan <= right.MicroYuan;
    public static bool operator >(Price left, Price right) => left.MicroYuan > right.MicroYuan;
    public static bool operator >=(Price left, Price right) => left.MicroYuan >= right.MicroYuan;

    public int CompareTo(Price other) => MicroYuan.CompareTo(other.MicroYuan);

    /// <summary>Reads a price as callers send it, with up to six decimals.</summary>
    public static bool TryParse(string? text, out Price price)
    {
        var read = DecimalText.TryParse(text, places: 6, atLeast: 0, out var micro);
        price = new(micro);
        return read;
    }

    public override string ToString() => DecimalText.Format(MicroYuan, places: 6, atLeast: 2);
}
