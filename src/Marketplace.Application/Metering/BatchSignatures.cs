using System.Buffers.Text;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>Says which of the caller's meters signed a batch.</summary>
public sealed class BatchSignatures(IMarketplaceDb db, RequestContext context)
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

        var me = context.Caller.OrganizationId;
        var meter = await db.Meters.AsNoTracking().SingleOrDefaultAsync(m => m.Id == meterId && m.OwnerId == me, cancellationToken);
        return meter?.Signed(batch.DigestBytes, Convert.FromBase64String(signature)) == true ? meter.Id : throw MeteringErrors.Signature();
    }
}
