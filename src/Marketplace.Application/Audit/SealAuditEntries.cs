using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>Seals what was committed since the last seal, one batch a transaction.</summary>
public sealed class SealAuditEntriesJob(IMarketplaceDb db) : IJob
{
    /// <summary>How long entries may stand unsealed.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMinutes(1);

    public const string JobName = "seal-audit";

    public string Name => JobName;

    public string Purpose => "Seals committed audit entries, so that a changed, missing or added one is found.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await db.AuditEntries.Where(entry => entry.SealNumber == null).MinAsync(entry => (DateTimeOffset?)entry.At, cancellationToken) + Delay;

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new SealAuditEntries();
}

public sealed record SealAuditEntries : IJobCommand;

public sealed class SealAuditEntriesHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, MarketClock clock) : IRequestHandler<SealAuditEntries, JobReport>
{
    public async Task<JobReport> Handle(SealAuditEntries request, CancellationToken cancellationToken)
    {
        var (seals, entries) = (0, 0);
        while (await unitOfWork.ExecuteAsync(SealBatchAsync, cancellationToken) is > 0 and var count)
        {
            (seals, entries) = (seals + 1, entries + count);
        }

        return new($"{entries} entries under {seals} seals");
    }

    /// <summary>
    /// The seal's number is its key, so of two leaders that seal at once one fails and starts again behind the other. An entry
    /// that commits late is in the next batch: what is sealed is what was read, never a range.
    /// </summary>
    private async Task<int> SealBatchAsync(CancellationToken cancellationToken)
    {
        var previous = await db.AuditSeals.OrderByDescending(seal => seal.Number).FirstOrDefaultAsync(cancellationToken);
        var batch = await db.AuditEntries.Where(entry => entry.SealNumber == null).OrderBy(entry => entry.Id)
            .Take(AuditSeal.MaxEntries).ToListAsync(cancellationToken);
        if (batch.Count > 0)
        {
            var seal = AuditSeal.Over(batch, previous, clock.GetUtcNow());
            db.AuditSeals.Add(seal);
            batch.ForEach(entry => entry.SealNumber = seal.Number);
        }

        return batch.Count;
    }
}
