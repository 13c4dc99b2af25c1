using System.Text.Json;
using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

public sealed record AlertAnswer(Id<Alert> Id, Id<Organization> OrganizationId, string Code, string Subject, DateTimeOffset At, JsonElement Detail);

/// <summary>What alerts can be sorted by.</summary>
public enum AlertColumn
{
    At,
    Code,
}

/// <summary>The caller's alerts, the newest first where it isn't said otherwise.</summary>
public sealed record ListAlerts(PageRequest Page, string? Code, Sort<AlertColumn>? Sort = null) : IQuery<Page<AlertAnswer>>, IPaged;

public sealed class ListAlertsHandler(IMarketplaceDb db) : IRequestHandler<ListAlerts, Page<AlertAnswer>>
{
    public async Task<Page<AlertAnswer>> Handle(ListAlerts request, CancellationToken cancellationToken) =>
        (await db.Alerts.AsNoTracking().Where(alert => request.Code == null || alert.Code == request.Code)
            .SortedAsync(db.Alerts, request.Page, request.Sort, new() { AlertColumn.At, { AlertColumn.Code, alert => alert.Code } }, cancellationToken))
        .Select(alert => new AlertAnswer(alert.Id, alert.OrganizationId, alert.Code, alert.Subject, alert.At, JsonSerializer.Deserialize<JsonElement>(alert.Detail)));
}

public sealed record AlertThresholdsAnswer(Money? LowBalance, Money? MonthlyBudget);

/// <summary>From where on an organization wants to be told; null where it doesn't.</summary>
public sealed record GetAlertThresholds(Id<Organization> OrganizationId) : IQuery<AlertThresholdsAnswer>;

public sealed class GetAlertThresholdsHandler(IMarketplaceDb db) : IRequestHandler<GetAlertThresholds, AlertThresholdsAnswer>
{
    public async Task<AlertThresholdsAnswer> Handle(GetAlertThresholds request, CancellationToken cancellationToken)
    {
        if (!await db.BuyerAccounts.AnyAsync(account => account.OrganizationId == request.OrganizationId, cancellationToken))
        {
            throw SharedErrors.NotFound("organization");
        }

        var thresholds = await db.AlertThresholds.AsNoTracking().SingleOrDefaultAsync(t => t.OrganizationId == request.OrganizationId, cancellationToken);
        return new(thresholds?.LowBalance, thresholds?.MonthlyBudget);
    }
}

/// <summary>From where on the organization wants to be told; what is left out tells nothing.</summary>
public sealed record SetAlertThresholds(Money? LowBalance, Money? MonthlyBudget) : ICommand<AlertThresholdsAnswer>
{
    [JsonIgnore]
    public Id<Organization> OrganizationId { get; init; }
}

public sealed class SetAlertThresholdsValidator : AbstractValidator<SetAlertThresholds>
{
    public SetAlertThresholdsValidator()
    {
        RuleFor(request => request.LowBalance).PositiveAmount().When(request => request.LowBalance is not null);
        RuleFor(request => request.MonthlyBudget).PositiveAmount().When(request => request.MonthlyBudget is not null);
    }
}

public sealed class SetAlertThresholdsHandler(IMarketplaceDb db, AuditLog audit) : IRequestHandler<SetAlertThresholds, AlertThresholdsAnswer>
{
    public async Task<AlertThresholdsAnswer> Handle(SetAlertThresholds request, CancellationToken cancellationToken)
    {
        var id = request.OrganizationId;
        if (!await db.BuyerAccounts.AnyAsync(account => account.OrganizationId == id, cancellationToken))
        {
            throw SharedErrors.NotFound("organization");
        }

        var thresholds = await db.AlertThresholds.SingleOrDefaultAsync(t => t.OrganizationId == id, cancellationToken);
        if (thresholds is null)
        {
            db.AlertThresholds.Add(thresholds = new() { OrganizationId = id });
        }

        thresholds.Set(request.LowBalance, request.MonthlyBudget);
        audit.Record("alerts.set", ("organization", id.ToString()), id, request);
        return new(thresholds.LowBalance, thresholds.MonthlyBudget);
    }
}
