using Marketplace.Application.Audit.Verification;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>Holds every invariant against the live data in the night after anything happened, and flags what doesn't hold.</summary>
public sealed class CheckInvariantsJob(IMarketplaceDb db, MarketplaceSettings settings) : IJob
{
    public const string JobName = "check-invariants";

    /// <summary>The local hour at which it runs: after what closes at midnight, before anybody works.</summary>
    private const int AtHour = 3;

    public string Name => JobName;

    public string Purpose => "Holds every invariant against the live data at night, and raises a flag for what doesn't hold.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        // What jobs note by themselves wakes nobody: each of their runs is checked with the business that it follows from.
        var last = await db.JobRuns.Where(run => run.Job == JobName && run.SucceededAt != null).MaxAsync(run => (DateTimeOffset?)run.DueAt, cancellationToken);
        var newest = await db.AuditEntries.MaxAsync(entry => (DateTimeOffset?)entry.At, cancellationToken);
        if (newest is null || newest < last)
        {
            return null;
        }

        var first = last is null ? await db.AuditEntries.MinAsync(entry => (DateTimeOffset?)entry.At, cancellationToken) : await db.AuditEntries.Where(entry => entry.At >= last).MinAsync(entry => (DateTimeOffset?)entry.At, cancellationToken);
        return first is null ? null : settings.Time.StartOf(settings.Time.Day(first.Value).AddDays(1)).AddHours(AtHour);
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new CheckInvariants();
}

public sealed record CheckInvariants : IJobCommand;

public sealed class CheckInvariantsHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, IMediator mediator, FraudFlags flags, MarketplaceSettings settings, MarketClock clock)
    : IRequestHandler<CheckInvariants, JobReport>
{
    public async Task<JobReport> Handle(CheckInvariants request, CancellationToken cancellationToken)
    {
        var verification = await mediator.Send(new VerifyInvariants(), cancellationToken);
        var broken = verification.Invariants.Where(invariant => !invariant.Holds).Select(invariant => (invariant.Name, Detail: (object)new { invariant.Checked, invariant.Violations })).ToList();
        if (!verification.Chain.Holds)
        {
            broken.Add(("audit.sealed", verification.Chain));
        }

        if (broken.Count > 0)
        {
            await unitOfWork.ExecuteAsync(token => FlagAsync(broken, token), cancellationToken);
        }

        return new(broken.Count == 0
            ? $"{verification.Invariants.Count} invariants hold" : $"{broken.Count} of {verification.Invariants.Count} don't hold: {string.Join(", ", broken.Select(b => b.Name))}");
    }

    /// <summary>One flag each as long as it is open; once it was decided, the next night may raise another.</summary>
    private async Task<Done> FlagAsync(IReadOnlyList<(string Name, object Detail)> broken, CancellationToken cancellationToken)
    {
        var platform = await db.Organizations.Where(o => o.Kind == OrganizationKind.Platform).Select(o => o.Id).SingleAsync(cancellationToken);
        var open = await db.FraudFlags.Where(f => f.Code == FlagCodes.InvariantBroken && f.Status == FlagStatus.Open).Select(f => f.SubjectId).ToListAsync(cancellationToken);
        var night = settings.Time.Day(clock.GetUtcNow());
        foreach (var (name, detail) in broken.Where(b => !open.Any(subject => subject.StartsWith(b.Name + "/", StringComparison.Ordinal))))
        {
            await flags.RaiseAsync(FlagCodes.InvariantBroken, ("invariant", $"{name}/{night:yyyy-MM-dd}"), platform, detail, cancellationToken);
        }

        return Done.Value;
    }
}
