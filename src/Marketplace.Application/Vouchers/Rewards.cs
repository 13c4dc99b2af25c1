using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>
/// Grants providers what programmes in reward mode give for verified hours, and takes back what credit notes leave nothing to
/// stand on, inside the transaction that is under way.
/// </summary>
public sealed class Rewards(IMarketplaceDb db, Funding funding, MarketplaceSettings settings)
{
    /// <summary>
    /// Redeems a provider's vouchers for invoice lines over its centres that are paid for and weren't rewarded by the programme
    /// before: the oldest lines first, the vouchers by expiry.
    /// </summary>
    /// <param name="programme">Its code.</param>
    /// <param name="provider">Who runs the centres.</param>
    /// <param name="upTo">The last local day of use.</param>
    /// <param name="most">So many lines at most.</param>
    /// <param name="now">The market's time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was redeemed; none where the programme doesn't reward providers.</returns>
    public async Task<IReadOnlyList<Redemption>> GrantAsync(
        string programme, Id<Organization> provider, DateOnly upTo, int most, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var versions = await db.ProgrammeVersions.AsNoTracking().Where(version => version.Code == programme).ToListAsync(cancellationToken);
        if (versions.All(version => version.Rules.Mode != ProgrammeMode.Reward))
        {
            return [];
        }

        // The vouchers come before the lines: who claims at the same time draws on the same one first, and one of the two starts again.
        var today = settings.Time.Day(now);
        var vouchers = await db.Vouchers.IgnoreQueryFilters()
            .Where(v => v.ProgrammeCode == programme && v.OrganizationId == provider && v.RevokedAt == null && v.ExpiresOn >= today && v.Available > Money.Zero)
            .OrderBy(v => v.ExpiresOn).ThenBy(v => v.Id).ToListAsync(cancellationToken);
        var uses = vouchers.Count == 0 ? [] : await UsesAsync(versions, provider, upTo, cancellationToken);
        var organization = await db.Organizations.IgnoreQueryFilters().AsNoTracking().SingleAsync(o => o.Id == provider, cancellationToken);
        var parts = RewardEvaluator.Evaluate(organization, [.. uses.Select(use => use.Verified)], vouchers.Sum(v => v.Available)).ToDictionary(part => part.LineKey);
        var journal = JournalEntry.For("reward.granted", Id<Redemption>.New(now).ToString(), now);
        var granted = new List<Redemption>();
        foreach (var use in uses.Where(use => !use.Verified.Rewarded && parts[use.Verified.Line.Key].Amount.IsPositive).Take(most))
        {
            granted.AddRange(Redeem(use, parts[use.Verified.Line.Key], vouchers, provider, journal, now));
        }

        if (granted.Count > 0)
        {
            db.Redemptions.AddRange(granted);
            db.JournalEntries.Add(journal);
        }

        return granted;
    }

    /// <summary>Gives back to vouchers what no longer stands of rewards for lines that are credited. What was claimed of it is clawed back by the next claim.</summary>
    public async Task ReturnAsync(IReadOnlyList<CreditNoteLine> credited, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credited);
        ArgumentNullException.ThrowIfNull(journal);
        var ids = credited.Select(line => line.InvoiceLineId).ToList();
        var rewards = await db.Redemptions.IgnoreQueryFilters().Where(r => ids.Contains(r.LineId) && r.Reward != null).ToListAsync(cancellationToken);
        if (rewards.Count == 0)
        {
            return;
        }

        var stands = await StandingUse.OfAsync(db, [.. rewards.Select(r => r.LineId).Distinct()], credited, cancellationToken);
        var vouchers = await funding.TrackedAsync(rewards.Select(r => r.VoucherId), cancellationToken);
        foreach (var reward in rewards.GroupBy(r => (r.LineId, r.ProgrammeCode)))
        {
            var excess = reward.Sum(r => r.Standing) - reward.First().Reward!.Stays(stands[reward.Key.LineId]);
            foreach (var redemption in reward.OrderByDescending(r => r.Id).Where(_ => excess.IsPositive))
            {
                var amount = Money.Min(excess, redemption.Standing);
                var voucher = vouchers[redemption.VoucherId];
                redemption.Return(amount);
                var went = voucher.Return(amount, settings.Time.Day(now));
                journal.Move(Asset.Vouchers(redemption.ProgrammeCode), amount, Accounts.Of(Accounts.VoucherRedeemed, voucher.Id), Accounts.Of(Funding.AccountOf(went), voucher.Id));
                await funding.ReturnToBudgetAsync(voucher, went, amount, now, cancellationToken);
                excess -= amount;
            }
        }
    }

    /// <summary>Draws one line's reward on as many vouchers as it takes.</summary>
    private IEnumerable<Redemption> Redeem(RewardableUse use, RewardPart part, List<Voucher> vouchers, Id<Organization> provider, JournalEntry journal, DateTimeOffset now)
    {
        var left = part.Amount;
        foreach (var voucher in vouchers.Where(v => v.Available.IsPositive))
        {
            var amount = Money.Min(left, voucher.Available);
            if (amount.IsZero)
            {
                yield break;
            }

            left -= amount;
            voucher.CaptureAvailable(amount, settings.Time.Day(now));
            journal.Move(Asset.Vouchers(voucher.ProgrammeCode), amount, Accounts.Of(Accounts.VoucherAvailable, voucher.Id), Accounts.Of(Accounts.VoucherRedeemed, voucher.Id));
            yield return new()
            {
                Id = Id<Redemption>.New(now),
                VoucherId = voucher.Id,
                ProgrammeCode = voucher.ProgrammeCode,
                ProgrammeVersion = use.Version,
                OrderId = use.Line.OrderId,
                InvoiceId = use.Line.InvoiceId,
                LineId = use.Line.Id,
                SellerId = use.SellerId,
                BuyerId = use.Verified.Payer.Id,
                PayeeId = provider,
                Deducted = false,
                Reward = part.Basis,
                UsedUntil = use.UsedUntil,
                Amount = amount,
            };
        }
    }

    /// <summary>The lines over a provider's centres that are paid for, the oldest first; with tiers, those rewarded before too.</summary>
    private async Task<IReadOnlyList<RewardableUse>> UsesAsync(List<ProgrammeVersion> versions, Id<Organization> provider, DateOnly upTo, CancellationToken cancellationToken)
    {
        var (code, tiered) = (versions[0].Code, versions.Any(version => version.Rules.Tiers is not null));
        var rows = await (
            from line in db.InvoiceLines.IgnoreQueryFilters()
            join invoice in db.Invoices on line.InvoiceId equals invoice.Id
            join leg in db.Legs on line.LegId equals leg.Id
            join order in db.Orders on line.OrderId equals order.Id
            let rewarded = db.Redemptions.Any(r => r.LineId == line.Id && r.ProgrammeCode == code && r.Reward != null)
            where db.Centers.Any(center => center.Id == leg.CenterId && center.OwnerId == provider)
                && invoice.Kind == InvoiceKind.Regular && line.Kind != LineKind.Outage && (tiered || !rewarded)
                && (long)(object)invoice.Payable - (long)(object)invoice.CreditedPayable - (long)(object)invoice.Paid <= 0
            orderby line.Id
            select new { Line = line, invoice.SellerId, invoice.OrganizationId, order.PlacedAt, Rewarded = rewarded }).AsNoTracking().ToListAsync(cancellationToken);
        var due = rows.Where(row => UsedUntil(row.Line) <= upTo).ToList();
        var stands = await StandingUse.OfAsync(db, due.ConvertAll(row => row.Line.Id), [], cancellationToken);
        var facts = await InvoicedFacts.OfAsync(db, [.. due.Select(row => row.Line.InvoiceId).Distinct()], cancellationToken);
        var payerIds = due.Select(row => row.OrganizationId).Distinct().ToList();
        var payers = await db.Organizations.IgnoreQueryFilters().AsNoTracking().Where(o => EF.Parameter(payerIds).Contains(o.Id)).ToDictionaryAsync(o => o.Id, cancellationToken);
        return [.. from row in due
                   let version = ProgrammeVersion.InForce(versions, row.PlacedAt)
                   let line = facts.Of(row.Line)
                   where version is { Rules.Mode: ProgrammeMode.Reward } && line is not null
                   select new RewardableUse(
                       new(version.Rules, line with { Key = row.Line.Id.ToString() }, payers[row.OrganizationId], settings.Time.Day(row.PlacedAt), stands[row.Line.Id], row.Rewarded),
                       version.Number, row.Line, row.SellerId, UsedUntil(row.Line))];
    }

    private DateOnly UsedUntil(InvoiceLine line) => settings.Time.Day(line.Hours.Runs.Max(run => run.From + (run.Hours - 1)).Start);

    private sealed record RewardableUse(VerifiedUse Verified, int Version, InvoiceLine Line, Id<Organization> SellerId, DateOnly UsedUntil);
}
