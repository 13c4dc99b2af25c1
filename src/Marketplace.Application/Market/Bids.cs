using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <param name="LastRefusal">Why it couldn't be filled though capacity was there, such as <c>funds.insufficient</c>.</param>
public sealed record BidAnswer(
    Id<Bid> Id, BidStatus Status, Id<Organization> BuyerId, DemandAnswer Demand, Price MaxPricePerCardHour, DateTimeOffset CreatedAt, DateTimeOffset ValidUntil,
    Id<Order>? OrderId, string? LastRefusal)
{
    public static BidAnswer Of(Bid bid) => new(
        bid.Id, bid.Status, bid.BuyerId, DemandAnswer.Of(bid.Demand, bid.Work), bid.LimitPrice, bid.CreatedAt, bid.ExpiresAt, bid.OrderId, bid.LastRefusal);
}

/// <summary>Leaves a standing demand: filled at once if it can be, else when capacity appears.</summary>
public sealed record CreateBid : DemandInput, ICommand<BidAnswer>, IAddsCapacity
{
    /// <summary>Left out: as long as its demand could start.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
}

public sealed class CreateBidValidator : DemandInputValidator<CreateBid>
{
    public CreateBidValidator()
    {
        RuleFor(bid => bid.MaxPricePerCardHour).Required();
        RuleFor(bid => bid.From).Required().When(bid => bid.Window is null);
        RuleFor(bid => bid.Product).Must(product => product != Product.Tokens).WithMessage("goes without a limit a card-hour: ask for a quote");
    }
}

public sealed class CreateBidHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<CreateBid, BidAnswer>
{
    public Task<BidAnswer> Handle(CreateBid request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var demand = request.ToDemand(now);
        var lastStart = (demand.Window.To - demand.Hours).Start;
        var until = request.ValidUntil is { } asked && asked < lastStart ? asked.ToUniversalTime() : lastStart;
        if (until <= now)
        {
            throw InvalidRequestException.For(request.ValidUntil is null ? "window" : "validUntil", "must lie ahead, and before the last hour at which the demand could start");
        }

        var bid = new Bid
        {
            Id = Id<Bid>.New(now),
            BuyerId = context.Caller.OrganizationId,
            Demand = demand,
            Work = request.ToWork(),
            LimitPrice = request.MaxPricePerCardHour!.Value,
            Chosen = (request.Vouchers ?? VoucherChoice.Auto).Only,
            CreatedAt = now,
            ExpiresAt = until,
        };
        db.Bids.Add(bid);
        audit.Record("bid.made", ("bid", bid.Id.ToString()), bid.BuyerId, new { bid.LimitPrice, bid.ExpiresAt, demand.Cards, demand.Hours });
        return Task.FromResult(BidAnswer.Of(bid));
    }
}

public sealed record WithdrawBid(Id<Bid> Id) : ICommand<Done>;

public sealed class WithdrawBidHandler(IMarketplaceDb db, RequestContext context, AuditLog audit) : IRequestHandler<WithdrawBid, Done>
{
    public async Task<Done> Handle(WithdrawBid request, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var bid = await db.Bids.SingleOrDefaultAsync(b => b.Id == request.Id && b.BuyerId == me, cancellationToken) ?? throw SharedErrors.NotFound("bid");
        bid.Withdraw();
        audit.Record("bid.withdrawn", ("bid", bid.Id.ToString()), bid.BuyerId, new { bid.LimitPrice });
        return Done.Value;
    }
}

public sealed record GetBid(Id<Bid> Id) : IQuery<BidAnswer>;

public sealed class GetBidHandler(IMarketplaceDb db) : IRequestHandler<GetBid, BidAnswer>
{
    public async Task<BidAnswer> Handle(GetBid request, CancellationToken cancellationToken) =>
        BidAnswer.Of(await db.Bids.AsNoTracking().SingleOrDefaultAsync(bid => bid.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("bid"));
}

/// <summary>What bids can be sorted by.</summary>
public enum BidColumn
{
    MaxPricePerCardHour,
    ValidUntil,
    CreatedAt,
}

/// <summary>The caller's bids, the newest first where it isn't said otherwise.</summary>
public sealed record ListBids(PageRequest Page, BidStatus? Status, Id<Organization>? OrganizationId = null, Sort<BidColumn>? Sort = null) : IQuery<Page<BidAnswer>>, IPaged;

public sealed class ListBidsHandler(IMarketplaceDb db) : IRequestHandler<ListBids, Page<BidAnswer>>
{
    public async Task<Page<BidAnswer>> Handle(ListBids request, CancellationToken cancellationToken) =>
        (await db.Bids.AsNoTracking()
            .Where(bid => (request.Status == null || bid.Status == request.Status) && (request.OrganizationId == null || bid.BuyerId == request.OrganizationId))
            .SortedAsync(
                db.Bids, request.Page, request.Sort, new() { { BidColumn.MaxPricePerCardHour, bid => bid.LimitPrice }, { BidColumn.ValidUntil, bid => bid.ExpiresAt }, BidColumn.CreatedAt },
                cancellationToken)).Select(BidAnswer.Of);
}
