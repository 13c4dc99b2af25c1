using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>Puts a draft, or an application that was returned, before the authority.</summary>
public sealed record SubmitApplication(Id<VoucherApplication> Id) : ICommand<ApplicationAnswer>;

public sealed class SubmitApplicationHandler(IMarketplaceDb db, ApplicationSubmission submission, MarketClock clock) : IRequestHandler<SubmitApplication, ApplicationAnswer>
{
    public async Task<ApplicationAnswer> Handle(SubmitApplication request, CancellationToken cancellationToken) =>
        await submission.SubmitAsync(await db.VoucherApplications.WholeAsync(request.Id, cancellationToken), clock.GetUtcNow(), cancellationToken);
}

/// <summary>Submits an application, inside the transaction that is under way.</summary>
public sealed class ApplicationSubmission(IMarketplaceDb db, RequestContext context, ApplicationScreening screening, MarketplaceSettings settings, AuditLog audit)
{
    /// <summary>
    /// Pins the rules, and refuses who can't be granted anything by them. Caps are asked when the voucher is issued: until then
    /// the authority may grant less.
    /// </summary>
    /// <exception cref="RuleException">
    /// <c>applicant.ineligible</c> or <c>floor.not_reached</c>, and those of <see cref="VoucherApplication.Submit"/>.
    /// </exception>
    public async Task<ApplicationAnswer> SubmitAsync(VoucherApplication application, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(application);
        var versions = await db.ProgrammeVersions.AsNoTracking().Where(v => v.Code == application.ProgrammeCode).ToListAsync(cancellationToken);
        var version = ProgrammeVersion.InForce(versions, now)!;
        application.Submit(version, now);
        var applicant = await db.Organizations.IgnoreQueryFilters().AsNoTracking().SingleAsync(o => o.Id == application.OrganizationId, cancellationToken);
        ApplicantEligibility.DemandApplicant(version.Rules, applicant, settings.Time.Day(now), application.Amount);
        await screening.ScreenAsync(application, version.Rules, applicant, now, cancellationToken);
        var answer = ApplicationAnswer.Of(application, version.Rules, context.Caller);
        audit.Record("application.submitted", ("application", application.Id.ToString()), application.OrganizationId, answer);
        return answer;
    }
}
