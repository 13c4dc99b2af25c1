using System.Text.Json.Serialization;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

public sealed record OrderLegAnswer(
    Id<Leg> Id, Id<Listing> ListingId, Id<Organization> SellerId, Id<Center> CenterId, string Node, string Accelerator, int Cards, int MilliPerCard,
    Hour From, Hour To, Product Product, Price PricePerCardHour, Money Amount, bool Cancelled, Hour? SoldUntil, IReadOnlyList<LegMove> Moves);

/// <summary>An order as its buyer sees it.</summary>
/// <param name="DepositHeld">What is held of the buyer's deposit or credit for it now.</param>
public sealed record OrderAnswer(
    Id<Order> Id, OrderStatus Status, Id<Organization> BuyerId, DateTimeOffset PlacedAt, Hour From, Hour To, IReadOnlyList<OrderLegAnswer> Legs,
    Money Total, IReadOnlyList<QuotedVoucher>? Vouchers, Money? PublicMoney, Money? Payable, Money? DepositHeld)
{
    public static OrderAnswer Of(Order order, IReadOnlyList<QuotedVoucher> vouchers, DateTimeOffset now) => new(
        order.Id, order.StatusAt(now), order.BuyerId, order.PlacedAt, order.From, order.To, [.. order.Legs.OrderBy(leg => leg.Position).Select(Leg)],
        order.Total, vouchers, order.PublicMoney, order.Payable, order.Legs.Sum(leg => leg.DepositHeld));

    /// <summary>What one of its sellers sees: the seller's own legs, and nothing of how the buyer pays.</summary>
    public static OrderAnswer ForSeller(Order order, Id<Organization> seller, DateTimeOffset now)
    {
        var own = order.Legs.Where(leg => leg.SellerId == seller).OrderBy(leg => leg.Position).ToList();
        return new(
            order.Id, order.StatusAt(now), order.BuyerId, order.PlacedAt, order.From, order.To, [.. own.Select(Leg)], own.Sum(leg => leg.Amount), null, null, null, null);
    }

    private static OrderLegAnswer Leg(Leg leg) => new(
        leg.Id, leg.ListingId, leg.SellerId, leg.CenterId, leg.NodeName, leg.Accelerator, leg.Cards, leg.MilliPerCard, leg.From, leg.To, leg.Product,
        leg.PricePerCardHour, leg.Amount, leg.CancelledAt is not null, leg.SoldUntil, leg.Moves);
}

public sealed record GetOrder(Id<Order> Id) : IQuery<OrderAnswer>;

public sealed class GetOrderHandler(IMarketplaceDb db, RequestContext context, MarketClock clock) : IRequestHandler<GetOrder, OrderAnswer>
{
    public async Task<OrderAnswer> Handle(GetOrder request, CancellationToken cancellationToken)
    {
        var order = await db.Orders.AsNoTracking().Include(o => o.Legs).SingleOrDefaultAsync(o => o.Id == request.Id, cancellationToken)
            ?? throw SharedErrors.NotFound("order");
        return (await OrderAnswers.ForAsync(db, context.Caller, [order], clock.GetUtcNow(), cancellationToken))[0];
    }
}

internal static class OrderAnswers
{
    public static async Task<IReadOnlyList<OrderAnswer>> ForAsync(
        IMarketplaceDb db, Caller caller, IReadOnlyList<Order> orders, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = orders.Select(order => order.Id).ToList();
        var holds = (await (
            from hold in db.VoucherHolds
            join voucher in db.Vouchers on hold.VoucherId equals voucher.Id
            where ids.Contains(hold.OrderId)
            select new { hold.OrderId, hold.VoucherId, voucher.ProgrammeCode, hold.Amount }).ToListAsync(cancellationToken))
            .GroupBy(hold => (hold.OrderId, hold.VoucherId, hold.ProgrammeCode))
            .ToLookup(group => group.Key.OrderId, group => new QuotedVoucher(group.Key.VoucherId, group.Key.ProgrammeCode, group.Sum(hold => hold.Amount)));
        return [.. orders.Select(order => caller.SeesAll || caller.Is(order.BuyerId)
            ? OrderAnswer.Of(order, [.. holds[order.Id]], now)
            : OrderAnswer.ForSeller(order, caller.OrganizationId, now))];
    }
}

/// <summary>Releases the legs that haven't started, with their holds.</summary>
public sealed record CancelOrder : ICommand<OrderAnswer>, IAddsCapacity
{
    [JsonIgnore]
    public Id<Order> Id { get; init; }
}

public sealed class CancelOrderHandler(
    IMarketplaceDb db, RequestContext context, Booking booking, Funding funding, ListingWithdrawal listings, AuditLog audit, MarketClock clock)
    : IRequestHandler<CancelOrder, OrderAnswer>
{
    public async Task<OrderAnswer> Handle(CancelOrder request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var buyer = context.Caller.OrganizationId;
        var order = await db.Orders.Include(o => o.Legs).SingleOrDefaultAsync(o => o.Id == request.Id && o.BuyerId == buyer, cancellationToken)
            ?? throw SharedErrors.NotFound("order");
        var standing = order.Legs.Where(leg => leg.CancelledAt is null).ToList();
        var ahead = standing.Where(leg => !leg.HasStarted(now)).ToList();
        if (ahead.Count == 0)
        {
            throw standing.Count == 0 ? MarketErrors.OrderCancelled() : MarketErrors.OrderStarted();
        }

        await EndResalesAsync([.. ahead.Select(leg => leg.Id)], cancellationToken);
        var released = ahead.Sum(leg => leg.DepositHeld);
        ahead.ForEach(leg => leg.Cancel(now));
        await booking.ReleaseAsync(ahead, cancellationToken);
        (await db.BuyerAccounts.SingleAsync(a => a.OrganizationId == buyer, cancellationToken)).Release(released);
        var journal = JournalEntry.For("order.cancelled", $"{order.Id}:{ahead[0].Id}", now)
            .Move(Asset.Cny, released, debit: Accounts.Held(buyer), credit: Accounts.Deposit(buyer));
        await funding.ReleaseAsync([.. ahead.Select(leg => leg.Id)], journal, now, cancellationToken);
        db.JournalEntries.Add(journal);
        audit.Record("order.cancelled", ("order", order.Id.ToString()), buyer, new { released, legs = ahead.Select(leg => leg.Id) });
        return (await OrderAnswers.ForAsync(db, context.Caller, [order], now, cancellationToken))[0];
    }

    /// <summary>What is up for resale of the legs is withdrawn; what others bought of them can't be taken from them.</summary>
    private async Task EndResalesAsync(IReadOnlyCollection<Id<Leg>> legs, CancellationToken cancellationToken)
    {
        if (await db.Legs.IgnoreQueryFilters().AnyAsync(leg => leg.CancelledAt == null && leg.ParentId != null && legs.Contains(leg.ParentId.Value), cancellationToken))
        {
            throw MarketErrors.OrderResold();
        }

        var offered = await db.Listings.Where(l => l.WithdrawnAt == null && l.ResaleOf != null && legs.Contains(l.ResaleOf.Value)).ToListAsync(cancellationToken);
        foreach (var listing in offered)
        {
            await listings.WithdrawAsync(listing, cancellationToken);
        }
    }
}
