using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Ledger;

public static class AlertCodes
{
    public const string InvoiceOverdue = "invoice.overdue";
    public const string BalanceLow = "balance.low";
    public const string BudgetExceeded = "budget.exceeded";
}

/// <summary>Something about its money that an organization is told, once for each time it happens.</summary>
public sealed class Alert
{
    public required Id<Alert> Id { get; init; }
    public required Id<Organization> OrganizationId { get; init; }

    /// <summary>One of <see cref="AlertCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>The invoice, month or time that it happened to; with the code, unique.</summary>
    public required string Subject { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Its figures, as JSON.</summary>
    public required string Detail { get; init; }
}

/// <summary>From where on an organization wants to be told.</summary>
public sealed class AlertThresholds : IVersioned
{
    public required Id<Organization> OrganizationId { get; init; }

    /// <summary>Told when less than this is available; null where it doesn't want to be.</summary>
    public Money? LowBalance { get; private set; }

    /// <summary>Told when the orders of a month come to more.</summary>
    public Money? MonthlyBudget { get; private set; }

    /// <summary>Since when the balance has been below; told again only after it was above.</summary>
    public DateTimeOffset? LowSince { get; private set; }

    /// <summary>The last month that it was told about.</summary>
    public Period? ToldFor { get; private set; }

    public long Version { get; set; }

    public void Set(Money? lowBalance, Money? monthlyBudget)
    {
        (LowBalance, MonthlyBudget, LowSince, ToldFor) = (lowBalance, monthlyBudget, null, null);
        Version++;
    }

    public void Below(DateTimeOffset? since)
    {
        LowSince = since;
        Version++;
    }

    public void Told(Period period)
    {
        ToldFor = period;
        Version++;
    }
}
