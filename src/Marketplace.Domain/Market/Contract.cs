using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// What one seller and the buyer of an order agreed on, made in the order's transaction and never changed: not by a
/// cancellation, nor by a leg that moves. Parties stand in it as they were registered then.
/// </summary>
public sealed class Contract
{
    public required Id<Contract> Id { get; init; }
    public required Id<Order> OrderId { get; init; }

    /// <summary>Unique with the seller. Not a series: orders that follow one another would wait for each other's numbers.</summary>
    public required string Number { get; init; }

    public required DateTimeOffset ConcludedAt { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required string SellerName { get; init; }
    public required CreditCode SellerCreditCode { get; init; }
    public required Id<Organization> BuyerId { get; init; }
    public required string BuyerName { get; init; }
    public required CreditCode BuyerCreditCode { get; init; }

    /// <summary>The whole contract; see <see cref="ContractText"/>.</summary>
    public required string Text { get; init; }

    /// <summary>SHA-256 over the text in UTF-8.</summary>
    public required byte[] TextDigest { get; init; }

    public bool IsUnchanged => TextDigest.AsSpan().SequenceEqual(DigestOf(Text));

    /// <summary>The day, and as much of the id as tells contracts of a day apart: <c>C20260105-9F3A1C22B7D0</c>.</summary>
    public static string NumberOf(Id<Contract> id, DateOnly day) => string.Create(
        CultureInfo.InvariantCulture, $"C{day:yyyyMMdd}-{id.ToString()[^12..].ToUpperInvariant()}");

    public static Contract Of(Id<Contract> id, ContractTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var text = ContractText.Write(terms);
        return new()
        {
            Id = id,
            OrderId = terms.OrderId,
            Number = terms.Number,
            ConcludedAt = terms.ConcludedAt,
            SellerId = terms.Seller.Id,
            SellerName = terms.Seller.Name,
            SellerCreditCode = terms.Seller.CreditCode,
            BuyerId = terms.Buyer.Id,
            BuyerName = terms.Buyer.Name,
            BuyerCreditCode = terms.Buyer.CreditCode,
            Text = text,
            TextDigest = DigestOf(text),
        };
    }

    private static byte[] DigestOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <summary>What a contract's text is written from.</summary>
public sealed record ContractTerms
{
    public required string Number { get; init; }
    public required Id<Order> OrderId { get; init; }
    public required DateTimeOffset ConcludedAt { get; init; }
    public required Organization Seller { get; init; }
    public required Organization Buyer { get; init; }
    public required Workload Workload { get; init; }

    /// <summary>The seller's legs in the order, each with its centre's name.</summary>
    public required IReadOnlyList<(Leg Leg, string Center)> Legs { get; init; }

    /// <summary>Business time, in which the text tells dates and hours.</summary>
    public required BusinessTime Time { get; init; }

    /// <summary>How long the buyer may object to a delivery.</summary>
    public required int ObjectionHours { get; init; }
}
