using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Reads what the market offers over a window, of every seller but the buyer. A hint only: booking looks again.</summary>
public sealed class CapacitySnapshot(IMarketplaceDb db)
{
    public async Task<IReadOnlyCollection<Offer>> ReadAsync(Demand demand, Id<Organization> buyer, CancellationToken cancellationToken)
    {
        var (from, to) = demand.Window;
        var rows = db.ListingNodes.IgnoreQueryFilters().Where(row => row.Active && row.SellerId != buyer && row.From < to && row.To > from);
        var nodes = db.Nodes.IgnoreQueryFilters();
        if (demand.Accelerators.Count > 0)
        {
            nodes = nodes.Where(node => demand.Accelerators.Contains(node.Accelerator));
        }

        var offered = await (
            from row in rows
            join listing in db.Listings.IgnoreQueryFilters() on row.ListingId equals listing.Id
            join node in nodes on row.NodeId equals node.Id
            join center in db.Centers.IgnoreQueryFilters() on node.CenterId equals center.Id
            join accelerator in db.Accelerators on node.Accelerator equals accelerator.Model
            select new { listing, node, center, accelerator }).AsNoTracking().ToListAsync(cancellationToken);
        var reservations = (await (
            from reservation in db.Reservations.IgnoreQueryFilters()
            where reservation.From < to && reservation.To > @from && rows.Any(row => row.NodeId == reservation.NodeId)
            select reservation).AsNoTracking().ToListAsync(cancellationToken)).ToLookup(reservation => reservation.NodeId);
        return [.. offered.Select(offer => new Offer
        {
            Listing = offer.listing,
            Node = offer.node,
            Center = offer.center,
            Accelerator = offer.accelerator,
            Reservations = [.. reservations[offer.node.Id]],
        })];
    }
}
