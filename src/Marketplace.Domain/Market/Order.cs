using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Domain.Market;

public enum OrderStatus
{
    /// <summary>Booked; no leg has started.</summary>
    Confirmed,

    /// <summary>The first leg has started, the last hasn't ended.</summary>
    Running,

    /// <summary>Every leg has ended.</summary>
    Completed,

    /// <summary>Every leg was released before it started.</summary>
    Cancelled,
}

/// <summary>An accepted quote: all its legs or none. It stands in the same transaction as its holds.</summary>
public sealed class Order
{
    public required Id<Order> Id { get; init; }
    public required Id<Organization> BuyerId { get; init; }
    public required Id<Quote> QuoteId { get; init; }
    public required Workload Workload { get; init; }
    public required DateTimeOffset PlacedAt { get; init; }
    public required Money Total { get; init; }

    /// <summary>What vouchers were expected to pay when the order was placed.</summary>
    public required Money PublicMoney { get; init; }

    /// <summary>What of the public money that the buyer declared from outside counts as given for this order.</summary>
    public required Money PublicMoneyFromOutside { get; init; }

    public required Money Payable { get; init; }

    /// <summary>Held of the buyer's deposit or credit when the order was placed.</summary>
    public required Money DepositHeld { get; init; }

    public required Hour From { get; init; }
    public required Hour To { get; init; }

    /// <summary>
    /// What vouchers were decided on when the order was placed, with the facts and the versions of rules that they were decided
    /// by. Billing decides on the same ones, whatever has become of the parties since.
    /// </summary>
    public required AllocationRequest Funding { get; init; }

    public IList<Leg> Legs { get; init; } = [];

    public OrderStatus StatusAt(DateTimeOffset now)
    {
        var standing = Legs.Where(leg => leg.CancelledAt is null).ToList();
        return standing.Count == 0 ? OrderStatus.Cancelled
            : standing.All(leg => leg.To.Start <= now) ? OrderStatus.Completed
            : standing.Any(leg => leg.From.Start <= now) ? OrderStatus.Running
            : OrderStatus.Confirmed;
    }
}

/// <summary>Cards on one node for one interval, from one seller, on the terms of the listing when it was sold.</summary>
public sealed class Leg : IVersioned
{
    public required Id<Leg> Id { get; init; }
    public required Id<Order> OrderId { get; init; }
    public required Id<Organization> BuyerId { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required Id<Listing> ListingId { get; init; }

    /// <summary>The leg that this one was bought from, where its holder resold a part of it.</summary>
    public Id<Leg>? ParentId { get; init; }

    public required Id<Center> CenterId { get; init; }

    /// <summary>Where it runs in the end; see <see cref="Moves"/>.</summary>
    public required Id<Node> NodeId { get; set; }

    public required string NodeName { get; set; }

    /// <summary>Nodes that it ran on before, the first one first.</summary>
    public IReadOnlyList<LegMove> Moves { get; private set; } = [];

    /// <summary>Its place in the order, from 0.</summary>
    public required int Position { get; init; }

    public required string Accelerator { get; init; }
    public required int Cards { get; init; }
    public required int MilliPerCard { get; init; }

    /// <summary>vCPUs of the node that go with each card, in thousandths.</summary>
    public required int CpuMilliPerCard { get; init; }

    /// <summary>Memory of the node that goes with each card.</summary>
    public required int MemoryMiBPerCard { get; init; }

    public required Hour From { get; init; }

    /// <summary>The end, as sold or as it was cut short.</summary>
    public required Hour To { get; set; }

    /// <summary>The end as sold, where the provider couldn't keep to it.</summary>
    public Hour? SoldUntil { get; private set; }

    public required Product Product { get; init; }
    public required Workload Workload { get; init; }
    public required Price PricePerCardHour { get; init; }
    public OffPeak? OffPeak { get; init; }
    public TokenPrices? TokenPrices { get; init; }

    /// <summary>The most tokens that the leg can be billed for; null where the product isn't tokens.</summary>
    public ExpectedTokens? ExpectedTokens { get; set; }

    /// <summary>What the leg costs when it is used in full.</summary>
    public required Money Amount { get; set; }

    /// <summary>What it would have cost more if it hadn't been cut short.</summary>
    public Money Forgone { get; private set; }

    /// <summary>
    /// What of the leg its holder put up for resale. No voucher pays for those hours any more, sold or not: it pays for what is
    /// used by whom it was granted to.
    /// </summary>
    public IReadOnlyList<ResoldPart> Resold { get; private set; } = [];

    /// <summary>What is still held of the buyer's deposit or credit for this leg.</summary>
    public required Money DepositHeld { get; set; }

    public DateTimeOffset? CancelledAt { get; private set; }

    /// <summary>Counts the changes of what was metered on this leg; the last one that billing has seen stands beside it.</summary>
    public long UsageVersion { get; set; }

    public long BilledUsageVersion { get; set; }

    /// <summary>Counts the changes of what its buyer metered.</summary>
    public long BuyerUsageVersion { get; set; }

    /// <summary>The two usage versions, added up, of which the buyer's and the provider's figures were compared last.</summary>
    public long ComparedVersion { get; set; }

    /// <summary>When something other than a reading changed what its past hours come to, or what is held for them, until a close has billed that.</summary>
    public DateTimeOffset? ReopenedAt { get; private set; }

    public long Version { get; set; }

    public HourRange Interval => new(From, To);

    /// <summary>How much of an hour no voucher pays for.</summary>
    public CardTime ResoldIn(Hour hour) => Resold.Count == 0
        ? CardTime.Zero
        : CardTime.Of(Resold.Where(part => part.Interval.Contains(hour)).SelectMany(part => part.CardNumbers).Distinct().Count(), MilliPerCard, 3600);

    public void PutUpForResale(ResoldPart part)
    {
        Resold = [.. Resold, part];
        Version++;
    }

    public bool HasStarted(DateTimeOffset now) => From.Start <= now;

    /// <summary>Has the next close rate it again, though none of its readings changed.</summary>
    public void Reopen(DateTimeOffset now)
    {
        ReopenedAt ??= now;
        Version++;
    }

    /// <summary>A close has billed all that is known of it.</summary>
    public void Billed()
    {
        (BilledUsageVersion, ReopenedAt) = (UsageVersion, null);
        Version++;
    }

    /// <summary>As many cards on another node, over some hours.</summary>
    /// <param name="node">The other node.</param>
    /// <param name="hours">Those that the leg doesn't have are passed over; where it runs before and after stays as it is.</param>
    /// <param name="cardFor">Which card of the node takes each one's place. What was put up for resale goes with its cards.</param>
    public void MoveTo(Node node, HourRange hours, IReadOnlyDictionary<int, int> cardFor)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(cardFor);
        var (from, to) = hours.Intersect(Interval);
        var stays = Stays();
        StandOn(
        [
            .. stays.Where((_, i) => (i == 0 ? From : stays[i - 1].Until) < from).Select(stay => stay with { Until = Hour.Min(stay.Until, from) }),
            new(node.Id, node.Name, to),
            .. stays.Where(stay => stay.Until > to),
        ]);
        Resold = [.. Resold.SelectMany(part => part.Moved(hours, cardFor))];
        Version++;
    }

    /// <summary>Ends the leg before its time. It costs what its remaining hours cost.</summary>
    public void CutShort(Hour at, Money amount, ExpectedTokens? tokens)
    {
        var stays = Stays();
        StandOn([.. stays.Where(stay => stay.Until < at), stays.First(stay => stay.Until >= at)]);
        SoldUntil ??= To;
        Forgone += Amount - amount;
        (To, Amount, ExpectedTokens) = (at, amount, tokens);
        Version++;
    }

    /// <summary>The nodes that it runs on, one after the other.</summary>
    private IReadOnlyList<LegMove> Stays() => [.. Moves, new(NodeId, NodeName, To)];

    /// <summary>Of neighbours on the same node, the later one says until when.</summary>
    private void StandOn(IReadOnlyList<LegMove> stays)
    {
        Moves = [.. stays.SkipLast(1).Where((stay, i) => stay.NodeId != stays[i + 1].NodeId)];
        (NodeId, NodeName) = (stays[^1].NodeId, stays[^1].Node);
    }

    /// <exception cref="RuleException"><c>order.started</c> or <c>order.cancelled</c>.</exception>
    public void Cancel(DateTimeOffset now)
    {
        if (CancelledAt is not null)
        {
            throw MarketErrors.OrderCancelled();
        }

        if (HasStarted(now))
        {
            throw MarketErrors.OrderStarted();
        }

        Revoke(now);
    }

    /// <summary>The provider can't deliver any of it, even if it is to start this instant.</summary>
    public void Revoke(DateTimeOffset now)
    {
        CancelledAt = now;
        DepositHeld = Money.Zero;
        Version++;
    }
}

/// <summary>A node that a leg ran on until it was moved to another.</summary>
public sealed record LegMove(Id<Node> NodeId, string Node, Hour Until);

/// <summary>Cards of a leg, by their numbers in the node, over some of its hours.</summary>
public sealed record ResoldPart(HourRange Interval, IReadOnlyList<int> CardNumbers)
{
    /// <summary>The same part where its cards have other numbers over some hours: up to three parts, one before, one within and one after.</summary>
    public IEnumerable<ResoldPart> Moved(HourRange hours, IReadOnlyDictionary<int, int> cardFor)
    {
        HourRange[] thirds = [Interval with { To = Hour.Min(Interval.To, hours.From) }, Interval.Intersect(hours), Interval with { From = Hour.Max(Interval.From, hours.To) }];
        return thirds.Select((third, i) => new ResoldPart(third, i == 1 ? [.. CardNumbers.Select(card => cardFor.GetValueOrDefault(card, card))] : CardNumbers))
            .Where(part => !part.Interval.IsEmpty);
    }
}

/// <summary>
/// A share of one card of one node for an interval, held by a leg. Released legs leave none. What a leg's holder resold is held
/// by the leg that bought it, so that each card-hour is held once.
/// </summary>
public sealed class Reservation
{
    public required Id<Leg> LegId { get; init; }
    public required Id<Node> NodeId { get; init; }

    /// <summary>The card's number in its node, from 0.</summary>
    public required int Card { get; init; }

    /// <summary>Thousandths of the card, 1 to 1000.</summary>
    public required int Milli { get; init; }

    public required int CpuMilli { get; init; }
    public required int MemoryMiB { get; init; }
    public required Hour From { get; init; }
    public required Hour To { get; set; }

    public HourRange Interval => new(From, To);

    /// <summary>The same share of the same card, for other hours or another leg.</summary>
    public Reservation For(Id<Leg> leg, HourRange interval) => new()
    {
        LegId = leg,
        NodeId = NodeId,
        Card = Card,
        Milli = Milli,
        CpuMilli = CpuMilli,
        MemoryMiB = MemoryMiB,
        From = interval.From,
        To = interval.To,
    };
}
