using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Ledger;

/// <summary>
/// What a buyer can spend, kept beside the postings that explain it so that an order can check and hold money with one
/// row. It is contended by one buyer's own orders only.
/// </summary>
public sealed class BuyerAccount : IVersioned
{
    public required Id<Organization> OrganizationId { get; init; }

    /// <summary>The whole deposit at the custodian, what is held of it included.</summary>
    public Money Deposit { get; private set; }

    /// <summary>Reserved for orders that aren't billed yet.</summary>
    public Money Held { get; private set; }

    /// <summary>Billed and not paid.</summary>
    public Money Receivable { get; private set; }

    /// <summary>What the buyer may owe.</summary>
    public Money CreditLimit { get; private set; }

    public long Version { get; set; }

    /// <summary>What a new order may hold: deposit − held + the credit that is left.</summary>
    public Money Available => Deposit - Held + CreditLimit - Receivable;

    public void Receive(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        Deposit += amount;
        Version++;
    }

    /// <exception cref="RuleException"><c>funds.insufficient</c>: more than is neither held nor owed against.</exception>
    public void Withdraw(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        if (amount > Deposit - Held - Receivable)
        {
            throw LedgerErrors.InsufficientFunds(amount, Money.Max(Deposit - Held - Receivable, Money.Zero));
        }

        Deposit -= amount;
        Version++;
    }

    /// <exception cref="RuleException"><c>funds.insufficient</c>: deposit and credit don't cover it.</exception>
    public void Hold(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        if (amount > Available)
        {
            throw LedgerErrors.InsufficientFunds(amount, Money.Max(Available, Money.Zero));
        }

        Held += amount;
        Version++;
    }

    /// <summary>Gives back what an order held and no longer needs.</summary>
    public void Release(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, Held);
        Held -= amount;
        Version++;
    }

    /// <summary>An invoice makes the buyer owe.</summary>
    public void Owe(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        Receivable += amount;
        Version++;
    }

    /// <summary>Pays an invoice as far as there is a deposit that no order holds.</summary>
    /// <returns>What was paid, 0 to <paramref name="most"/>.</returns>
    public Money PayFromDeposit(Money most)
    {
        var amount = Money.Min(Money.Min(most, Receivable), Money.Max(Deposit - Held, Money.Zero));
        Deposit -= amount;
        Receivable -= amount;
        Version++;
        return amount;
    }

    /// <summary>A payment of an invoice came in by the bank.</summary>
    public void PayReceivable(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, Receivable);
        Receivable -= amount;
        Version++;
    }

    /// <summary>A credit note lowers what is owed, and gives back what was paid too much.</summary>
    public void Credit(Money offReceivable, Money toDeposit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offReceivable, Receivable);
        Receivable -= offReceivable;
        Deposit += toDeposit;
        Version++;
    }

    public void SetCreditLimit(Money limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, Money.Zero);
        CreditLimit = limit;
        Version++;
    }
}

/// <summary>A bank transfer in or out, which counts once by the bank's reference.</summary>
public sealed class BankTransfer
{
    public required Id<BankTransfer> Id { get; init; }
    public required Id<Organization> OrganizationId { get; init; }

    /// <summary>Positive for a deposit, negative for a withdrawal.</summary>
    public required Money Amount { get; init; }

    public required string Reference { get; init; }
    public required DateTimeOffset At { get; init; }
}
