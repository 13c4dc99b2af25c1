using MediatR;

namespace Marketplace.Application.Jobs;

/// <summary>What a job's run did, in words and figures for the admin.</summary>
public sealed record JobReport(string Summary);

/// <summary>
/// A job's work. It makes its own transactions, as many as it needs, so that a run that dies goes on where it stopped;
/// running it again with the same instant adds nothing.
/// </summary>
public interface IJobCommand : IRequest<JobReport>;

/// <summary>How far a job is with the work at hand, in whatever it does one at a time.</summary>
/// <param name="Done">What is done of it, by any worker and in any run.</param>
/// <param name="Total">What there is, done or not.</param>
public sealed record JobProgress(int Done, int Total);

/// <summary>
/// One entry of the catalogue: what the job is called, when it next has work, and the command that does it. The engine only
/// says when to look; an instant without work is neither run nor recorded.
/// </summary>
public interface IJob
{
    /// <summary>When work is due that waits for no instant: whenever it is looked for.</summary>
    public static readonly DateTimeOffset AtOnce = DateTimeOffset.MinValue;

    string Name { get; }

    /// <summary>What it does, in one line for the admin.</summary>
    string Purpose { get; }

    /// <summary>The first instant at which there is work to do, past or future, or null where there is none in sight.</summary>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken);

    IJobCommand CommandFor(DateTimeOffset dueAt);

    /// <summary>How far it is, read off the data, for a job that takes long; null where nothing is under way, or it doesn't count.</summary>
    Task<JobProgress?> ProgressAsync(CancellationToken cancellationToken) => Task.FromResult<JobProgress?>(null);
}

public enum JobOutcome
{
    Running,
    Succeeded,
    Failed,
}

/// <summary>One run of a job for one due instant; running it again counts its attempts up.</summary>
public sealed class JobRun
{
    public const int MaxText = 2_000;

    public required string Job { get; init; }

    /// <summary>Market time; with the job's name, the key of the run.</summary>
    public required DateTimeOffset DueAt { get; init; }

    public int Attempts { get; private set; }
    public JobOutcome Outcome { get; private set; }

    /// <summary>Real time, unlike <see cref="DueAt"/>: how long it took is read off the two.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    public DateTimeOffset? FinishedAt { get; private set; }

    /// <summary>When it last succeeded, real time; stays when it is run again.</summary>
    public DateTimeOffset? SucceededAt { get; private set; }

    public string? Summary { get; private set; }

    public void Start(DateTimeOffset at)
    {
        Attempts++;
        Outcome = JobOutcome.Running;
        (StartedAt, FinishedAt, Summary) = (at, null, null);
    }

    public void Succeed(DateTimeOffset at, string summary)
    {
        SucceededAt = at;
        Finish(JobOutcome.Succeeded, at, summary);
    }

    public void Fail(DateTimeOffset at, string error) => Finish(JobOutcome.Failed, at, error);

    private void Finish(JobOutcome outcome, DateTimeOffset at, string text)
    {
        Outcome = outcome;
        FinishedAt = at;
        Summary = text.Length <= MaxText ? text : text[..MaxText];
    }
}
