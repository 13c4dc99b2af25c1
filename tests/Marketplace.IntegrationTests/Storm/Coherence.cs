using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>What must hold in the tables whatever happened, worked out from the rows alone.</summary>
internal static class Coherence
{
    public static async Task CheckAsync(MarketplaceDbContext db, Traffic traffic)
    {
        var orders = await db.Orders.AsNoTracking().Include(order => order.Legs).ToListAsync();
        var reservations = await db.Reservations.AsNoTracking().ToListAsync();
        NoCardHourIsSoldTwice(reservations, await db.Nodes.AsNoTracking().ToDictionaryAsync(node => node.Id));
        OrdersAreWhole(orders, reservations.ToLookup(reservation => reservation.LegId));
        WhatWasAcknowledgedIsThere(orders, traffic);
        await QuotesAndEntriesMatchAsync(db, orders);
        await MoneyMatchesAsync(db, orders);
    }

    /// <summary>Hour by hour over each card, and over each node's cards as a whole.</summary>
    private static void NoCardHourIsSoldTwice(List<Reservation> reservations, Dictionary<Id<Node>, Node> nodes)
    {
        var sold = new Dictionary<(Id<Node>, int Card, Hour), int>();
        foreach (var reservation in reservations)
        {
            Assert.InRange(reservation.Card, 0, nodes[reservation.NodeId].Cards - 1);
            foreach (var hour in reservation.Interval.Each())
            {
                var place = (reservation.NodeId, reservation.Card, hour);
                sold[place] = sold.GetValueOrDefault(place) + reservation.Milli;
                Assert.True(sold[place] <= Listing.WholeCard, $"Card {reservation.Card} of {nodes[reservation.NodeId].Name} is sold {sold[place]} thousandths in {hour}.");
            }
        }
    }

    private static void OrdersAreWhole(List<Order> orders, ILookup<Id<Leg>, Reservation> reservations)
    {
        foreach (var order in orders)
        {
            Assert.Equal(Enumerable.Range(0, order.Legs.Count), order.Legs.Select(leg => leg.Position).Order());
            Assert.Equal(order.Total, order.Legs.Sum(leg => leg.Amount));
            foreach (var leg in order.Legs)
            {
                var booked = reservations[leg.Id].ToList();
                Assert.Equal(leg.CancelledAt is null ? leg.Cards : 0, booked.Count);
                Assert.All(booked, reservation => Assert.Equal((leg.NodeId, leg.MilliPerCard, leg.Interval), (reservation.NodeId, reservation.Milli, reservation.Interval)));
                Assert.Equal(leg.CancelledAt is null ? leg.Amount : Money.Zero, leg.DepositHeld);
            }
        }

        var legs = orders.SelectMany(order => order.Legs).Select(leg => leg.Id).ToHashSet();
        Assert.All(reservations, leg => Assert.Contains(leg.Key, legs));
    }

    private static void WhatWasAcknowledgedIsThere(List<Order> orders, Traffic traffic)
    {
        var known = orders.ToDictionary(order => order.Id.ToString());
        foreach (var (id, legs) in traffic.Placed)
        {
            Assert.True(known.ContainsKey(id), $"Order {id} was acknowledged and is gone.");
            Assert.Equal(legs, known[id].Legs.OrderBy(leg => leg.Position).Select(leg => leg.Id.ToString()));
        }

        Assert.All(traffic.Cancelled.Keys, id => Assert.All(known[id].Legs, leg => Assert.NotNull(leg.CancelledAt)));
        Assert.All(orders.Where(order => order.Legs.All(leg => leg.CancelledAt is not null)), order => Assert.True(traffic.Cancelled.ContainsKey(order.Id.ToString())));

        // Every write was sent until it was answered, so that nothing was placed that nobody knows of.
        Assert.All(known.Keys, id => Assert.True(traffic.Placed.ContainsKey(id), $"Order {id} was placed, and nobody was told."));
    }

    private static async Task QuotesAndEntriesMatchAsync(MarketplaceDbContext db, List<Order> orders)
    {
        var used = (await db.Quotes.AsNoTracking().Where(quote => quote.OrderId != null).ToListAsync()).ToDictionary(quote => quote.Id, quote => quote.OrderId);
        Assert.Equal(orders.Select(order => order.Id).Order(), used.Values.Select(id => id!.Value).Order());
        Assert.All(orders, order => Assert.Equal(order.Id, used[order.QuoteId]));
        var entries = await db.AuditEntries.AsNoTracking().Where(entry => entry.Action == "order.placed").Select(entry => entry.SubjectId).ToListAsync();
        Assert.Equal(orders.Select(order => order.Id.ToString()).Order(StringComparer.Ordinal), entries.Order(StringComparer.Ordinal));
    }

    private static async Task MoneyMatchesAsync(MarketplaceDbContext db, List<Order> orders)
    {
        var postings = await db.Postings.AsNoTracking().ToListAsync();
        Assert.All(postings.GroupBy(posting => (posting.EntryId, posting.Asset)), entry => Assert.Equal(0, entry.Sum(posting => posting.Amount.Fen)));
        foreach (var account in await db.BuyerAccounts.AsNoTracking().ToListAsync())
        {
            var held = orders.Where(order => order.BuyerId == account.OrganizationId).SelectMany(order => order.Legs).Sum(leg => leg.DepositHeld);
            var booked = postings.Where(posting => posting.Account == Accounts.BuyerHeld && posting.PartyId == account.OrganizationId.Value).Sum(posting => -posting.Amount);
            var free = postings.Where(posting => posting.Account == Accounts.BuyerDeposit && posting.PartyId == account.OrganizationId.Value).Sum(posting => -posting.Amount);
            Assert.Equal(held, account.Held);
            Assert.Equal(held, booked);
            Assert.Equal(account.Deposit - account.Held, free);
            Assert.False(account.Available.IsNegative);
        }
    }
}
