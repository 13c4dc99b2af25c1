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
public sealed class TradeCircles(IMarketplaceDb db, AuditLog audit, FraudFlags flags)
{
    public async Task FlagAsync(Order order, CancellationToken cancellationToken)
    {
        foreach (var leg in order.Legs.Where(leg => leg.ParentId is not null))
        {
            var holders = new List<Id<Organization>>();
            for (var parent = leg.ParentId; parent is not null;)
            {
                var id = parent.Value;
                var held = await db.Legs.IgnoreQueryFilters().AsNoTracking().Where(l => l.Id == id).Select(l => new { l.BuyerId, l.ParentId }).SingleAsync(cancellationToken);
                holders.Add(held.BuyerId);
                parent = held.ParentId;
            }

            var buyer = await db.Organizations.IgnoreQueryFilters().AsNoTracking().SingleAsync(o => o.Id == order.BuyerId, cancellationToken);
            var before = await db.Organizations.IgnoreQueryFilters().AsNoTracking().Where(o => holders.Contains(o.Id)).ToListAsync(cancellationToken);
            var circle = before.Where(buyer.IsRelatedTo).Select(o => o.Id).Order().ToList();
            if (circle.Count > 0)
            {
                audit.Record("trade.circle", ("leg", leg.Id.ToString()), order.BuyerId, new { order = order.Id, holders, related = circle });
                await flags.RaiseAsync(FlagCodes.TradeCircle, ("leg", leg.Id.ToString()), order.BuyerId, new { order = order.Id, holders, related = circle }, cancellationToken);
            }
        }
    }
}
