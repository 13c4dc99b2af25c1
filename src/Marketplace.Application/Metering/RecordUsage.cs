using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <param name="Index">The event's place in the batch, from 0.</param>
public sealed record ConflictAnswer(string Source, string Id, string Code, int Index);

/// <param name="Source">As sent; null where it couldn't be read.</param>
/// <param name="Id">As sent; null where it couldn't be read.</param>
/// <param name="Index">The item's place in the batch, from 0.</param>
public sealed record RejectedAnswer(string? Source, string? Id, string Code, string Detail, int Index);

/// <summary>What became of each item of a batch; those that aren't listed were accepted now, or before.</summary>
public sealed record UsageAnswer(int Accepted, int Duplicates, IReadOnlyList<ConflictAnswer> Conflicts, IReadOnlyList<RejectedAnswer> Rejected)
{
    internal static UsageAnswer Of(UsageBatch batch, List<UsageItem> items, IReadOnlyList<Judgement> judgements)
    {
        var conflicts = new List<ConflictAnswer>();
        var rejected = batch.Items.Where(item => item.Malformed is not null)
            .Select(item => new RejectedAnswer(item.Source, item.Id, item.Malformed!.Code, item.Malformed.Detail, item.Index)).ToList();
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            if (judgements[i].Verdict == Verdict.Conflict)
            {
                conflicts.Add(new(item.Source!, item.Id!, MeteringErrors.Conflict, item.Index));
            }
            else if (judgements[i].Refusal is { } refusal)
            {
                rejected.Add(new(item.Source, item.Id, refusal.Code, refusal.Detail, item.Index));
            }
        }

        return new(
            judgements.Count(j => j.Verdict == Verdict.Accepted), judgements.Count(j => j.Verdict == Verdict.Duplicate), conflicts,
            [.. rejected.OrderBy(item => item.Index)]);
    }
}

/// <summary>
/// Takes a batch of a provider's usage events: each gets its verdict, and all that are accepted count from the same instant.
/// </summary>
/// <param name="MeterId">Who signed the batch, if anybody did.</param>
/// <param name="Signature">Base64 of that meter's signature over the body.</param>
public sealed record RecordUsage(UsageBatch Batch, Id<Meter>? MeterId, string? Signature) : ICommand<UsageAnswer>;

public sealed class RecordUsageHandler(
    IMarketplaceDb db, RequestContext context, BatchSignatures signatures, KnownReadings knownReadings, IReadingStore store, AuditLog audit, MarketClock clock)
    : IRequestHandler<RecordUsage, UsageAnswer>
{
    public async Task<UsageAnswer> Handle(RecordUsage request, CancellationToken cancellationToken)
    {
        var signer = await signatures.SignerAsync(request.Batch, request.MeterId, request.Signature, cancellationToken);
        var items = request.Batch.Items.Where(item => item.Event is not null).ToList();
        var events = items.ConvertAll(item => item.Event!);
        var meters = await MetersAsync(events, cancellationToken);

        // Legs before readings: their versions vouch for what is read after them.
        var legs = await LegsAsync(events, cancellationToken);
        var judge = new ReadingJudge(clock.GetUtcNow(), meters, legs, signer);
        foreach (var reading in await knownReadings.ForAsync(events, meters, legs, cancellationToken))
        {
            judge.Know(reading);
        }

        foreach (var bought in await ResoldAsync(legs.Keys, cancellationToken))
        {
            judge.KnowResold(bought);
        }

        var answer = UsageAnswer.Of(request.Batch, items, judge.Judge(events));
        if (judge.Accepted.Count > 0)
        {
            await ApplyAsync(judge, legs, cancellationToken);
            Record(request.Batch, signer, judge, answer);
        }

        return answer;
    }

    private Task<Dictionary<string, Meter>> MetersAsync(List<UsageEvent> events, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var sources = events.Select(sent => sent.Source).Distinct().ToList();
        return db.Meters.AsNoTracking().Where(meter => meter.OwnerId == me && EF.Parameter(sources).Contains(meter.Source))
            .ToDictionaryAsync(meter => meter.Source, cancellationToken);
    }

    /// <summary>By whose nodes they stand on, not by who sells them: a resold leg is metered by the provider as before.</summary>
    private Task<Dictionary<Id<Leg>, Leg>> LegsAsync(List<UsageEvent> events, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var ids = events.Select(sent => sent.LegId).Distinct().ToList();
        return db.Legs.IgnoreQueryFilters()
            .Where(leg => EF.Parameter(ids).Contains(leg.Id) && db.Centers.Any(center => center.Id == leg.CenterId && center.OwnerId == me))
            .ToDictionaryAsync(leg => leg.Id, cancellationToken);
    }

    private Task<List<Leg>> ResoldAsync(IReadOnlyCollection<Id<Leg>> legs, CancellationToken cancellationToken)
    {
        var ids = legs.ToList();
        return db.Legs.IgnoreQueryFilters().AsNoTracking()
            .Where(leg => leg.ParentId != null && EF.Parameter(ids).Contains(leg.ParentId.Value) && leg.CancelledAt == null).ToListAsync(cancellationToken);
    }

    private async Task ApplyAsync(ReadingJudge judge, Dictionary<Id<Leg>, Leg> legs, CancellationToken cancellationToken)
    {
        await store.AddAsync(judge.Accepted, cancellationToken);
        foreach (var reading in judge.Replaced)
        {
            db.Readings.Attach(reading);
            reading.ReplaceAt(judge.Versions[reading.LegId]);
        }

        foreach (var (legId, version) in judge.Versions)
        {
            legs[legId].UsageVersion = version;
        }

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
