using System.Diagnostics;
using Marketplace.Application;
using Marketplace.Application.Pipeline;
using MediatR;

namespace Marketplace.Api.Replay;

/// <summary>How fast one stage went: requests of one kind, and what they carried.</summary>
/// <param name="Items">What they carried together: readings, jobs, rows. One each where nothing else is said.</param>
internal sealed record StageAnswer(string Stage, int Requests, long Items, double Seconds, double PerSecond, double P50Milliseconds, double P99Milliseconds);

/// <summary>Sends requests as endpoints would, each in a scope of its own, and measures them by stage.</summary>
internal sealed class ReplayStages(IServiceScopeFactory scopes)
{
    private readonly Dictionary<string, (List<double> Milliseconds, long Items)> _stages = [];

    public async Task<T> SendAsync<T>(string stage, Caller caller, IRequest<T> request, long items = 1)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = caller;
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
        }
        finally
        {
            var (times, all) = _stages.TryGetValue(stage, out var known) ? known : ([], 0);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            _stages[stage] = (times, all + items);
        }
    }

    /// <summary>Reads for the report what no query answers; as the platform, which sees all.</summary>
    public async Task<T> ReadAsync<T>(Func<IMarketplaceDb, Task<T>> read)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System;
        return await read(scope.ServiceProvider.GetRequiredService<IMarketplaceDb>());
    }

    public IReadOnlyList<StageAnswer> Answers() =>
    [
        .. _stages.Select(stage =>
        {
            var times = stage.Value.Milliseconds.Order().ToList();
            var seconds = times.Sum() / 1000;
            return new StageAnswer(
                stage.Key, times.Count, stage.Value.Items, Math.Round(seconds, 3), Math.Round(stage.Value.Items / Math.Max(seconds, 0.001), 1),
                Math.Round(times[times.Count / 2], 2), Math.Round(times[times.Count * 99 / 100], 2));
        }),
    ];
}
