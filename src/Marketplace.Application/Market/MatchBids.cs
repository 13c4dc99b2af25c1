using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Fills standing demands when capacity has changed, and lets those expire whose time is over.</summary>
public sealed class MatchBidsJob(IMarketplaceDb db, MarketClock clock) : IJob
{
    public const string JobName = "match-bids";

    public string Name => JobName;

    public string Purpose => "Matches standing bids against capacity that appeared, the highest limit first, then the oldest.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var open = db.Bids.Where(bid => bid.Status == BidStatus.Open);
        var expires = await open.MinAsync(bid => (DateTimeOffset?)bid.ExpiresAt, cancellationToken);
        if (expires is null)
        {
            return null;
        }

        var mark = await CapacityLog.MarkAsync(db, cancellationToken);
        return await open.AnyAsync(bid => bid.TriedAtChange < mark, cancellationToken) ? clock.GetUtcNow() : expires;
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new MatchBids();
}

public sealed record MatchBids : IJobCommand;

public sealed class MatchBidsHandler(IMarketplaceDb db, IMediator mediator, MarketClock clock) : IRequestHandler<MatchBids, JobReport>
{
    public async Task<JobReport> Handle(MatchBids request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var over = await db.Bids.Where(bid => bid.Status == BidStatus.Open && bid.ExpiresAt <= now).Select(bid => bid.Id).ToListAsync(cancellationToken);
        foreach (var bid in over)
        {
            await mediator.Send(new ExpireBid(bid), cancellationToken);
        }

        // What fills one changes the capacity again: gone on with until nothing is filled, so that no work of its own making is left.
        var (filled, tried) = (0, 0);
        for (var round = -1; round != filled;)
        {
            round = filled;
            var mark = await CapacityLog.MarkAsync(db, cancellationToken);
            var waiting = (await db.Bids.Where(bid => bid.Status == BidStatus.Open && bid.TriedAtChange < mark)
                .Select(bid => new { bid.Id, bid.LimitPrice }).ToListAsync(cancellationToken))
                .OrderByDescending(bid => bid.LimitPrice).ThenBy(bid => bid.Id).ToList();
            tried = Math.Max(tried, waiting.Count);
            foreach (var bid in waiting)
            {
                filled += await TryAsync(bid.Id, mark, cancellationToken) ? 1 : 0;
            }
        }

        return new($"{filled} of {tried} filled, {over.Count} expired");
    }

    private async Task<bool> TryAsync(Id<Bid> bid, long mark, CancellationToken cancellationToken)
    {
        string? refusal = null;
        try
        {
            if (await mediator.Send(new FillBid(bid), cancellationToken))
            {
                return true;
            }
        }
        catch (RuleException refused)
        {
            refusal = refused.Code;
        }

        await mediator.Send(new NoteBid(bid, mark, refusal), cancellationToken);
        return false;
    }
}

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

/// <summary>Notes that a bid was tried, and why it couldn't be filled though there was a plan.</summary>
public sealed record NoteBid(Id<Bid> Id, long Mark, string? Refusal) : ICommand<Done>;

public sealed class NoteBidHandler(IMarketplaceDb db, AuditLog audit) : IRequestHandler<NoteBid, Done>
{
    public async Task<Done> Handle(NoteBid request, CancellationToken cancellationToken)
    {
        var bid = await db.Bids.SingleAsync(b => b.Id == request.Id, cancellationToken);
        if (bid.Status == BidStatus.Open)
        {
            bid.Try(request.Mark, request.Refusal);
            audit.Record("bid.tried", ("bid", bid.Id.ToString()), bid.BuyerId, new { bid.LastRefusal });
        }

        return Done.Value;
    }
}

/// <summary>Marks a command after which standing bids may be filled.</summary>
public interface IAddsCapacity;

/// <summary>Matches standing bids once a command that adds capacity is committed, without waiting for the engine's next tick.</summary>
public sealed class MatchBidsBehavior<TRequest, TAnswer>(JobRunner jobs, MarketClock clock) : IPipelineBehavior<TRequest, TAnswer>
    where TRequest : IRequest<TAnswer>
{
    public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var answer = await next();
        if (request is IAddsCapacity)
        {
            // What is committed is answered, even if the caller has gone; a failure is recorded with the run.
            await jobs.RunDueAsync(MatchBidsJob.JobName, clock.GetUtcNow(), CancellationToken.None);
        }

        return answer;
    }
}
