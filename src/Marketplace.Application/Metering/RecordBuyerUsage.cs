using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>
/// Takes a batch of a buyer's own meters: each event gets its verdict by the rules for a provider's, and what is accepted is
/// compared with the provider's figures at once.
/// </summary>
/// <param name="MeterId">Who signed the batch, if anybody did.</param>
/// <param name="Signature">Base64 of that meter's signature over the body.</param>
public sealed record RecordBuyerUsage(UsageBatch Batch, Id<Meter>? MeterId, string? Signature) : ICommand<UsageAnswer>;

public sealed class RecordBuyerUsageHandler(IMarketplaceDb db, RequestContext context, BatchSignatures signatures, MeterComparing comparing, AuditLog audit, MarketClock clock)
    : IRequestHandler<RecordBuyerUsage, UsageAnswer>
{
    public async Task<UsageAnswer> Handle(RecordBuyerUsage request, CancellationToken cancellationToken)
    {
        var signer = await signatures.SignerAsync(request.Batch, request.MeterId, request.Signature, cancellationToken);
        var me = context.Caller.OrganizationId;
        var items = request.Batch.Items.Where(item => item.Event is not null).ToList();
        var events = items.ConvertAll(item => item.Event!);
        var (sources, legIds) = (events.Select(sent => sent.Source).Distinct().ToList(), events.Select(sent => sent.LegId).Distinct().ToList());
        var meters = await db.Meters.AsNoTracking().Where(meter => meter.OwnerId == me && EF.Parameter(sources).Contains(meter.Source))
            .ToDictionaryAsync(meter => meter.Source, cancellationToken);
        var legs = await db.Legs.Where(leg => leg.BuyerId == me && EF.Parameter(legIds).Contains(leg.Id)).ToDictionaryAsync(leg => leg.Id, cancellationToken);
        var judge = new ReadingJudge(clock.GetUtcNow(), meters, legs, signer, leg => leg.BuyerUsageVersion);
        foreach (var reading in await KnownAsync(events, [.. meters.Values.Select(meter => meter.Id)], [.. legs.Keys], cancellationToken))
        {
            judge.Know(reading.ToReading());
        }

        var held = legs.Keys.ToList();
        foreach (var bought in await db.Legs.IgnoreQueryFilters().AsNoTracking()
            .Where(leg => leg.ParentId != null && EF.Parameter(held).Contains(leg.ParentId.Value) && leg.CancelledAt == null).ToListAsync(cancellationToken))
        {
            judge.KnowResold(bought);
        }

        var answer = UsageAnswer.Of(request.Batch, items, judge.Judge(events));
        if (judge.Accepted.Count > 0)
        {
            await ApplyAsync(judge, legs, cancellationToken);
            audit.Record("buyer_usage.accepted", ("usage_batch", request.Batch.Digest), me, new
            {
                request.Batch.Digest,
                answer.Accepted,
                SignedBy = signer,
                Legs = judge.Accepted.GroupBy(reading => reading.LegId).OrderBy(leg => leg.Key)
                    .Select(leg => new { Id = leg.Key, Version = judge.Versions[leg.Key], Readings = leg.Count(), Digest = Convert.ToHexStringLower(Reading.Digest(leg)) }),
            });
            await comparing.CompareAsync([.. judge.Versions.Keys.Select(leg => legs[leg])], cancellationToken);
        }

        return answer;
    }

    /// <summary>What the events are or replace, and what stands on their legs and touches their time.</summary>
    private async Task<IReadOnlyList<BuyerReading>> KnownAsync(
        List<UsageEvent> events, List<Id<Meter>> meters, List<Id<Leg>> legs, CancellationToken cancellationToken)
    {
        if (meters.Count == 0 || legs.Count == 0)
        {
            return [];
        }

        var ids = events.SelectMany(sent => (string?[])[sent.EventId, sent.Replaces]).OfType<string>().Distinct().ToList();
        var (from, to) = (events.Min(sent => sent.From), events.Max(sent => sent.To));
        return await db.BuyerReadings.AsNoTracking()
            .Where(reading => (EF.Parameter(meters).Contains(reading.MeterId) && EF.Parameter(ids).Contains(reading.EventId))
                || (EF.Parameter(legs).Contains(reading.LegId) && reading.To > @from && reading.From < to && reading.ReplacedAtVersion == null))
            .ToListAsync(cancellationToken);
    }

    private async Task ApplyAsync(ReadingJudge judge, Dictionary<Id<Leg>, Leg> legs, CancellationToken cancellationToken)
    {
        db.BuyerReadings.AddRange(judge.Accepted.Select(BuyerReading.Of));
        foreach (var replaced in judge.Replaced.Select(BuyerReading.Of))
        {
            db.BuyerReadings.Attach(replaced);
            replaced.ReplacedAtVersion = judge.Versions[replaced.LegId];
        }

        foreach (var (leg, version) in judge.Versions)
        {
            legs[leg].BuyerUsageVersion = version;
        }

        var legIds = judge.Versions.Keys.ToList();
        var kept = await db.BuyerHours.Where(hour => EF.Parameter(legIds).Contains(hour.LegId)).ToDictionaryAsync(hour => (hour.LegId, hour.Hour), cancellationToken);
        foreach (var (key, change) in judge.Changes)
        {
            if (!kept.TryGetValue(key, out var hour))
            {
                db.BuyerHours.Add(hour = new() { LegId = key.LegId, Hour = key.Hour });
            }

            hour.Add(change);
            if (hour.IsEmpty)
            {
                db.BuyerHours.Remove(hour);
            }
        }
    }
}
