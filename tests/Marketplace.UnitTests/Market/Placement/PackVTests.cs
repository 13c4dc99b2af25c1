using Marketplace.Domain.Market.Placement;
using static Marketplace.UnitTests.Market.Placement.PlacementWorld;

namespace Marketplace.UnitTests.Market.Placement;

public class PackVTests
{
    /// <summary>Asked for alone, with 8 CPU milli and 16 MiB a card milli: a free card is worth 1000 milli and nothing is scarce.</summary>
    private static readonly Shape Usual = Slice(1000, 8000, 16_000);

    /// <summary>
    /// Demands: 0.4 for 600 milli, 0.2 for two cards, 0.2 for a card with 0.101 vCPUs, 0.1 for CPU alone, 0.1 for model B.
    /// </summary>
    [Theory]
    [InlineData("too small for all; model B's don't count", 450, 101, 500)]
    [InlineData("twice", 900, 101, 500, 500)]
    [InlineData("600 fits once (200), two cards (220), one (220) and CPU (110) don't", 750, 110, 500, 600)]
    [InlineData("600 (200), two cards not (300), one (100), CPU (150)", 750, 150, 500, 1000)]
    [InlineData("600 (200), two cards (100), one (100), CPU (250)", 650, 250, 500, 1000, 1000)]
    [InlineData("only two cards (200) and CPU (100) can't use it", 300, 101, 1000)]
    [InlineData("nor can who needs more CPU (200)", 500, 100, 1000)]
    public void Fragments_are_what_demands_could_not_use(string why, double fragments, int cpuMilli, params int[] free)
    {
        var profile = Profile(
            (Slice(600), 4), (Gang(2), 2), (Slice(1000, cpuMilli: 101), 2), (CpuOnly(1), 1), (Slice(1000, models: "B"), 1));
        var policy = new PackV(profile);

        var waste = policy.Waste(policy.Intern(EightA, free, cpuMilli, Plenty));

        // Each demand takes 0.1 CPU milli a card milli, so nothing is stranded; the rest is known from the profile.
        var rest = (-0.2 * profile.Scarcity(EightA) * free.Sum()) - (1000 * free.Sum(profile.HoleWorth));
        Assert.True(Math.Abs(fragments - ((waste - rest) / 0.1)) < 1e-6, $"{why}: {(waste - rest) / 0.1}");
    }

    [Theory]
    [InlineData("both suffice", 0, 16_000, 32_000)]
    [InlineData("CPU for 1500 of 2000 by the half that needs more of it", 250, 12_000, 32_000)]
    [InlineData("memory for 1000 of 2000", 1000, 16_000, 16_000)]
    [InlineData("the lesser of the two", 1000, 12_000, 16_000)]
    public void Stranded_is_what_CPU_and_memory_do_not_suffice_for(string why, double stranded, int cpuMilli, int memoryMiB)
    {
        var policy = new PackV(Profile((Usual, 1), (Slice(1000, 4000, 16_000), 1)));

        var waste = policy.Waste(policy.Intern(EightA, [1000, 1000], cpuMilli, memoryMiB));

        Assert.True(Math.Abs(stranded - ((waste + 2000) / 0.2)) < 1e-6, $"{why}: {(waste + 2000) / 0.2}");
    }

    [Theory]
    [InlineData("-2000 before, -1000 after", -200, 16_000, 1000, 1000)]
    [InlineData("1000 of 2000 stranded before; after, all 1000, and a fragment: -1800 before, -700 after", -220, 8000, 1000, 1000)]
    [InlineData("nothing is left to waste", -200, 9000, 1000)]
    [InlineData("not enough CPU", PackV.NoFit, 7999, 1000)]
    [InlineData("no card has enough", PackV.NoFit, 9000, 999, 999)]
    [InlineData("no card is free", PackV.NoFit, 9000, 0)]
    public void A_score_is_the_waste_saved_in_steps_of_5(string why, int score, int cpuMilli, params int[] free)
    {
        var policy = new PackV(Profile((Usual, 1)));

        var fit = policy.Evaluate(policy.Intern(EightA, free, cpuMilli, Plenty), policy.InternShape(Usual));

        Assert.True(score == fit.Score && fit.Fits == (score != PackV.NoFit), $"{why}: {fit}");
    }

    [Fact]
    public void Scores_are_rounded_down()
    {
        var policy = new PackV(Profile((Usual, 1)));

        // CPU for 1998.75 of 2000, and nothing is left after: (-2000 + 0.2·1.25 - 0) / 5 is -399.95.
        var fit = policy.Evaluate(policy.Intern(EightA, [1000, 1000], 15_990, Plenty), policy.InternShape(Gang(2)));

        Assert.Equal(-400, fit.Score);
    }

    [Fact]
    public void Memory_and_model_are_hard_limits()
    {
        var policy = new PackV(Profile((Usual, 1)));
        var state = policy.Intern(EightA, [1000], 8000, 16_000);

        Assert.True(policy.Evaluate(state, policy.InternShape(Usual)).Fits);
        Assert.True(policy.Evaluate(state, policy.InternShape(Slice(1000, 8000, 16_000, "B", "A"))).Fits);
        Assert.Equal(Fit.None, policy.Evaluate(state, policy.InternShape(Slice(1000, 8000, 16_001))));
        Assert.Equal(Fit.None, policy.Evaluate(state, policy.InternShape(Slice(1000, 8000, 16_000, "B", "C"))));
        Assert.Equal(Fit.None, policy.Evaluate(state, policy.InternShape(Gang(2))));
    }

    [Theory]
    [InlineData(500, 500, new[] { 1000, 500, 700 }, new[] { 1000, 0, 700 })]
    [InlineData(300, 300, new[] { 300, 1000, 600 }, new[] { 0, 1000, 600 })]
    public void A_slice_goes_where_it_leaves_the_least(int milli, int residual, int[] free, int[] after)
    {
        var policy = new PackV(Profile((Slice(1000), 1), (Slice(500), 1), (Slice(300), 1)));

        var fit = policy.Evaluate(policy.Intern(EightA, free, 100, 100), policy.InternShape(Slice(milli)));

        Assert.Equal((residual, policy.Intern(EightA, after, 100, 100)), (fit.Residual, fit.After));
    }

    [Fact]
    public void Of_equal_cards_the_fullest_is_taken()
    {
        // Only whole cards arrive, so that holes are all worth nothing and 5 milli of card are less than a step.
        var policy = new PackV(Profile((Slice(1000), 1)));

        var fit = policy.Evaluate(policy.Intern(EightA, [900, 800, 850], 100, 100), policy.InternShape(Slice(5)));

        Assert.Equal(800, fit.Residual);
    }

    [Fact]
    public void Several_slices_take_cards_from_the_residual_upwards()
    {
        var policy = new PackV(Profile((Slice(1000), 1)));

        var fit = policy.Evaluate(policy.Intern(EightA, [600, 1000, 300, 500, 1000], 100, 1000), policy.InternShape(Gang(3, 400)));

        Assert.Equal((500, policy.Intern(EightA, [200, 600, 300, 100, 1000], 100, 1000)), (fit.Residual, fit.After));
    }

    [Fact]
    public void CPU_alone_takes_no_card()
    {
        var policy = new PackV(Profile((Usual, 1)));
        var shape = policy.InternShape(CpuOnly(100, 100));

        var fit = policy.Evaluate(policy.Intern(EightA, [1000], 8000, 16_000), shape);

        Assert.Equal(new Fit(fit.Score, 0, policy.Intern(EightA, [1000], 7900, 15_900)), fit);
        Assert.True(fit.Score < 0);
        Assert.Equal(0, policy.Evaluate(policy.Intern(EightA, [0], 8000, 16_000), shape).Score);
    }

    [Fact]
    public void The_order_of_cards_does_not_matter()
    {
        var policy = new PackV(Profile((Usual, 1)));

        var state = policy.Intern(EightA, [0, 300, 1000, 300], 5, 6);

        Assert.Equal(state, policy.Intern(EightA, [300, 300, 0, 1000], 5, 6));
        Assert.NotEqual(state, policy.Intern(EightA, [300, 1000, 0, 1000], 5, 6));
        Assert.NotEqual(state, policy.Intern(new("A", 4), [0, 300, 1000, 300], 5, 6));
        Assert.NotEqual(state, policy.Intern(EightA, [0, 300, 1000, 300], 6, 5));
    }

    [Fact]
    public void Nodes_of_1024_cards_are_filled_to_the_last()
    {
        var policy = new PackV(Profile((Slice(1000), 1), (Gang(512), 1)));
        var node = new NodeClass("A", 1024);
        var state = policy.Intern(node, [.. Enumerable.Range(0, 1024).Select(card => card % 2 == 0 ? 1000 : card % 999)], 0, 0);

        var gang = policy.Evaluate(state, policy.InternShape(Gang(512)));
        var all = policy.Evaluate(policy.Intern(node, [.. Enumerable.Repeat(1000, 1024)], 0, 0), policy.InternShape(Gang(1024)));

        Assert.Equal((1000, false), (gang.Residual, policy.Evaluate(gang.After, policy.InternShape(Slice(1000))).Fits));
        Assert.Equal(0, policy.Waste(all.After));
    }

    [Fact]
    public void The_first_of_the_best_candidates_is_chosen()
    {
        var policy = new PackV(Profile((Usual, 1)));
        var full = policy.Intern(EightA, [0], 16_000, Plenty);
        var poor = policy.Intern(EightA, [1000, 1000], 8016, Plenty);
        var good = policy.Intern(EightA, [1000, 1000], 16_000, Plenty);
        var shape = policy.InternShape(Usual);

        Assert.Equal(2, policy.Best([full, poor, good, good], shape)!.Value.Candidate);
        Assert.Equal(policy.Evaluate(poor, shape), policy.Best([full, poor], shape)!.Value.Fit);
        Assert.Null(policy.Best([full, full], shape));
        Assert.Null(policy.Best([], shape));
    }

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        var policy = new PackV(Profile());

        Assert.Throws<ArgumentOutOfRangeException>(() => policy.Intern(EightA, [-1], 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => policy.Intern(EightA, [1001], 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => policy.Intern(EightA, [], -1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => policy.Intern(EightA, [], 0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => policy.Intern(new("A", 1), [1000, 1000], 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => policy.Intern(new("A", 1025), [1000], 0, 0));
    }
}
