using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

public enum LineKind
{
    /// <summary>Hours that were reserved, used or not.</summary>
    Reserved,

    /// <summary>Metered card time.</summary>
    Usage,

    /// <summary>Input or output tokens.</summary>
    Tokens,

    /// <summary>Reserved hours in which the node was down: a negative amount.</summary>
    Outage,

    /// <summary>Usage of a closed period that became known later.</summary>
    Adjustment,
}

/// <summary>Whether an hour is billed by its usage.</summary>
public enum HourStanding
{
    Counts,

    /// <summary>It is in dispute: nothing of it is billed, and what was billed of it stays, until that is decided.</summary>
    Withheld,

    /// <summary>It wasn't delivered: nothing is due for it.</summary>
    NotDelivered,
}

/// <summary>What a line counts, and its price is for.</summary>
public enum LineUnit
{
    CardHour,

    /// <summary>A million input tokens.</summary>
    InputTokens,

    /// <summary>A million output tokens.</summary>
    OutputTokens,
}

/// <summary>What was metered of one hour of a leg.</summary>
public readonly record struct MeteredHour(CardTime Busy, CardTime Down, long InputTokens = 0, long OutputTokens = 0)
{
    public HourStanding Standing { get; init; }

    public long Tokens(LineUnit unit) => unit == LineUnit.InputTokens ? InputTokens : OutputTokens;
}

/// <summary>The terms of a leg that decide what it costs.</summary>
public sealed record LegTerms(HourRange Interval, Product Product, Price PricePerCardHour, OffPeak? OffPeak, int Cards, int MilliPerCard)
{
    /// <summary>Prices and bounds of a leg that is billed by tokens.</summary>
    public TokenPrices? TokenPrices { get; init; }

    public ExpectedTokens? ExpectedTokens { get; init; }

    /// <summary>What the leg has of every hour.</summary>
    public CardTime PerHour => CardTime.Of(Cards, MilliPerCard, 3600);

    public static LegTerms Of(Leg leg)
    {
        ArgumentNullException.ThrowIfNull(leg);
        return new(leg.Interval, leg.Product, leg.PricePerCardHour, leg.OffPeak, leg.Cards, leg.MilliPerCard) { TokenPrices = leg.TokenPrices, ExpectedTokens = leg.ExpectedTokens };
    }
}

/// <summary>A line before it stands on an invoice.</summary>
/// <param name="Kind">What it bills.</param>
/// <param name="Band">The period that its hours lie in, and their price.</param>
/// <param name="Hours">Which hours, how much of each.</param>
/// <param name="Amount">Quantity × price, rounded once.</param>
/// <param name="Unit">What its price is for.</param>
/// <param name="Tokens">How many are billed, where the unit is tokens; the hours are those they were used in.</param>
public sealed record RatedLine(LineKind Kind, PriceBand Band, LineHours Hours, Money Amount, LineUnit Unit = LineUnit.CardHour, long Tokens = 0);

/// <summary>What a leg comes to at the close of a period.</summary>
/// <param name="Lines">What is to be billed.</param>
/// <param name="Excess">What was billed of an hour and no longer holds, to be credited; by hour, positive.</param>
public sealed record RatedLeg(IReadOnlyList<RatedLine> Lines, IReadOnlyDictionary<Hour, CardTime> Excess)
{
    /// <summary>Tokens that were billed for a period and no longer hold.</summary>
    public IReadOnlyDictionary<(Period Period, LineUnit Unit), long> ExcessTokens { get; init; } = new Dictionary<(Period, LineUnit), long>();

    /// <summary>
    /// What vouchers may pay a share of: the line's amount, of reserved hours less the outage that stands beside them, and less
    /// what its buyer put up for resale.
    /// </summary>
    /// <param name="line">One of <see cref="Lines"/>.</param>
    /// <param name="resold">How much of an hour was put up for resale.</param>
    /// <param name="only">The hours that count, where not all do.</param>
    public Money Fundable(RatedLine line, Func<Hour, CardTime> resold, IReadOnlySet<Hour>? only = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(resold);
        if (line.Unit != LineUnit.CardHour)
        {
            return FundableTokens(line, resold, only);
        }

        var outages = line.Kind == LineKind.Reserved ? Lines.Where(other => other.Kind == LineKind.Outage && other.Band == line.Band).ToList() : [];
        var gone = outages.SelectMany(outage => outage.Hours.Each()).ToDictionary(hour => hour.Key, hour => hour.Value);
        var excluded = line.Hours.Each().Sum(hour => CardTime.Min(resold(hour.Key), hour.Value + gone.GetValueOrDefault(hour.Key)).MilliCardSeconds);
        var all = line.Amount + outages.Sum(outage => outage.Amount) - new CardTime(excluded).At(line.Band.UnitPrice);
        if (only is null || line.Hours.Each().All(hour => only.Contains(hour.Key)))
        {
            return all;
        }

        var part = line.Hours.Each().Where(hour => only.Contains(hour.Key)).Select(hour => (hour.Key, Left: hour.Value + gone.GetValueOrDefault(hour.Key)))
            .Sum(hour => (hour.Left - CardTime.Min(resold(hour.Key), hour.Left)).MilliCardSeconds);
        return Money.Max(Money.Min(all, new CardTime(part).At(line.Band.UnitPrice)), Money.Zero);
    }

    /// <summary>Tokens have no price an hour: the hours that count have the share of the amount that they have of the line's card-time.</summary>
    private static Money FundableTokens(RatedLine line, Func<Hour, CardTime> resold, IReadOnlySet<Hour>? only)
    {
        var whole = line.Hours.Total.MilliCardSeconds;
        var part = line.Hours.Each().Where(hour => only is null || only.Contains(hour.Key))
            .Sum(hour => (hour.Value - CardTime.Min(resold(hour.Key), hour.Value)).MilliCardSeconds);
        return whole == 0 ? line.Amount : new(Rounding.HalfAwayFromZero((Int128)line.Amount.Fen * part, whole));
    }
}

/// <summary>
/// Version 1 of rating: a function of a leg's terms, its usage and what was billed before. An invoice names the version that
/// made it; to change how anything is rated, add a version and leave this one as it is.
/// </summary>
public static class RatingV1
{
    public const string Version = "1";

    /// <param name="terms">The leg's.</param>
    /// <param name="period">The period that is closed; its hours and all before it are rated.</param>
    /// <param name="metered">Usage by hour, as it stands at the close.</param>
    /// <param name="billed">What earlier lines billed of each hour, less what was credited of it.</param>
    /// <param name="time">Business time.</param>
    public static RatedLeg Rate(
        LegTerms terms, Period period, IReadOnlyDictionary<Hour, MeteredHour> metered, IReadOnlyDictionary<Hour, CardTime> billed, BusinessTime time)
    {
        var tariff = new Tariff(terms.PricePerCardHour, terms.OffPeak, time);
        var current = time.Hours(period).Intersect(terms.Interval);
        var lines = new Dictionary<(LineKind Kind, PriceBand Band), SortedDictionary<Hour, CardTime>>();
        var excess = new SortedDictionary<Hour, CardTime>();
        void Add(LineKind kind, Hour hour, CardTime time)
        {
            var key = (kind, tariff.BandOf(hour));
            if (!lines.TryGetValue(key, out var hours))
            {
                lines[key] = hours = [];
            }

            hours[hour] = time;
        }

        foreach (var hour in Hours(terms, metered, billed, time.Hours(period).To))
        {
            var usage = metered.GetValueOrDefault(hour);
            var due = Due(terms, usage);
            var before = billed.GetValueOrDefault(hour);
            if (usage.Standing == HourStanding.Withheld)
            {
                continue;
            }

            if (current.Contains(hour) && before == CardTime.Zero && usage.Standing == HourStanding.Counts)
            {
                if (terms.Product == Product.Reserved)
                {
                    Add(LineKind.Reserved, hour, terms.PerHour);
                    Add(LineKind.Outage, hour, due - terms.PerHour);
                }
                else
                {
                    Add(LineKind.Usage, hour, due);
                }
            }
            else if (due > before)
            {
                Add(LineKind.Adjustment, hour, due - before);
            }
            else if (due < before)
            {
                excess[hour] = before - due;
            }
        }

        return new(
            [.. lines.OrderBy(line => line.Key.Kind).ThenBy(line => line.Key.Band.Period).ThenBy(line => line.Key.Band.OffPeak)
                .Select(line => (line.Key, Hours: LineHours.Of(line.Value))).Where(line => line.Hours.Runs.Count > 0)
                .Select(line => new RatedLine(line.Key.Kind, line.Key.Band, line.Hours, line.Hours.Total.At(line.Key.Band.UnitPrice)))],
            excess);
    }

    /// <summary>What is to be paid of one hour: what was reserved less the outage, or what was used up to what was reserved.</summary>
    private static CardTime Due(LegTerms terms, MeteredHour usage) => usage.Standing == HourStanding.NotDelivered ? CardTime.Zero
        : terms.Product == Product.Reserved
        ? terms.PerHour - CardTime.Min(usage.Down, terms.PerHour)
        : CardTime.Min(usage.Busy, terms.PerHour);

    /// <summary>
    /// The hours that can come to anything: reserved ones up to the period's end, since one that was left out before may count now;
    /// of others those with usage or a bill.
    /// </summary>
    private static IEnumerable<Hour> Hours(
        LegTerms terms, IReadOnlyDictionary<Hour, MeteredHour> metered, IReadOnlyDictionary<Hour, CardTime> billed, Hour end)
    {
        var until = terms.Interval.Intersect(new(terms.Interval.From, end));
        return terms.Product == Product.Reserved ? until.Each() : metered.Keys.Concat(billed.Keys).Where(until.Contains).Distinct().Order();
    }
}
