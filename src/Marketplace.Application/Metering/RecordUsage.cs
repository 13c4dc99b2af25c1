using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>
/// Takes a batch of a provider's usage events: each gets its verdict, and all that are accepted count from the same instant.
/// </summary>
/// <param name="MeterId">Who signed the batch, if anybody did.</param>
/// <param name="Signature">Base64 of that meter's signature over the body.</param>
public sealed record RecordUsage(UsageBatch Batch, Id<Meter>? MeterId, string? Signature) : ICommand<UsageAnswer>;

public sealed class RecordUsageHandler(
    IMarketplaceDb db, IUnitOfWork unitOfWork, RequestContext context, BatchSignatures signatures, KnownReadings known, IReadingStore store, AuditLog audit, MarketClock clock)
    : IRequestHandler<RecordUsage, UsageAnswer>
{
    public async Task<UsageAnswer> Handle(RecordUsage request, CancellationToken cancellationToken)
    {
        var signer = await signatures.SignerAsync(request.Batch, request.MeterId, request.Signature, cancellationToken);
        var items = request.Batch.Items.Where(item => item.Event is not null).ToList();
        var events = items.ConvertAll(item => item.Event!);
        var meters = await MetersAsync(events, cancellationToken);
        var (legs, resold) = await LegsAsync(events, cancellationToken);
        var standing = await known.StandingAsync(events, meters, legs, cancellationToken);
        var (judge, judgements) = Judge(standing);

        // What stands is enough where nothing is rejected: what it shows to be there is there, and what is taken for new, and isn't,
        // breaks the key. Then all of this is done again, by the names of all events.
        if (unitOfWork.Attempt > 1 || judgements.Any(judgement => judgement.Verdict == Verdict.Rejected))
        {
            (judge, judgements) = Judge([.. standing, .. await known.NamedAsync(events, meters, cancellationToken)]);
        }

        var answer = UsageAnswer.Of(request.Batch, items, judgements);
        if (judge.Accepted.Count > 0)
        {
            await ApplyAsync(judge, cancellationToken);
            Record(request.Batch, signer, judge, answer);
        }

        return answer;

        (ReadingJudge Judge, IReadOnlyList<Judgement> Judgements) Judge(IReadOnlyList<Reading> readings)
        {
            var made = new ReadingJudge(clock.GetUtcNow(), meters, legs, signer);
            resold.ForEach(made.KnowResold);
            foreach (var reading in readings)
            {
                made.Know(reading);
            }

            return (made, made.Judge(events));
        }
    }

    private Task<Dictionary<string, Meter>> MetersAsync(List<UsageEvent> events, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var sources = events.Select(sent => sent.Source).Distinct().ToList();
        return db.Meters.AsNoTracking().Where(meter => meter.OwnerId == me && EF.Parameter(sources).Contains(meter.Source))
            .ToDictionaryAsync(meter => meter.Source, cancellationToken);
    }

    /// <summary>By whose nodes they stand on, not by who sells them: a resold leg is metered by the provider as before. With them, what was bought of them.</summary>
    private async Task<(Dictionary<Id<Leg>, Leg> Legs, List<Leg> Resold)> LegsAsync(List<UsageEvent> events, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var ids = events.Select(sent => sent.LegId).Distinct().ToList();
        var rows = await db.Legs.IgnoreQueryFilters().AsNoTracking()
            .Where(leg => EF.Parameter(ids).Contains(leg.Id) || (leg.ParentId != null && EF.Parameter(ids).Contains(leg.ParentId.Value) && leg.CancelledAt == null))
            .Select(leg => new { Leg = leg, Mine = db.Centers.Any(center => center.Id == leg.CenterId && center.OwnerId == me) }).ToListAsync(cancellationToken);
        return (
            rows.Where(row => row.Mine && ids.Contains(row.Leg.Id)).ToDictionary(row => row.Leg.Id, row => row.Leg),
            [.. rows.Select(row => row.Leg).Where(leg => leg is { ParentId: { } parent, CancelledAt: null } && ids.Contains(parent))]);
    }

    private async Task ApplyAsync(ReadingJudge judge, CancellationToken cancellationToken)
    {
        await store.AddAsync(judge.Accepted, cancellationToken);
        foreach (var reading in judge.Replaced)
        {
            db.Readings.Attach(reading);
            reading.ReplaceAt(judge.Versions[reading.LegId]);
        }

        // All of it reads one moment, so that who comes second is refused here by the database, and runs again.
        var legs = judge.Versions.Keys.ToList();
        await db.Legs.IgnoreQueryFilters().Where(leg => EF.Parameter(legs).Contains(leg.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(leg => leg.UsageVersion, leg => leg.UsageVersion + 1), cancellationToken);
        var kept = await KeptAsync(judge.Changes.Keys, cancellationToken);
        foreach (var (key, change) in judge.Changes)
        {
            if (!kept.TryGetValue(key, out var hour))
            {
                db.UsageHours.Add(hour = new() { LegId = key.LegId, Hour = key.Hour });
            }

            hour.Add(change);
            if (hour.IsEmpty)
            {
                db.UsageHours.Remove(hour);
            }
        }
    }

    private async Task<Dictionary<(Id<Leg> LegId, Hour Hour), UsageHour>> KeptAsync(IEnumerable<(Id<Leg> LegId, Hour Hour)> changed, CancellationToken cancellationToken)
    {
        var kept = new Dictionary<(Id<Leg> LegId, Hour Hour), UsageHour>();
        foreach (var run in LegRun.Of(changed.Select(key => (key.LegId, key.Hour.Start, (key.Hour + 1).Start))))
        {
            var (first, end) = (Hour.Containing(run.From), Hour.Containing(run.To));
            var hours = db.UsageHours.IgnoreQueryFilters().Where(hour => EF.Parameter(run.Legs).Contains(hour.LegId) && hour.Hour >= first && hour.Hour < end);
            await foreach (var hour in hours.AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                kept.Add((hour.LegId, hour.Hour), hour);
            }
        }

        return kept;
    }

    /// <summary>
    /// The batch, with a digest of what was stored of it for each leg's new version: from there a reading that was changed,
    /// removed or added later is found.
    /// </summary>
    private void Record(UsageBatch batch, Id<Meter>? signer, ReadingJudge judge, UsageAnswer answer)
    {
        var legs = judge.Accepted.GroupBy(reading => reading.LegId).OrderBy(leg => leg.Key)
            .Select(leg => new AcceptedLeg(leg.Key, judge.Versions[leg.Key], leg.Count(), AcceptedLeg.DigestOf(leg))).ToList();
        audit.Record(
            AcceptedBatch.Action, ("usage_batch", batch.Digest), context.Caller.OrganizationId,
            new AcceptedBatch(batch.Digest, answer.Accepted, answer.Duplicates, answer.Conflicts.Count, answer.Rejected.Count, signer, legs));
    }
}
