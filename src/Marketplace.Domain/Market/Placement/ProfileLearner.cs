namespace Marketplace.Domain.Market.Placement;

/// <summary>
/// Counts the shapes that arrive and says when they have taught enough for a new <see cref="DemandProfile"/>: at arrivals 1 and
/// 64, then each time there are half as many again as are remembered. Not thread-safe.
/// </summary>
/// <param name="remembered">How many of the last arrivals count, 1 or more; without, all.</param>
public sealed class ProfileLearner(int remembered = int.MaxValue)
{
    /// <summary>Shapes that are counted; where more arrive, the rarer half is forgotten.</summary>
    public const int MaxShapes = 4096;

    private const long SecondProfile = 64;

    private readonly Queue<Shape> _last = new();
    private Dictionary<Shape, long> _counts = [];
    private long _next = 1;

    /// <summary>All that ever arrived.</summary>
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
        if (remembered < int.MaxValue)
        {
            _last.Enqueue(shape);
            if (_last.Count > remembered)
            {
                ForgetOne(_last.Dequeue());
            }
        }
    }

    /// <summary>The profile of what is remembered, and the next one is due later.</summary>
    /// <param name="supply">The market's nodes, each class with how many there are.</param>
    public DemandProfile Next(IReadOnlyDictionary<NodeClass, int> supply)
    {
        _next = Arrivals < SecondProfile ? SecondProfile : Arrivals + (Math.Min(Arrivals, remembered) / 2) + 1;
        return new(_counts, supply);
    }

    private void ForgetOne(Shape shape)
    {
        if (_counts.TryGetValue(shape, out var count) && (_counts[shape] = count - 1) == 0)
        {
            _counts.Remove(shape);
        }
    }

    /// <summary>Ties go to the shape that stands first in the dictionary, which the same arrivals always make the same.</summary>
    private void ForgetRarest() =>
        _counts = new(_counts.OrderByDescending(count => count.Value).Take(MaxShapes / 2));
}
