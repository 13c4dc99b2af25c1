using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>What an objector is told: that the notice stands still, and nothing else of the application.</summary>
public sealed record ObjectionAnswer(Id<ApplicationObjection> Id, Id<VoucherApplication> ApplicationId, string Reason, DateTimeOffset At, ApplicationStatus Status);

/// <summary>Objects to an application on public notice; whoever is signed in for an organization may, but not the applicant.</summary>
public sealed record ObjectToApplication(string? Reason) : ICommand<ObjectionAnswer>
{
    [JsonIgnore]
    public Id<VoucherApplication> Id { get; init; }
}

public sealed class ObjectToApplicationValidator : AbstractValidator<ObjectToApplication>
{
    public ObjectToApplicationValidator() => RuleFor(request => request.Reason).Text(500);
}

public sealed class ObjectToApplicationHandler(IMarketplaceDb db, RequestContext context, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<ObjectToApplication, ObjectionAnswer>
{
    public async Task<ObjectionAnswer> Handle(ObjectToApplication request, CancellationToken cancellationToken)
    {
        var (now, me) = (clock.GetUtcNow(), context.Caller.OrganizationId);
        var today = settings.Time.Day(now);
        var application = await db.VoucherApplications.IgnoreQueryFilters().Whole().SingleOrDefaultAsync(a => a.Id == request.Id, cancellationToken);

        // What isn't on notice is there only for those who see it anyway.
        if (application is null || (!application.IsPublicOn(today) && !await db.VoucherApplications.AnyAsync(a => a.Id == request.Id, cancellationToken)))
        {
            throw SharedErrors.NotFound("application");
        }

        var version = await db.PinnedAsync(application, cancellationToken) ?? throw ApplicationErrors.NotPublic();
        application.Object(me, request.Reason!, version.Rules, now, today, PublicHolidays.Calendar);
        var objection = application.Objections.Single(o => o.OrganizationId == me);
        var answer = new ObjectionAnswer(objection.Id, application.Id, objection.Reason, objection.At, application.Status);
        audit.Record("application.objected", ("application", application.Id.ToString()), application.OrganizationId, new { answer.Reason, application.DaysLeft });
        return answer;
    }
}
