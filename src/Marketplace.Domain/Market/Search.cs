using Marketplace.Domain.Market.Placement;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>Cards of one offer that a draft takes.</summary>
internal readonly record struct Part(Offer Offer, int Cards, Int128 CostPerCard);

/// <summary>
/// Fills one demand from the lots that suit it, at one start after the other. Within a start, models and centres that may not be
/// mixed are tried apart; within one of those, lots come in the order of the strategy, and of lots that are equal in it the
/// nodes with the least new fragmentation.
/// </summary>
internal sealed class Search
{
    private readonly Demand _demand;
    private readonly IReadOnlyList<Lot[]> _groups;
    private readonly Func<Offer, bool> _suits;
    private readonly LotPrices _prices;
    private readonly Fragmentation _fragmentation;
    private readonly int _gang;

    public Search(Demand demand, IEnumerable<Lot> lots, Func<Offer, bool> suits, LotPrices prices, PackV? placement)
    {
        (_demand, _suits, _prices) = (demand, suits, prices);
        _fragmentation = new(demand, placement);
        _gang = demand.CardsPerNode ?? 1;
        _groups = [.. lots.GroupBy(lot => (demand.MixModels ? null : lot.Accelerator.Model, demand.SameCenter ? lot.Center.Id : (Id<Center>?)null)).Select(group => group.ToArray())];
    }

    /// <summary>The best draft that starts at that hour, or null where the cards aren't to be had.</summary>
    public Draft? At(Hour start)
    {
        var interval = new HourRange(start, start + _demand.Hours);
        Draft? best = null;
        foreach (var group in _groups)
        {
            if (Fill(group, interval) is { } draft && draft.IsBetterThan(best))
            {
                best = draft;
            }
        }

        return best;
    }

    /// <summary>The least that any card could cost at that start; null where no lot is open then.</summary>
    public Int128? LeastCost(Hour start)
    {
        var interval = new HourRange(start, start + _demand.Hours);
        Int128? least = null;
        foreach (var group in _groups)
        {
            foreach (var lot in group)
            {
                if (lot.Listing.Window.Contains(interval) && _prices.CostPerCard(lot, interval) is var cost && !(cost >= least))
                {
                    least = cost;
                }
            }
        }

        return least * _demand.Cards;
    }

    /// <summary>Starts at which one group at least has the cards, in order of time.</summary>
    public IEnumerable<Hour> StartsWithCards(HourRange window) => Totals(window)
        .SelectMany(totals => totals.Where(at => at.Cards >= _demand.Cards).Select(at => at.Start)).Distinct().Order();

    /// <summary>The most cards that one group can give at any start.</summary>
    public int MostCards(HourRange window) => Totals(window).Max(totals => totals.Max(at => (int?)at.Cards)) ?? 0;

    private IEnumerable<IEnumerable<(Hour Start, int Cards)>> Totals(HourRange window) => _groups.Select(group =>
    {
        var times = new StartTimes(_demand, window);
        foreach (var offer in group.SelectMany(lot => lot.Offers).Where(_suits))
        {
            times.Add(offer, _gang);
        }

        return times.Totals();
    });

    private Draft? Fill(Lot[] group, HourRange interval)
    {
        var open = new List<(Lot Lot, Int128 Cost, Int128 Rank)>(group.Length);
        foreach (var lot in group)
        {
            if (lot.Listing.Window.Contains(interval) && _prices.CostPerCard(lot, interval) is var cost && WithinLimit(cost))
            {
                open.Add((lot, cost, Rank(lot, cost)));
            }
        }

        // A stable sort: equal lots stay in order of their listings.
        var ranked = open.OrderBy(lot => lot.Rank).ThenBy(lot => _demand.Strategy == Strategy.Compact ? Int128.Zero : lot.Cost).ToList();
        var taken = new List<Part>();
        var missing = _demand.Cards;
        for (var i = 0; i < ranked.Count && missing > 0;)
        {
            var tier = new List<Part>();
            var (rank, cost) = (ranked[i].Rank, ranked[i].Cost);
            for (; i < ranked.Count && ranked[i].Rank == rank && (ranked[i].Cost == cost || _demand.Strategy == Strategy.Compact); i++)
            {
                Collect(ranked[i].Lot, ranked[i].Cost, interval, tier);
            }

            missing -= _fragmentation.Choose(tier, missing, interval, taken);
        }

        return missing > 0 ? null : new(_demand, interval, taken, _fragmentation);
    }

    /// <summary>What the lots are tried in the order of, before money.</summary>
    private Int128 Rank(Lot lot, Int128 cost) => _demand.Strategy switch
    {
        Strategy.Compact => 0,
        Strategy.Green => Energy.PerCard(lot.Accelerator, lot.Center),
        _ => cost,
    };

    private void Collect(Lot lot, Int128 cost, HourRange interval, List<Part> tier)
    {
        foreach (var offer in lot.Span)
        {
            if (!_suits(offer) || !offer.Window.Contains(interval))
            {
                continue;
            }

            var cards = offer.Occupancy.Capacity(interval, _demand.MilliPerCard, _demand.CpuMilliPerCard, _demand.MemoryMiBPerCard) / _gang * _gang;
            if (cards > 0)
            {
                tier.Add(new(offer, cards, cost));
            }
        }
    }

    private bool WithinLimit(Int128 costPerCard) =>
        _demand.Product == Product.Tokens || _demand.MaxPricePerCardHour is not { } limit || costPerCard <= (Int128)limit.MicroYuan * _demand.Hours;
}

/// <summary>What a card draws from the grid, its centre's cooling and losses included.</summary>
internal static class Energy
{
    /// <summary>Of a centre that doesn't say its power usage effectiveness, the worst is assumed that one may say.</summary>
    public const decimal UnknownPue = 5;

    /// <summary>Milliwatts of one card in use.</summary>
    public static Int128 PerCard(Accelerator accelerator, Center center) => (Int128)(accelerator.Watts * (center.Pue ?? UnknownPue) * 1000);
}

/// <summary>A plan in the making, with what it is compared by.</summary>
internal sealed class Draft(Demand demand, HourRange interval, IReadOnlyList<Part> parts, Fragmentation fragmentation)
{
    private long? _saved;

    public HourRange Interval => interval;

    public IReadOnlyList<Part> Parts => parts;

    public Int128 Cost { get; } = parts.Aggregate(Int128.Zero, (sum, part) => sum + (part.CostPerCard * part.Cards));

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
