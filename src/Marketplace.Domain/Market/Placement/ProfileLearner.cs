namespace Marketplace.Domain.Market.Placement;

/// <summary>
/// Counts the shapes that arrive and says when they have taught enough for a new <see cref="DemandProfile"/>: at arrivals 1 and
/// 64, then each time there are half as many again. Not thread-safe.
/// </summary>
/// <param name="supply">The market's nodes, each class with how many there are.</param>
public sealed class ProfileLearner(IReadOnlyDictionary<NodeClass, int> supply)
{
    /// <summary>Shapes that are counted; where more arrive, the rarer half is forgotten.</summary>
    public const int MaxShapes = 4096;

    private const long SecondProfile = 64;

    private Dictionary<Shape, long> _counts = [];
    private long _next = 1;

    /// <summary>All that were counted.</summary>
    public long Arrivals { get; private set; }

    /// <summary>Whether it is time for <see cref="Next"/>.</summary>
    public bool IsDue => Arrivals >= _next;

    public void Count(Shape shape)
    {
        Arrivals++;
        if (!_counts.TryGetValue(shape, out var count) && _counts.Count == MaxShapes)
        {
            ForgetRarest();
        }

        _counts[shape] = count + 1;
    }

    /// <summary>The profile of what arrived so far, and the next one is due later.</summary>
    public DemandProfile Next()
    {
        _next = Arrivals < SecondProfile ? SecondProfile : (Arrivals * 3 / 2) + 1;
        return new(_counts, supply);
    }

    /// <summary>Ties go to the shape that came first: a dictionary without removals keeps the order of its making.</summary>
    private void ForgetRarest() =>
        _counts = new(_counts.OrderByDescending(count => count.Value).Take(MaxShapes / 2));
}
