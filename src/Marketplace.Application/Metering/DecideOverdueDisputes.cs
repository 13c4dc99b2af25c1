using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Metering;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>Decides what nobody decided in time: then the provider's account of the hours stands.</summary>
public sealed class DecideOverdueDisputesJob(IMarketplaceDb db) : IJob
{
    public const string JobName = "decide-disputes";

    public string Name => JobName;

    public string Purpose => "Decides disputes that are past their deadline for the provider.";

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        db.Disputes.Where(dispute => dispute.Status == DisputeStatus.Open).MinAsync(dispute => (DateTimeOffset?)dispute.DecideBy, cancellationToken);

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new DecideOverdueDisputes();
}

public sealed record DecideOverdueDisputes : IJobCommand;

public sealed class DecideOverdueDisputesHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, AuditLog audit, MarketClock clock)
    : IRequestHandler<DecideOverdueDisputes, JobReport>
{
    /// <summary>How many are decided in one transaction.</summary>
    private const int Batch = 200;

    public async Task<JobReport> Handle(DecideOverdueDisputes request, CancellationToken cancellationToken)
    {
        var decided = 0;
        while (await unitOfWork.ExecuteAsync(DecideBatchAsync, cancellationToken) is > 0 and var count)
        {
            decided += count;
        }

        return new($"{decided} disputes");
    }

    /// <summary>A dispute is open or decided, and its version arbitrates: two runs at once decide each once.</summary>
    private async Task<int> DecideBatchAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var overdue = await db.Disputes.Where(dispute => dispute.Status == DisputeStatus.Open && dispute.DecideBy <= now)
            .OrderBy(dispute => dispute.Id).Take(Batch).ToListAsync(cancellationToken);
        var ids = overdue.Select(dispute => dispute.LegId).Distinct().ToList();
        foreach (var leg in await db.Legs.Where(leg => ids.Contains(leg.Id)).ToListAsync(cancellationToken))
        {
            leg.Reopen(now);
        }

        foreach (var dispute in overdue)
        {
            dispute.Decide(DisputeSide.Provider, note: null, now);
            audit.Record("dispute.decided", ("dispute", dispute.Id.ToString()), dispute.BuyerId, DisputeAnswer.Of(dispute));
        }

        return overdue.Count;
    }
}
