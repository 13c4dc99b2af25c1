using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>Expected tokens aren't of any hour: until they are served, each month has the share of its hours.</summary>
public static class TokenMonths
{
    /// <param name="amount">What the tokens cost; the parts add up to it.</param>
    /// <param name="interval">The leg's hours.</param>
    /// <param name="time">Business time.</param>
    public static IEnumerable<(Period Period, HourRange Hours, Money Amount)> Of(Money amount, HourRange interval, BusinessTime time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Money Until(Hour hour) => new((long)((Int128)amount.Fen * (hour - interval.From) / interval.Hours));
        for (var from = interval.From; from < interval.To;)
        {
            var period = time.Period(from.Start);
            var to = Hour.Min(time.Hours(period).To, interval.To);
            yield return (period, new(from, to), Until(to) - Until(from));
            from = to;
        }
    }
}
