using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Domain.Market;

public enum BidStatus
{
    /// <summary>Waits for capacity.</summary>
    Open,

    /// <summary>An order was placed for it.</summary>
    Filled,

    /// <summary>Its time was over before capacity appeared.</summary>
    Expired,

    /// <summary>The buyer took it back.</summary>
    Withdrawn,
}

/// <summary>
/// A standing demand with a limit price: all or nothing, matched when capacity appears. The higher limit comes first, then the
/// older bid. It holds neither cards nor money until it is filled.
/// </summary>
public sealed class Bid : IVersioned
{
    public required Id<Bid> Id { get; init; }
    public required Id<Organization> BuyerId { get; init; }
    public required Demand Demand { get; init; }

    /// <summary>The work that decides on cards and hours; null where those are asked for.</summary>
    public Work? Work { get; init; }

    /// <summary>The most that a card-hour may cost on the average of a leg.</summary>
    public required Price LimitPrice { get; init; }

    /// <summary>Which vouchers the buyer wants used: null for those that fit (auto), else these and no other.</summary>
    public IReadOnlyList<Id<Voucher>>? Chosen { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From this instant on it isn't matched any more; never after the last hour at which its demand could start.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public BidStatus Status { get; private set; }
    public Id<Order>? OrderId { get; private set; }

    /// <summary>Why it couldn't be filled though capacity was there, such as <c>funds.insufficient</c>; null where none was.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>How far the log of changes of capacity was when it was tried last.</summary>
    public long TriedAtChange { get; private set; }

    public long Version { get; set; }

    public void Fill(Id<Order> order)
    {
        Close(BidStatus.Filled);
        OrderId = order;
        LastRefusal = null;
    }

    /// <param name="mark">How far the log of changes of capacity was when it was tried.</param>
    /// <param name="refusal">Why not, where there was a plan.</param>
    public void Try(long mark, string? refusal)
    {
        (TriedAtChange, LastRefusal) = (mark, refusal);
        Version++;
    }

    /// <exception cref="RuleException"><c>bid.closed</c>: it isn't open any more.</exception>
    public void Withdraw() => Close(BidStatus.Withdrawn);

    public void Expire() => Close(BidStatus.Expired);

    private void Close(BidStatus status)
    {
        Status = Status == BidStatus.Open ? status : throw MarketErrors.BidClosed(Status);
        Version++;
    }
}
