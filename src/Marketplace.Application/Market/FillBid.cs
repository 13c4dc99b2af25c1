using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Closes a bid whose time is over.</summary>
public sealed record ExpireBid(Id<Bid> Id) : ICommand<Done>;

public sealed class ExpireBidHandler(IMarketplaceDb db, AuditLog audit, MarketClock clock) : IRequestHandler<ExpireBid, Done>
{
    public async Task<Done> Handle(ExpireBid request, CancellationToken cancellationToken)
    {
        if (await db.Bids.SingleAsync(b => b.Id == request.Id, cancellationToken) is { Status: BidStatus.Open } bid)
        {
            bid.Expire();
            db.Enquiries.Add(Enquiry.Unfillable(bid.BuyerId, bid.Demand, new("expired", "Nothing suitable appeared in time."), clock.GetUtcNow()));
            audit.Record("bid.expired", ("bid", bid.Id.ToString()), bid.BuyerId, new { bid.ExpiresAt });
        }

        return Done.Value;
    }
}

/// <summary>Fills one bid: an order for all of it, or nothing.</summary>
/// <returns>Whether there was a plan for it.</returns>
public sealed record FillBid(Id<Bid> Id) : ICommand<bool>;

public sealed class FillBidHandler(IMarketplaceDb db, MarketMatch market, QuoteMaker quotes, OrderPlacement orders, AuditLog audit, MarketClock clock)
    : IRequestHandler<FillBid, bool>
{
    /// <exception cref="RuleException">As of an order: cards, vouchers or money weren't there after all.</exception>
    public async Task<bool> Handle(FillBid request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var bid = await db.Bids.SingleAsync(b => b.Id == request.Id, cancellationToken);
        if (bid.Status != BidStatus.Open || await market.AnswerAsync(bid.Demand, bid.Work, bid.BuyerId, now, cancellationToken) is not { Match.Plan: { } plan } answer)
        {
            return false;
        }

        var quote = await quotes.MakeAsync(bid.BuyerId, answer.Demand, plan, answer.Basis, bid.Chosen, now, cancellationToken);
        db.Quotes.Add(quote);
        db.Enquiries.Add(Enquiry.Filled(quote));
        var order = await orders.PlaceAsync(quote, now, cancellationToken);
        bid.Fill(order.Id);
        audit.Record("bid.filled", ("bid", bid.Id.ToString()), bid.BuyerId, new { order = order.Id, order.Total });
        return true;
    }
}

/// <summary>Notes that bids were tried, each with why it couldn't be filled though there was a plan.</summary>
public sealed record NoteBids(IReadOnlyDictionary<Id<Bid>, string?> Refusals, long Mark) : ICommand<Done>;

public sealed class NoteBidsHandler(IMarketplaceDb db, AuditLog audit) : IRequestHandler<NoteBids, Done>
{
    private const int Batch = 500;

    public async Task<Done> Handle(NoteBids request, CancellationToken cancellationToken)
    {
        foreach (var ids in request.Refusals.Keys.Order().Chunk(Batch))
        {
            var open = db.Bids.Where(bid => bid.Status == BidStatus.Open && EF.Parameter(ids).Contains(bid.Id));

            // How far each was tried is the matching's own note; what the buyer is told of it is a change.
            await open.ExecuteUpdateAsync(bid => bid.SetProperty(b => b.TriedAtChange, request.Mark), cancellationToken);
            foreach (var bid in (await open.ToListAsync(cancellationToken)).Where(bid => bid.LastRefusal != request.Refusals[bid.Id]))
            {
                bid.Try(request.Mark, request.Refusals[bid.Id]);
                audit.Record("bid.tried", ("bid", bid.Id.ToString()), bid.BuyerId, new { bid.LastRefusal });
            }
        }

        return Done.Value;
    }
}
