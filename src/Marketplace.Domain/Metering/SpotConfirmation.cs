using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>What a buyer says of some hours of a leg without metering them: that it ran, or that it didn't. It never changes.</summary>
public sealed class SpotConfirmation
{
    public required Id<SpotConfirmation> Id { get; init; }
    public required Id<Order> OrderId { get; init; }
    public required Id<Leg> LegId { get; init; }
    public required Id<Organization> BuyerId { get; init; }
    public required Hour From { get; init; }
    public required Hour To { get; init; }
    public required bool Ran { get; init; }
    public string? Note { get; init; }
    public required DateTimeOffset At { get; init; }

    public HourRange Interval => new(From, To);

    /// <param name="leg">The buyer's.</param>
    /// <param name="hours">One hour or more.</param>
    /// <param name="ran">Whether the leg ran in all of them, or in none.</param>
    /// <param name="note">In the buyer's words.</param>
    /// <param name="now">When.</param>
    /// <param name="limit">How long after its end an hour may be spoken of.</param>
    /// <exception cref="RuleException"><c>order.cancelled</c>, <c>confirmation.outside_leg</c>, <c>confirmation.not_over</c> or <c>confirmation.too_late</c>.</exception>
    public static SpotConfirmation Of(Leg leg, HourRange hours, bool ran, string? note, DateTimeOffset now, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(leg);
        return leg.CancelledAt is not null ? throw MarketErrors.OrderCancelled()
            : !leg.Interval.Contains(hours) ? throw MeteringErrors.ConfirmationOutsideLeg(leg)
            : hours.To.Start > now ? throw MeteringErrors.ConfirmationNotOver()
            : (hours.From + 1).Start + limit < now ? throw MeteringErrors.ConfirmationTooLate((hours.From + 1).Start + limit)
            : new()
            {
                Id = Id<SpotConfirmation>.New(now),
                OrderId = leg.OrderId,
                LegId = leg.Id,
                BuyerId = leg.BuyerId,
                From = hours.From,
                To = hours.To,
                Ran = ran,
                Note = note,
                At = now,
            };
    }
}
