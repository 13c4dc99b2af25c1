namespace Marketplace.Domain.Market.Placement;

/// <summary>Cards of a node as runs, from the fullest to the emptiest, and what is left of them when some are taken.</summary>
internal static class Taking
{
    /// <summary>The runs of these cards.</summary>
    /// <param name="freeMilliByCard">0 to 1000 each, the least first.</param>
    /// <param name="into">Room for as many.</param>
    /// <returns>How many runs there are.</returns>
    public static int Runs(ReadOnlySpan<int> freeMilliByCard, Span<Run> into)
    {
        var length = 0;
        foreach (var milli in freeMilliByCard)
        {
            length = Append(into, length, milli, 1);
        }

        return length;
    }

    /// <summary>The first run whose cards have so many milli; the number of runs where none has.</summary>
    public static int FirstWith(ReadOnlySpan<Run> runs, int milli)
    {
        var first = 0;
        while (first < runs.Length && runs[first].Milli < milli)
        {
            first++;
        }

        return first;
    }

    /// <summary>What is left when so many cards give so many milli each: those of one run first, then those of the next upwards.</summary>
    /// <param name="runs">The node's cards.</param>
    /// <param name="first">The run to begin with; its cards have the milli.</param>
    /// <param name="cards">1 or more.</param>
    /// <param name="milli">1 or more.</param>
    /// <param name="into">Room for as many runs as the node has cards.</param>
    /// <returns>How many runs are left, or -1 where there are too few cards.</returns>
    public static int Take(ReadOnlySpan<Run> runs, int first, int cards, int milli, Span<Run> into)
    {
        var (last, missing) = (first, cards);
        while (last < runs.Length && runs[last].Cards < missing)
        {
            missing -= runs[last++].Cards;
        }

        if (last >= runs.Length)
        {
            return -1;
        }

        var (length, taken) = (0, first);
        for (var i = 0; i < runs.Length; i++)
        {
            // What is left of a card that was taken now stands further down, before this run or with it.
            for (; taken <= last && runs[taken].Milli - milli <= runs[i].Milli; taken++)
            {
                length = Append(into, length, runs[taken].Milli - milli, taken == last ? missing : runs[taken].Cards);
            }

            var kept = i < first || i > last ? runs[i].Cards : i == last ? runs[i].Cards - missing : 0;
            length = Append(into, length, runs[i].Milli, kept);
        }

        return length;
    }

    private static int Append(Span<Run> runs, int length, int milli, int cards)
    {
        if (milli == 0 || cards == 0)
        {
            return length;
        }

        if (length > 0 && runs[length - 1].Milli == milli)
        {
            cards += runs[--length].Cards;
        }

        runs[length] = new((ushort)milli, (ushort)cards);
        return length + 1;
    }
}
