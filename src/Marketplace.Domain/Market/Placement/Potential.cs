namespace Marketplace.Domain.Market.Placement;

/// <summary>
/// How much of a node's free capacity is likely to be wasted (Φ), in milli; what is worth much counts against it:
/// Φ = 0.1·F + 0.2·S − 0.2·ρ·idle − 1000·Σ V(r), where idle is what is free of its cards, r of each; 0 where nothing is.
/// </summary>
internal sealed class Potential
{
    private const double FragmentWeight = 0.1;
    private const double StrandingWeight = 0.2;
    private const double ScarcityWeight = 0.2;

    private readonly DemandProfile _profile;
    private readonly Fragments _fragments;
    private readonly Stranding _stranding;
    private readonly double[] _worth;
    private readonly List<(NodeClass Nodes, double Scarcity, Fragments.Row?[] Rows)> _classes = [];

    public Potential(DemandProfile profile)
    {
        _profile = profile;
        _fragments = new(profile.Types);
        _stranding = new(profile.Types);
        _worth = [.. Enumerable.Range(0, Listing.WholeCard + 1).Select(milli => Listing.WholeCard * profile.HoleWorth(milli))];
    }

    /// <summary>Numbers held in tables that grow with the models and CPU sizes met.</summary>
    public int Cells => _fragments.Cells;

    /// <summary>The id of a class that wasn't added before; they count from 0.</summary>
    public int Add(NodeClass nodes)
    {
        _classes.Add((nodes, _profile.Scarcity(nodes), _fragments.RowsOf(nodes.Model)));
        return _classes.Count - 1;
    }

    public string ModelOf(int nodeClass) => _classes[nodeClass].Nodes.Model;

    public double Of(in FreeNode free, ReadOnlySpan<Run> runs)
    {
        var (idle, worth) = (0, 0.0);
        foreach (var run in runs)
        {
            idle += run.Milli * run.Cards;
            worth += _worth[run.Milli] * run.Cards;
        }

        if (idle == 0)
        {
            return 0;
        }

        var (nodes, scarcity, rows) = _classes[free.Class];
        var fragments = _fragments.RowOf(rows, nodes.Model, free.CpuMilli).Of(runs, idle);
        var stranded = _stranding.Of(idle, free.CpuMilli, free.MemoryMiB);
        return (FragmentWeight * fragments) + (StrandingWeight * stranded) - (ScarcityWeight * scarcity * idle) - worth;
    }
}
