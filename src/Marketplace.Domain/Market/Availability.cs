using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>How much of what was sold was there: the sold card time that has gone by, and what of it meters reported as down.</summary>
public readonly record struct Availability(CardTime Sold, CardTime Down)
{
    public static Availability operator +(Availability left, Availability right) => new(left.Sold + right.Sold, left.Down + right.Down);

    /// <summary>1 − down ÷ sold, rounded down; null where nothing was sold.</summary>
    public Ratio? Ratio => Sold <= CardTime.Zero ? null
        : new Ratio((int)Rounding.Down((Int128)CardTime.Min(Sold, Sold - Down).MilliCardSeconds * Shared.Ratio.One.Millionths, Sold.MilliCardSeconds));
}
