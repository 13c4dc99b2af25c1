using Marketplace.Domain.Market.Placement;

namespace Marketplace.UnitTests.Market.Placement;

/// <summary>Profiles and states in few words.</summary>
internal static class PlacementWorld
{
    /// <summary>So much that neither CPU nor memory ever binds.</summary>
    public const int Plenty = 1_000_000_000;

    public static readonly NodeClass EightA = new("A", 8);

    public static Shape Slice(int milli, int cpuMilli = 0, int memoryMiB = 0, params string[] models) => new(1, milli, cpuMilli, memoryMiB, new(models));

    public static Shape Gang(int cards, int milli = 1000, int cpuMilli = 0, params string[] models) => new(cards, milli, cpuMilli, 0, new(models));

    public static Shape CpuOnly(int cpuMilli, int memoryMiB = 0, params string[] models) => new(0, 0, cpuMilli, memoryMiB, new(models));

    /// <summary>Of a supply of ten nodes of <see cref="EightA"/>.</summary>
    public static DemandProfile Profile(params (Shape Shape, long Count)[] counts) => Profile(new() { [EightA] = 10 }, counts);

    public static DemandProfile Profile(Dictionary<NodeClass, int> supply, params (Shape Shape, long Count)[] counts) =>
        new([.. counts.Select(count => KeyValuePair.Create(count.Shape, count.Count))], supply);
}
