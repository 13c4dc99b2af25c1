namespace Marketplace.Domain.Market.Placement;

/// <summary>
/// Fragments (F): free card milli that demands, drawn by their share of the arrivals, couldn't use. After Weng, Yang et al., "Beware
/// of Fragmentation", USENIX ATC 2023: to a demand that the node can't take at all, or that needs no card, all that
/// is free is a fragment; to another, the cards are that have less free than it asks of each.
/// </summary>
/// <remarks>
/// Which demands a node could take by its CPU depends only on how many of the thresholds its free CPU reaches. For each model and
/// each such rank there is a <see cref="Row"/>, made when first asked for, which sums the demands' weights.
/// </remarks>
internal sealed class Fragments
{
    private readonly IReadOnlyList<DemandType> _types;
    private readonly int[] _cpuSteps;
    private readonly int[] _sizes;
    private readonly ushort[] _sizeRank = new ushort[Listing.WholeCard + 1];
    private readonly Dictionary<string, Row?[]> _rows = [];

    public Fragments(IReadOnlyList<DemandType> types)
    {
        _types = types;
        _cpuSteps = [.. types.Where(type => type.Shape.Cards > 0).Select(type => type.Shape.CpuMilli).Distinct().Order()];
        _sizes = [.. types.Where(type => type.Shape.Cards == 1).Select(type => type.Shape.MilliPerCard).Distinct().Order()];
        for (var milli = 0; milli < _sizeRank.Length; milli++)
        {
            _sizeRank[milli] = (ushort)Reached(_sizes, milli);
        }
    }

    /// <summary>Numbers held in all rows made so far.</summary>
    public int Cells { get; private set; }

    /// <summary>The rows of a model, by the rank of the free CPU.</summary>
    public Row?[] RowsOf(string model)
    {
        if (!_rows.TryGetValue(model, out var rows))
        {
            _rows[model] = rows = new Row?[_cpuSteps.Length + 1];
        }

        return rows;
    }

    /// <summary>The row for nodes of the model with so much CPU free.</summary>
    public Row RowOf(Row?[] rows, string model, int cpuMilli)
    {
        var rank = Reached(_cpuSteps, cpuMilli);
        return rows[rank] ??= Make(model, rank);
    }

    /// <summary>Steps that are no larger than the value.</summary>
    private static int Reached(int[] steps, int value)
    {
        var index = Array.BinarySearch(steps, value);
        return index < 0 ? ~index : index + 1;
    }

    private Row Make(string model, int rank)
    {
        var unusable = 0.0;
        var singles = new double[_sizes.Length + 1];
        var gangs = new Dictionary<(int Cards, int Milli), double>();
        foreach (var (shape, weight, _) in _types.Where(type => type.Shape.Models.Allows(model)))
        {
            if (shape.Cards == 0 || Reached(_cpuSteps, shape.CpuMilli) > rank)
            {
                unusable += weight;
            }
            else if (shape.Cards == 1)
            {
                singles[_sizeRank[shape.MilliPerCard] - 1] += weight;
            }
            else
            {
                gangs[(shape.Cards, shape.MilliPerCard)] = gangs.GetValueOrDefault((shape.Cards, shape.MilliPerCard)) + weight;
            }
        }

        for (var i = singles.Length - 2; i >= 0; i--)
        {
            singles[i] += singles[i + 1];
        }

        Cells += singles.Length + gangs.Count;
        return new(unusable, singles, _sizeRank, [.. gangs.Select(gang => new Gang(gang.Key.Cards, gang.Key.Milli, gang.Value))]);
    }

    internal readonly record struct Gang(int Cards, int Milli, double Weight);

    /// <summary>The demands that a model suits, split by whether a certain CPU is enough for them.</summary>
    /// <param name="unusable">The weight of those that couldn't use any card.</param>
    /// <param name="above">By the rank of a size: the weight of those for one card that ask for more than that size.</param>
    /// <param name="sizeRank">By milli, the rank of the largest size within it.</param>
    /// <param name="gangs">Those for several cards.</param>
    internal sealed class Row(double unusable, double[] above, ushort[] sizeRank, Gang[] gangs)
    {
        /// <param name="runs">The free cards.</param>
        /// <param name="idle">Their milli in all, more than 0.</param>
        /// <returns>Milli.</returns>
        public double Of(ReadOnlySpan<Run> runs, int idle)
        {
            // Demands larger than the emptiest card can't use any; of the others, each card is a fragment to the larger.
            var none = above[sizeRank[runs[^1].Milli]];
            var sum = idle * (unusable + none);
            foreach (var run in runs)
            {
                sum += run.Milli * run.Cards * (above[sizeRank[run.Milli]] - none);
            }

            foreach (var gang in gangs)
            {
                sum += gang.Weight * ToGang(gang, runs, idle);
            }

            return sum;
        }

        private static int ToGang(in Gang gang, ReadOnlySpan<Run> runs, int idle)
        {
            var (cards, milli) = (0, 0);
            for (var i = runs.Length - 1; i >= 0 && runs[i].Milli >= gang.Milli; i--)
            {
                cards += runs[i].Cards;
                milli += runs[i].Cards * runs[i].Milli;
            }

            return cards < gang.Cards ? idle : idle - milli;
        }
    }
}
