using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>
/// What a seller gets for a period: its invoices less its credit notes, less commission. Commission comes off the buyers' part
/// first. The buyers' part is payable now, the programmes' when the authority pays the claim.
/// </summary>
public sealed class Settlement : IVersioned
{
    public required Id<Settlement> Id { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required Period Period { get; init; }
    public required DateTimeOffset At { get; init; }
    public required Money Gross { get; init; }
    public required Ratio CommissionRate { get; init; }
    public required Money Commission { get; init; }
    public required Money Net { get; init; }
    public required Money FromBuyers { get; init; }
    public required Money FromProgrammes { get; init; }
    public DateTimeOffset? PaidAt { get; private set; }
    public string? PaymentReference { get; private set; }

    /// <summary>What was paid out of the programmes' part, as authorities paid their claims.</summary>
    public Money ProgrammesPaid { get; private set; }

    public long Version { get; set; }

    /// <param name="buyersPart">What buyers pay of the invoices, less what credit notes take off it; may be negative.</param>
    /// <param name="programmesPart">What vouchers pay directly to the seller, likewise.</param>
    public static Settlement Of(
        Id<Organization> seller, Period period, Money buyersPart, Money programmesPart, Ratio commissionRate, DateTimeOffset at)
    {
        var gross = buyersPart + programmesPart;
        var commission = gross.Share(commissionRate);
        var fromBuyers = buyersPart.IsNegative || commission.IsNegative ? buyersPart - commission : Money.Max(buyersPart - commission, Money.Zero);
        return new()
        {
            Id = Id<Settlement>.New(at),
            SellerId = seller,
            Period = period,
            At = at,
            Gross = gross,
            CommissionRate = commissionRate,
            Commission = commission,
            Net = gross - commission,
            FromBuyers = fromBuyers,
            FromProgrammes = gross - commission - fromBuyers,
        };
    }

    /// <exception cref="RuleException"><c>settlement.paid</c>: by another transfer.</exception>
    public void Pay(string reference, DateTimeOffset at)
    {
        if (PaidAt is not null)
        {
            throw BillingErrors.SettlementPaid();
        }

        (PaidAt, PaymentReference) = (at, reference);
        Version++;
    }

    /// <summary>Marks that the seller's balance was decided on, so that whoever decided on what was before fails to save.</summary>
    public void Touch() => Version++;

    public void PayProgrammes(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(amount, Money.Zero);
        ProgrammesPaid += amount;
        Version++;
    }
}

public enum SettlementPart
{
    /// <summary>What buyers pay, due at settlement.</summary>
    Buyers,

    /// <summary>What programmes pay, due as authorities pay their claims.</summary>
    Programmes,
}

/// <summary>A transfer to a seller.</summary>
public sealed class SettlementPayment
{
    public required Id<SettlementPayment> Id { get; init; }
    public required Id<Settlement> SettlementId { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required SettlementPart Part { get; init; }
    public required Money Amount { get; init; }
    public required string Reference { get; init; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>A gapless series of document numbers: one a seller, kind of document and year of business time.</summary>
public sealed class NumberSeries : IVersioned
{
    public const string Invoice = "invoice";
    public const string CreditNote = "credit-note";
    public const string Commission = "commission";
    public const string CommissionCredit = "commission-credit";
    public const string Withdrawal = "withdrawal";

    public required Id<Organization> SellerId { get; init; }

    /// <summary>One of the kinds above.</summary>
    public required string Document { get; init; }

    public required int Year { get; init; }
    public int Last { get; private set; }
    public long Version { get; set; }

    /// <summary>Takes the next number. It is gone only if the transaction commits, so none is ever missing.</summary>
    public string Next()
    {
        Last++;
        Version++;
        return Numbered(Last);
    }

    /// <summary>Every number that was taken, the first one first.</summary>
    public IEnumerable<string> Taken() => Enumerable.Range(1, Last).Select(Numbered);

    private string Numbered(int number)
    {
        var prefix = Document switch
        {
            CreditNote => "R",
            Commission => "C",
            CommissionCredit => "RC",
            Withdrawal => "W",
            _ => "",
        };
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}{Year}-{number:000000}");
    }
}

/// <summary>How far the closing of a period has got: close, bill and settle run in this order.</summary>
public sealed class BillingPeriod : IVersioned
{
    public required Period Period { get; init; }
    public required DateTimeOffset ClosedAt { get; init; }
    public DateTimeOffset? BilledAt { get; set; }
    public DateTimeOffset? SettledAt { get; set; }

    /// <summary>When its redemptions were looked at for what might be fraud.</summary>
    public DateTimeOffset? LookedAt { get; set; }

    public long Version { get; set; }
}

/// <summary>That a seller's dealings with a buyer are billed for a period; made with the invoice, in one transaction.</summary>
public sealed class BilledPair
{
    public required Period Period { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required Id<Organization> OrganizationId { get; init; }
}
