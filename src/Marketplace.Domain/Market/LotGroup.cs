using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>A lot with what it costs.</summary>
/// <param name="Lot">Suits the demand.</param>
/// <param name="Price">A card of it.</param>
/// <param name="Energy">What a card draws, where the strategy goes by that; else 0.</param>
internal sealed record PricedLot(Lot Lot, LotPrice Price, Int128 Energy);

/// <summary>A lot that is open at some start, with what a card of it counts there.</summary>
/// <param name="Lot">The lot.</param>
/// <param name="Rank">What the strategy goes by before money: the cost itself, the energy, or 0.</param>
/// <param name="Cost">In millionths of a yuan, over all the demand's hours.</param>
internal readonly record struct OpenLot(Lot Lot, Int128 Rank, Int128 Cost)
{
    /// <summary>Whether only what is left of the nodes decides between the two.</summary>
    public bool IsAsGoodAs(OpenLot other, Strategy strategy) => strategy == Strategy.Compact || (Rank == other.Rank && Cost == other.Cost);
}

/// <summary>
/// Lots that one plan may take from together. Those that are off-peak in the same hours at the same factor stand on one shelf, the
/// cheapest first: that is their order at every start, so that sliding a demand sorts nothing again.
/// </summary>
internal sealed class LotGroup
{
    private readonly Demand _demand;
    private readonly PricedLot[][] _shelves;

    public LotGroup(Demand demand, IEnumerable<Lot> lots, LotPrices prices)
    {
        _demand = demand;
        Lots = [.. lots.Select(lot => new PricedLot(lot, prices.Of(lot), demand.Strategy == Strategy.Green ? Energy.PerCard(lot.Accelerator, lot.Center) : 0))];
        Cards = Lots.Sum(lot => (long)lot.Lot.Cards);
        LeastRank = Lots.Min(lot => Rank(lot.Energy, lot.Price.Least));
        _shelves =
        [
            .. Lots.GroupBy(lot => lot.Lot.Listing.OffPeak)
                .Select(shelf => shelf.OrderBy(lot => lot.Energy).ThenBy(lot => lot.Price.Full).ToArray()),
        ];
    }

    public IReadOnlyList<PricedLot> Lots { get; }

    /// <summary>Of all the nodes, free or not.</summary>
    public long Cards { get; }

    /// <summary>No card's rank is less at any start.</summary>
    public Int128 LeastRank { get; }

    public bool IsWithinLimit(Int128 cost) => Limit is not { } limit || cost <= limit;

    public bool IsAlwaysWithinLimit(PricedLot lot) => Limit is null || (lot.Price.OffPeak is null && IsWithinLimit(lot.Price.Full));

    /// <summary>The most that a card may cost over all the hours.</summary>
    private Int128? Limit => _demand.Product == Product.Tokens || _demand.MaxPricePerCardHour is not { } limit ? null : (Int128)limit.MicroYuan * _demand.Hours;

    /// <summary>The lots that sell the hours from that start on within the limit price: by rank, then by cost.</summary>
    public IEnumerable<OpenLot> InOrder(int start, HourRange window)
    {
        var interval = new HourRange(window.From + start, window.From + start + _demand.Hours);
        var next = new int[_shelves.Length];
        var heads = new OpenLot?[_shelves.Length];
        for (var i = 0; i < heads.Length; i++)
        {
            heads[i] = Advance(_shelves[i], ref next[i], start, interval);
        }

        while (true)
        {
            var first = -1;
            for (var i = 0; i < heads.Length; i++)
            {
                if (heads[i] is { } head && (first < 0 || IsBefore(head, heads[first]!.Value)))
                {
                    first = i;
                }
            }

            if (first < 0)
            {
                yield break;
            }

            yield return heads[first]!.Value;
            heads[first] = Advance(_shelves[first], ref next[first], start, interval);
        }
    }

    private static bool IsBefore(in OpenLot lot, in OpenLot other) => lot.Rank < other.Rank || (lot.Rank == other.Rank && lot.Cost < other.Cost);

    private OpenLot? Advance(PricedLot[] shelf, ref int next, int start, HourRange interval)
    {
        while (next < shelf.Length)
        {
            var lot = shelf[next++];
            if (lot.Lot.Listing.Window.Contains(interval) && lot.Price.At(start) is var cost && IsWithinLimit(cost))
            {
                return new(lot.Lot, Rank(lot.Energy, cost), cost);
            }
        }

        return null;
    }

    private Int128 Rank(Int128 energy, Int128 cost) => _demand.Strategy switch
    {
        Strategy.Compact => 0,
        Strategy.Green => energy,
        _ => cost,
    };
}

/// <summary>What a card draws from the grid, its centre's cooling and losses included.</summary>
internal static class Energy
{
    /// <summary>Of a centre that doesn't say its power usage effectiveness, the worst is assumed that one may say.</summary>
    public const decimal UnknownPue = 5;

    /// <summary>Milliwatts of one card in use.</summary>
    public static Int128 PerCard(Accelerator accelerator, Center center) => (Int128)(accelerator.Watts * (center.Pue ?? UnknownPue) * 1000);
}
