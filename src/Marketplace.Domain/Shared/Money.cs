namespace Marketplace.Domain.Shared;

/// <summary>An amount of yuan in whole fen. Arithmetic throws <see cref="OverflowException"/> rather than wrapping.</summary>
public readonly record struct Money(long Fen) : IComparable<Money>
{
    public static Money Zero => default;

    /// <summary>The most that one field of a request may carry: ten billion yuan.</summary>
    public static Money Limit => new(1_000_000_000_000);

    public bool IsNegative => Fen < 0;
    public bool IsPositive => Fen > 0;
    public bool IsZero => Fen == 0;

    public static Money operator +(Money left, Money right) => new(checked(left.Fen + right.Fen));
    public static Money operator -(Money left, Money right) => new(checked(left.Fen - right.Fen));
    public static Money operator -(Money amount) => new(checked(-amount.Fen));
    public static bool operator <(Money left, Money right) => left.Fen < right.Fen;
    public static bool operator <=(Money left, Money right) => left.Fen <= right.Fen;
    public static bool operator >(Money left, Money right) => left.Fen > right.Fen;
    public static bool operator >=(Money left, Money right) => left.Fen >= right.Fen;

    public static Money Min(Money left, Money right) => left <= right ? left : right;
    public static Money Max(Money left, Money right) => left >= right ? left : right;

    /// <summary>The share <paramref name="ratio"/> of this amount, down to a whole number of <paramref name="unit"/>s.</summary>
    public Money ShareDown(Ratio ratio, Money unit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(unit.Fen, 1);
        return new(checked(Rounding.Down((Int128)Fen * ratio.Millionths, (Int128)Ratio.One.Millionths * unit.Fen) * unit.Fen));
    }

    /// <summary>The share <paramref name="ratio"/> of this amount, half away from zero to the fen.</summary>
    public Money Share(Ratio ratio) =>
        new(Rounding.HalfAwayFromZero((Int128)Fen * ratio.Millionths, Ratio.One.Millionths));

    /// <summary>The VAT inside this VAT-inclusive amount: amount × rate ÷ (1 + rate), half away from zero to the fen.</summary>
    public Money VatIncluded(Ratio rate) =>
        new(Rounding.HalfAwayFromZero((Int128)Fen * rate.Millionths, Ratio.One.Millionths + rate.Millionths));

    public int CompareTo(Money other) => Fen.CompareTo(other.Fen);

    /// <summary>Reads an amount as callers send it, with exactly two decimals.</summary>
    public static bool TryParse(string? text, out Money amount)
    {
        var read = DecimalText.TryParse(text, places: 2, atLeast: 2, out var fen);
        amount = new(fen);
        return read;
    }

    /// <exception cref="FormatException">The text isn't an amount with two decimals.</exception>
    public static Money Parse(string text) =>
        TryParse(text, out var amount) ? amount : throw new FormatException($"'{text}' is not an amount with two decimals.");

    public override string ToString() => DecimalText.Format(Fen, places: 2, atLeast: 2);
}

/// <summary>Sums over amounts.</summary>
public static class MoneySums
{
    public static Money Sum(this IEnumerable<Money> amounts) => amounts.Aggregate(Money.Zero, (sum, amount) => sum + amount);

    public static Money Sum<T>(this IEnumerable<T> items, Func<T, Money> amount) => items.Select(amount).Sum();
}
