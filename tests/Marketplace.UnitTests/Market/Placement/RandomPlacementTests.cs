using Marketplace.Domain.Market.Placement;

namespace Marketplace.UnitTests.Market.Placement;

/// <summary>Random demands on random nodes, against <see cref="NaivePackV"/> and against what may never happen.</summary>
public class RandomPlacementTests
{
    /// <summary>Sums in another order differ by less.</summary>
    private const double Rounding = 1e-6;

    private static readonly string[] Models = ["A", "B", "C"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(null)]
    public void Waste_score_and_state_after_agree_with_a_naive_evaluation(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 15; run++)
        {
            var (shapes, nodes) = (Shapes(random, 25), Nodes(random, 30));
            var profile = Profile(random, shapes, nodes);
            var (policy, naive) = (new PackV(profile), new NaivePackV(profile));
            foreach (var node in nodes)
            {
                var state = node.InternIn(policy);
                var waste = naive.Waste(node.Class, node.Free, node.CpuMilli, node.MemoryMiB);
                Assert.True(Math.Abs(waste - policy.Waste(state)) < Rounding, $"seed {seed}, run {run}: {node}");
                foreach (var shape in shapes)
                {
                    Agree(policy, naive, node, state, shape, $"seed {seed}, run {run}: {shape} on {node}");
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Whatever_fits_is_placed_and_nothing_is_sold_twice(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        var (shapes, nodes) = (Shapes(random, 25), Nodes(random, 30));
        var (learner, supply) = (new ProfileLearner(), nodes.CountBy(node => node.Class).ToDictionary());
        PackV? policy = null;
        var dropped = 0;
        for (var arrival = 0; arrival < 1000; arrival++)
        {
            var shape = shapes[random.Next(shapes.Count)];
            learner.Count(shape);
            policy = policy is null || learner.IsDue ? new(learner.Next(supply)) : policy;

            var choice = policy.Best([.. nodes.Select(node => node.InternIn(policy))], policy.InternShape(shape));

            Assert.True(choice is not null == nodes.Any(node => node.Fits(shape)), $"seed {seed}, arrival {arrival}: {shape}");
            dropped += choice is null ? 1 : 0;
            if (choice is { } chosen)
            {
                var node = nodes[chosen.Candidate];
                node.Take(shape, chosen.Fit.Residual);
                Assert.True(!node.IsOversold && node.InternIn(policy) == chosen.Fit.After, $"seed {seed}, arrival {arrival}: {shape} on {node}");
            }
        }

        Assert.True(dropped is > 0 and < 1000, $"seed {seed}: {dropped} dropped");
    }

    [Fact]
    public void The_same_arrivals_are_placed_alike_whatever_was_asked_before()
    {
        var random = new Random(3);
        var (shapes, nodes) = (Shapes(random, 25), Nodes(random, 30));
        var profile = Profile(random, shapes, nodes);
        var (one, other) = (new PackV(profile), new PackV(profile));

        foreach (var shape in shapes.AsEnumerable().Reverse())
        {
            _ = other.Best([.. nodes.AsEnumerable().Reverse().Select(node => node.InternIn(other))], other.InternShape(shape));
        }

        foreach (var shape in shapes)
        {
            var first = one.Best([.. nodes.Select(node => node.InternIn(one))], one.InternShape(shape));
            var second = other.Best([.. nodes.Select(node => node.InternIn(other))], other.InternShape(shape));
            Assert.Equal((first?.Candidate, first?.Fit.Score, first?.Fit.Residual), (second?.Candidate, second?.Fit.Score, second?.Fit.Residual));
        }
    }

    [Fact]
    public void What_is_kept_has_a_limit_and_is_learned_again()
    {
        var policy = new PackV(PlacementWorld.Profile((PlacementWorld.Slice(1000), 1)));
        var shape = policy.InternShape(PlacementWorld.Slice(1000));
        var before = policy.Best([policy.Intern(PlacementWorld.EightA, [1000], 7, 7)], shape)!.Value.Fit.Score;
        Assert.False(policy.Trim());

        for (var cpu = 0; cpu < 300_000; cpu++)
        {
            policy.Intern(PlacementWorld.EightA, [1000], cpu, 0);
        }

        Assert.True(policy.Trim());
        Assert.False(policy.Trim());
        shape = policy.InternShape(PlacementWorld.Slice(1000));
        Assert.Equal(before, policy.Best([policy.Intern(PlacementWorld.EightA, [1000], 7, 7)], shape)!.Value.Fit.Score);
    }

    private static void Agree(PackV policy, NaivePackV naive, TestNode node, int state, Shape shape, string where)
    {
        var ways = naive.Ways(shape, node.Class, node.Free, node.CpuMilli, node.MemoryMiB).ToList();
        var fit = policy.Evaluate(state, policy.InternShape(shape));
        Assert.True(fit.Fits == ways.Count > 0, where);
        Assert.True(fit == policy.Evaluate(state, policy.InternShape(shape)), where);
        if (!fit.Fits)
        {
            return;
        }

        var (_, after, saved) = ways.Single(way => way.Residual == fit.Residual);
        var left = node with { Free = [.. after], CpuMilli = node.CpuMilli - shape.CpuMilli, MemoryMiB = node.MemoryMiB - shape.MemoryMiB };
        Assert.True(left.InternIn(policy) == fit.After, where);
        Assert.True(saved / 5 >= fit.Score - Rounding && saved / 5 < fit.Score + 1 + Rounding, where);
        foreach (var way in ways)
        {
            // Of equal scores the least residual is taken, so that a lesser one has to score less.
            var limit = fit.Score + (way.Residual < fit.Residual ? 0 : 1);
            Assert.True(way.Saved / 5 < limit + Rounding, $"{where}: {way.Residual} is better than {fit.Residual}");
        }
    }

    private static List<Shape> Shapes(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var cards = random.Next(4) == 0 ? random.Next(0, 9) : 1;
        var milli = cards == 0 ? 0 : random.Next(3) == 0 ? 1000 : random.Next(1, 1001);
        var models = new ModelSet(random.Next(2) == 0 ? [] : Models.Where(_ => random.Next(2) == 0));
        return new Shape(cards, milli, random.Next(0, 10 * ((cards * milli) + 100)), random.Next(0, 16 * ((cards * milli) + 100)), models);
    }).Distinct()];

    private static List<TestNode> Nodes(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var cards = 1 << random.Next(0, 5);
        return new TestNode(new(Models[random.Next(3)], cards), random.Next(0, cards * 12_000), random.Next(0, cards * 24_000))
        {
            Free = [.. Enumerable.Range(0, cards).Select(_ => random.Next(3) switch { 0 => 0, 1 => 1000, _ => random.Next(0, 101) * 10 })],
        };
    })];

    private static DemandProfile Profile(Random random, List<Shape> shapes, List<TestNode> nodes) => new(
        [.. shapes.Select(shape => KeyValuePair.Create(shape, (long)random.Next(1, 100)))], nodes.CountBy(node => node.Class).ToDictionary());

    private sealed record TestNode(NodeClass Class, int CpuMilli, int MemoryMiB)
    {
        public required List<int> Free { get; init; }

        public int CpuMilli { get; set; } = CpuMilli;

        public int MemoryMiB { get; set; } = MemoryMiB;

        public bool IsOversold => CpuMilli < 0 || MemoryMiB < 0 || Free.Any(milli => milli < 0);

        public int InternIn(PackV policy) => policy.Intern(Class, [.. Free], CpuMilli, MemoryMiB);

        public bool Fits(Shape shape) => shape.Models.Allows(Class.Model) && CpuMilli >= shape.CpuMilli && MemoryMiB >= shape.MemoryMiB
            && Free.Count(milli => milli >= shape.MilliPerCard) >= shape.Cards;

        public void Take(Shape shape, int residual)
        {
            (CpuMilli, MemoryMiB) = (CpuMilli - shape.CpuMilli, MemoryMiB - shape.MemoryMiB);
            Free.Sort();
            for (var (card, first) = (0, Free.FindIndex(milli => milli >= residual)); card < shape.Cards; card++)
            {
                Free[first + card] -= shape.MilliPerCard;
            }
        }

        public override string ToString() => $"{Class} with {string.Join(' ', Free)}, {CpuMilli} CPU milli, {MemoryMiB} MiB";
    }
}
