using System.Collections.Concurrent;
using Marketplace.Domain.Market;
using Marketplace.Domain.Market.Placement;

namespace Marketplace.Application.Market;

/// <summary>
/// What was asked for lately, by whom whatsoever, and the profile that placing goes by. The profile is made anew at the first
/// demand, at the 64th, and then each time there are half as many again, up to as many as are kept.
/// </summary>
internal sealed class RecentDemands
{
    /// <summary>Demands that are remembered.</summary>
    public const int Kept = 2_000;

    private const int SecondProfile = 64;

    private readonly Lock _learning = new();
    private readonly Queue<Shape> _shapes = new();
    private ConcurrentBag<PackV> _idle = [];
    private DemandProfile? _profile;
    private int _arrivals;
    private int _next = 1;

    /// <summary>Lends a placement that nobody else uses meanwhile; null where nothing was learned yet.</summary>
    public T Use<T>(Func<PackV?, T> use)
    {
        if (_profile is not { } profile)
        {
            return use(null);
        }

        var idle = _idle;
        var placement = idle.TryTake(out var kept) ? kept : new(profile);
        placement.Trim();
        var answer = use(placement);
        idle.Add(placement);
        return answer;
    }

    public void Observe(Demand demand, CapacityIndex? index)
    {
        lock (_learning)
        {
            Add(demand);
            if (_arrivals >= _next && index is not null)
            {
                Learn(index);
            }
        }
    }

    public void Restart(IEnumerable<Demand> demands, CapacityIndex index)
    {
        lock (_learning)
        {
            _shapes.Clear();
            _arrivals = 0;
            foreach (var demand in demands)
            {
                Add(demand);
            }

            if (_arrivals > 0)
            {
                Learn(index);
            }
        }
    }

    private void Add(Demand demand)
    {
        _arrivals++;
        _shapes.Enqueue(ShapeOf(demand));
        if (_shapes.Count > Kept)
        {
            _shapes.Dequeue();
        }
    }

    private void Learn(CapacityIndex index)
    {
        _next = _arrivals < SecondProfile ? SecondProfile : _arrivals + Math.Min(_arrivals / 2, Kept / 2) + 1;
        var counts = _shapes.GroupBy(shape => shape).Select(group => KeyValuePair.Create(group.Key, (long)group.Count())).ToList();
        _profile = new(counts, index.Supply());
        _idle = [];
    }

    /// <summary>What of a demand has to stand in one node: a gang, or else as little as a card.</summary>
    private static Shape ShapeOf(Demand demand)
    {
        var cards = demand.CardsPerNode ?? 1;
        return new(cards, demand.MilliPerCard, cards * demand.CpuMilliPerCard, cards * demand.MemoryMiBPerCard, demand.Accelerators.Count == 0 ? null : new(demand.Accelerators));
    }
}
