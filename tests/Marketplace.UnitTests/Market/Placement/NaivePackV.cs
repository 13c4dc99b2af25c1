using Marketplace.Domain.Market.Placement;

namespace Marketplace.UnitTests.Market.Placement;

/// <summary>The policy from its words, card by card and demand by demand, with nothing kept or summed beforehand.</summary>
internal sealed class NaivePackV(DemandProfile profile)
{
    public double Waste(NodeClass nodes, IReadOnlyList<int> free, int cpuMilli, int memoryMiB)
    {
        var idle = free.Sum();
        return idle == 0 ? 0
            : (0.1 * profile.Types.Sum(type => type.Weight * Fragment(type.Shape, nodes, free, cpuMilli)))
            + (0.2 * profile.Types.Where(type => type.Shape.Cards > 0).Sum(type => type.CardWeight * Math.Max(
                0, idle - Math.Min(cpuMilli / type.CpuPerCardMilli, memoryMiB / type.MemoryPerCardMilli))))
            - (0.2 * profile.Scarcity(nodes) * idle)
            - (1000 * free.Sum(profile.HoleWorth));
    }

    /// <summary>Every way to place the shape that begins with another residual; the cards after, and what is saved.</summary>
    public IEnumerable<(int Residual, IReadOnlyList<int> After, double Saved)> Ways(
        Shape shape, NodeClass nodes, IReadOnlyList<int> free, int cpuMilli, int memoryMiB)
    {
        if (!shape.Models.Allows(nodes.Model) || cpuMilli < shape.CpuMilli || memoryMiB < shape.MemoryMiB)
        {
            yield break;
        }

        var before = Waste(nodes, free, cpuMilli, memoryMiB);
        IEnumerable<int> residuals = shape.Cards == 0 ? [0] : free.Where(milli => milli >= shape.MilliPerCard).Distinct().Order();
        foreach (var residual in residuals)
        {
            var after = free.Order().ToList();
            var first = after.FindIndex(milli => milli >= residual);
            if (first + shape.Cards > after.Count)
            {
                continue;
            }

            for (var card = first; card < first + shape.Cards; card++)
            {
                after[card] -= shape.MilliPerCard;
            }

            yield return (residual, after, before - Waste(nodes, after, cpuMilli - shape.CpuMilli, memoryMiB - shape.MemoryMiB));
        }
    }

    private static double Fragment(Shape shape, NodeClass nodes, IReadOnlyList<int> free, int cpuMilli) =>
        !shape.Models.Allows(nodes.Model) ? 0
        : shape.Cards == 0 || shape.CpuMilli > cpuMilli || free.Count(milli => milli >= shape.MilliPerCard) < shape.Cards ? free.Sum()
        : free.Where(milli => milli < shape.MilliPerCard).Sum();
}
