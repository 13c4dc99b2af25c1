using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

public enum DisputeKind
{
    /// <summary>The buyer says that what was delivered isn't what was sold.</summary>
    Objection,

    /// <summary>The buyer's meter and the provider's differ by more than the tolerance.</summary>
    Meters,

    /// <summary>The buyer, asked or unasked, says that the leg didn't run.</summary>
    Denial,
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
/// the buyer. Undecided at its deadline, it follows the provider. One over meters has hours of one local day, those that differ.
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

    public required Hour From { get; set; }
    public required Hour To { get; set; }

    /// <summary>The hours in which two meters differ, as they stood when it was decided; of other kinds none.</summary>
    public IReadOnlyList<MeterDifference> Differences { get; private set; } = [];

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
    public bool Contests(Hour hour) => (Status == DisputeStatus.Open || Hours == DisputeSide.Buyer) && Covers(hour);

    /// <summary>Whether it is, or was, about an hour.</summary>
    public bool Covers(Hour hour) => Kind == DisputeKind.Meters ? DifferenceIn(hour) is not null : new HourRange(From, To).Contains(hour);

    public MeterDifference? DifferenceIn(Hour hour) => Differences.FirstOrDefault(difference => difference.Hour == hour);

    /// <summary>Two meters differ in these hours of one local day, one or more, the earliest first.</summary>
    public static Dispute OverMeters(Leg leg, Id<Organization> provider, IReadOnlyList<MeterDifference> hours, DateTimeOffset now, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(hours);
        var dispute = Make(DisputeKind.Meters, leg, provider, new(hours[0].Hour, hours[^1].Hour + 1), "The meters of buyer and provider differ.", now, limit);
        dispute.Differences = hours;
        return dispute;
    }

    /// <summary>The buyer says that the leg didn't run in these hours.</summary>
    /// <exception cref="RuleException"><c>order.cancelled</c>, <c>confirmation.outside_leg</c>, <c>confirmation.not_over</c> or <c>confirmation.too_late</c>.</exception>
    public static Dispute Denial(SpotConfirmation denial, Leg leg, Id<Organization> provider, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(denial);
        return Make(DisputeKind.Denial, leg, provider, denial.Interval, denial.Note ?? "The buyer says that the leg didn't run.", denial.At, limit);
    }

    /// <summary>The meters differ in other hours by now, of the same local day.</summary>
    public void Update(IReadOnlyList<MeterDifference> hours)
    {
        ArgumentNullException.ThrowIfNull(hours);
        (From, To, Differences) = (hours[0].Hour, hours[^1].Hour + 1, hours);
        Version++;
    }

    /// <summary>The meters agree by now: nothing is left to decide, and nothing of it stands.</summary>
    public void Settle(DateTimeOffset now)
    {
        Differences = [];
        Decide(DisputeSide.Provider, "The meters agree by now.", now);
    }

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

        return Make(DisputeKind.Objection, leg, provider, new(from, leg.To), reason, now, limits.Dispute);
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

    private static Dispute Make(DisputeKind kind, Leg leg, Id<Organization> provider, HourRange hours, string reason, DateTimeOffset now, TimeSpan limit) => new()
    {
        Id = Id<Dispute>.New(now),
        Kind = kind,
        OrderId = leg.OrderId,
        LegId = leg.Id,
        BuyerId = leg.BuyerId,
        SellerId = leg.SellerId,
        ProviderId = provider,
        From = hours.From,
        To = hours.To,
        Reason = reason,
        OpenedAt = now,
        DecideBy = now + limit,
    };
}
