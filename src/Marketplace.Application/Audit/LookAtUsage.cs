using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>Looks at each local day's readings some hours after its end. What comes later still is looked at with its month.</summary>
public sealed class LookAtUsageJob(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock) : IJob
{
    public const string JobName = "look-at-usage";

    /// <summary>For readings that come late, as after a night without network.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromHours(6);

    /// <summary>Days that lie further back are left to their month.</summary>
    private const int DaysBack = 31;

    public string Name => JobName;

    public string Purpose => "Flags readings of a day that machines don't give.";

    /// <summary>The run that is due some hours after a day looks at it; days on which no leg ran are passed over.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var last = await db.JobRuns.Where(run => run.Job == JobName && run.SucceededAt != null).MaxAsync(run => (DateTimeOffset?)run.DueAt, cancellationToken);
        var earliest = settings.Time.Day(clock.GetUtcNow()).AddDays(-DaysBack);
        var next = last is { } at && settings.Time.Day(at - Delay) is var looked && looked > earliest ? looked : earliest;
        var after = Hour.Containing(settings.Time.StartOf(next));
        var first = await db.Legs.Where(leg => leg.CancelledAt == null && leg.To > after).MinAsync(leg => (Hour?)leg.From, cancellationToken);
        return first is null ? null : settings.Time.StartOf(settings.Time.Day(Hour.Max(first.Value, after).Start).AddDays(1)) + Delay;
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new LookAtUsage(settings.Time.Day(dueAt - Delay).AddDays(-1));
}

/// <param name="Day">A local day that is over.</param>
public sealed record LookAtUsage(DateOnly Day) : IJobCommand;

public sealed class LookAtUsageHandler(IUnitOfWork unitOfWork, ImplausibleUsage implausible) : IRequestHandler<LookAtUsage, JobReport>
{
    public Task<JobReport> Handle(LookAtUsage request, CancellationToken cancellationToken) => unitOfWork.ExecuteAsync(
        async token =>
        {
            await implausible.LookAsync(request.Day, token);
            return new JobReport($"{request.Day:yyyy-MM-dd}");
        },
        cancellationToken);
}
