using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>The authority's decision of the next review step, or of the objections.</summary>
/// <param name="Decision">To pass, to return for changes, or to reject.</param>
/// <param name="Amount">With a pass: grants less than stands.</param>
/// <param name="Note">In the authority's words; required for what isn't a pass.</param>
/// <param name="Step">The step that is meant: a decision that comes after another one's is refused then, rather than taken for the next step's.</param>
public sealed record DecideApplication(ApplicationVerdict? Decision, Money? Amount, string? Note, ReviewStep? Step) : ICommand<ApplicationAnswer>
{
    [JsonIgnore]
    public Id<VoucherApplication> Id { get; init; }
}

public sealed class DecideApplicationValidator : AbstractValidator<DecideApplication>
{
    public DecideApplicationValidator()
    {
        RuleFor(request => request.Decision).Required();
        RuleFor(request => request.Amount).PositiveAmount().When(request => request.Amount is not null);
        RuleFor(request => request.Amount).Null().WithMessage("goes with pass only").When(request => request.Decision is not (null or ApplicationVerdict.Pass));
        RuleFor(request => request.Note).OptionalText(500);
    }
}

public sealed class DecideApplicationHandler(
    IMarketplaceDb db, RequestContext context, VoucherIssuing issuing, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<DecideApplication, ApplicationAnswer>
{
    public async Task<ApplicationAnswer> Handle(DecideApplication request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var today = settings.Time.Day(now);
        var application = await db.VoucherApplications.WholeAsync(request.Id, cancellationToken);
        var version = await db.PinnedAsync(application, cancellationToken) ?? throw ApplicationErrors.NotSubmitted();
        if (request.Step is { } meant && application.Status == ApplicationStatus.Submitted && application.NextStep(version.Rules) != meant)
        {
            throw ApplicationErrors.Step(JsonNamingPolicy.CamelCase.ConvertName(application.NextStep(version.Rules).ToString()!));
        }

        application.Decide(request.Decision!.Value, request.Amount, request.Note, version.Rules, new(context.Caller.Actor, now, today, PublicHolidays.Calendar));
        if (application.IsReady(version.Rules, today))
        {
            // Refused, the decision is undone with it: the authority may grant less, or reject.
            var applicant = await db.Organizations.IgnoreQueryFilters().AsNoTracking().SingleAsync(o => o.Id == application.OrganizationId, cancellationToken);
            var voucher = await issuing.IssueAsync(version, applicant, application.Granted, settings.Time.Day(application.SubmittedAt!.Value), now, cancellationToken);
            application.Approve(voucher.Id, version.Rules, today);
        }

        var answer = ApplicationAnswer.Of(application, version.Rules, context.Caller);
        audit.Record("application.decided", ("application", application.Id.ToString()), application.OrganizationId, new
        {
            request.Decision,
            answer.Status,
            answer.Step,
            answer.Granted,
            request.Note,
            answer.VoucherId,
        });
        return answer;
    }
}
