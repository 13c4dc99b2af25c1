using System.Runtime.CompilerServices;
using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Application.Metering;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Verification;

/// <summary>
/// The readings are those that were accepted: for each leg and each version of its usage, the digest in the batch's audit entry
/// is made again from the rows. What was changed, removed or added by hand doesn't fit; the entries themselves are sealed.
/// </summary>
public sealed class MeteringChecks(IMarketplaceDb db) : IInvariantChecks
{
    public async IAsyncEnumerable<InvariantAnswer> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var findings = new Findings("readings.as_accepted");
        var recorded = await RecordedAsync(findings, cancellationToken);
        foreach (var leg in await db.Legs.Where(leg => leg.UsageVersion > 0).OrderBy(leg => leg.Id).Select(leg => leg.Id).ToListAsync(cancellationToken))
        {
            await CheckLegAsync(leg, recorded, findings, cancellationToken);
        }

        foreach (var (legId, version) in recorded.Keys)
        {
            findings.Expect(false, () => $"The readings of version {version} of leg {legId} are gone.");
        }

        var lost = await db.Readings.CountAsync(reading => !db.Legs.Any(leg => leg.Id == reading.LegId && leg.UsageVersion > 0), cancellationToken);
        findings.Expect(lost == 0, () => $"{lost} readings are of no leg that has any.");
        yield return findings.Answer();
    }

    /// <summary>What the entries say of each version of each leg; a leg's version is of one batch.</summary>
    private async Task<Dictionary<(Id<Leg> LegId, long Version), AcceptedLeg>> RecordedAsync(Findings findings, CancellationToken cancellationToken)
    {
        var recorded = new Dictionary<(Id<Leg>, long), AcceptedLeg>();
        var entries = db.AuditEntries.AsNoTracking().Where(entry => entry.Action == AcceptedBatch.Action).Select(entry => entry.Details);
        await foreach (var details in entries.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            foreach (var leg in JsonSerializer.Deserialize<AcceptedBatch>(details, MarketJson.Options)!.Legs)
            {
                findings.Expect(recorded.TryAdd((leg.Id, leg.Version), leg), () => $"Two batches made version {leg.Version} of leg {leg.Id}.");
            }
        }

        return recorded;
    }

    /// <summary>Reads the leg's readings version by version, a batch of them in memory at a time, and takes out of the record what fits.</summary>
    private async Task CheckLegAsync(
        Id<Leg> legId, Dictionary<(Id<Leg> LegId, long Version), AcceptedLeg> recorded, Findings findings, CancellationToken cancellationToken)
    {
        var batch = new List<Reading>();
        var (corrections, replaced) = (new HashSet<(Id<Meter>, string, long)>(), new HashSet<(Id<Meter>, string, long)>());
        void Check()
        {
            if (batch.Count > 0)
            {
                var version = batch[0].UsageVersion;
                var fits = recorded.Remove((legId, version), out var said) && said.Readings == batch.Count && said.Digest == AcceptedLeg.DigestOf(batch);
                findings.Expect(fits, () => $"The readings of version {version} of leg {legId} aren't those that were accepted.");
                batch.Clear();
            }
        }

        var readings = db.Readings.AsNoTracking().Where(reading => reading.LegId == legId).OrderBy(reading => reading.UsageVersion);
        await foreach (var reading in readings.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (batch.Count > 0 && batch[0].UsageVersion != reading.UsageVersion)
            {
                Check();
            }

            batch.Add(reading);
            if (reading.Replaces is { } target)
            {
                corrections.Add((reading.MeterId, target, reading.UsageVersion));
            }

            if (reading.ReplacedAtVersion is { } version)
            {
                replaced.Add((reading.MeterId, reading.EventId, version));
            }
        }

        Check();
        findings.Expect(corrections.SetEquals(replaced), () => $"On leg {legId} readings are replaced without a correction, or corrected and not replaced.");
    }
}
