using System.Runtime.InteropServices;

namespace Marketplace.Domain.Market.Placement;

/// <summary>
/// Says where a demand does the least harm to those that will come: how much free capacity a placement saves from being wasted,
/// judged by a <see cref="DemandProfile"/>. The README beside has the formula. Scores are kept by the node's state and the
/// demand's shape, which both repeat a lot.
/// </summary>
/// <remarks>Not thread-safe: one for each thread, over a profile that they share. The same calls give the same answers.</remarks>
public sealed class PackV(DemandProfile profile)
{
    /// <summary>The score of what doesn't fit.</summary>
    public const int NoFit = int.MinValue;

    /// <summary>Milli that a step of the score stands for: differences below it are noise, and ties go to the first node.</summary>
    private const double ScoreStep = 5;

    private const int Unknown = int.MaxValue;

    /// <summary>With <see cref="MaxStates"/>, some tens of MB.</summary>
    private const int MaxCells = 1 << 22;

    private const int MaxStates = 1 << 18;

    private const int FirstStates = 64;

    private readonly Dictionary<NodeClass, int> _classIds = [];
    private readonly Dictionary<Shape, int> _shapeIds = [];
    private readonly List<ShapeCache> _shapes = [];
    private readonly int[] _cards = new int[Node.MaxCards];
    private readonly Run[] _runs = new Run[Node.MaxCards];
    private Potential _potential = new(profile);
    private NodeStates _states = new();
    private double[] _waste = new double[FirstStates];
    private int _cells;

    /// <summary>The id of a node's state; the order of its cards doesn't matter.</summary>
    /// <param name="nodes">The node's class.</param>
    /// <param name="freeMilliByCard">Free thousandths of each card, 0 to 1000; no more cards than the class has.</param>
    /// <param name="cpuMilli">Free thousandths of a vCPU, 0 or more.</param>
    /// <param name="memoryMiB">Free MiB, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public int Intern(NodeClass nodes, ReadOnlySpan<int> freeMilliByCard, int cpuMilli, int memoryMiB)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpuMilli);
        ArgumentOutOfRangeException.ThrowIfNegative(memoryMiB);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nodes.Cards, Node.MaxCards);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(freeMilliByCard.Length, nodes.Cards);
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(_classIds, nodes, out var known);
        if (!known)
        {
            id = _potential.Add(nodes);
        }

        var cards = _cards.AsSpan(0, freeMilliByCard.Length);
        freeMilliByCard.CopyTo(cards);
        cards.Sort();
        if (cards.Length > 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(cards[0], nameof(freeMilliByCard));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(cards[^1], Listing.WholeCard, nameof(freeMilliByCard));
        }

        return Intern(new(id, cpuMilli, memoryMiB), _runs.AsSpan(0, Taking.Runs(cards, _runs)));
    }

    /// <summary>The id of a shape.</summary>
    public int InternShape(Shape shape)
    {
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(_shapeIds, shape, out var known);
        if (!known)
        {
            id = _shapes.Count;
            _shapes.Add(new(shape));
        }

        return id;
    }

    /// <summary>How much of what is free in that state is likely to be wasted (Φ), in milli; below 0 where it is worth a lot.</summary>
    public double Waste(int state) => _waste[state];

    /// <summary>What comes of placing the shape on a node in that state.</summary>
    public Fit Evaluate(int state, int shape)
    {
        var score = Score(state, shape);
        if (score == NoFit)
        {
            return Fit.None;
        }

        var places = Grow(ref _shapes[shape].Places, default);
        if (!places[state].IsKnown)
        {
            places[state] = Occupy(state, _shapes[shape].Shape);
        }

        return new(score, places[state].Residual, places[state].After);
    }

    /// <summary>The score of <see cref="Evaluate"/> alone, or <see cref="NoFit"/>, for less: the state after isn't made.</summary>
    public int Score(int state, int shape)
    {
        var scores = Grow(ref _shapes[shape].Scores, Unknown);
        return scores[state] == Unknown ? scores[state] = Weigh(state, _shapes[shape].Shape).Score : scores[state];
    }

    /// <summary>The candidate with the highest score, the first of equals; null where the shape fits on none.</summary>
    public Choice? Best(ReadOnlySpan<int> states, int shape)
    {
        var scores = Grow(ref _shapes[shape].Scores, Unknown);
        var (best, most) = (-1, NoFit);
        for (var i = 0; i < states.Length; i++)
        {
            // Unknown is above every score, so that the common case is one comparison.
            if (scores[states[i]] > most && Score(states[i], shape) is var score && score > most)
            {
                (best, most) = (i, score);
            }
        }

        return best < 0 ? null : new Choice(best, Evaluate(states[best], shape));
    }

    /// <summary>
    /// Forgets everything interned where it takes up too much; to be called between matches by who keeps this for long.
    /// </summary>
    /// <returns>Whether it did: ids of states and shapes given out before mean nothing then.</returns>
    public bool Trim()
    {
        if (_cells + _potential.Cells <= MaxCells && _states.Count <= MaxStates)
        {
            return false;
        }

        _potential = new(profile);
        _classIds.Clear();
        _shapeIds.Clear();
        _shapes.Clear();
        _states = new();
        _waste = new double[FirstStates];
        _cells = 0;
        return true;
    }

    private int Intern(in FreeNode free, ReadOnlySpan<Run> runs)
    {
        var known = _states.Count;
        var id = _states.Intern(free, runs);
        if (id == known)
        {
            if (id == _waste.Length)
            {
                Array.Resize(ref _waste, id * 2);
            }

            _waste[id] = _potential.Of(free, runs);
        }

        return id;
    }

    /// <summary>The best score of a placement in that state, and the run that its cards are taken from: of equals the fullest.</summary>
    private (int Score, int First) Weigh(int state, Shape shape)
    {
        ref readonly var free = ref _states[state];
        if (free.CpuMilli < shape.CpuMilli || free.MemoryMiB < shape.MemoryMiB || !shape.Models.Allows(_potential.ModelOf(free.Class)))
        {
            return (NoFit, 0);
        }

        var left = Left(free, shape);
        var runs = _states.Runs(state);
        if (shape.Cards == 0)
        {
            return (Steps(_waste[state] - _potential.Of(left, runs)), 0);
        }

        var best = (Score: NoFit, First: 0);
        for (var first = Taking.FirstWith(runs, shape.MilliPerCard); ; first++)
        {
            var length = Taking.Take(runs, first, shape.Cards, shape.MilliPerCard, _runs);
            if (length < 0)
            {
                return best;
            }

            var score = Steps(_waste[state] - _potential.Of(left, _runs.AsSpan(0, length)));
            best = score > best.Score ? (score, first) : best;
        }
    }

    /// <summary>The card that the score speaks of, and the state after; the shape fits.</summary>
    private Place Occupy(int state, Shape shape)
    {
        var left = Left(_states[state], shape);
        var runs = _states.Runs(state);
        if (shape.Cards == 0)
        {
            return new(IsKnown: true, 0, Intern(left, runs));
        }

        var first = Weigh(state, shape).First;
        var residual = runs[first].Milli;
        var length = Taking.Take(runs, first, shape.Cards, shape.MilliPerCard, _runs);
        return new(IsKnown: true, residual, Intern(left, _runs.AsSpan(0, length)));
    }

    private static FreeNode Left(in FreeNode free, Shape shape) =>
        new(free.Class, free.CpuMilli - shape.CpuMilli, free.MemoryMiB - shape.MemoryMiB);

    private static int Steps(double saved) => (int)Math.Floor(saved / ScoreStep);

    /// <summary>Makes room for every state there is.</summary>
    private T[] Grow<T>(ref T[] byState, T unknown)
    {
        var length = byState.Length;
        if (length < _states.Count)
        {
            Array.Resize(ref byState, _waste.Length);
            Array.Fill(byState, unknown, length, byState.Length - length);
            _cells += byState.Length - length;
        }

        return byState;
    }

    private readonly record struct Place(bool IsKnown, int Residual, int After);

    /// <summary>What is known of a shape, by the id of the state.</summary>
    private sealed class ShapeCache(Shape shape)
    {
        public Shape Shape => shape;

        public int[] Scores = [];
        public Place[] Places = [];
    }
}
