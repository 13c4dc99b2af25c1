using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>The part of a leg that one invoice line covers: one period, one price.</summary>
/// <param name="Period">The billing period that the hours start in.</param>
/// <param name="OffPeak">Whether the listing's off-peak factor is in the price.</param>
/// <param name="UnitPrice">Price of a card-hour in this band.</param>
public readonly record struct PriceBand(Period Period, bool OffPeak, Price UnitPrice);

/// <summary>
/// What a card costs in which hour: the listing's price, with its factor in the off-peak hours of the local day. A band's
/// price is rounded to the millionth of a yuan before anything is multiplied by it, so that it can be shown as it counts.
/// </summary>
public sealed class Tariff(Price pricePerCardHour, OffPeak? offPeak, BusinessTime time)
{
    private readonly Price _offPeakPrice = offPeak is null ? pricePerCardHour : pricePerCardHour.Times(offPeak.Factor);

    public PriceBand BandOf(Hour hour)
    {
        var cheap = offPeak is not null && offPeak.Covers(time.HourOfDay(hour));
        return new(time.Period(hour.Start), cheap, cheap ? _offPeakPrice : pricePerCardHour);
    }

    /// <summary>The bands of an interval in order of time, each with the number of its hours.</summary>
    public IReadOnlyList<(PriceBand Band, int Hours)> Bands(HourRange interval)
    {
        var order = new List<PriceBand>();
        var hours = new Dictionary<PriceBand, int>();
        foreach (var band in interval.Each().Select(BandOf))
        {
            if (!hours.TryAdd(band, 1))
            {
                hours[band]++;
                continue;
            }

            order.Add(band);
        }

        return order.Select(band => (band, hours[band])).ToList();
    }

    /// <summary>What the cards cost when every hour is used in full: the sum of the lines that the invoices would have.</summary>
    public Money FullAmount(HourRange interval, int cards, int milliPerCard) =>
        Bands(interval).Sum(part => CardTime.Of(cards, milliPerCard, 3600L * part.Hours).At(part.Band.UnitPrice));

    /// <summary>The undivided cost of a whole card over the interval in millionths of a yuan, for comparing nodes before rounding.</summary>
    public Int128 ExactCost(HourRange interval) =>
        Bands(interval).Aggregate(Int128.Zero, (sum, part) => sum + ((Int128)part.Band.UnitPrice.MicroYuan * part.Hours));
}
