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
        var reserved = new Dictionary<Id<Leg>, long>();
        await foreach (var row in db.Reservations.Select(r => new { r.LegId, r.From, r.To }).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            reserved[row.LegId] = reserved.GetValueOrDefault(row.LegId) + (row.To - row.From);
        }

        // What a leg's holder resold is reserved by the leg that bought it.
        var resold = (await db.Legs.AsNoTracking().Where(leg => leg.ParentId != null && leg.CancelledAt == null).ToListAsync(cancellationToken))
            .GroupBy(leg => leg.ParentId!.Value).ToDictionary(group => group.Key, group => group.Sum(leg => (long)leg.Cards * leg.Interval.Hours));
        await foreach (var order in db.Orders.AsNoTracking().Include(o => o.Legs).OrderBy(o => o.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var sold = order.Legs.Sum(leg => leg.Amount + leg.Forgone);
            findings.Expect(order.Legs.Count > 0 && sold == order.Total, () => $"The legs of order {order.Id} come to {sold}, the order to {order.Total}.");
            foreach (var leg in order.Legs)
            {
                var held = reserved.GetValueOrDefault(leg.Id) + resold.GetValueOrDefault(leg.Id);
                var due = leg.CancelledAt is null ? (long)leg.Cards * leg.Interval.Hours : 0;
                findings.Expect(
                    leg.Resold.All(part => leg.ResoldIn(part.Interval.From) <= CardTime.Of(leg.Cards, leg.MilliPerCard, 3600)),
                    () => $"Of leg {leg.Id} more cards were put up for resale at a time than its {leg.Cards}.");
                findings.Expect(held == due, () => $"Leg {leg.Id} is of {due} card-hours, and {held} are reserved by it and those that bought of it.");
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
