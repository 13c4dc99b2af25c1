using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Marketplace.Application.Market;

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
