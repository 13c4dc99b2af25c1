using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>What a voucher paid of an invoice line, as it was captured.</summary>
/// <param name="Ratio">
/// The ratio that decided; null where several tiers did. Where the programme's parts of the line together are all that
/// the ratio gives, the ratio goes on to decide; where a limit had kept them below, their proportion does.
/// </param>
/// <param name="Eligible">What of the line the ratio was taken of: its gross, or less by proration.</param>
/// <param name="Unit">What the programme rounds down to.</param>
public sealed record CapturedPart(Id<Voucher> VoucherId, string ProgrammeCode, Money Amount, Ratio? Ratio, Money Eligible, Money Unit);

/// <summary>
/// What stays of the voucher parts of an invoice line after credits. What is given back is the difference between what
/// stood and what stays, and what stays depends on what remains of the line alone, not on the credits that led there:
/// however many small ones, nothing drifts.
/// </summary>
public static class Correction
{
    /// <summary>
    /// What stays of each part, in order, when <paramref name="remaining"/> remains of a line of <paramref name="original"/>.
    /// Rounded down to the programme's unit, never more than was captured, and never more when less remains.
    /// </summary>
    /// <param name="original">The line's gross as invoiced, more than 0.</param>
    /// <param name="remaining">0 to <paramref name="original"/>.</param>
    public static IReadOnlyList<Money> Stays(Money original, Money remaining, IReadOnlyList<CapturedPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(original, Money.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(remaining, Money.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(remaining, original);
        if (remaining == original)
        {
            return [.. parts.Select(part => part.Amount)];
        }

        var programmes = parts.GroupBy(part => part.ProgrammeCode).Select(group => OnLine.Of([.. group], original)).ToList();

        // Ratios that make more than the whole line can't go on to decide side by side: they would give more than remains.
        if (programmes.Sum(programme => programme.Millionths(original)) > (Int128)Ratio.One.Millionths * original.Fen)
        {
            programmes = [.. programmes.Select(programme => programme with { Ratio = null })];
        }

        var stays = programmes.ToDictionary(programme => programme.Code, programme => (programme, stays: programme.Stays(original, remaining)));
        return [.. parts.Select(part => InProportion(part, stays[part.ProgrammeCode].programme.Paid, stays[part.ProgrammeCode].stays))];
    }

    /// <summary>Vouchers of one programme share what stays in the proportion in which they paid.</summary>
    private static Money InProportion(CapturedPart part, Money paid, Money stays) =>
        paid.IsZero ? Money.Zero : Money.Min(Scaled(part.Amount, stays, paid, part.Unit), part.Amount);

    /// <summary>amount × numerator ÷ denominator, down to the unit.</summary>
    private static Money Scaled(Money amount, Money numerator, Money denominator, Money unit) =>
        new(checked(Rounding.Down((Int128)amount.Fen * numerator.Fen, (Int128)denominator.Fen * unit.Fen) * unit.Fen));

    private static Int128 Sum<T>(this IEnumerable<T> items, Func<T, Int128> term) =>
        items.Aggregate(Int128.Zero, (sum, item) => sum + term(item));

    /// <summary>One programme on the line.</summary>
    /// <param name="Paid">The parts of all its vouchers.</param>
    /// <param name="Ratio">The ratio that goes on to decide; null where the proportion does.</param>
    private sealed record OnLine(string Code, Money Paid, Money Eligible, Money Unit, Ratio? Ratio)
    {
        public static OnLine Of(IReadOnlyList<CapturedPart> parts, Money original)
        {
            var (first, paid) = (parts[0], parts.Sum(part => part.Amount));
            var inFull = first.Ratio is { } ratio && first.Eligible <= original && first.Eligible.ShareDown(ratio, first.Unit) == paid;
            return new(first.ProgrammeCode, paid, first.Eligible, first.Unit, inFull ? first.Ratio : null);
        }

        /// <summary>Its share of the line, in millionths of fen.</summary>
        public Int128 Millionths(Money original) => Ratio is { } ratio
            ? (Int128)ratio.Millionths * original.Fen
            : (Int128)Paid.Fen * Shared.Ratio.One.Millionths;

        public Money Stays(Money original, Money remaining) => Ratio is { } ratio
            ? (Eligible == original ? remaining : Scaled(Eligible, remaining, original, Unit)).ShareDown(ratio, Unit)
            : Scaled(Paid, remaining, original, Unit);
    }
}
