using System.Runtime.CompilerServices;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Verification;

/// <summary>Vouchers add up to their face and to their ledger balances; programmes keep to their budgets and ratios.</summary>
public sealed class VoucherChecks(IMarketplaceDb db) : IInvariantChecks
{
    public async IAsyncEnumerable<InvariantAnswer> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await BalancesAsync(cancellationToken);
        yield return await RedeemedAsync(cancellationToken);
        yield return await ValidityAsync(cancellationToken);
        yield return await BudgetsAsync(cancellationToken);
        yield return await RatiosAsync(cancellationToken);
        yield return await RewardsAsync(cancellationToken);
        yield return await FundersAsync(cancellationToken);
        yield return await ReimbursedAsync(cancellationToken);
    }

    private async Task<InvariantAnswer> BalancesAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("vouchers.balanced");
        var posted = (await db.Postings.Where(p => p.PartyId != null && p.Asset != Asset.Cny).GroupBy(p => new { p.PartyId, p.Account })
            .Select(group => new { group.Key.PartyId, group.Key.Account, Sum = group.Sum(p => (long)(object)p.Amount) }).ToListAsync(cancellationToken))
            .ToDictionary(row => (row.PartyId!.Value, row.Account), row => new Money(-row.Sum));
        var held = (await db.VoucherHolds.GroupBy(h => h.VoucherId).Select(group => new { VoucherId = group.Key, Sum = group.Sum(h => (long)(object)h.Left) }).ToListAsync(cancellationToken))
            .ToDictionary(row => row.VoucherId, row => new Money(row.Sum));
        await foreach (var v in db.Vouchers.AsNoTracking().OrderBy(v => v.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            Money Posted(params string[] accounts) => accounts.Sum(account => posted.GetValueOrDefault((v.Id.Value, account)));
            Money[] parts = [v.Available, v.Held, v.Redeemed, v.Expired, v.Revoked];
            findings.Expect(parts.Sum() == v.Face && parts.All(part => !part.IsNegative), () => $"The parts of voucher {v.Id} come to {parts.Sum()}, its face is {v.Face}.");
            findings.Expect(
                Posted(Accounts.VoucherAvailable) == v.Available && Posted(Accounts.VoucherHeld) == v.Held && Posted(Accounts.VoucherExpired) == v.Expired
                && Posted(Accounts.VoucherRevoked) == v.Revoked && Posted(Accounts.VoucherRedeemed, Accounts.VoucherClaimed, Accounts.VoucherPaid) == v.Redeemed,
                () => $"The ledger says otherwise than voucher {v.Id}.");
            findings.Expect(held.GetValueOrDefault(v.Id) == v.Held, () => $"Orders hold {held.GetValueOrDefault(v.Id)} of voucher {v.Id}, which says {v.Held}.");
        }

        return findings.Answer();
    }

    /// <summary>A voucher's redeemed = its parts on invoices − returns − rejections.</summary>
    private async Task<InvariantAnswer> RedeemedAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("vouchers.redeemed_on_invoices");
        var redemptions = await db.Redemptions.AsNoTracking().ToListAsync(cancellationToken);
        var byVoucher = redemptions.ToLookup(r => r.VoucherId);
        var vouchers = await db.Vouchers.AsNoTracking().Select(v => new { v.Id, v.Redeemed }).ToListAsync(cancellationToken);
        vouchers.ForEach(v => findings.Expect(byVoucher[v.Id].Sum(r => r.Standing) == v.Redeemed, () => $"Invoices have {byVoucher[v.Id].Sum(r => r.Standing)} of voucher {v.Id}, which says {v.Redeemed}."));
        var parts = redemptions.ToDictionary(r => (r.LineId, r.VoucherId));
        var returned = (await db.CreditNoteLines.AsNoTracking().ToListAsync(cancellationToken)).SelectMany(line => line.Parts.Select(part => (line.InvoiceLineId, part.VoucherId, part.Amount)))
            .ToLookup(part => (part.InvoiceLineId, part.VoucherId), part => part.Amount);
        await foreach (var line in db.InvoiceLines.AsNoTracking().OrderBy(line => line.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            foreach (var part in line.Parts)
            {
                var key = (line.Id, part.VoucherId);
                findings.Expect(
                    parts.TryGetValue(key, out var redemption) && redemption.Amount == part.Amount && redemption.Returned == returned[key].Sum(),
                    () => $"Line {line.Id} and its credits say otherwise of voucher {part.VoucherId} than the redemption.");
            }
        }

        return findings.Answer();
    }

    /// <summary>A voucher pays for use up to its last day, and for none after it, whenever the invoice comes.</summary>
    private async Task<InvariantAnswer> ValidityAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("vouchers.within_validity");
        var versions = (await db.ProgrammeVersions.AsNoTracking().ToListAsync(cancellationToken)).ToDictionary(v => (v.Code, v.Number), v => v.Rules);
        var paid = from redemption in db.Redemptions
                   join voucher in db.Vouchers on redemption.VoucherId equals voucher.Id
                   where redemption.Reward == null
                   select new { redemption.LineId, redemption.ProgrammeCode, redemption.ProgrammeVersion, redemption.UsedUntil, VoucherId = voucher.Id, voucher.ExpiresOn };
        await foreach (var part in paid.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var last = versions[(part.ProgrammeCode, part.ProgrammeVersion)].LastPaidDay(part.UsedUntil);
            findings.Expect(last <= part.ExpiresOn, () => $"Voucher {part.VoucherId} is good until {part.ExpiresOn:O} and pays of line {part.LineId} for use up to {last:O}.");
        }

        return findings.Answer();
    }

    private async Task<InvariantAnswer> BudgetsAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("programmes.within_budget");
        var vouchers = (await db.Vouchers.AsNoTracking().ToListAsync(cancellationToken)).ToLookup(v => (v.ProgrammeCode, v.BudgetYear));
        foreach (var budget in await db.ProgrammeBudgets.AsNoTracking().ToListAsync(cancellationToken))
        {
            var granted = vouchers[(budget.Code, budget.Year)].ToList();
            findings.Expect(!budget.Issued.IsNegative && budget.Issued <= budget.Amount, () => $"{budget.Issued} of {budget.Amount} is issued of programme {budget.Code}, {budget.Year}.");

            // What lapsed or was revoked went back only while the budget's year lasted, so it lies between the two.
            findings.Expect(
                budget.Issued <= granted.Sum(v => v.Face) && budget.Issued >= granted.Sum(v => v.Face - v.Expired - v.Revoked),
                () => $"Programme {budget.Code}, {budget.Year} says {budget.Issued} is issued; its vouchers say otherwise.");
        }

        var versions = await db.ProgrammeVersions.AsNoTracking().ToListAsync(cancellationToken);
        foreach (var group in vouchers.SelectMany(g => g).GroupBy(v => (v.ProgrammeCode, v.OrganizationId)))
        {
            var cap = versions.Where(v => v.Code == group.Key.ProgrammeCode).Select(v => v.Rules.Caps?.PerApplicant).Max();
            var faces = group.Sum(v => v.Face - v.Revoked);
            findings.Expect(cap is null || versions.Any(v => v.Code == group.Key.ProgrammeCode && v.Rules.Caps?.PerApplicant is null) || faces <= cap, () => $"{group.Key.OrganizationId} was granted {faces} of programme {group.Key.ProgrammeCode}, more than {cap}.");
        }

        return findings.Answer();
    }

    /// <summary>What a provider is rewarded with for a line never passes what the rules give of what stands of it, and is granted by one programme once.</summary>
    private async Task<InvariantAnswer> RewardsAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("programmes.rewards");
        var rewards = await db.Redemptions.AsNoTracking().Where(r => r.Reward != null).ToListAsync(cancellationToken);
        foreach (var lines in rewards.GroupBy(r => (r.LineId, r.ProgrammeCode)).Chunk(1_000))
        {
            var stands = await StandingUse.OfAsync(db, [.. lines.Select(line => line.Key.LineId).Distinct()], [], cancellationToken);
            foreach (var line in lines)
            {
                var (sum, most) = (line.Sum(r => r.Standing), line.First().Reward!.Stays(stands[line.Key.LineId]));
                findings.Expect(sum <= most && line.Select(r => r.Reward).Distinct().Count() == 1, () => $"Programme {line.Key.ProgrammeCode} rewards line {line.Key.LineId} with {sum}, more than {most}, or twice.");
            }
        }

        return findings.Answer();
    }

    /// <summary>What funders bore of a programme is what their shares of its paid claims come to.</summary>
    private async Task<InvariantAnswer> FundersAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("programmes.funders");
        var posted = (await db.Postings.Where(p => p.Account.StartsWith("funder.paid/")).GroupBy(p => new { p.Asset, p.Account })
            .Select(group => new { group.Key.Asset, group.Key.Account, Sum = group.Sum(p => (long)(object)p.Amount) }).ToListAsync(cancellationToken))
            .ToDictionary(row => (row.Asset, row.Account), row => new Money(-row.Sum));
        var claims = (await db.Claims.AsNoTracking().Include(claim => claim.Items).Where(claim => claim.Status == ClaimStatus.Paid).ToListAsync(cancellationToken)).Where(claim => claim.Funders.Count > 0).ToList();
        foreach (var funder in claims.SelectMany(claim => claim.Funders.Select(f => (Key: (Asset.Vouchers(claim.ProgrammeCode), Accounts.FunderPaid(f.Name).Account), f.Amount))).GroupBy(f => f.Key, f => f.Amount))
        {
            findings.Expect(posted.GetValueOrDefault(funder.Key) == funder.Sum(), () => $"Claims say that {funder.Key.Account} comes to {funder.Sum()}, the ledger says {posted.GetValueOrDefault(funder.Key)}.");
        }

        return findings.Answer();
    }

    /// <summary>Who is reimbursed has paid the invoice that he claims for.</summary>
    private async Task<InvariantAnswer> ReimbursedAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("claims.after_payment");
        var claimed = from redemption in db.Redemptions
                      join invoice in db.Invoices on redemption.InvoiceId equals invoice.Id
                      where !redemption.Deducted && redemption.Reward == null && (long)(object)redemption.Claimed > 0
                      orderby redemption.Id
                      select new { redemption.Id, redemption.Claimed, invoice.Number, Owed = (long)(object)invoice.Payable - (long)(object)invoice.CreditedPayable - (long)(object)invoice.Paid };
        await foreach (var r in claimed.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Expect(r.Owed <= 0, () => $"{r.Claimed} of redemption {r.Id} is claimed, and invoice {r.Number} isn't paid.");
        }

        return findings.Answer();
    }

    /// <summary>What vouchers pay never passes the line, nor the ratio of what stands of it.</summary>
    private async Task<InvariantAnswer> RatiosAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings("programmes.within_ratio");
        var redemptions = (await db.Redemptions.AsNoTracking().ToListAsync(cancellationToken)).ToDictionary(r => (r.LineId, r.VoucherId));
        var credited = (await db.CreditNoteLines.AsNoTracking().Select(line => new { line.InvoiceLineId, line.Amount }).ToListAsync(cancellationToken)).ToLookup(line => line.InvoiceLineId, line => line.Amount);
        var outages = (await db.InvoiceLines.AsNoTracking().Where(line => line.Kind == LineKind.Outage).ToListAsync(cancellationToken))
            .ToLookup(line => (line.InvoiceId, line.LegId, line.UsagePeriod, line.OffPeak), line => line.Amount);
        await foreach (var line in db.InvoiceLines.AsNoTracking().OrderBy(line => line.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var outage = line.Kind == LineKind.Reserved ? outages[(line.InvoiceId, line.LegId, line.UsagePeriod, line.OffPeak)].Sum() : Money.Zero;
            var stands = line.Amount + outage - credited[line.Id].Sum();
            var parts = line.Parts.Select(part => (part.Programme, part.Ratio, Stands: redemptions.TryGetValue((line.Id, part.VoucherId), out var r) ? r.Standing : part.Amount)).ToList();
            if (parts.Count == 0)
            {
                continue;
            }

            findings.Expect(parts.Sum(part => part.Stands) <= Money.Max(stands, Money.Zero), () => $"Vouchers pay {parts.Sum(part => part.Stands)} of line {line.Id}, of which {stands} stands.");
            foreach (var programme in parts.Where(part => part.Ratio is not null).GroupBy(part => (part.Programme, Ratio: part.Ratio!.Value)))
            {
                findings.Expect(
                    programme.Sum(part => part.Stands) <= stands.ShareDown(programme.Key.Ratio, new Money(1)),
                    () => $"Programme {programme.Key.Programme} pays {programme.Sum(part => part.Stands)} of line {line.Id}, more than {programme.Key.Ratio} of {stands}.");
            }
        }

        return findings.Answer();
    }
}
