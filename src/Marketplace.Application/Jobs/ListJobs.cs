using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Jobs;

public sealed record JobRunAnswer(
    DateTimeOffset DueAt, JobOutcome Outcome, int Attempts, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string? Summary);

/// <param name="Progress">How far the work at hand is, of a job that counts it; null where none is under way.</param>
public sealed record JobAnswer(string Name, string Purpose, DateTimeOffset? NextDueAt, JobProgress? Progress, IReadOnlyList<JobRunAnswer> Runs);

/// <summary>The catalogue, with when each job next has work and its last ten runs.</summary>
public sealed record ListJobs : IQuery<Page<JobAnswer>>;

public sealed class ListJobsHandler(IMarketplaceDb db, IEnumerable<IJob> jobs) : IRequestHandler<ListJobs, Page<JobAnswer>>
{
    private const int RunsShown = 10;

    public async Task<Page<JobAnswer>> Handle(ListJobs request, CancellationToken cancellationToken)
    {
        var answers = new List<JobAnswer>();
        foreach (var job in jobs)
        {
            var runs = await db.JobRuns.AsNoTracking().Where(run => run.Job == job.Name)
                .OrderByDescending(run => run.DueAt).Take(RunsShown).ToListAsync(cancellationToken);
            answers.Add(new(job.Name, job.Purpose, await job.NextDueAsync(cancellationToken), await job.ProgressAsync(cancellationToken), [.. runs.Select(Answer)]));
        }

        return new(answers, null);
    }

    private static JobRunAnswer Answer(JobRun run) => new(run.DueAt, run.Outcome, run.Attempts, run.StartedAt, run.FinishedAt, run.Summary);
}

/// <summary>Runs a job now, for what is due by now; where nothing is, it says so and records nothing.</summary>
public sealed record RunJob(string Name) : IResumable<Page<JobRunResult>>;

public sealed class RunJobHandler(JobRunner runner, IEnumerable<IJob> jobs, MarketClock clock) : IRequestHandler<RunJob, Page<JobRunResult>>
{
    public async Task<Page<JobRunResult>> Handle(RunJob request, CancellationToken cancellationToken)
    {
        if (jobs.All(job => job.Name != request.Name))
        {
            throw SharedErrors.NotFound("job");
        }

        return new(await runner.RunDueAsync(request.Name, clock.GetUtcNow(), cancellationToken), null);
    }
}
