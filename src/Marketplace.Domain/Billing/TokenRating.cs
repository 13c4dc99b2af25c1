using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>
/// The part of version 1 of rating that bills tokens: input and output each at its own price, one line a period, up to what
/// the order expected of each. What a leg serves beyond that was never held for, and isn't billed: the seller may stop there.
/// </summary>
public static class TokenRatingV1
{
    private static readonly LineUnit[] Units = [LineUnit.InputTokens, LineUnit.OutputTokens];

    /// <param name="terms">The leg's, with token prices and expected tokens.</param>
    /// <param name="period">The period that is closed; its hours and all before it are rated.</param>
    /// <param name="metered">Usage by hour, as it stands at the close.</param>
    /// <param name="billed">Tokens that earlier lines billed of a period, less what was credited of it.</param>
    /// <param name="time">Business time.</param>
    public static RatedLeg Rate(
        LegTerms terms, Period period, IReadOnlyDictionary<Hour, MeteredHour> metered, IReadOnlyDictionary<(Period Period, LineUnit Unit), long> billed, BusinessTime time)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(metered);
        ArgumentNullException.ThrowIfNull(time);
        var end = time.Hours(period).To;
        var used = metered.Where(hour => hour.Key < end && terms.Interval.Contains(hour.Key)).OrderBy(hour => hour.Key).ToLookup(hour => time.Period(hour.Key.Start));
        var lines = new List<RatedLine>();
        var excess = new Dictionary<(Period, LineUnit), long>();
        foreach (var unit in Units)
        {
            var (prices, most) = unit == LineUnit.InputTokens
                ? (terms.TokenPrices!.InputPerMillion, terms.ExpectedTokens!.Input) : (terms.TokenPrices!.OutputPerMillion, terms.ExpectedTokens!.Output);
            var periods = used.Select(month => month.Key).Union(billed.Keys.Where(key => key.Unit == unit).Select(key => key.Period)).Order().ToList();

            // What was billed and still holds goes first, so that what comes late moves no line that stands.
            var left = most - periods.Sum(month => Math.Min(billed.GetValueOrDefault((month, unit)), Sum(used[month], unit, withheld: true)));
            foreach (var month in periods)
            {
                // Hours in dispute bring nothing new, and take back nothing that was billed of them.
                var (counted, holds, before) = (Sum(used[month], unit, withheld: false), Sum(used[month], unit, withheld: true), billed.GetValueOrDefault((month, unit)));
                var more = Math.Min(counted - before, Math.Max(left, 0));
                if (holds < before)
                {
                    excess[(month, unit)] = before - holds;
                }
                else if (more > 0)
                {
                    left -= more;
                    lines.Add(new(
                        month == period && before == 0 ? LineKind.Tokens : LineKind.Adjustment, new(month, OffPeak: false, prices), HoursOf(used[month], unit),
                        prices.Of(more, TokenPrices.Unit), unit, more));
                }
            }
        }

        return new([.. lines.OrderBy(line => line.Kind).ThenBy(line => line.Band.Period).ThenBy(line => line.Unit)], new Dictionary<Hour, CardTime>()) { ExcessTokens = excess };
    }

    private static long Sum(IEnumerable<KeyValuePair<Hour, MeteredHour>> hours, LineUnit unit, bool withheld) => hours
        .Where(hour => hour.Value.Standing == HourStanding.Counts || (withheld && hour.Value.Standing == HourStanding.Withheld))
        .Aggregate(0L, (sum, hour) => checked(sum + hour.Value.Tokens(unit)));

    private static LineHours HoursOf(IEnumerable<KeyValuePair<Hour, MeteredHour>> hours, LineUnit unit) => LineHours.Of(hours
        .Where(hour => hour.Value.Standing == HourStanding.Counts && hour.Value.Tokens(unit) > 0).Select(hour => KeyValuePair.Create(hour.Key, hour.Value.Busy)));
}
