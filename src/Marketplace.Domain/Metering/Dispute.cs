using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

public enum DisputeKind
{
    /// <summary>The buyer says that what was delivered isn't what was sold.</summary>
    Objection,
}

public enum DisputeStatus
{
    Open,
    Decided,
}

/// <summary>Whose account of the hours stands.</summary>
public enum DisputeSide
{
    Provider,
    Buyer,
}

/// <summary>
/// Hours of a leg about which its parties differ. They show as disputed while it is open, and for good where it is decided for
/// the buyer. Undecided at its deadline, it follows the provider.
/// </summary>
public sealed class Dispute : IVersioned
{
    public required Id<Dispute> Id { get; init; }
    public required DisputeKind Kind { get; init; }
    public required Id<Order> OrderId { get; init; }
    public required Id<Leg> LegId { get; init; }
    public required Id<Organization> BuyerId { get; init; }
    public required Id<Organization> SellerId { get; init; }

    /// <summary>Whose nodes the leg stands on: the seller, unless it resells.</summary>
    public required Id<Organization> ProviderId { get; init; }

    public required Hour From { get; init; }
    public required Hour To { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset OpenedAt { get; init; }
    public required DateTimeOffset DecideBy { get; init; }
    public DisputeStatus Status { get; private set; }

    /// <summary>Whose account stands; null while it is open.</summary>
    public DisputeSide? Hours { get; private set; }

    public DateTimeOffset? DecidedAt { get; private set; }

    /// <summary>What was said with the decision; null where the deadline decided.</summary>
    public string? Note { get; private set; }

    public long Version { get; set; }

    /// <summary>Whether an hour of the leg is disputed, or was decided not to count.</summary>
    public bool Contests(Hour hour) => (Status == DisputeStatus.Open || Hours == DisputeSide.Buyer) && new HourRange(From, To).Contains(hour);

    /// <summary>The buyer's objection to a delivery, from an hour on to the leg's end.</summary>
    /// <param name="leg">The leg.</param>
    /// <param name="deliveredAt">See <see cref="Delivery.DeliveredAt"/>.</param>
    /// <param name="provider">Whose nodes it stands on.</param>
    /// <param name="from">The first hour that fell short.</param>
    /// <param name="reason">In the buyer's words.</param>
    /// <param name="now">When.</param>
    /// <param name="limits">How long after delivery one may object, and how long after that it may stay undecided.</param>
    /// <exception cref="RuleException">
    /// <c>order.cancelled</c>, <c>objection.outside_leg</c>, <c>objection.not_started</c> or <c>objection.too_late</c>.
    /// </exception>
    public static Dispute Objection(
        Leg leg, DateTimeOffset deliveredAt, Id<Organization> provider, Hour from, string reason, DateTimeOffset now, (TimeSpan Objection, TimeSpan Dispute) limits)
    {
        ArgumentNullException.ThrowIfNull(leg);
        if (leg.CancelledAt is not null)
        {
            throw MarketErrors.OrderCancelled();
        }

        if (!leg.Interval.Contains(from))
        {
            throw MeteringErrors.ObjectionOutsideLeg(leg);
        }

        if (from.Start > now)
        {
            throw MeteringErrors.ObjectionNotStarted();
        }

        if (now > deliveredAt + limits.Objection)
        {
            throw MeteringErrors.ObjectionTooLate(deliveredAt + limits.Objection);
        }

        return new()
        {
            Id = Id<Dispute>.New(now),
            Kind = DisputeKind.Objection,
            OrderId = leg.OrderId,
            LegId = leg.Id,
            BuyerId = leg.BuyerId,
            SellerId = leg.SellerId,
            ProviderId = provider,
            From = from,
            To = leg.To,
            Reason = reason,
            OpenedAt = now,
            DecideBy = now + limits.Dispute,
        };
    }

    /// <exception cref="RuleException"><c>dispute.decided</c>: it was decided before.</exception>
    public void Decide(DisputeSide hours, string? note, DateTimeOffset now)
    {
        if (Status == DisputeStatus.Decided)
        {
            throw MeteringErrors.DisputeDecided();
        }

        (Status, Hours, Note, DecidedAt) = (DisputeStatus.Decided, hours, note, now);
        Version++;
    }
}
