namespace Marketplace.Domain.Market.Placement;

/// <summary>What a demand asks of one node, whatever the hours and the price. Two demands of the same shape are placed alike.</summary>
public sealed record Shape
{
    /// <param name="cards">Cards of the node, 0 (CPU only) to <see cref="Node.MaxCards"/>.</param>
    /// <param name="milliPerCard">Thousandths of each card, 1 to 1000; 0 where there are no cards.</param>
    /// <param name="cpuMilli">Thousandths of a vCPU for all the cards together, 0 or more.</param>
    /// <param name="memoryMiB">MiB for all the cards together, 0 or more.</param>
    /// <param name="models">Models that will do; missing means any.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public Shape(int cards, int milliPerCard, int cpuMilli, int memoryMiB, ModelSet? models = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cards);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cards, Node.MaxCards);
        ArgumentOutOfRangeException.ThrowIfLessThan(milliPerCard, Math.Min(cards, 1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliPerCard, cards == 0 ? 0 : Listing.WholeCard);
        ArgumentOutOfRangeException.ThrowIfNegative(cpuMilli);
        ArgumentOutOfRangeException.ThrowIfNegative(memoryMiB);
        (Cards, MilliPerCard, CpuMilli, MemoryMiB, Models) = (cards, milliPerCard, cpuMilli, memoryMiB, models ?? ModelSet.Any);
    }

    public int Cards { get; }

    public int MilliPerCard { get; }

    public int CpuMilli { get; }

    public int MemoryMiB { get; }

    public ModelSet Models { get; }

    /// <summary>Thousandths of a card asked for in all, 0 to 1,024,000.</summary>
    public int CardMilli => Cards * MilliPerCard;
}
