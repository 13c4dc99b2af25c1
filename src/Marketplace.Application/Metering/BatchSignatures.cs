using System.Buffers.Text;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>Says which of the caller's meters signed a batch.</summary>
public sealed class BatchSignatures(IMarketplaceDb db, RequestContext context, MarketClock clock)
{
    /// <returns>Null where the batch isn't signed at all.</returns>
    /// <exception cref="RuleException"><c>meter.signature</c>: it names a meter or a signature, and the two don't fit it.</exception>
    public async Task<Id<Meter>?> SignerAsync(UsageBatch batch, Id<Meter>? meterId, string? signature, CancellationToken cancellationToken)
    {
        if (meterId is null && signature is null)
        {
            return null;
        }

        if (meterId is null || signature is null || !Base64.IsValid(signature))
        {
            throw MeteringErrors.Signature();
        }

        var (me, now, sent) = (context.Caller.OrganizationId, clock.GetUtcNow(), Convert.FromBase64String(signature));
        var keys = await db.MeterKeys.AsNoTracking().Where(key => key.MeterId == meterId && db.Meters.Any(meter => meter.Id == key.MeterId && meter.OwnerId == me))
            .ToListAsync(cancellationToken);
        return keys.Any(key => key.IsGood(now) && key.Signed(batch.DigestBytes, sent)) ? meterId : throw MeteringErrors.Signature();
    }
}
