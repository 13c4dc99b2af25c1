using System.Text.Json;
using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Jobs;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

/// <summary>What there is to tell organizations about their money.</summary>
public sealed class AlertCauses(IMarketplaceDb db, MarketplaceSettings settings)
{
    /// <summary>Accounts that crossed their threshold, in either direction, since it was last looked.</summary>
    public IQueryable<Id<Organization>> Crossed() =>
        from thresholds in db.AlertThresholds
        join account in db.BuyerAccounts on thresholds.OrganizationId equals account.OrganizationId
        where thresholds.LowBalance != null
            && (thresholds.LowSince == null) == ((long)(object)account.Deposit - (long)(object)account.Held + (long)(object)account.CreditLimit - (long)(object)account.Receivable
                < (long)(object)thresholds.LowBalance!)
        select thresholds.OrganizationId;

    /// <summary>Who ordered for more than its budget this month and wasn't told: what cancelled orders came to doesn't count.</summary>
    public async Task<IReadOnlyList<(Id<Organization> Organization, Money Ordered)>> OverBudgetAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var period = settings.Time.Period(now);
        var start = settings.Time.StartOf(period);
        var spent = await (
            from thresholds in db.AlertThresholds
            where thresholds.MonthlyBudget != null && (thresholds.ToldFor == null || thresholds.ToldFor < period)
            join order in db.Orders on thresholds.OrganizationId equals order.BuyerId
            where order.PlacedAt >= start && order.PlacedAt <= now && order.Legs.Any(leg => leg.CancelledAt == null)
            group order by new { thresholds.OrganizationId, thresholds.MonthlyBudget } into own
            select new { own.Key.OrganizationId, own.Key.MonthlyBudget, Fen = own.Sum(order => (long)(object)order.Payable) }).ToListAsync(cancellationToken);
        return [.. spent.Where(row => new Money(row.Fen) > row.MonthlyBudget).Select(row => (row.OrganizationId, new Money(row.Fen)))];
    }
}

/// <summary>Tells buyers of overdue invoices, low balances and budgets that were passed, each once.</summary>
public sealed class RaiseAlertsJob(IMarketplaceDb db, AlertCauses causes, MarketplaceSettings settings, MarketClock clock) : IJob
{
    public const string JobName = "raise-alerts";

    public string Name => JobName;

    public string Purpose => "Raises alerts about overdue invoices, low balances and budgets that were passed.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        if (await causes.Crossed().AnyAsync(cancellationToken) || (await causes.OverBudgetAsync(clock.GetUtcNow(), cancellationToken)).Count > 0)
        {
            return IJob.AtOnce;
        }

        var due = await db.Invoices.Where(InvoiceFilters.OverdueOn(DateOnly.MaxValue)).Where(invoice => invoice.RemindedAt == null).MinAsync(invoice => (DateOnly?)invoice.DueOn, cancellationToken);
        return due is null ? null : settings.Time.StartOf(due.Value.AddDays(1));
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new RaiseAlerts();
}

public sealed record RaiseAlerts : IJobCommand;

public sealed class RaiseAlertsHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, AlertCauses causes, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<RaiseAlerts, JobReport>
{
    private const int AtOnce = 500;

    public async Task<JobReport> Handle(RaiseAlerts request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var count = await unitOfWork.ExecuteAsync(token => OverdueAsync(now, token), cancellationToken);
        count += await unitOfWork.ExecuteAsync(token => LowAsync(now, token), cancellationToken);
        count += await unitOfWork.ExecuteAsync(token => BudgetsAsync(now, token), cancellationToken);
        return new($"{count} alerts");
    }

    private async Task<int> OverdueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var invoices = await db.Invoices.Where(InvoiceFilters.OverdueOn(settings.Time.Day(now))).Where(i => i.RemindedAt == null).OrderBy(i => i.Id).Take(AtOnce).ToListAsync(cancellationToken);
        foreach (var invoice in invoices)
        {
            invoice.Remind(now);
            Raise(AlertCodes.InvoiceOverdue, invoice.OrganizationId, invoice.Id.ToString(), now, new { invoice.Number, invoice.SellerId, invoice.DueOn, invoice.Outstanding });
        }

        return invoices.Count;
    }

    private async Task<int> LowAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = await causes.Crossed().OrderBy(id => id).Take(AtOnce).ToListAsync(cancellationToken);
        var raised = 0;
        foreach (var thresholds in await db.AlertThresholds.Where(t => ids.Contains(t.OrganizationId)).ToListAsync(cancellationToken))
        {
            var account = await db.BuyerAccounts.AsNoTracking().SingleAsync(a => a.OrganizationId == thresholds.OrganizationId, cancellationToken);
            var low = account.Available < thresholds.LowBalance;
            thresholds.Below(low ? now : null);
            if (low)
            {
                Raise(AlertCodes.BalanceLow, thresholds.OrganizationId, $"{thresholds.OrganizationId}/{MarketJson.FormatInstant(now)}", now, new { account.Available, thresholds.LowBalance });
                raised++;
            }
        }

        return raised;
    }

    private async Task<int> BudgetsAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var over = (await causes.OverBudgetAsync(now, cancellationToken)).ToDictionary(row => row.Organization, row => row.Ordered);
        var ids = over.Keys.ToList();
        var period = settings.Time.Period(now);
        foreach (var thresholds in await db.AlertThresholds.Where(t => ids.Contains(t.OrganizationId)).ToListAsync(cancellationToken))
        {
            thresholds.Told(period);
            Raise(AlertCodes.BudgetExceeded, thresholds.OrganizationId, $"{thresholds.OrganizationId}/{period}", now, new { period, ordered = over[thresholds.OrganizationId], thresholds.MonthlyBudget });
        }

        return over.Count;
    }

    private void Raise(string code, Id<Organization> organization, string subject, DateTimeOffset now, object detail)
    {
        db.Alerts.Add(new() { Id = Id<Alert>.New(now), OrganizationId = organization, Code = code, Subject = subject, At = now, Detail = JsonSerializer.Serialize(detail, MarketJson.Options) });
        audit.Record("alert.raised", ("organization", organization.ToString()), organization, new { code, subject });
    }
}
