namespace Marketplace.Domain.Market.Placement;

/// <summary>A shape and what it weighs among all that arrive.</summary>
/// <param name="Shape">What is asked for.</param>
/// <param name="Weight">Its share of the arrivals (w), 0 to 1.</param>
/// <param name="CardWeight">Its share of the card milli asked for (ω), 0 to 1.</param>
public readonly record struct DemandType(Shape Shape, double Weight, double CardWeight)
{
    /// <summary>CPU milli that go with a card milli (κ), to a tenth, 0.1 at least; only for shapes with cards.</summary>
    public double CpuPerCardMilli => Math.Max(0.1, Math.Round((double)Shape.CpuMilli / Shape.CardMilli, 1));

    /// <summary>MiB that go with a card milli (μ), to a whole one, 1 at least; only for shapes with cards.</summary>
    public double MemoryPerCardMilli => Math.Max(1, Math.Round((double)Shape.MemoryMiB / Shape.CardMilli));
}

/// <summary>What arrivals and supply taught about the demand to come. Immutable, so that threads can share it.</summary>
public sealed class DemandProfile
{
    /// <summary>The most frequent shapes that are kept, so that a profile of any market costs the same at most.</summary>
    public const int MaxTypes = 512;

    /// <summary>The most frequent slices that the worth of holes goes by; the time to learn it grows with their square.</summary>
    public const int MaxSlices = 32;

    /// <summary>A class that everybody wants and hardly any node is of would outweigh everything else without a limit.</summary>
    private const double MaxScarcity = 3;

    /// <summary>A gang of any model can choose among more nodes than who names a model, so its need counts for less.</summary>
    private const double AnyModelGang = 0.25;

    private readonly double[] _worth;
    private readonly List<(Group Group, double Ratio)> _groups;

    /// <param name="counts">How often each shape arrived, once or more. The order decides which of equals is kept.</param>
    /// <param name="supply">The market's nodes, each class with how many there are.</param>
    public DemandProfile(IReadOnlyCollection<KeyValuePair<Shape, long>> counts, IReadOnlyDictionary<NodeClass, int> supply)
    {
        var arrivals = (double)counts.Sum(count => count.Value);
        var cardMilli = (double)counts.Sum(count => count.Value * count.Key.CardMilli);
        Types = [.. counts.OrderByDescending(count => count.Value).Take(MaxTypes).Select(count => new DemandType(
            count.Key, count.Value / arrivals, cardMilli == 0 ? 0 : count.Value * count.Key.CardMilli / cardMilli))];
        _groups = Groups(Types, supply);
        _worth = CuttingStock.WorthByUnits(Slices(Types));
    }

    /// <summary>The shapes, the most frequent first.</summary>
    public IReadOnlyList<DemandType> Types { get; }

    /// <summary>
    /// How much those who depend on the class want of it (ρ), 0 to 3: for each group of demands with the same models and cards
    /// that the class suits, its share of the card milli asked for over the share of capacity that suits it.
    /// </summary>
    public double Scarcity(NodeClass nodes) => Math.Min(
        MaxScarcity, _groups.Where(group => group.Group.DependsOn(nodes)).Sum(group => group.Ratio));

    /// <summary>What a hole of so many milli (0 to 1000) in a card is worth to the slices that arrive (V), 0 to 1, where 1 is a whole card.</summary>
    public double HoleWorth(int milli) => _worth[milli * CuttingStock.Units / Listing.WholeCard];

    /// <summary>Sizes in whole units, rounded up: a slice that is a little larger than a hole doesn't fit.</summary>
    private static List<(int Units, double Frequency)> Slices(IEnumerable<DemandType> types) => types
        .Where(type => type.Shape.MilliPerCard is > 0 and < Listing.WholeCard)
        .GroupBy(type => ((type.Shape.MilliPerCard * CuttingStock.Units) + Listing.WholeCard - 1) / Listing.WholeCard)
        .Where(size => size.Key < CuttingStock.Units)
        .Select(size => (size.Key, size.Sum(type => type.Weight)))
        .OrderByDescending(size => size.Item2).Take(MaxSlices)
        .ToList();

    private static List<(Group Group, double Ratio)> Groups(IEnumerable<DemandType> types, IReadOnlyDictionary<NodeClass, int> supply)
    {
        double Cards(Func<NodeClass, bool> of) => supply.Where(nodes => of(nodes.Key)).Sum(nodes => (double)nodes.Key.Cards * nodes.Value);
        double Ratio(double wanted, double suited) => suited == 0 ? MaxScarcity : wanted * Cards(_ => true) / suited;
        return types
            .GroupBy(type => new Group(type.Shape.Models, type.Shape.Cards))
            .Where(group => group.Key.Factor > 0)
            .Select(group => (group.Key, Ratio(group.Key.Factor * group.Sum(type => type.CardWeight), Cards(group.Key.DependsOn))))
            .ToList();
    }

    /// <summary>Demands that the same classes of nodes suit.</summary>
    private readonly record struct Group(ModelSet Models, int Cards)
    {
        /// <summary>One card of any model depends on no class.</summary>
        public double Factor => Cards == 0 ? 0 : !Models.IsAny ? 1 : Cards > 1 ? AnyModelGang : 0;

        public bool DependsOn(NodeClass nodes) => nodes.Cards >= Cards && Models.Allows(nodes.Model);
    }
}
