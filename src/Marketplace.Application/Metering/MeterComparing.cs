using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>Compares, of legs that their buyers meter, the two sides' figures, and opens, changes and settles disputes by them.</summary>
public sealed class MeterComparing(IMarketplaceDb db, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
{
    /// <summary>What the unit of work under way added to the buyer's side counts as well; the provider's must be saved.</summary>
    public async Task CompareAsync(IReadOnlyCollection<Leg> tracked, CancellationToken cancellationToken)
    {
        var legs = tracked.Where(leg => leg is { BuyerUsageVersion: > 0, CancelledAt: null }).ToList();
        if (legs.Count == 0)
        {
            return;
        }

        var ids = legs.Select(leg => leg.Id).ToList();
        await db.BuyerHours.IgnoreQueryFilters().Where(hour => ids.Contains(hour.LegId)).LoadAsync(cancellationToken);
        await db.Disputes.IgnoreQueryFilters().Where(dispute => ids.Contains(dispute.LegId)).LoadAsync(cancellationToken);
        var metered = (await db.UsageHours.IgnoreQueryFilters().AsNoTracking().Where(hour => ids.Contains(hour.LegId)).ToListAsync(cancellationToken)).ToLookup(hour => hour.LegId);
        var centers = legs.Select(leg => leg.CenterId).Distinct().ToList();
        var providers = await db.Centers.IgnoreQueryFilters().Where(center => centers.Contains(center.Id)).ToDictionaryAsync(center => center.Id, center => center.OwnerId, cancellationToken);
        var now = clock.GetUtcNow();
        foreach (var leg in legs)
        {
            var outcome = MeterComparison.Of(
                leg, metered[leg.Id].ToDictionary(hour => hour.Hour, hour => new MeterFigures(hour.Busy, hour.Down, hour.InputTokens, hour.OutputTokens)),
                db.BuyerHours.Local.Where(hour => hour.LegId == leg.Id).ToDictionary(hour => hour.Hour, hour => hour.Figures),
                [.. db.Disputes.Local.Where(dispute => dispute.LegId == leg.Id)], settings.Metering.Tolerance, now, settings.Time);
            Apply(outcome, leg, providers[leg.CenterId], now);
            leg.ComparedVersion = leg.UsageVersion + leg.BuyerUsageVersion;
        }
    }

    private void Apply(ComparisonOutcome outcome, Leg leg, Id<Domain.Organizations.Organization> provider, DateTimeOffset now)
    {
        foreach (var dispute in outcome.Settled)
        {
            dispute.Settle(now);
            leg.Reopen(now);
            Record("dispute.decided", dispute);
        }

        foreach (var (dispute, hours) in outcome.Changed)
        {
            // Hours that left the dispute are billed at the next close.
            dispute.Update(hours);
            leg.Reopen(now);
            Record("dispute.changed", dispute);
        }

        foreach (var dispute in outcome.Opened.Select(hours => Dispute.OverMeters(leg, provider, hours, now, settings.DisputeTime)))
        {
            db.Disputes.Add(dispute);
            Record("dispute.opened", dispute);
        }
    }

    private void Record(string action, Dispute dispute) => audit.Record(action, ("dispute", dispute.Id.ToString()), dispute.BuyerId, DisputeAnswer.Of(dispute));
}

/// <summary>Compares the meters of legs of which either side sent readings.</summary>
public sealed class CompareMetersJob(IMarketplaceDb db) : IJob
{
    public const string JobName = "compare-meters";

    public string Name => JobName;

    public string Purpose => "Compares what providers and buyers metered, and opens disputes where they differ by more than the tolerance.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await db.Legs.Where(CompareMetersHandler.IsPending).AnyAsync(cancellationToken) ? IJob.AtOnce : null;

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new CompareMeters();
}

public sealed record CompareMeters : IJobCommand;

public sealed class CompareMetersHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, MeterComparing comparing) : IRequestHandler<CompareMeters, JobReport>
{
    /// <summary>How many legs are compared in one transaction.</summary>
    private const int Batch = 50;

    internal static readonly System.Linq.Expressions.Expression<Func<Leg, bool>> IsPending =
        leg => leg.BuyerUsageVersion > 0 && leg.CancelledAt == null && leg.ComparedVersion != leg.UsageVersion + leg.BuyerUsageVersion;

    public async Task<JobReport> Handle(CompareMeters request, CancellationToken cancellationToken)
    {
        var compared = 0;
        while (await unitOfWork.ExecuteAsync(CompareBatchAsync, cancellationToken) is > 0 and var count)
        {
            compared += count;
        }

        return new($"{compared} legs");
    }

    /// <summary>A leg that was compared isn't pending any more, so a run that dies goes on with the rest.</summary>
    private async Task<int> CompareBatchAsync(CancellationToken cancellationToken)
    {
        var legs = await db.Legs.Where(IsPending).OrderBy(leg => leg.Id).Take(Batch).ToListAsync(cancellationToken);
        await comparing.CompareAsync(legs, cancellationToken);
        return legs.Count;
    }
}
