using System.Runtime.CompilerServices;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Verification;

/// <summary>Every entry balances per asset, and every account of CNY is what the documents behind it come to.</summary>
public sealed class LedgerChecks(IMarketplaceDb db) : IInvariantChecks
{
    public async IAsyncEnumerable<InvariantAnswer> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await EntriesAsync(cancellationToken);
        var posted = await PostedAsync(cancellationToken);
        yield return await BuyersAsync(posted, cancellationToken);
        yield return await SellersAsync(posted, cancellationToken);
        yield return await AuthoritiesAsync(posted, cancellationToken);
        yield return await PlatformAsync(posted, cancellationToken);
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

    /// <summary>Debits less credits of CNY, by account and party; the platform's own accounts have none.</summary>
    private async Task<Dictionary<(string Account, Guid Party), Money>> PostedAsync(CancellationToken cancellationToken) =>
        (await db.Postings.Where(p => p.Asset == Asset.Cny).GroupBy(p => new { p.PartyId, p.Account })
            .Select(group => new { group.Key.PartyId, group.Key.Account, Sum = group.Sum(p => (long)(object)p.Amount) }).ToListAsync(cancellationToken))
        .ToDictionary(row => (row.Account, row.PartyId ?? Guid.Empty), row => new Money(row.Sum));

    /// <summary>What legs hold is held of the deposit, and what is outstanding of invoices is what the buyer owes.</summary>
    private async Task<InvariantAnswer> BuyersAsync(Dictionary<(string Account, Guid Party), Money> posted, CancellationToken cancellationToken)
    {
        var findings = new Findings("buyers.accounts");
        var held = (await db.Legs.GroupBy(leg => leg.BuyerId).Select(group => new { BuyerId = group.Key, Sum = group.Sum(leg => (long)(object)leg.DepositHeld) }).ToListAsync(cancellationToken))
            .ToDictionary(row => row.BuyerId, row => new Money(row.Sum));
        var owed = (await db.Invoices.GroupBy(i => i.OrganizationId)
                .Select(group => new { BuyerId = group.Key, Sum = group.Sum(i => (long)(object)i.Payable - (long)(object)i.CreditedPayable - (long)(object)i.Paid) }).ToListAsync(cancellationToken))
            .ToDictionary(row => row.BuyerId, row => new Money(row.Sum));
        await foreach (var account in db.BuyerAccounts.AsNoTracking().OrderBy(a => a.OrganizationId).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            Money Balance(string name) => posted.GetValueOrDefault((name, account.OrganizationId.Value));
            findings.Expect(
                account.Held == -Balance(Accounts.BuyerHeld) && account.Deposit == -Balance(Accounts.BuyerDeposit) - Balance(Accounts.BuyerHeld) && account.Receivable == Balance(Accounts.BuyerReceivable),
                () => $"The ledger says otherwise than the account of {account.OrganizationId}.");
            findings.Expect(
                held.GetValueOrDefault(account.OrganizationId) == account.Held,
                () => $"Legs hold {held.GetValueOrDefault(account.OrganizationId)} of {account.OrganizationId}'s money, the account says {account.Held}.");
            findings.Expect(
                owed.GetValueOrDefault(account.OrganizationId) == account.Receivable,
                () => $"{owed.GetValueOrDefault(account.OrganizationId)} of {account.OrganizationId}'s invoices is outstanding, the account says {account.Receivable}.");
        }

        return findings.Answer();
    }

    /// <summary>
    /// Unsettled is what documents come to that no settlement counts. Due now and due from programmes together are what was
    /// settled, less what was paid out and what the seller bears of rejected claims.
    /// </summary>
    private async Task<InvariantAnswer> SellersAsync(Dictionary<(string Account, Guid Party), Money> posted, CancellationToken cancellationToken)
    {
        var findings = new Findings("sellers.accounts");
        var invoices = (await db.Invoices.Where(i => i.SettlementId == null && i.Kind == InvoiceKind.Regular).Select(i => new { i.SellerId, i.Total }).ToListAsync(cancellationToken)).ToLookup(i => i.SellerId, i => i.Total);
        var credits = (await db.CreditNotes.Where(c => c.SettlementId == null).Select(c => new { c.SellerId, c.Total }).ToListAsync(cancellationToken)).ToLookup(c => c.SellerId, c => c.Total);
        var settlements = (await db.Settlements.AsNoTracking().ToListAsync(cancellationToken)).ToLookup(s => s.SellerId);
        var borne = await BorneBySellersAsync(cancellationToken);
        foreach (var seller in await db.Organizations.Select(o => o.Id).ToListAsync(cancellationToken))
        {
            Money Owed(string name) => -posted.GetValueOrDefault((name, seller.Value));
            var unsettled = invoices[seller].Sum() - credits[seller].Sum();
            findings.Expect(Owed(Accounts.SellerUnsettled) == unsettled, () => $"{unsettled} of {seller}'s isn't settled, the ledger says {Owed(Accounts.SellerUnsettled)}.");
            var due = settlements[seller].Sum(s => s.Net - (s.PaidAt is null ? Money.Zero : s.FromBuyers) - s.ProgrammesPaid) - borne[seller].Sum();
            var posts = Owed(Accounts.SellerPayable) + Owed(Accounts.SellerProgrammeDue);
            findings.Expect(posts == due, () => $"{due} of {seller}'s settlements is to be paid, the ledger says {posts}.");
        }

        return findings.Answer();
    }

    private async Task<ILookup<Id<Organization>, Money>> BorneBySellersAsync(CancellationToken cancellationToken)
    {
        var bearers = (await db.ProgrammeVersions.AsNoTracking().ToListAsync(cancellationToken)).ToDictionary(v => (v.Code, v.Number), v => v.Rules.BearerOfRejectedClaims());
        var rejected = (await db.Redemptions.AsNoTracking().Where(r => r.Deducted && r.Rejected > Money.Zero).ToListAsync(cancellationToken))
            .Where(r => bearers[(r.ProgrammeCode, r.ProgrammeVersion)] == ClaimBearer.Seller).ToList();
        var lines = rejected.Select(r => r.LineId).ToList();
        var credited = (await db.CreditNoteLines.AsNoTracking().Where(line => lines.Contains(line.InvoiceLineId)).ToListAsync(cancellationToken))
            .SelectMany(line => line.Parts.Select(part => (line.InvoiceLineId, part.VoucherId, part.Rejected))).ToLookup(part => (part.InvoiceLineId, part.VoucherId), part => part.Rejected);
        return rejected.ToLookup(r => r.SellerId, r => r.Rejected - credited[(r.LineId, r.VoucherId)].Sum());
    }

    /// <summary>An authority owes what its vouchers took off invoices, less what came back, was rejected and was paid.</summary>
    private async Task<InvariantAnswer> AuthoritiesAsync(Dictionary<(string Account, Guid Party), Money> posted, CancellationToken cancellationToken)
    {
        var findings = new Findings("authorities.accounts");
        var owed = (await (
            from redemption in db.Redemptions
            join programme in db.Programmes on redemption.ProgrammeCode equals programme.Code
            where redemption.Deducted
            select new { programme.AuthorityId, redemption }).AsNoTracking().ToListAsync(cancellationToken)).ToLookup(row => row.AuthorityId, row => row.redemption.Standing - row.redemption.Paid);
        foreach (var authority in await db.Programmes.Select(p => p.AuthorityId).Distinct().ToListAsync(cancellationToken))
        {
            var balance = posted.GetValueOrDefault((Accounts.AuthorityReceivable, authority.Value));
            findings.Expect(balance == owed[authority].Sum(), () => $"{authority} owes {owed[authority].Sum()} for vouchers, the ledger says {balance}.");
        }

        return findings.Answer();
    }

    /// <summary>Money at the custodian is what came in less what went out; commission is what settlements took.</summary>
    private async Task<InvariantAnswer> PlatformAsync(Dictionary<(string Account, Guid Party), Money> posted, CancellationToken cancellationToken)
    {
        var findings = new Findings("platform.accounts");
        var settlements = await db.Settlements.AsNoTracking().ToListAsync(cancellationToken);
        var custody = (await db.BankTransfers.Select(t => t.Amount).ToListAsync(cancellationToken)).Sum()
            + (await db.InvoicePayments.Select(p => p.Amount).ToListAsync(cancellationToken)).Sum()
            + (await db.Redemptions.Where(r => r.Deducted).Select(r => r.Paid).ToListAsync(cancellationToken)).Sum()
            - (await db.SettlementPayments.Select(p => p.Amount).ToListAsync(cancellationToken)).Sum()
            + (await db.BankReferences.Where(r => r.Purpose == TransferPurpose.CommissionPayment).Select(r => r.Amount).ToListAsync(cancellationToken)).Sum();
        findings.Expect(
            settlements.Sum(s => (s.PaidAt is null ? Money.Zero : s.FromBuyers) + s.ProgrammesPaid) == (await db.SettlementPayments.Select(p => p.Amount).ToListAsync(cancellationToken)).Sum(),
            () => "Payments to sellers aren't what their settlements say was paid.");
        var commission = settlements.Sum(s => s.Commission);
        findings.Expect(posted.GetValueOrDefault((Accounts.CustodyCash, Guid.Empty)) == custody, () => $"The custodian has {custody}, the ledger says {posted.GetValueOrDefault((Accounts.CustodyCash, Guid.Empty))}.");
        findings.Expect(-posted.GetValueOrDefault((Accounts.PlatformCommission, Guid.Empty)) == commission, () => $"Settlements took {commission} of commission, the ledger says {-posted.GetValueOrDefault((Accounts.PlatformCommission, Guid.Empty))}.");
        return findings.Answer();
    }
}
