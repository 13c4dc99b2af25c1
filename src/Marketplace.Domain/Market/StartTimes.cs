using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// How many cards each lot could give at each start of a window, found by one look at each node: what a node can give changes
/// only where something on it starts or ends. Lots that nobody asks about aren't looked at, and none is twice.
/// </summary>
internal sealed class StartTimes(Demand demand, HourRange window, Suitability suitability)
{
    private readonly Dictionary<Lot, CardsByStart> _lots = [];
    private readonly int[] _change = new int[Math.Max(window.Hours - demand.Hours, 0) + 2];

    /// <summary>How many starts there are; they count from 0, the window's first hour.</summary>
    public int Count => window.Hours - demand.Hours + 1;

    public CardsByStart Of(Lot lot)
    {
        if (!_lots.TryGetValue(lot, out var cards))
        {
            foreach (var offer in lot.Span)
            {
                if (suitability.Suits(offer))
                {
                    Add(offer);
                }
            }

            _lots.Add(lot, cards = new(_change));
            Array.Clear(_change);
        }

        return cards;
    }

    private void Add(Offer offer)
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
                var cards = demand.InGangs(offer.Occupancy.Capacity(new(new(from), new(from + demand.Hours)), demand.MilliPerCard, demand.CpuMilliPerCard, demand.MemoryMiBPerCard));
                _change[from - window.From.Number] += cards;
                _change[to - window.From.Number] -= cards;
            }
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

/// <summary>Cards by start, kept as the starts at which their number changes: a window may have thousands of starts.</summary>
internal sealed class CardsByStart
{
    private readonly int[] _starts;
    private readonly int[] _cards;

    /// <param name="changes">By start, how many more there are than at the one before.</param>
    public CardsByStart(ReadOnlySpan<int> changes)
    {
        var count = changes.Length - changes.Count(0);
        (_starts, _cards) = (new int[count], new int[count]);
        var (cards, at) = (0, 0);
        for (var start = 0; at < count; start++)
        {
            if (changes[start] != 0)
            {
                (_starts[at], _cards[at++]) = (start, cards += changes[start]);
            }
        }
    }

    public int At(int start)
    {
        var at = Array.BinarySearch(_starts, start);
        at = at < 0 ? ~at - 1 : at;
        return at < 0 ? 0 : _cards[at];
    }

    /// <summary>Adds them to totals by start.</summary>
    public void AddTo(Span<int> totals)
    {
        for (var i = 0; i < _starts.Length; i++)
        {
            // The last change takes back all there was, at the end of the window or before.
            for (var start = _starts[i]; _cards[i] != 0 && start < _starts[i + 1]; start++)
            {
                totals[start] += _cards[i];
            }
        }
    }
}
