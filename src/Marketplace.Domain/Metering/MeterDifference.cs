using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>One side's account of an hour of a leg.</summary>
public readonly record struct MeterFigures(CardTime Busy, CardTime Down, long InputTokens, long OutputTokens);

/// <summary>An hour for which provider and buyer metered different things.</summary>
public sealed record MeterDifference(Hour Hour, MeterFigures Provider, MeterFigures Buyer)
{
    /// <summary>
    /// Whether what the product is billed by differs by more than a share of the larger figure: outage where hours are reserved,
    /// card time where they are metered, tokens where these are sold.
    /// </summary>
    public bool Exceeds(Product product, Ratio tolerance) => product switch
    {
        Product.Reserved => Exceeds(Provider.Down.MilliCardSeconds, Buyer.Down.MilliCardSeconds, tolerance),
        Product.Metered => Exceeds(Provider.Busy.MilliCardSeconds, Buyer.Busy.MilliCardSeconds, tolerance),
        _ => Exceeds(Provider.InputTokens, Buyer.InputTokens, tolerance) || Exceeds(Provider.OutputTokens, Buyer.OutputTokens, tolerance),
    };

    /// <summary>Whether the two agree, within the tolerance, on all that a leg does: what corroborates use.</summary>
    public bool Agrees(Ratio tolerance) =>
        !Exceeds(Provider.Busy.MilliCardSeconds, Buyer.Busy.MilliCardSeconds, tolerance)
        && !Exceeds(Provider.Down.MilliCardSeconds, Buyer.Down.MilliCardSeconds, tolerance)
        && !Exceeds(Provider.InputTokens, Buyer.InputTokens, tolerance)
        && !Exceeds(Provider.OutputTokens, Buyer.OutputTokens, tolerance);

    private static bool Exceeds(long left, long right, Ratio tolerance) =>
        (Int128)Math.Abs(left - right) * Ratio.One.Millionths > (Int128)Math.Max(left, right) * tolerance.Millionths;
}

/// <summary>What a comparison of two meters asks for.</summary>
/// <param name="Settled">Disputes over hours on which the two agree by now.</param>
/// <param name="Changed">Open disputes, with the hours that they are about from now on.</param>
/// <param name="Opened">Hours that nothing is open over yet: a dispute for each local day.</param>
public sealed record ComparisonOutcome(
    IReadOnlyList<Dispute> Settled, IReadOnlyList<(Dispute Dispute, IReadOnlyList<MeterDifference> Hours)> Changed, IReadOnlyList<IReadOnlyList<MeterDifference>> Opened);

/// <summary>Compares what provider and buyer metered of one leg.</summary>
public static class MeterComparison
{
    /// <param name="leg">The leg.</param>
    /// <param name="provider">The provider's hours; on a reserved leg an hour without readings is one without outage.</param>
    /// <param name="buyer">The buyer's hours; one that it said nothing about isn't compared.</param>
    /// <param name="disputes">All that there were over the leg.</param>
    /// <param name="tolerance">The share of the larger figure that the two may differ by.</param>
    /// <param name="now">Hours that aren't over by now wait.</param>
    /// <param name="time">Business time.</param>
    public static ComparisonOutcome Of(
        Leg leg, IReadOnlyDictionary<Hour, MeterFigures> provider, IReadOnlyDictionary<Hour, MeterFigures> buyer, IReadOnlyList<Dispute> disputes, Ratio tolerance,
        DateTimeOffset now, BusinessTime time)
    {
        ArgumentNullException.ThrowIfNull(leg);
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(buyer);
        ArgumentNullException.ThrowIfNull(time);
        var differing = buyer.Where(hour => (hour.Key + 1).Start <= now && (leg.Product == Product.Reserved || provider.ContainsKey(hour.Key)))
            .Select(hour => new MeterDifference(hour.Key, provider.GetValueOrDefault(hour.Key), hour.Value))
            .Where(hour => hour.Exceeds(leg.Product, tolerance) && !IsDealtWith(hour, disputes))
            .OrderBy(hour => hour.Hour).GroupBy(hour => time.Day(hour.Hour.Start)).ToDictionary(day => day.Key, day => (IReadOnlyList<MeterDifference>)[.. day]);
        var settled = new List<Dispute>();
        var changed = new List<(Dispute, IReadOnlyList<MeterDifference>)>();
        foreach (var open in disputes.Where(dispute => dispute is { Kind: DisputeKind.Meters, Status: DisputeStatus.Open }))
        {
            if (!differing.Remove(time.Day(open.From.Start), out var hours))
            {
                settled.Add(open);
            }
            else if (!hours.SequenceEqual(open.Differences))
            {
                changed.Add((open, hours));
            }
        }

        return new(settled, changed, [.. differing.OrderBy(day => day.Key).Select(day => day.Value)]);
    }

    /// <summary>
    /// Whether an hour is under another dispute, or one over it was decided since the provider said so: what the buyer sends
    /// after a decision opens nothing again.
    /// </summary>
    private static bool IsDealtWith(MeterDifference hour, IReadOnlyList<Dispute> disputes) => disputes.Any(dispute => dispute.Covers(hour.Hour) && (
        dispute.Status == DisputeStatus.Open
            ? dispute.Kind != DisputeKind.Meters
            : dispute.Kind == DisputeKind.Denial || (dispute.Kind == DisputeKind.Objection && dispute.Hours == DisputeSide.Buyer)
                || dispute.DifferenceIn(hour.Hour)?.Provider == hour.Provider));
}
