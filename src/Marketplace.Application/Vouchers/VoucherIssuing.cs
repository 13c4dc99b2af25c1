using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>Issues vouchers, with an application or without, inside the transaction that is under way: the same checks for both.</summary>
public sealed class VoucherIssuing(IMarketplaceDb db, MarketplaceSettings settings, AuditLog audit, FraudFlags flags)
{
    /// <summary>Checks the applicant, takes the face off the year's budget, and posts the voucher. What is refused changes nothing.</summary>
    /// <param name="version">The rules.</param>
    /// <param name="applicant">Who is granted it.</param>
    /// <param name="face">More than 0.</param>
    /// <param name="appliedOn">The local day on which the applicant's age is asked.</param>
    /// <param name="now">The market's time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RuleException">
    /// <c>applicant.ineligible</c>, <c>floor.not_reached</c>, <c>cap.exceeded</c> or <c>programme.exhausted</c>.
    /// </exception>
    public async Task<Voucher> IssueAsync(
        ProgrammeVersion version, Organization applicant, Money face, DateOnly appliedOn, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = settings.Time.Day(now);
        var issued = await IssuedAsync(version.Code, applicant, today, cancellationToken);
        if (ApplicantEligibility.OverByRelatedOnly(version.Rules, applicant, appliedOn, face, issued) is { } over)
        {
            flags.OnRefusal(FlagCodes.ApplicantSplit, ("applicant", $"{version.Code}/{applicant.Id}"), applicant.Id, new { programme = version.Code, face, over, issued });
        }

        ApplicantEligibility.Demand(version.Rules, applicant, appliedOn, face, issued.InYear, issued.Ever);
        var budgets = await db.ProgrammeBudgets.IgnoreQueryFilters().Where(budget => budget.Code == version.Code).ToListAsync(cancellationToken);
        var budget = budgets.SingleOrDefault(b => b.IsOpenOn(today)) ?? throw VoucherErrors.Exhausted(version.Code, face, Money.Zero);
        budget.Issue(face);
        var voucher = Voucher.Issue(Id<Voucher>.New(now), version, applicant.Id, face, now, version.Rules.Validity!.ExpiresOn(today), budget.Year);
        db.Vouchers.Add(voucher);
        db.JournalEntries.Add(JournalEntry.For("voucher.issued", voucher.Id.ToString(), now)
            .Move(Asset.Vouchers(version.Code), voucher.Face, (Accounts.VoucherIssued, null), Accounts.Of(Accounts.VoucherAvailable, voucher.Id)));
        audit.Record("voucher.issued", ("voucher", voucher.Id.ToString()), applicant.Id, VoucherAnswer.Of(voucher, today));
        return voucher;
    }

    /// <summary>Organizations that count as one applicant with this one, itself among them.</summary>
    public async Task<IReadOnlyList<Organization>> RelatedAsync(Organization applicant, CancellationToken cancellationToken)
    {
        List<string> names = [.. applicant.Controllers.Append(applicant.CreditCode.Value).Select(OrganizationController.NameOf).Distinct()];
        List<CreditCode> controllers = [.. applicant.Controllers.Select(controller => CreditCode.TryParse(controller, out var code) ? code : (CreditCode?)null).OfType<CreditCode>()];
        return [.. (await db.Organizations.IgnoreQueryFilters().AsNoTracking()
            .Where(o => o.Kind == OrganizationKind.Enterprise || o.Kind == OrganizationKind.Provider)
            .Where(o => o.Id == applicant.Id || EF.Parameter(controllers).Contains(o.CreditCode)
                || db.OrganizationControllers.Any(c => c.OrganizationId == o.Id && EF.Parameter(names).Contains(c.Controller))).ToListAsync(cancellationToken)).Where(applicant.IsRelatedTo)];
    }

    /// <summary>
    /// Faces issued to an applicant under a programme, less what was revoked. What firms under the same control were granted
    /// counts too: programmes rule that a firm isn't split to multiply its caps.
    /// </summary>
    public async Task<IssuedFaces> IssuedAsync(string programme, Organization applicant, DateOnly today, CancellationToken cancellationToken)
    {
        var related = (await RelatedAsync(applicant, cancellationToken)).Select(o => o.Id).ToList();
        var issued = (await db.Vouchers.IgnoreQueryFilters().AsNoTracking().Where(v => v.ProgrammeCode == programme && related.Contains(v.OrganizationId)).ToListAsync(cancellationToken))
            .Select(v => (v.OrganizationId, settings.Time.Day(v.IssuedAt).Year, Amount: v.Face - v.Revoked)).ToList();
        var own = issued.Where(v => v.OrganizationId == applicant.Id).ToList();
        return new(
            issued.Where(v => v.Year == today.Year).Sum(v => v.Amount), issued.Sum(v => v.Amount),
            own.Where(v => v.Year == today.Year).Sum(v => v.Amount), own.Sum(v => v.Amount));
    }
}
