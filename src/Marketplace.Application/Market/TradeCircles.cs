using Marketplace.Application.Audit;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>
/// Flags what comes back to who held it before: a leg whose chain of resales passes through its buyer, or through a party
/// related to him. Such a trade isn't refused, for it may be honest; the auditor sees it as <c>trade.circle</c>.
/// </summary>
public sealed class TradeCircles(IMarketplaceDb db, FraudFlags flags)
{
    public async Task FlagAsync(Order order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var organizations = db.Organizations.IgnoreQueryFilters().AsNoTracking();
        foreach (var leg in order.Legs.Where(leg => leg.ParentId is not null))
        {
            var holders = await HoldersAsync(leg, cancellationToken);
            var buyer = await organizations.SingleAsync(o => o.Id == order.BuyerId, cancellationToken);
            var related = (await organizations.Where(o => holders.Contains(o.Id)).ToListAsync(cancellationToken)).Where(buyer.IsRelatedTo).Select(o => o.Id).Order().ToList();
            if (related.Count > 0)
            {
                await flags.RaiseAsync(FlagCodes.TradeCircle, ("leg", leg.Id.ToString()), order.BuyerId, new { order = order.Id, holders, related }, cancellationToken);
            }
        }
    }

    /// <summary>Who held the cards before, the last one first.</summary>
    private async Task<List<Id<Organization>>> HoldersAsync(Leg leg, CancellationToken cancellationToken)
    {
        var holders = new List<Id<Organization>>();
        for (var parent = leg.ParentId; parent is { } id;)
        {
            var held = await db.Legs.IgnoreQueryFilters().AsNoTracking().Where(l => l.Id == id).Select(l => new { l.BuyerId, l.ParentId }).SingleAsync(cancellationToken);
            holders.Add(held.BuyerId);
            parent = held.ParentId;
        }

        return holders;
    }
}
