using System.Diagnostics;
using Marketplace.Domain.Market.Placement;

namespace Marketplace.Benchmarks.Placement;

/// <summary>What one replay came to.</summary>
/// <param name="Allocated">
/// By the card milli that had arrived, in whole per cent of capacity: allocated card milli in per cent of capacity, the mean over
/// those arrivals.
/// </param>
/// <param name="Arrivals">Pods, placed or dropped.</param>
/// <param name="Placed">Those placed.</param>
/// <param name="Elapsed">From the first arrival, with nothing learned or kept, to the last.</param>
internal sealed record Outcome(IReadOnlyDictionary<int, double> Allocated, int Arrivals, int Placed, TimeSpan Elapsed)
{
    /// <summary>Per cent allocated when so many per cent had arrived; of a cluster so small that none did exactly, the last before.</summary>
    public double At(int percent) => Allocated.Where(at => at.Key <= percent).MaxBy(at => at.Key).Value;
}

/// <summary>
/// The FGD paper's experiment (USENIX ATC 2023): pods arrive in an order drawn by a seed, to 130 % of the cluster's
/// card capacity; each is placed at once where the policy says, or dropped where it fits nowhere; nobody leaves or is moved.
/// </summary>
internal sealed class Replay
{
    private const int LoadPercent = 130;

    private readonly List<Shape> _arrivals = [];
    private readonly ReplayNode[] _nodes;
    private readonly int[] _states;
    private readonly ProfileLearner _learner = new();
    private readonly Dictionary<NodeClass, int> _supply;
    private readonly long _capacity;

    public Replay(IReadOnlyList<TraceNode> nodes, IReadOnlyList<Shape> pods, int seed, bool shuffleNodes)
    {
        var random = new SplitMix64((ulong)seed);
        _capacity = nodes.Sum(node => node.Class.Cards * 1000L);
        Draw([.. pods], random);
        _nodes = [.. nodes.Select(node => new ReplayNode(node))];
        if (shuffleNodes)
        {
            random.Shuffle<ReplayNode>(_nodes);
        }

        _states = new int[_nodes.Length];
        _supply = nodes.CountBy(node => node.Class).ToDictionary();
    }

    /// <summary>Plays it; once only.</summary>
    public Outcome Run()
    {
        var (arrived, allocated, placed) = (0L, 0L, 0);
        var sums = new Dictionary<int, (double Sum, int Count)>();
        var clock = Stopwatch.StartNew();
        PackV? policy = null;
        foreach (var shape in _arrivals)
        {
            _learner.Count(shape);
            policy = policy is null || _learner.IsDue ? Learned() : policy;
            if (Place(policy, shape))
            {
                allocated += shape.CardMilli;
                placed++;
            }

            arrived += shape.CardMilli;
            var percent = (int)Math.Round(100.0 * arrived / _capacity);
            var (sum, count) = sums.GetValueOrDefault(percent);
            sums[percent] = (sum + (100.0 * allocated / _capacity), count + 1);
        }

        clock.Stop();
        return new(sums.ToDictionary(at => at.Key, at => at.Value.Sum / at.Value.Count), _arrivals.Count, placed, clock.Elapsed);
    }

    /// <summary>All pods, shuffled, then single ones drawn with replacement, until the next would pass the load.</summary>
    private void Draw(Shape[] pods, SplitMix64 random)
    {
        random.Shuffle<Shape>(pods);
        var (left, next) = (_capacity * LoadPercent / 100, 0);
        while (true)
        {
            var pod = next < pods.Length ? pods[next++] : pods[random.Below(pods.Length)];
            left -= pod.CardMilli;
            if (left < 0)
            {
                return;
            }

            _arrivals.Add(pod);
        }
    }

    private PackV Learned()
    {
        var policy = new PackV(_learner.Next(_supply));
        for (var i = 0; i < _nodes.Length; i++)
        {
            _states[i] = _nodes[i].InternIn(policy);
        }

        return policy;
    }

    private bool Place(PackV policy, Shape shape)
    {
        if (policy.Best(_states, policy.InternShape(shape)) is not { } choice)
        {
            return false;
        }

        _nodes[choice.Candidate].Take(shape, choice.Fit.Residual);
        _states[choice.Candidate] = choice.Fit.After;
        return true;
    }

    /// <summary>A node as it fills, card by card, which the policy's states are checked against.</summary>
    private sealed class ReplayNode(TraceNode node)
    {
        private readonly int[] _free = [.. Enumerable.Repeat(1000, node.Class.Cards)];
        private int _cpuMilli = node.CpuMilli;
        private int _memoryMiB = node.MemoryMiB;

        public int InternIn(PackV policy) => policy.Intern(node.Class, _free, _cpuMilli, _memoryMiB);

        /// <summary>Takes the cards that the policy named: the fullest with the residual and upwards.</summary>
        public void Take(Shape shape, int residual)
        {
            _cpuMilli -= shape.CpuMilli;
            _memoryMiB -= shape.MemoryMiB;
            Array.Sort(_free);
            var first = Array.FindIndex(_free, milli => milli >= residual);
            for (var card = first; card < first + shape.Cards; card++)
            {
                _free[card] -= shape.MilliPerCard;
            }

            if (_cpuMilli < 0 || _memoryMiB < 0 || _free.Any(milli => milli < 0))
            {
                throw new InvalidOperationException("The policy placed a pod where it doesn't fit.");
            }
        }
    }
}
