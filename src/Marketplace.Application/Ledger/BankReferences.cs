using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

/// <summary>Books a bank's reference of a party once, in the transaction that moves the money.</summary>
public sealed class BankReferences(IMarketplaceDb db, MarketClock clock)
{
    /// <param name="amount">Positive for what came in, negative for what went out.</param>
    /// <exception cref="RuleException"><c>bank.reference</c>: it stands for another movement.</exception>
    public async Task TakeAsync(Id<Organization> organization, string reference, TransferPurpose purpose, Money amount, CancellationToken cancellationToken)
    {
        var before = await db.BankReferences.SingleOrDefaultAsync(r => r.OrganizationId == organization && r.Reference == reference, cancellationToken);
        if (before is not null)
        {
            throw LedgerErrors.ReferenceTaken(reference, before.Purpose);
        }

        db.BankReferences.Add(new() { OrganizationId = organization, Reference = reference, Purpose = purpose, Amount = amount, At = clock.GetUtcNow() });
    }
}
