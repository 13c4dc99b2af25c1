using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Domain.Market;

public enum QuoteStatus
{
    Open,
    Used,
    Expired,
}

/// <summary>What one voucher is to pay of a quote or an order.</summary>
public sealed record QuotedVoucher(Id<Voucher> VoucherId, string Programme, Money Amount);

/// <summary>A priced plan for one demand, open for some minutes. It reserves nothing.</summary>
public sealed class Quote : IVersioned
{
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(15);

    public required Id<Quote> Id { get; init; }
    public required Id<Organization> BuyerId { get; init; }
    public required Demand Demand { get; init; }
    public required Plan Plan { get; init; }

    /// <summary>How work became cards and hours; null where the buyer asked for cards.</summary>
    public WorkBasis? Work { get; init; }

    /// <summary>Which vouchers the buyer wants used: null for those that fit (auto), else these and no other.</summary>
    public IReadOnlyList<Id<Voucher>>? Chosen { get; init; }

    /// <summary>What each voucher was to pay when the quote was made, and why others pay nothing.</summary>
    public required IReadOnlyList<QuotedVoucher> Vouchers { get; init; }

    public required IReadOnlyList<UnusedVoucher> VouchersNotApplied { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What vouchers were to pay together.</summary>
    public required Money PublicMoney { get; init; }

    public required Money Payable { get; init; }
    public Id<Order>? OrderId { get; private set; }
    public long Version { get; set; }

    public QuoteStatus StatusAt(DateTimeOffset now) =>
        OrderId is not null ? QuoteStatus.Used : now >= ExpiresAt ? QuoteStatus.Expired : QuoteStatus.Open;

    /// <exception cref="RuleException"><c>quote.used</c> or <c>quote.expired</c>.</exception>
    public void Use(Id<Order> orderId, DateTimeOffset now)
    {
        switch (StatusAt(now))
        {
            case QuoteStatus.Used:
                throw MarketErrors.QuoteUsed();
            case QuoteStatus.Expired:
                throw MarketErrors.QuoteExpired();
            default:
                OrderId = orderId;
                Version++;
                break;
        }
    }
}
