using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>
/// The platform's own invoice to a seller: the commission that a settlement took, in the platform's number series. Below zero,
/// where the documents of a settlement give commission back, it is a red-letter one with a number of that series.
/// </summary>
public sealed class CommissionInvoice
{
    public required Id<CommissionInvoice> Id { get; init; }
    public required string Number { get; init; }

    /// <summary>The platform.</summary>
    public required Id<Organization> IssuerId { get; init; }

    public required Id<Organization> SellerId { get; init; }
    public required Id<Settlement> SettlementId { get; init; }
    public required Period Period { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>What the settlement kept: it is paid by then.</summary>
    public required Money Total { get; init; }

    public required Money Net { get; init; }
    public required Money Vat { get; init; }
    public required Ratio VatRate { get; init; }

    public static CommissionInvoice Of(Settlement settlement, string number, Id<Organization> issuer, Ratio vatRate)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        var vat = settlement.Commission.VatIncluded(vatRate);
        return new()
        {
            Id = Id<CommissionInvoice>.New(settlement.At),
            Number = number,
            IssuerId = issuer,
            SellerId = settlement.SellerId,
            SettlementId = settlement.Id,
            Period = settlement.Period,
            IssuedAt = settlement.At,
            Total = settlement.Commission,
            Net = settlement.Commission - vat,
            Vat = vat,
            VatRate = vatRate,
        };
    }
}
