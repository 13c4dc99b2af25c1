using Marketplace.Domain.Market.Placement;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>Cards of one offer that a draft takes.</summary>
internal readonly record struct Part(Offer Offer, int Cards, Int128 CostPerCard);

/// <summary>
/// Fills one demand from the lots that suit it. Models and centres that may not be mixed are tried apart, as groups; within one
/// of those, lots come in the order of the strategy, and of lots that are equal in it the nodes with the least new fragmentation.
/// Starts count from 0, the window's first hour.
/// </summary>
internal sealed class Search
{
    /// <summary>Starts that the strategy's measure leaves, and that are compared by what they leave of the nodes.</summary>
    private const int MaxStarts = 24;

    /// <summary>The same where what is left comes first, so that each start takes a look at every node.</summary>
    private const int MaxCompactStarts = 4;

    private readonly Demand _demand;
    private readonly HourRange _window;
    private readonly Suitability _suitability;
    private readonly StartTimes _times;
    private readonly Fragmentation _fragmentation;
    private readonly LotGroup[] _groups;

    /// <param name="demand">What is wanted.</param>
    /// <param name="window">When, without the hours that have begun.</param>
    /// <param name="suitability">What suits the demand.</param>
    /// <param name="times">Of a demand that differs in its group and its limit price at most.</param>
    /// <param name="prices">What lots cost.</param>
    /// <param name="placement">What later demands could no longer use; null where nothing was learned yet.</param>
    public Search(Demand demand, HourRange window, Suitability suitability, StartTimes times, LotPrices prices, PackV? placement)
    {
        (_demand, _window, _suitability, _times) = (demand, window, suitability, times);
        _fragmentation = new(demand, placement);
        _groups =
        [
            .. suitability.Lots()
                .GroupBy(lot => (demand.MixModels ? null : lot.Accelerator.Model, demand.SameCenter ? lot.Center.Id : (Id<Center>?)null))
                .Select(lots => new LotGroup(demand, lots, prices)).OrderBy(group => group.LeastRank),
        ];
    }

    /// <summary>The best draft at that start, or null where the cards aren't to be had.</summary>
    public Draft? At(int start)
    {
        Draft? best = null;
        foreach (var group in _groups)
        {
            if (CannotBeat(group, best?.Rank))
            {
                break;
            }

            if (group.Cards >= _demand.Cards && Fill(group, start) is { } draft && draft.IsBetterThan(best))
            {
                best = draft;
            }
        }

        return best;
    }

    /// <summary>The best draft at the first start at which there is one.</summary>
    public Draft? First()
    {
        // Mostly there is one at once, and then only few nodes have to be looked at.
        if (At(0) is { } soonest)
        {
            return soonest;
        }

        var first = _groups.Where(group => group.Cards >= _demand.Cards)
            .Select(group => Array.FindIndex(Totals(group), cards => cards >= _demand.Cards))
            .Where(start => start >= 0).Select(start => (int?)start).Min();
        return first is { } found ? At(found) : null;
    }

    /// <summary>The best draft of all starts; of too many that the strategy's measure leaves, of the cheapest and then the first.</summary>
    public Draft? Best()
    {
        Draft? best = null;
        foreach (var start in BestStarts())
        {
            if (At(start) is { } draft && draft.IsBetterThan(best))
            {
                best = draft;
            }
        }

        return best;
    }

    /// <summary>The most cards that one group can give at any start.</summary>
    public int MostCards() => _groups.Max(group => (int?)Totals(group).Max()) ?? 0;

    private bool CannotBeat(LotGroup group, Int128? rank) => group.LeastRank * _demand.Cards > rank;

    /// <summary>Which starts are best by rank and cost takes counts of cards only, and those of the first lots in order.</summary>
    private IEnumerable<int> BestStarts()
    {
        var starts = new Dictionary<int, (Int128 Rank, Int128 Cost)>();
        Int128? least = null;
        foreach (var group in _groups.Where(group => group.Cards >= _demand.Cards).TakeWhile(group => !CannotBeat(group, least)))
        {
            for (var start = 0; start < _times.Count; start++)
            {
                if (LeastAt(group, start, least) is { } at && (!starts.TryGetValue(start, out var other) || at.CompareTo(other) < 0))
                {
                    starts[start] = at;
                    least = at.Rank;
                }
            }
        }

        var ordered = starts.OrderBy(start => start.Value).ThenBy(start => start.Key).ToList();
        return (_demand.Strategy == Strategy.Compact ? ordered.Take(MaxCompactStarts) : ordered.TakeWhile(start => start.Value == ordered[0].Value).Take(MaxStarts)).Select(start => start.Key);
    }

    /// <summary>What the group's cards come to in order; null where there are too few, or where it is more than <paramref name="atMost"/>.</summary>
    private (Int128 Rank, Int128 Cost)? LeastAt(LotGroup group, int start, Int128? atMost)
    {
        var (rank, cost, missing) = (Int128.Zero, Int128.Zero, _demand.Cards);
        foreach (var lot in group.InOrder(start, _window))
        {
            // Later lots rank no less than this one.
            if (rank + (lot.Rank * missing) > atMost)
            {
                return null;
            }

            var cards = Math.Min(missing, _times.Of(lot.Lot).At(start));
            rank += lot.Rank * cards;
            cost += lot.Cost * cards;
            missing -= cards;
            if (missing == 0)
            {
                return (rank, cost);
            }
        }

        return null;
    }

    /// <summary>The group's cards at each start.</summary>
    private int[] Totals(LotGroup group)
    {
        var totals = new int[_times.Count];
        foreach (var lot in group.Lots)
        {
            var cards = _times.Of(lot.Lot);
            if (group.IsAlwaysWithinLimit(lot))
            {
                cards.AddTo(totals);
                continue;
            }

            for (var start = 0; start < totals.Length; start++)
            {
                totals[start] += group.IsWithinLimit(lot.Price.At(start)) ? cards.At(start) : 0;
            }
        }

        return totals;
    }

    private Draft? Fill(LotGroup group, int start)
    {
        var interval = new HourRange(_window.From + start, _window.From + start + _demand.Hours);
        var (taken, tier, missing) = (new List<Part>(), new List<Part>(), _demand.Cards);
        OpenLot? before = null;
        foreach (var lot in group.InOrder(start, _window))
        {
            if (before is { } last && !lot.IsAsGoodAs(last, _demand.Strategy))
            {
                missing -= _fragmentation.Choose(tier, missing, interval, taken);
                tier.Clear();
                if (missing == 0)
                {
                    break;
                }
            }

            Collect(lot, interval, tier);
            before = lot;
        }

        missing -= missing == 0 ? 0 : _fragmentation.Choose(tier, missing, interval, taken);
        return missing > 0 ? null : new(_demand, interval, taken, _fragmentation);
    }

    private void Collect(OpenLot lot, HourRange interval, List<Part> tier)
    {
        foreach (var offer in lot.Lot.Span)
        {
            if (!_suitability.Suits(offer) || !offer.Window.Contains(interval))
            {
                continue;
            }

            var cards = _demand.InGangs(offer.Occupancy.Capacity(interval, _demand.MilliPerCard, _demand.CpuMilliPerCard, _demand.MemoryMiBPerCard));
            if (cards > 0)
            {
                tier.Add(new(offer, cards, lot.Cost));
            }
        }
    }
}
