using System.Collections.Concurrent;
using Marketplace.Domain.Market;
using Marketplace.Domain.Market.Placement;

namespace Marketplace.Application.Market;

/// <summary>What was asked for lately, by whom whatsoever, and the profile that placing goes by.</summary>
internal sealed class RecentDemands
{
    /// <summary>Demands that are remembered.</summary>
    public const int Kept = 2_000;

    private readonly Lock _learning = new();
    private ProfileLearner _learner = new(Kept);
    private ConcurrentBag<PackV> _idle = [];
    private DemandProfile? _profile;

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
            _learner.Count(ShapeOf(demand));
            if (_learner.IsDue && index is not null)
            {
                Learn(index);
            }
        }
    }

    /// <summary>Learns anew.</summary>
    /// <param name="demands">The last ones, in their order.</param>
    /// <param name="index">The market.</param>
    public void Restart(IEnumerable<Demand> demands, CapacityIndex index)
    {
        lock (_learning)
        {
            _learner = new(Kept);
            foreach (var demand in demands)
            {
                _learner.Count(ShapeOf(demand));
            }

            if (_learner.IsDue)
            {
                Learn(index);
            }
        }
    }

    private void Learn(CapacityIndex index)
    {
        _profile = _learner.Next(index.Supply());
        _idle = [];
    }

    /// <summary>What of a demand has to stand in one node: a gang, or else as little as a card.</summary>
    private static Shape ShapeOf(Demand demand)
    {
        var cards = demand.CardsPerNode ?? 1;
        return new(cards, demand.MilliPerCard, cards * demand.CpuMilliPerCard, cards * demand.MemoryMiBPerCard, demand.Accelerators.Count == 0 ? null : new(demand.Accelerators));
    }
}
