using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Market;

/// <summary>The price of what vouchers may pay a share of: what a share of a hold is measured by.</summary>
public sealed class FundablePrice(MarketplaceSettings settings)
{
    /// <summary>Of all of a leg, billed or not, but what its holder put up for resale; by month of use, tokens in the leg's first.</summary>
    public IReadOnlyDictionary<Period, Money> ByMonth(Leg leg)
    {
        ArgumentNullException.ThrowIfNull(leg);
        if (leg.ExpectedTokens is not null)
        {
            return new Dictionary<Period, Money> { [settings.Time.Period(leg.From.Start)] = leg.Amount };
        }

        var tariff = new Tariff(leg.PricePerCardHour, leg.OffPeak, settings.Time);
        var whole = CardTime.Of(leg.Cards, leg.MilliPerCard, 3600);
        return leg.Interval.Each().GroupBy(tariff.BandOf).GroupBy(band => band.Key.Period).ToDictionary(
            month => month.Key,
            month => month.Sum(band => new CardTime(band.Sum(hour => (whole - leg.ResoldIn(hour)).MilliCardSeconds)).At(band.Key.UnitPrice)));
    }
}
