using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>The hours that what is held for a leg is for, and what they come to: what a share of a hold is measured by.</summary>
public sealed class UnbilledHours(IMarketplaceDb db, MarketplaceSettings settings)
{
    /// <summary>Those that no invoice captured their share of.</summary>
    public async Task<HourRange> OfAsync(Leg leg, CancellationToken cancellationToken)
    {
        var billed = await db.InvoiceLines.IgnoreQueryFilters().Where(line => line.LegId == leg.Id).MaxAsync(line => (Period?)line.UsagePeriod, cancellationToken);
        return billed is { } last ? leg.Interval with { From = Hour.Max(leg.From, settings.Time.Hours(last).To) } : leg.Interval;
    }

    /// <summary>The price of what vouchers may pay a share of in these hours: all but what its holder put up for resale.</summary>
    public Money Fundable(Leg leg, HourRange hours)
    {
        ArgumentNullException.ThrowIfNull(leg);
        if (leg.ExpectedTokens is not null)
        {
            return new((long)((Int128)leg.Amount.Fen * hours.Hours / leg.Interval.Hours));
        }

        var tariff = new Tariff(leg.PricePerCardHour, leg.OffPeak, settings.Time);
        var whole = CardTime.Of(leg.Cards, leg.MilliPerCard, 3600);
        return hours.Each().GroupBy(tariff.BandOf)
            .Sum(band => new CardTime(band.Sum(hour => (whole - leg.ResoldIn(hour)).MilliCardSeconds)).At(band.Key.UnitPrice));
    }
}
