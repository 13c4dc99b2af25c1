using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Domain.Billing;

public enum InvoiceStatus
{
    Issued,
    Paid,

    /// <summary>Reversed in full.</summary>
    Credited,
}

public enum InvoiceKind
{
    /// <summary>The one of a seller, buyer and period.</summary>
    Regular,

    /// <summary>What became due beside it, such as a rejected claim that the buyer bears.</summary>
    Supplementary,
}

/// <summary>
/// What a buyer owes one seller for a period, in the seller's number series. Once issued its content never changes: the digest
/// vouches for it. What is paid, credited and settled of it is counted beside.
/// </summary>
public sealed class Invoice : IVersioned
{
    public required Id<Invoice> Id { get; init; }
    public required string Number { get; init; }
    public required InvoiceKind Kind { get; init; }
    public required Id<Organization> SellerId { get; init; }

    /// <summary>The buyer.</summary>
    public required Id<Organization> OrganizationId { get; init; }

    public required Period Period { get; init; }

    /// <summary>The seller's kind of taxpayer when it was issued, by which its rates of VAT were found.</summary>
    public Taxpayer SellerTaxpayer { get; init; }

    public required string RatingVersion { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required Money Total { get; init; }
    public required Money Net { get; init; }
    public required Money Vat { get; init; }
    public required Money VoucherTotal { get; init; }
    public required Money Payable { get; init; }
    public IList<InvoiceLine> Lines { get; init; } = [];

    /// <summary>SHA-256 over the canonical text of the content.</summary>
    public required byte[] ContentDigest { get; init; }

    /// <summary>What has been paid of <see cref="Payable"/>.</summary>
    public Money Paid { get; private set; }

    /// <summary>What credit notes took off <see cref="Total"/> and off <see cref="Payable"/>.</summary>
    public Money CreditedTotal { get; private set; }

    public Money CreditedPayable { get; private set; }

    /// <summary>The last local day on which it is paid in time.</summary>
    public DateOnly DueOn { get; init; }

    /// <summary>When its buyer was told that it is overdue.</summary>
    public DateTimeOffset? RemindedAt { get; private set; }

    /// <summary>Of a supplementary one, the line that billed the service.</summary>
    public Id<InvoiceLine>? RejectedLineId { get; init; }

    /// <summary>Of a supplementary one, the voucher whose part of that line the authority rejected.</summary>
    public Id<Voucher>? RejectedVoucherId { get; init; }

    /// <summary>The settlement that paid the seller's part out.</summary>
    public Id<Settlement>? SettlementId { get; set; }

    /// <summary>The tax authority's number of the document, once it comes.</summary>
    public string? TaxNumber { get; private set; }

    public DateOnly? TaxIssuedOn { get; private set; }
    public long Version { get; set; }

    public Money Outstanding => Payable - CreditedPayable - Paid;

    public InvoiceStatus Status => CreditedTotal == Total && !Total.IsZero ? InvoiceStatus.Credited
        : Outstanding <= Money.Zero ? InvoiceStatus.Paid
        : InvoiceStatus.Issued;

    public static byte[] DigestOf(string content) => SHA256.HashData(Encoding.UTF8.GetBytes(content));

    /// <exception cref="RuleException"><c>invoice.overpaid</c>: more than is outstanding.</exception>
    public void Pay(Money amount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, Money.Zero);
        if (amount > Money.Max(Outstanding, Money.Zero))
        {
            throw BillingErrors.Overpaid(Outstanding);
        }

        Paid += amount;
        Version++;
    }

    /// <summary>Takes a credit off. What was already paid of it is owed back to the buyer.</summary>
    /// <returns>What is to be given back to the buyer's deposit; the rest only lowers what is outstanding.</returns>
    public Money Credit(Money total, Money payable)
    {
        CreditedTotal += total;
        CreditedPayable += payable;
        Version++;
        if (!Outstanding.IsNegative)
        {
            return Money.Zero;
        }

        var back = -Outstanding;
        Paid -= back;
        return back;
    }

    public void Remind(DateTimeOffset at)
    {
        RemindedAt = at;
        Version++;
    }

    /// <exception cref="RuleException"><c>invoice.tax_number</c>: it has another already.</exception>
    public void SetTaxNumber(string number, DateOnly issuedOn)
    {
        if (TaxNumber is not null && TaxNumber != number)
        {
            throw BillingErrors.TaxNumberSet();
        }

        (TaxNumber, TaxIssuedOn) = (number, issuedOn);
        Version++;
    }
}

/// <summary>One leg, one price, one period. Amount = voucher parts that are deducted + payable, to the fen.</summary>
public sealed class InvoiceLine
{
    public required Id<InvoiceLine> Id { get; init; }
    public required Id<Invoice> InvoiceId { get; init; }
    public required int Position { get; init; }
    public required LineKind Kind { get; init; }
    public required Id<Order> OrderId { get; init; }
    public required Id<Leg> LegId { get; init; }

    /// <summary>The period that the hours lie in; for an adjustment, earlier than the invoice's.</summary>
    public required Period UsagePeriod { get; init; }

    public required bool OffPeak { get; init; }
    public required CardTime Quantity { get; init; }

    /// <summary>What the price is for: card time by the hour, or tokens by the million.</summary>
    public LineUnit Unit { get; init; }

    /// <summary>How many tokens are billed, where the unit is tokens; the card time beside it is what they ran on.</summary>
    public long Tokens { get; init; }

    public required Price UnitPrice { get; init; }
    public required Ratio VatRate { get; init; }
    public required Money Amount { get; init; }
    public required Money Net { get; init; }
    public required Money Vat { get; init; }
    public required Money Payable { get; init; }
    public required LineHours Hours { get; init; }

    /// <summary>The quantity in the unit of the price, as decimal text to six places.</summary>
    public string QuantityText() => Unit == LineUnit.CardHour ? Quantity.ToCardHours() : DecimalText.Format(Tokens, places: 6, atLeast: 0);

    /// <summary>The leg's usage version that was rated: readings up to it counted, later ones didn't.</summary>
    public required long UsageVersion { get; init; }

    public required IReadOnlyList<LinePart> Parts { get; init; }
}

/// <summary>What one voucher pays of a line.</summary>
/// <param name="VoucherId">Which voucher.</param>
/// <param name="Programme">The programme's code.</param>
/// <param name="ProgrammeVersion">The version of its rules that the order pinned.</param>
/// <param name="Rule">The path of the rule that decided, such as <c>rates[0]</c>.</param>
/// <param name="Ratio">The share that the rule gives; null where several tiers decided.</param>
/// <param name="Eligible">What of the line it is the share of: the gross, or less by proration.</param>
/// <param name="Unit">What the programme rounds down to.</param>
/// <param name="Limit">The most that the voucher could still give when the line was reached.</param>
/// <param name="Deducted">Whether it lowers what the buyer pays; else it stands beside and is claimed afterwards.</param>
/// <param name="Amount">What it pays.</param>
public sealed record LinePart(
    Id<Voucher> VoucherId, string Programme, int ProgrammeVersion, string Rule, Ratio? Ratio, Money Eligible, Money Unit, Money Limit, bool Deducted,
    Money Amount);
