using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Ledger;

public enum TransferPurpose
{
    Deposit,
    Withdrawal,
    InvoicePayment,
    SettlementPayment,
    CommissionPayment,
    ClaimPayment,
}

/// <summary>
/// That a bank transfer was booked, under the bank's own reference of it: one reference of one party stands for one movement of
/// money, whatever it was booked as.
/// </summary>
public sealed class BankReference
{
    public required Id<Organization> OrganizationId { get; init; }
    public required string Reference { get; init; }
    public required TransferPurpose Purpose { get; init; }

    /// <summary>Positive for what came in to the custodian, negative for what went out.</summary>
    public required Money Amount { get; init; }

    public required DateTimeOffset At { get; init; }
}
