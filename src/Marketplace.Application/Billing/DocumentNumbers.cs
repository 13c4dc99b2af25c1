using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>Numbers documents, in the transaction that makes them: one series a seller, kind of document and year.</summary>
public sealed class DocumentNumbers(IMarketplaceDb db, MarketplaceSettings settings)
{
    /// <summary>Takes the next number of a seller's series.</summary>
    /// <param name="document">One of the kinds that <see cref="NumberSeries"/> knows.</param>
    public async Task<string> NextAsync(Id<Organization> seller, string document, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var year = settings.Time.Day(now).Year;
        var series = db.NumberSeries.Local.SingleOrDefault(s => s.SellerId == seller && s.Document == document && s.Year == year)
            ?? await db.NumberSeries.SingleOrDefaultAsync(s => s.SellerId == seller && s.Document == document && s.Year == year, cancellationToken);
        if (series is null)
        {
            db.NumberSeries.Add(series = new() { SellerId = seller, Document = document, Year = year });
        }

        return series.Next();
    }
}
