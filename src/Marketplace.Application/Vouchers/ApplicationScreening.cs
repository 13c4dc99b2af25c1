using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>Flags what an application or an issue shows of applicants that are one, and of contracts that are funded twice.</summary>
public sealed class ApplicationScreening(IMarketplaceDb db, VoucherIssuing issuing, FraudFlags flags, MarketplaceSettings settings)
{
    public async Task ScreenAsync(VoucherApplication application, ProgrammeRules rules, Organization applicant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(application);
        var today = settings.Time.Day(now);
        var over = ApplicantEligibility.OverByRelatedOnly(
            rules, applicant, today, application.Amount, await issuing.IssuedAsync(application.ProgrammeCode, applicant, today, cancellationToken));
        await FlagSplitAsync(("application", application.Id.ToString()), application.ProgrammeCode, applicant, over, cancellationToken);
        await FlagContractAsync(application, cancellationToken);
    }

    /// <summary>Flags an applicant that shares a controller with another one of the programme.</summary>
    /// <param name="subject">The application, or the voucher that was issued without one.</param>
    /// <param name="programme">Its code.</param>
    /// <param name="applicant">Who applies.</param>
    /// <param name="over">The cap that only the others put it over, if any.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task FlagSplitAsync((string Type, string Id) subject, string programme, Organization applicant, string? over, CancellationToken cancellationToken)
    {
        var related = (await issuing.RelatedAsync(applicant, cancellationToken)).Select(o => o.Id).Where(id => id != applicant.Id).ToList();
        var applied = await db.VoucherApplications.IgnoreQueryFilters()
            .Where(a => a.ProgrammeCode == programme && a.Status != ApplicationStatus.Draft && related.Contains(a.OrganizationId)).Select(a => a.OrganizationId)
            .Union(db.Vouchers.IgnoreQueryFilters().Where(v => v.ProgrammeCode == programme && related.Contains(v.OrganizationId)).Select(v => v.OrganizationId))
            .ToListAsync(cancellationToken);
        if (applied.Count > 0)
        {
            await flags.RaiseAsync(FlagCodes.ApplicantSplit, subject, applicant.Id, new { programme, others = applied.Order(), over }, cancellationToken);
        }
    }

    /// <summary>
    /// One contract number, or one document, in two applications that aren't drafts or rejected. The same applicant's other
    /// papers, such as its licence, may stand in all of its applications; its contract and its invoices may not.
    /// </summary>
    private async Task FlagContractAsync(VoucherApplication application, CancellationToken cancellationToken)
    {
        var standing = db.VoucherApplications.IgnoreQueryFilters().AsNoTracking()
            .Where(a => a.Id != application.Id && a.Status != ApplicationStatus.Draft && a.Status != ApplicationStatus.Rejected);
        var digests = application.Documents.Select(d => d.Sha256).ToList();
        var funded = application.Documents.Where(d => ApplicationDocument.KindsOfOneContract.Contains(d.Kind)).Select(d => d.Sha256).ToList();
        var number = application.ContractNumber;
        var others = await standing
            .Where(a => (number != null && a.ContractNumber == number)
                || a.Documents.Any(d => a.OrganizationId == application.OrganizationId ? funded.Contains(d.Sha256) : digests.Contains(d.Sha256)))
            .OrderBy(a => a.Id).Select(a => a.Id).Take(100).ToListAsync(cancellationToken);
        if (others.Count > 0)
        {
            await flags.RaiseAsync(
                FlagCodes.ContractTwice, ("application", application.Id.ToString()), application.OrganizationId,
                new { programme = application.ProgrammeCode, contractNumber = number, others }, cancellationToken);
        }
    }
}
