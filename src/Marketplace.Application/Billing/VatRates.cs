using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>Finds the VAT rates of a seller's lines: what their listings supply, the seller's kind, and the month of use.</summary>
public sealed class VatRates(IMarketplaceDb db, MarketplaceSettings settings)
{
    public Task<Taxpayer> TaxpayerAsync(Id<Organization> seller, CancellationToken cancellationToken) =>
        db.Organizations.IgnoreQueryFilters().Where(o => o.Id == seller).Select(o => o.Taxpayer).SingleAsync(cancellationToken);

    public async Task<Func<Leg, RatedLine, Ratio>> OfAsync(IEnumerable<Leg> legs, Taxpayer taxpayer, CancellationToken cancellationToken)
    {
        var ids = legs.Select(leg => leg.ListingId).Distinct().ToList();
        var supplies = await db.Listings.IgnoreQueryFilters().Where(listing => ids.Contains(listing.Id)).ToDictionaryAsync(listing => listing.Id, listing => listing.Supply, cancellationToken);
        return (leg, line) => VatTable.RateOf(supplies[leg.ListingId], taxpayer, settings.Time.Day(settings.Time.EndOf(line.Band.Period).AddTicks(-1)), settings.VatRate);
    }
}
