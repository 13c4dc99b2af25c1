using System.Runtime.CompilerServices;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Verification;

/// <summary>No card-hour is sold twice; an order has all its legs or none; rows belong to who they say.</summary>
public sealed class MarketChecks(IMarketplaceDb db) : IInvariantChecks
{
    public async IAsyncEnumerable<InvariantAnswer> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await SoldOnceAsync(cancellationToken);
        yield return await OrdersWholeAsync(cancellationToken);
        yield return await OwnersAsync(cancellationToken);
    }

    /// <summary>Sweeps each card from its first reservation on, adding what starts and taking off what has ended.</summary>
    private async Task<InvariantAnswer> SoldOnceAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("capacity.sold_once");
        (Id<Node>, int) card = default;
        var open = new PriorityQueue<Reservation, Hour>();
        var milli = 0;
        var rows = db.Reservations.AsNoTracking().OrderBy(r => r.NodeId).ThenBy(r => r.Card).ThenBy(r => r.From).AsAsyncEnumerable();
        await foreach (var reservation in rows.WithCancellation(cancellationToken))
        {
            if (card != (reservation.NodeId, reservation.Card))
            {
                (card, milli) = ((reservation.NodeId, reservation.Card), 0);
                open.Clear();
            }

            while (open.TryPeek(out var ended, out var to) && to <= reservation.From)
            {
                open.Dequeue();
                milli -= ended.Milli;
            }

            open.Enqueue(reservation, reservation.To);
            milli += reservation.Milli;
            findings.Expect(milli <= Listing.WholeCard, () => $"Card {reservation.Card} of node {reservation.NodeId} is sold {milli} milli from {reservation.From}.");
        }

        return findings.Answer();
    }

    private async Task<InvariantAnswer> OrdersWholeAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("orders.whole");
        var reserved = await db.Reservations.GroupBy(r => r.LegId).Select(group => new { LegId = group.Key, Cards = group.Count() }).ToDictionaryAsync(row => row.LegId, row => row.Cards, cancellationToken);
        await foreach (var order in db.Orders.AsNoTracking().Include(o => o.Legs).OrderBy(o => o.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Expect(order.Legs.Count > 0 && order.Legs.Sum(leg => leg.Amount) == order.Total, () => $"The legs of order {order.Id} come to {order.Legs.Sum(leg => leg.Amount)}, the order to {order.Total}.");
            foreach (var leg in order.Legs)
            {
                var cards = reserved.GetValueOrDefault(leg.Id);
                findings.Expect(cards == (leg.CancelledAt is null ? leg.Cards : 0), () => $"Leg {leg.Id} of {leg.Cards} cards reserves {cards}.");
            }
        }

        return findings.Answer();
    }

    private async Task<InvariantAnswer> OwnersAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("rows.owned");
        var legs = await (
            from leg in db.Legs
            join order in db.Orders on leg.OrderId equals order.Id
            join listing in db.Listings on leg.ListingId equals listing.Id
            select new { leg.Id, Buyer = leg.BuyerId == order.BuyerId, Seller = leg.SellerId == listing.SellerId }).ToListAsync(cancellationToken);
        legs.ForEach(leg => findings.Expect(leg.Buyer && leg.Seller, () => $"Leg {leg.Id} names another buyer or seller than its order and listing."));
        var lines = await (
            from line in db.InvoiceLines
            join invoice in db.Invoices on line.InvoiceId equals invoice.Id
            join leg in db.Legs on line.LegId equals leg.Id
            select new { line.Id, Buyer = leg.BuyerId == invoice.OrganizationId, Seller = leg.SellerId == invoice.SellerId }).ToListAsync(cancellationToken);
        lines.ForEach(line => findings.Expect(line.Buyer && line.Seller, () => $"Line {line.Id} stands on an invoice between other parties."));
        return findings.Answer();
    }
}
