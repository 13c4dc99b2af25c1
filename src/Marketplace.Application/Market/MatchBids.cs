using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Marketplace.Application.Market;

/// <summary>Fills standing demands when capacity has changed, and lets those expire whose time is over.</summary>
public sealed class MatchBidsJob(IMarketplaceDb db) : IJob
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
        return await open.AnyAsync(bid => bid.TriedAtChange < mark, cancellationToken) ? IJob.AtOnce : expires;
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new MatchBids();
}

public sealed record MatchBids : IJobCommand;

public sealed class MatchBidsHandler(IMarketplaceDb db, IMediator mediator, MarketMatch market, MarketClock clock) : IRequestHandler<MatchBids, JobReport>
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
            var waiting = (await db.Bids.AsNoTracking().Where(bid => bid.Status == BidStatus.Open && bid.TriedAtChange < mark).ToListAsync(cancellationToken))
                .OrderByDescending(bid => bid.LimitPrice).ThenBy(bid => bid.Id).ToList();
            tried = Math.Max(tried, waiting.Count);
            var refusals = new Dictionary<Id<Bid>, string?>();
            foreach (var bid in waiting)
            {
                var (isFilled, refusal) = await TryAsync(bid, now, cancellationToken);
                filled += isFilled ? 1 : 0;
                if (!isFilled)
                {
                    refusals.Add(bid.Id, refusal);
                }
            }

            if (refusals.Count > 0)
            {
                await mediator.Send(new NoteBids(refusals, mark), cancellationToken);
            }
        }

        return new($"{filled} of {tried} filled, {over.Count} expired");
    }

    /// <summary>Most bids find no plan, at most changes of the capacity: that is seen before a transaction is begun.</summary>
    private async Task<(bool Filled, string? Refusal)> TryAsync(Bid bid, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return (await market.HasPlanAsync(bid.Demand, bid.Work, bid.BuyerId, now, cancellationToken) && await mediator.Send(new FillBid(bid.Id), cancellationToken), null);
        }
        catch (RuleException refused)
        {
            return (false, refused.Code);
        }
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

/// <summary>Marks a command after which standing bids may be filled.</summary>
public interface IAddsCapacity;

/// <summary>Matches standing bids once a command that adds capacity is committed, without waiting for the engine's next tick.</summary>
public sealed partial class MatchBidsBehavior<TRequest, TAnswer>(JobRunner jobs, MarketClock clock, ILogger<MatchBidsBehavior<TRequest, TAnswer>> logger)
    : IPipelineBehavior<TRequest, TAnswer>
    where TRequest : IRequest<TAnswer>
{
    public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var answer = await next();
        if (request is IAddsCapacity)
        {
            await MatchAsync();
        }

        return answer;
    }

    /// <summary>What is committed is answered as such, even if the caller has gone, and whatever becomes of the bids.</summary>
    private async Task MatchAsync()
    {
        try
        {
            await jobs.RunDueAsync(MatchBidsJob.JobName, clock.GetUtcNow(), CancellationToken.None);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Postponed(failure, typeof(TRequest).Name);
        }
    }

    [LoggerMessage(LogLevel.Warning, "After {Request}, bids wait for the next tick")]
    private partial void Postponed(Exception failure, string request);
}
