using System.Runtime.CompilerServices;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Verification;

/// <summary>Every entry balances per asset; buyers' accounts are what the postings and the legs' holds say.</summary>
public sealed class LedgerChecks(IMarketplaceDb db) : IInvariantChecks
{
    public async IAsyncEnumerable<InvariantAnswer> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await EntriesAsync(cancellationToken);
        yield return await AccountsAsync(cancellationToken);
    }

    private async Task<InvariantAnswer> EntriesAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("journal.balanced");
        var sums = db.Postings.GroupBy(p => new { p.EntryId, p.Asset }).Select(group => new { group.Key.EntryId, group.Key.Asset, Sum = group.Sum(p => (long)(object)p.Amount) });
        await foreach (var entry in sums.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Expect(entry.Sum == 0, () => $"Entry {entry.EntryId} is off by {new Money(entry.Sum)} {entry.Asset}.");
        }

        return findings.Answer();
    }

    private async Task<InvariantAnswer> AccountsAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("buyers.accounts");
        var posted = (await db.Postings.Where(p => p.PartyId != null && p.Asset == Asset.Cny).GroupBy(p => new { p.PartyId, p.Account })
            .Select(group => new { group.Key.PartyId, group.Key.Account, Sum = group.Sum(p => (long)(object)p.Amount) }).ToListAsync(cancellationToken))
            .ToDictionary(row => (row.PartyId!.Value, row.Account), row => new Money(row.Sum));
        var held = (await db.Legs.GroupBy(leg => leg.BuyerId).Select(group => new { BuyerId = group.Key, Sum = group.Sum(leg => (long)(object)leg.DepositHeld) }).ToListAsync(cancellationToken))
            .ToDictionary(row => row.BuyerId, row => new Money(row.Sum));
        await foreach (var account in db.BuyerAccounts.AsNoTracking().OrderBy(a => a.OrganizationId).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            Money Balance(string name) => posted.GetValueOrDefault((account.OrganizationId.Value, name));
            findings.Expect(
                account.Held == -Balance(Accounts.BuyerHeld) && account.Deposit == -Balance(Accounts.BuyerDeposit) - Balance(Accounts.BuyerHeld) && account.Receivable == Balance(Accounts.BuyerReceivable),
                () => $"The ledger says otherwise than the account of {account.OrganizationId}.");
            findings.Expect(
                held.GetValueOrDefault(account.OrganizationId) == account.Held,
                () => $"Legs hold {held.GetValueOrDefault(account.OrganizationId)} of {account.OrganizationId}'s money, the account says {account.Held}.");
        }

        return findings.Answer();
    }
}
