using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>Ends publicities whose days are over, and issues their vouchers.</summary>
public sealed class PublishNoticesJob(IMarketplaceDb db, MarketplaceSettings settings) : IJob
{
    public const string JobName = "publish-notices";

    public string Name => JobName;

    public string Purpose => "Ends public notices whose days are over: approves the applications and issues their vouchers.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var day = await db.VoucherApplications.Where(a => a.Status == ApplicationStatus.Publicity).MinAsync(a => a.PublicUntil, cancellationToken);
        return day is null ? null : settings.Time.StartOf(day.Value.AddDays(1));
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new PublishNotices();
}

public sealed record PublishNotices : IJobCommand;

/// <summary>
/// A day after the other, so that a late run serves whom a run on each day would have; within a day in the order that the
/// programme asks for. One application a transaction: its state is what makes it count once.
/// </summary>
public sealed class PublishNoticesHandler(
    IMarketplaceDb db, IUnitOfWork unitOfWork, RequestContext context, VoucherIssuing issuing, FraudFlags flags, MarketplaceSettings settings, AuditLog audit,
    MarketClock clock)
    : IRequestHandler<PublishNotices, JobReport>
{
    public async Task<JobReport> Handle(PublishNotices request, CancellationToken cancellationToken)
    {
        var (approved, rejected) = (0, 0);
        while (await NextDayAsync(cancellationToken) is { Count: > 0 } ended)
        {
            foreach (var id in ended)
            {
                var status = await unitOfWork.ExecuteAsync(token => EndAsync(id, token), cancellationToken);
                approved += status == ApplicationStatus.Approved ? 1 : 0;
                rejected += status == ApplicationStatus.Rejected ? 1 : 0;
            }
        }

        return new($"{approved} approved, {rejected} rejected");
    }

    /// <summary>The applications whose notice ended on the first day that is over, in the order in which they are served.</summary>
    private async Task<IReadOnlyList<Id<VoucherApplication>>> NextDayAsync(CancellationToken cancellationToken)
    {
        var today = settings.Time.Day(clock.GetUtcNow());
        var over = db.VoucherApplications.AsNoTracking().Where(a => a.Status == ApplicationStatus.Publicity && a.PublicUntil < today);
        var day = await over.MinAsync(a => a.PublicUntil, cancellationToken);
        var ended = await over.Where(a => a.PublicUntil == day).ToListAsync(cancellationToken);
        var versions = await db.PinnedAsync(ended, cancellationToken);
        return [.. ended.OrderBy(a => SignedFirst(a, versions[(a.ProgrammeCode, a.VersionNumber)].Rules)).ThenBy(a => a.SubmittedAt).ThenBy(a => a.Id).Select(a => a.Id)];
    }

    /// <summary>Where the rules go by the signing of contracts, who has none comes last; else all are equal by this.</summary>
    private static DateOnly SignedFirst(VoucherApplication application, ProgrammeRules rules) =>
        rules.Funding?.Order == BudgetOrder.ContractSigning ? application.ContractSignedOn ?? DateOnly.MaxValue : DateOnly.MinValue;

    private async Task<ApplicationStatus?> EndAsync(Id<VoucherApplication> id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = settings.Time.Day(now);
        flags.Forget();
        var application = await db.VoucherApplications.Whole().SingleAsync(a => a.Id == id, cancellationToken);
        var version = (await db.PinnedAsync(application, cancellationToken))!;
        if (!application.IsReady(version.Rules, today))
        {
            // Another run was faster.
            return null;
        }

        var applicant = await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == application.OrganizationId, cancellationToken);
        try
        {
            var voucher = await issuing.IssueAsync(version, applicant, application.Granted, settings.Time.Day(application.SubmittedAt!.Value), now, cancellationToken);
            application.Approve(voucher.Id, version.Rules, today);
        }
        catch (RuleException refused)
        {
            await flags.RaiseWaitingAsync(cancellationToken);
            application.RejectFor(refused.Code, version.Rules, today);
        }

        var answer = ApplicationAnswer.Of(application, version.Rules, context.Caller);
        audit.Record(
            application.Status == ApplicationStatus.Approved ? "application.approved" : "application.rejected", ("application", id.ToString()), application.OrganizationId,
            new { answer.Granted, answer.VoucherId, answer.RejectedFor });
        return application.Status;
    }
}
