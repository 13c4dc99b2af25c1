using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// How many cards could be had in all at each start of a window, found by one look at each node: what a node can give changes
/// only where something on it starts or ends.
/// </summary>
internal sealed class StartTimes(Demand demand, HourRange window)
{
    private readonly int[] _change = new int[window.Hours - demand.Hours + 2];

    public void Add(Offer offer, int gang)
    {
        var within = offer.Window.Intersect(window);
        var (first, last) = (within.From.Number, within.To.Number - demand.Hours);
        if (last < first)
        {
            return;
        }

        Span<int> edges = stackalloc int[Math.Min((2 * offer.Occupancy.Booked.Length) + 1, 129)];
        var count = Edges(offer, first, last, ref edges);
        edges[..count].Sort();
        for (var i = 0; i < count; i++)
        {
            var (from, to) = (edges[i], i + 1 < count ? edges[i + 1] : last + 1);
            if (from < to)
            {
                var cards = offer.Occupancy.Capacity(new(new(from), new(from + demand.Hours)), demand.MilliPerCard, demand.CpuMilliPerCard, demand.MemoryMiBPerCard) / gang * gang;
                _change[from - window.From.Number] += cards;
                _change[to - window.From.Number] -= cards;
            }
        }
    }

    /// <summary>Starts and the cards that could be had, in order of time.</summary>
    public IEnumerable<(Hour Start, int Cards)> Totals()
    {
        var cards = 0;
        for (var i = 0; i + 1 < _change.Length; i++)
        {
            cards += _change[i];
            yield return (window.From + i, cards);
        }
    }

    /// <summary>The starts from which on the node may give more or fewer cards than at the one before.</summary>
    private int Edges(Offer offer, int first, int last, ref Span<int> edges)
    {
        var booked = offer.Occupancy.Booked;
        if (edges.Length < (2 * booked.Length) + 1)
        {
            edges = new int[(2 * booked.Length) + 1];
        }

        edges[0] = first;
        var count = 1;
        foreach (ref readonly var b in booked)
        {
            foreach (var edge in (ReadOnlySpan<int>)[b.From - demand.Hours + 1, b.To])
            {
                if (edge > first && edge <= last)
                {
                    edges[count++] = edge;
                }
            }
        }

        return count;
    }
}
