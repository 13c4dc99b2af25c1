namespace Marketplace.Domain.Market.Placement;

/// <summary>
/// What a hole in a card is worth when slices of known sizes and frequencies are cut from cards: the dual prices of the cutting
/// stock problem (Gilmore and Gomory, Operations Research 9, 1961), within some per cent, by multiplicative weights (Plotkin,
/// Shmoys and Tardos, Mathematics of Operations Research 20, 1995).
/// </summary>
internal static class CuttingStock
{
    /// <summary>Units of a card, each of 10 milli: fine enough for the slices on sale, coarse enough to be fast.</summary>
    public const int Units = 100;

    /// <summary>How near the prices come to the exact ones; the time grows with the inverse of its square.</summary>
    private const double Step = 0.15;

    /// <summary>The worth of a hole of 0 to <see cref="Units"/> units, from 0 to 1, where 1 is a whole card.</summary>
    /// <param name="sizes">Different sizes in units, 1 to 99, each with how often it is asked for (more than 0).</param>
    public static double[] WorthByUnits(IReadOnlyList<(int Units, double Frequency)> sizes)
    {
        if (sizes.Count == 0)
        {
            return [.. Enumerable.Repeat(0.0, Units), 1.0];
        }

        var ordered = sizes.OrderBy(size => size.Units).ToList();
        int[] units = [.. ordered.Select(size => size.Units)];
        var prices = Prices(units, [.. ordered.Select(size => size.Frequency)]);
        var worth = new double[Units + 1];
        BestPattern(units, prices, worth, new int[Units + 1], new int[units.Length]);
        return [.. worth.Select(value => value / worth[Units])];
    }

    /// <summary>
    /// Cuts one card after another in the pattern that is best under the present weights; a size's weight falls as it is cut in
    /// proportion to its frequency. The prices are the weights' average over all cards cut.
    /// </summary>
    private static double[] Prices(int[] units, double[] frequencies)
    {
        var done = (Math.Log(units.Length + 1) / (Step * Step)) + 1;
        var cut = new double[units.Length];
        var prices = new double[units.Length];
        var weights = new double[units.Length];
        var (best, last, pattern) = (new double[Units + 1], new int[Units + 1], new int[units.Length]);
        for (var least = 0.0; least < done; least = cut.Min())
        {
            for (var i = 0; i < weights.Length; i++)
            {
                weights[i] = Math.Exp(-Step * (cut[i] - least)) / frequencies[i];
            }

            BestPattern(units, weights, best, last, pattern);
            var cards = double.PositiveInfinity;
            for (var i = 0; i < pattern.Length; i++)
            {
                cards = pattern[i] > 0 ? Math.Min(cards, frequencies[i] / pattern[i]) : cards;
            }

            for (var i = 0; i < pattern.Length; i++)
            {
                cut[i] += cards * pattern[i] / frequencies[i];
                prices[i] += cards * weights[i] / best[Units];
            }
        }

        return prices;
    }

    /// <summary>The unbounded knapsack for every capacity; the pattern is that of a whole card.</summary>
    private static void BestPattern(int[] units, double[] values, double[] best, int[] last, int[] pattern)
    {
        best[0] = 0;
        for (var capacity = 1; capacity <= Units; capacity++)
        {
            var (most, item) = (best[capacity - 1], -1);
            for (var i = 0; i < units.Length && units[i] <= capacity; i++)
            {
                var value = best[capacity - units[i]] + values[i];
                if (value > most)
                {
                    (most, item) = (value, i);
                }
            }

            (best[capacity], last[capacity]) = (most, item);
        }

        Array.Clear(pattern);
        for (var left = Units; left > 0;)
        {
            if (last[left] >= 0)
            {
                pattern[last[left]]++;
            }

            left -= last[left] >= 0 ? units[last[left]] : 1;
        }
    }
}
