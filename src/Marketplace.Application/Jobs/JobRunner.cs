using System.Collections.Concurrent;
using System.Diagnostics;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Marketplace.Application.Jobs;

public sealed record JobRunResult(string Job, DateTimeOffset DueAt, JobOutcome Outcome, string? Summary);

/// <summary>
/// Runs jobs that have work, each in a scope of its own on behalf of the product, and records every run. Whatever the engine
/// that calls it, two at once on one job do no harm: the work itself is what makes it count once.
/// </summary>
public sealed partial class JobRunner(IServiceScopeFactory scopes, TimeProvider realTime, ILogger<JobRunner> logger)
{
    private readonly ConcurrentDictionary<string, bool> _joined = [];

    public async Task<IReadOnlyList<IJob>> CatalogueAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        return [.. scope.ServiceProvider.GetServices<IJob>()];
    }

    /// <summary>Runs one job for as long as it has work that is due by <paramref name="now"/>.</summary>
    public async Task<IReadOnlyList<JobRunResult>> RunDueAsync(string job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var results = new List<JobRunResult>();
        while (await NextDueAsync(only: job, now, cancellationToken) is { } due && due.At <= now)
        {
            var result = await RunAsync(due.Job, due.At, cancellationToken);
            results.Add(result);
            if (result.Outcome == JobOutcome.Failed || (results.Count > 1 && results[^2].DueAt == result.DueAt))
            {
                // It failed, or still finds the same work after doing it: the engine's next tick tries again.
                break;
            }
        }

        return results;
    }

    /// <summary>The same for a job that workers share: this process takes part in it once, however often it is asked.</summary>
    public async Task<IReadOnlyList<JobRunResult>> JoinDueAsync(string job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!_joined.TryAdd(job, true))
        {
            return [];
        }

        try
        {
            return await RunDueAsync(job, now, cancellationToken);
        }
        finally
        {
            _joined.TryRemove(job, out _);
        }
    }

    /// <summary>The job, of all or of the one named, whose work is due first.</summary>
    /// <param name="only">The job, or null for all.</param>
    /// <param name="now">When what is due at once is due.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(string Job, DateTimeOffset At)?> NextDueAsync(string? only, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var scope = SystemScope("jobs");
        (string Job, DateTimeOffset At)? first = null;
        foreach (var job in scope.ServiceProvider.GetServices<IJob>().Where(job => only is null || job.Name == only))
        {
            if (await job.NextDueAsync(cancellationToken) is { } due && (due == IJob.AtOnce ? now : due) is var at && (first is null || at < first.Value.At))
            {
                first = (job.Name, at);
            }
        }

        return first;
    }

    /// <summary>Runs a job for one instant, whether it has work or not.</summary>
    /// <exception cref="RuleException"><c>not_found</c>: there is no such job.</exception>
    public async Task<JobRunResult> RunAsync(string name, DateTimeOffset dueAt, CancellationToken cancellationToken)
    {
        using var activity = Telemetry.Source.StartActivity("job " + name);
        await RecordAsync(name, dueAt, run => run.Start(realTime.GetUtcNow()), cancellationToken);
        var started = Stopwatch.GetTimestamp();
        try
        {
            await using var scope = SystemScope("job:" + name);
            var job = scope.ServiceProvider.GetServices<IJob>().SingleOrDefault(job => job.Name == name) ?? throw SharedErrors.NotFound("job");
            var report = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(job.CommandFor(dueAt), cancellationToken);
            await RecordAsync(name, dueAt, run => run.Succeed(realTime.GetUtcNow(), report.Summary), cancellationToken);
            Telemetry.JobRan(name, "succeeded", Stopwatch.GetElapsedTime(started));
            Ran(name, dueAt, report.Summary, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            return new(name, dueAt, JobOutcome.Succeeded, report.Summary);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            var summary = failure is RuleException refused ? $"{refused.Code}: {refused.Message}" : failure.GetType().Name;
            await RecordAsync(name, dueAt, run => run.Fail(realTime.GetUtcNow(), summary), cancellationToken);
            activity?.SetStatus(ActivityStatusCode.Error, summary);
            Telemetry.JobRan(name, "failed", Stopwatch.GetElapsedTime(started));
            Failed(failure, name, dueAt);
            return new(name, dueAt, JobOutcome.Failed, summary);
        }
    }

    private AsyncServiceScope SystemScope(string actor)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System with { Actor = actor };
        return scope;
    }

    private async Task RecordAsync(string job, DateTimeOffset dueAt, Action<JobRun> change, CancellationToken cancellationToken)
    {
        await using var scope = SystemScope("jobs");
        var db = scope.ServiceProvider.GetRequiredService<IMarketplaceDb>();
        await scope.ServiceProvider.GetRequiredService<IUnitOfWork>().ExecuteAsync(
            async token =>
            {
                var run = await db.JobRuns.SingleOrDefaultAsync(run => run.Job == job && run.DueAt == dueAt, token);
                if (run is null)
                {
                    db.JobRuns.Add(run = new() { Job = job, DueAt = dueAt });
                }

                change(run);
                return Done.Value;
            },
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Job {Job} for {DueAt:O}: {Summary} ({Milliseconds:0} ms)")]
    private partial void Ran(string job, DateTimeOffset dueAt, string summary, double milliseconds);

    [LoggerMessage(LogLevel.Error, "Job {Job} for {DueAt:O} failed")]
    private partial void Failed(Exception failure, string job, DateTimeOffset dueAt);
}
