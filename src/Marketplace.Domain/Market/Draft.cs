using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>A plan in the making, with what it is compared by.</summary>
internal sealed class Draft(Demand demand, HourRange interval, IReadOnlyList<Part> parts, Fragmentation fragmentation)
{
    private long? _saved;

    public HourRange Interval => interval;

    public IReadOnlyList<Part> Parts => parts;

    /// <summary>What the strategy is after before money: the cost itself, the energy, or nothing that adds up.</summary>
    public Int128 Rank => demand.Strategy switch
    {
        Strategy.Compact => 0,
        Strategy.Green => Energy,
        _ => Cost,
    };

    private Int128 Cost { get; } = parts.Aggregate(Int128.Zero, (sum, part) => sum + (part.CostPerCard * part.Cards));

    private Int128 Energy => parts.Aggregate(Int128.Zero, (sum, part) => sum + (Market.Energy.PerCard(part.Offer.Accelerator, part.Offer.Center) * part.Cards));

    /// <summary>Worked out where it decides only.</summary>
    private long Saved => _saved ??= parts.Sum(part => (long)fragmentation.Score(part, interval));

    /// <summary>The strategy's order: what it is after, then what it leaves, then fewer nodes, then the earlier start.</summary>
    public bool IsBetterThan(Draft? other) => other is null || CompareTo(other) < 0;

    private int CompareTo(Draft other)
    {
        var order = demand.Strategy switch
        {
            Strategy.Compact => First(() => other.Saved.CompareTo(Saved), () => Cost.CompareTo(other.Cost)),
            Strategy.Green => First(() => Energy.CompareTo(other.Energy), () => Cost.CompareTo(other.Cost), () => other.Saved.CompareTo(Saved)),
            _ => First(() => Cost.CompareTo(other.Cost), () => other.Saved.CompareTo(Saved)),
        };
        return order != 0 ? order : First(() => parts.Count.CompareTo(other.Parts.Count), () => interval.From.CompareTo(other.Interval.From));
    }

    private static int First(params ReadOnlySpan<Func<int>> comparisons)
    {
        foreach (var compare in comparisons)
        {
            if (compare() is not 0 and var order)
            {
                return order;
            }
        }

        return 0;
    }
}
