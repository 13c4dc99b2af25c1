namespace Marketplace.Domain.Shared;

/// <summary>A share or factor in millionths: <c>0.30</c> is 300,000.</summary>
public readonly record struct Ratio(int Millionths) : IComparable<Ratio>
{
    public static Ratio Zero => default;
    public static Ratio One => new(1_000_000);

    public static bool operator <(Ratio left, Ratio right) => left.Millionths < right.Millionths;
    public static bool operator <=(Ratio left, Ratio right) => left.Millionths <= right.Millionths;
    public static bool operator >(Ratio left, Ratio right) => left.Millionths > right.Millionths;
    public static bool operator >=(Ratio left, Ratio right) => left.Millionths >= right.Millionths;

    public int CompareTo(Ratio other) => Millionths.CompareTo(other.Millionths);

    /// <summary>Reads a ratio as callers send it, with up to six decimals, below 2,000.</summary>
    public static bool TryParse(string? text, out Ratio ratio)
    {
        var read = DecimalText.TryParse(text, places: 6, atLeast: 0, out var millionths)
            && Math.Abs(millionths) < 2_000_000_000;
        ratio = new(read ? (int)millionths : 0);
        return read;
    }

    /// <exception cref="FormatException">The text isn't a ratio with up to six decimals.</exception>
    public static Ratio Parse(string text) =>
        TryParse(text, out var ratio) ? ratio : throw new FormatException($"'{text}' is not a ratio with up to six decimals.");

    public override string ToString() => DecimalText.Format(Millionths, places: 6, atLeast: 2);
}
