using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Ledger;

public static class LedgerErrors
{
    public static RuleException InsufficientFunds(Money wanted, Money available) =>
        new(Refusal.Rule, "funds.insufficient", $"{wanted} is wanted, {available} is available.");

    public static RuleException ReferenceTaken(string reference, TransferPurpose purpose) =>
        new(Refusal.Conflict, "bank.reference", $"The reference {reference} was booked as {purpose} before.");

    public static RuleException RowResolved() =>
        new(Refusal.Conflict, "bank_row.resolved", "The row isn't open any more.");

    public static RuleException RowAmount(Money booked) =>
        new(Refusal.Rule, "bank_row.amount", $"It would be booked with {booked}, which isn't the row's amount.");

    public static RuleException CommissionInsufficient(Money left) =>
        new(Refusal.Rule, "commission.insufficient", $"Only {Money.Max(left, Money.Zero)} of the commission that was earned is still at the custodian.");

    public static RuleException ReferenceUsed(string reference) =>
        new(Refusal.Conflict, "deposit.reference", $"The reference {reference} stands for a transfer of another amount.");
}
