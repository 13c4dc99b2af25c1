using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

public enum DeliveryStatus
{
    /// <summary>From the leg's start on.</summary>
    Delivered,

    /// <summary>From a later hour on, as the seller declared before the leg started.</summary>
    Late,
}

/// <summary>
/// What the seller said of a leg's delivery: the access it handed over, or a later hour that it declared. A leg of which it
/// said nothing is delivered when it starts.
/// </summary>
public sealed class Delivery : IVersioned
{
    public const int MaxAccessLength = 4_000;

    public required Id<Leg> LegId { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required Id<Organization> BuyerId { get; init; }

    /// <summary>The first hour that is delivered, where that isn't the leg's first.</summary>
    public Hour? LateFrom { get; private set; }

    /// <summary>How to get in, encrypted; null until it was handed over. The buyer alone is shown what it says.</summary>
    public string? SealedAccess { get; private set; }

    /// <summary>When access was handed over first; replacing it later doesn't move this.</summary>
    public DateTimeOffset? HandedOverAt { get; private set; }

    public string? Note { get; private set; }
    public required DateTimeOffset ChangedAt { get; set; }
    public long Version { get; set; }

    public DeliveryStatus Status => LateFrom is null ? DeliveryStatus.Delivered : DeliveryStatus.Late;

    /// <summary>When a leg counts as delivered, from which the buyer's time to object runs: the latest of start, declared hour and hand-over.</summary>
    public static DateTimeOffset DeliveredAt(Leg leg, Delivery? delivery)
    {
        ArgumentNullException.ThrowIfNull(leg);
        DateTimeOffset[] instants = [leg.From.Start, delivery?.LateFrom?.Start ?? leg.From.Start, delivery?.HandedOverAt ?? leg.From.Start];
        return instants.Max();
    }

    /// <summary>
    /// Takes what the seller says now. Access that is left out stays. Before the leg starts the later hour is what is said now;
    /// once it has started, what was said before stands.
    /// </summary>
    /// <exception cref="RuleException"><c>order.cancelled</c>, <c>delivery.ended</c>, <c>delivery.outside_leg</c> or <c>delivery.started</c>.</exception>
    public void Update(Leg leg, string? sealedAccess, string? note, Hour? from, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(leg);
        if (leg.CancelledAt is not null)
        {
            throw MarketErrors.OrderCancelled();
        }

        if (leg.To.Start <= now)
        {
            throw MarketErrors.DeliveryEnded();
        }

        if (from is { } hour && !leg.Interval.Contains(hour))
        {
            throw MarketErrors.DeliveryOutsideLeg(leg);
        }

        var late = from == leg.From ? null : from;
        if (!leg.HasStarted(now))
        {
            LateFrom = late;
        }
        else if (from is not null && late != LateFrom)
        {
            throw MarketErrors.DeliveryStarted();
        }

        if (sealedAccess is not null)
        {
            SealedAccess = sealedAccess;
            HandedOverAt ??= now;
        }

        (Note, ChangedAt) = (note, now);
        Version++;
    }
}
