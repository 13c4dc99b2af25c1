using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Audit;

/// <summary>Writes audit entries into the transaction that is under way.</summary>
public sealed class AuditLog(IMarketplaceDb db, RequestContext context, MarketClock clock)
{
    /// <param name="action">What happened, as <c>subject.verb</c>.</param>
    /// <param name="subject">Type and id of the row it happened to.</param>
    /// <param name="owner">The organization that may read the entry.</param>
    /// <param name="details">What was changed, for JSON; never a secret.</param>
    public void Record(string action, (string Type, string Id) subject, Id<Organization>? owner, object details)
    {
        var now = clock.GetUtcNow();
        db.AuditEntries.Add(new()
        {
            Id = Id<AuditEntry>.New(now),
            At = now,
            Actor = context.Caller.Actor,
            OwnerId = owner,
            Action = action,
            SubjectType = subject.Type,
            SubjectId = subject.Id,
            Details = JsonSerializer.Serialize(details, MarketJson.Options),
        });
    }
}
