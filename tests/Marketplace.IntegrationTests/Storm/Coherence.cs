using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
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
        var bids = await db.Bids.AsNoTracking().ToListAsync();
        NoCardHourIsSoldTwice(reservations, await db.Nodes.AsNoTracking().ToDictionaryAsync(node => node.Id));
        await NorByTheTablesAloneAsync(db);
        OrdersAreWhole(orders, reservations.ToLookup(reservation => reservation.LegId), (await db.VoucherHolds.AsNoTracking().ToListAsync()).ToLookup(hold => hold.LegId));
        WhatWasAcknowledgedIsThere(orders, bids, traffic);
        await ResalesAreThereAsync(db, traffic);
        await QuotesAndEntriesMatchAsync(db, orders);
        await MoneyMatchesAsync(db, orders);
        await VouchersMatchAsync(db, orders);
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

    /// <summary>Where a share of a card starts, all that stand then are at most the card: a card is never fuller than at such an hour.</summary>
    private static async Task NorByTheTablesAloneAsync(MarketplaceDbContext db) => Assert.Equal(0, await db.Database.SqlQueryRaw<int>(
        """
        SELECT COUNT(*) AS "Value" FROM reservations AS starting
        WHERE (SELECT SUM(standing.milli) FROM reservations AS standing
               WHERE standing.node_id = starting.node_id AND standing.card = starting.card
                 AND standing.from_hour <= starting.from_hour AND standing.to_hour > starting.from_hour) > 1000
        """).SingleAsync());

    private static void OrdersAreWhole(List<Order> orders, ILookup<Id<Leg>, Reservation> reservations, ILookup<Id<Leg>, VoucherHold> holds)
    {
        var bought = orders.SelectMany(order => order.Legs).Where(leg => leg.ParentId is not null && leg.CancelledAt is null).ToLookup(leg => leg.ParentId!.Value);
        foreach (var order in orders)
        {
            Assert.Equal(Enumerable.Range(0, order.Legs.Count), order.Legs.Select(leg => leg.Position).Order());
            Assert.Equal(order.Total, order.Legs.Sum(leg => leg.Amount));
            foreach (var leg in order.Legs)
            {
                // All its cards over all its hours, by itself or by those that bought a part of it.
                var booked = WithBought(leg);
                Assert.All(booked, reservation => Assert.Equal((leg.NodeId, leg.MilliPerCard), (reservation.NodeId, reservation.Milli)));
                var places = booked.SelectMany(reservation => reservation.Interval.Each().Select(hour => (reservation.Card, hour))).ToList();
                Assert.Equal(places.Count, places.Distinct().Count());
                Assert.All(places, place => Assert.True(leg.Interval.Contains(place.hour)));
                Assert.Equal(leg.CancelledAt is null ? leg.Cards : 0, places.Select(place => place.Card).Distinct().Count());
                Assert.Equal(leg.CancelledAt is null ? leg.Cards * leg.Interval.Hours : 0, places.Count);

                // Deposit and vouchers together hold its price.
                Assert.Equal(leg.CancelledAt is null ? leg.Amount : Money.Zero, leg.DepositHeld + holds[leg.Id].Sum(hold => hold.Left));
            }
        }

        var legs = orders.SelectMany(order => order.Legs).Select(leg => leg.Id).ToHashSet();
        Assert.All(reservations, leg => Assert.Contains(leg.Key, legs));

        List<Reservation> WithBought(Leg leg) => [.. reservations[leg.Id], .. bought[leg.Id].SelectMany(WithBought)];
    }

    private static void WhatWasAcknowledgedIsThere(List<Order> orders, List<Bid> bids, Traffic traffic)
    {
        var known = orders.ToDictionary(order => order.Id.ToString());
        var filled = bids.Where(bid => bid.Status == BidStatus.Filled).ToDictionary(bid => bid.OrderId!.Value.ToString());
        Assert.All(bids, bid => Assert.Equal(bid.Status == BidStatus.Filled, bid.OrderId is not null));
        Assert.Equal(traffic.Bids.Keys.Order(StringComparer.Ordinal), bids.Select(bid => bid.Id.ToString()).Order(StringComparer.Ordinal));
        Assert.All(filled, pair => Assert.Equal((pair.Value.BuyerId, pair.Value.Demand.Cards), (known[pair.Key].BuyerId, known[pair.Key].Legs.Sum(leg => leg.Cards))));
        Assert.Empty(filled.Keys.Intersect(traffic.Placed.Keys));
        foreach (var (id, legs) in traffic.Placed)
        {
            Assert.True(known.ContainsKey(id), $"Order {id} was acknowledged and is gone.");
            Assert.Equal(legs, known[id].Legs.OrderBy(leg => leg.Position).Select(leg => leg.Id.ToString()));
        }

        Assert.All(traffic.Cancelled.Keys, id => Assert.All(known[id].Legs, leg => Assert.NotNull(leg.CancelledAt)));
        Assert.All(orders.Where(order => order.Legs.All(leg => leg.CancelledAt is not null)), order => Assert.True(traffic.Cancelled.ContainsKey(order.Id.ToString())));

        // Every write was sent until it was answered, so that nothing was placed that nobody knows of.
        Assert.All(known.Keys, id => Assert.True(traffic.Placed.ContainsKey(id) || filled.ContainsKey(id), $"Order {id} was placed, and nobody was told."));
    }

    private static async Task ResalesAreThereAsync(MarketplaceDbContext db, Traffic traffic)
    {
        var listings = await db.Listings.AsNoTracking().Where(listing => listing.ResaleOf != null).ToListAsync();
        Assert.Equal(traffic.Resales.Keys.Order(StringComparer.Ordinal), listings.Select(listing => listing.Id.ToString()).Order(StringComparer.Ordinal));

        // No card is up twice at a time, and none of a leg that was cancelled.
        var standing = listings.Where(listing => listing.WithdrawnAt is null).ToList();
        var offered = standing.SelectMany(listing => listing.ResaleCards!.SelectMany(card => listing.Window.Each().Select(hour => (listing.ResaleOf, card, hour)))).ToList();
        Assert.Equal(offered.Count, offered.Distinct().Count());
        var legs = standing.Select(listing => listing.ResaleOf!.Value).Distinct().ToList();
        Assert.False(await db.Legs.AnyAsync(leg => legs.Contains(leg.Id) && leg.CancelledAt != null));
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

    /// <summary>A voucher is the sum of its balances, and holds what the legs that stand hold of it; no more is issued than there is.</summary>
    private static async Task VouchersMatchAsync(MarketplaceDbContext db, List<Order> orders)
    {
        var standing = orders.SelectMany(order => order.Legs).Where(leg => leg.CancelledAt is null).Select(leg => leg.Id).ToHashSet();
        var holds = await db.VoucherHolds.AsNoTracking().ToListAsync();
        Assert.All(holds.Where(hold => !standing.Contains(hold.LegId)), hold => Assert.Equal(Money.Zero, hold.Left));
        var vouchers = await db.Vouchers.AsNoTracking().ToListAsync();
        foreach (var voucher in vouchers)
        {
            Assert.Equal(voucher.Face, voucher.Available + voucher.Held + voucher.Redeemed + voucher.Expired + voucher.Revoked);
            Assert.False(voucher.Available.IsNegative || voucher.Held.IsNegative);
            Assert.Equal(holds.Where(hold => hold.VoucherId == voucher.Id).Sum(hold => hold.Left), voucher.Held);
        }

        foreach (var budget in await db.ProgrammeBudgets.AsNoTracking().ToListAsync())
        {
            Assert.True(vouchers.Where(voucher => voucher.ProgrammeCode == budget.Code).Sum(voucher => voucher.Face) <= budget.Amount);
        }

        Assert.True(vouchers.Count == 0 || holds.Count > 0, "No order held voucher money.");
    }
}
