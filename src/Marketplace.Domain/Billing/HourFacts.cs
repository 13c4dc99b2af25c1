using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>
/// What stood beside the readings of neighbouring hours of a leg when they were billed, kept with the invoice: a dispute may be
/// decided, and a leg that was bought of this one metered, after that.
/// </summary>
/// <param name="From">The first hour.</param>
/// <param name="Hours">How many, each the same.</param>
/// <param name="Standing">Whether the usage is billed at all.</param>
/// <param name="Buyer">The buyer's figures, where these count in place of the provider's.</param>
/// <param name="ResoldDown">Outage of cards that the leg's holder sold on, to be credited to him as well.</param>
public sealed record HourFact(Id<Leg> LegId, Hour From, int Hours, HourStanding Standing, MeterFigures? Buyer, CardTime ResoldDown)
{
    /// <summary>One fact an hour, from hours in ascending order of one leg; those that say nothing are left out.</summary>
    public static IReadOnlyList<HourFact> Of(IEnumerable<HourFact> ascending)
    {
        ArgumentNullException.ThrowIfNull(ascending);
        var runs = new List<HourFact>();
        foreach (var fact in ascending.Where(fact => fact.Standing != HourStanding.Counts || fact.Buyer is not null || fact.ResoldDown > CardTime.Zero))
        {
            if (runs.Count > 0 && runs[^1] is var last && last.From + last.Hours == fact.From && fact with { From = last.From, Hours = last.Hours } == last)
            {
                runs[^1] = last with { Hours = last.Hours + fact.Hours };
            }
            else
            {
                runs.Add(fact);
            }
        }

        return runs;
    }

    public IEnumerable<Hour> Each() => new HourRange(From, From + Hours).Each();

    /// <summary>What counts of an hour, given what the provider metered.</summary>
    public MeteredHour Apply(MeteredHour provider)
    {
        var counted = Buyer is { } buyer ? new(buyer.Busy, buyer.Down, buyer.InputTokens, buyer.OutputTokens) : provider;
        return counted with { Down = counted.Down + ResoldDown, Standing = Standing };
    }

    /// <summary>Usage with these facts over it.</summary>
    public static IReadOnlyDictionary<Hour, MeteredHour> Over(IReadOnlyDictionary<Hour, MeteredHour> metered, IEnumerable<HourFact> facts)
    {
        var hours = new Dictionary<Hour, MeteredHour>(metered);
        foreach (var (fact, hour) in facts.SelectMany(fact => fact.Each().Select(hour => (fact, hour))))
        {
            hours[hour] = fact.Apply(hours.GetValueOrDefault(hour));
        }

        return hours;
    }

    /// <summary>
    /// What disputes and the delivery that the seller declared say of an hour. An hour in dispute waits; of several decisions on
    /// what two meters said the last counts.
    /// </summary>
    public static HourFact Of(Leg leg, Hour hour, IReadOnlyList<Dispute> disputes, Delivery? delivery, CardTime resoldDown)
    {
        ArgumentNullException.ThrowIfNull(leg);
        ArgumentNullException.ThrowIfNull(disputes);
        var over = disputes.Where(dispute => dispute.Covers(hour)).ToList();
        var standing = hour < delivery?.LateFrom ? HourStanding.NotDelivered
            : over.Any(dispute => dispute.Status == DisputeStatus.Open) ? HourStanding.Withheld
            : over.Any(dispute => dispute.Kind != DisputeKind.Meters && dispute.Hours == DisputeSide.Buyer) ? HourStanding.NotDelivered
            : HourStanding.Counts;
        var decided = over.Where(dispute => dispute.Kind == DisputeKind.Meters).OrderBy(dispute => dispute.DecidedAt).ThenBy(dispute => dispute.Id).LastOrDefault();
        return new(
            leg.Id, hour, 1, standing, standing == HourStanding.Counts && decided?.Hours == DisputeSide.Buyer ? decided.DifferenceIn(hour)!.Buyer : null, resoldDown);
    }
}
