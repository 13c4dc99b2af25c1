using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Ledger;

public static class LedgerErrors
{
    public static RuleException InsufficientFunds(Money wanted, Money available) =>
        new(Refusal.Rule, "funds.insufficient", $"{wanted} is wanted, {available} is available.");

    public static RuleException ReferenceUsed(string reference) =>
        new(Refusal.Conflict, "deposit.reference", $"The reference {reference} stands for a transfer of another amount.");
}
