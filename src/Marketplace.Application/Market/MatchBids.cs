using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

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
