using Marketplace.Domain.Market.Placement;
using static Marketplace.UnitTests.Market.Placement.PlacementWorld;

namespace Marketplace.UnitTests.Market.Placement;

public class DemandProfileTests
{
    [Fact]
    public void Weights_are_shares_of_arrivals_and_of_the_card_milli_asked_for()
    {
        var profile = Profile((Slice(500), 4), (Gang(2), 3), (CpuOnly(1000), 3));

        Assert.Equal(
            [(Slice(500), 0.4, 0.25), (Gang(2), 0.3, 0.75), (CpuOnly(1000), 0.3, 0)],
            profile.Types.Select(type => (type.Shape, type.Weight, type.CardWeight)));
    }

    [Theory]
    [InlineData(2, 500, 8000, 16384, 8, 16)]
    [InlineData(1, 1000, 8040, 16600, 8, 17)]
    [InlineData(1, 1000, 8060, 16400, 8.1, 16)]
    [InlineData(1, 100, 0, 0, 0.1, 1)]
    public void What_goes_with_a_card_milli_is_rounded(int cards, int milli, int cpuMilli, int memoryMiB, double cpu, double memory)
    {
        var type = Profile((new(cards, milli, cpuMilli, memoryMiB), 1)).Types[0];

        Assert.Equal((cpu, memory), (type.CpuPerCardMilli, type.MemoryPerCardMilli));
    }

    /// <summary>Sizes and frequencies, and what holes are worth by the linear programme, solved on paper; ours come near.</summary>
    public static TheoryData<string, (int Milli, long Count)[], (int Milli, double Worth)[]> Holes => new()
    {
        { "whole cards only", [(1000, 1)], [(0, 0), (999, 0), (1000, 1)] },
        { "halves", [(500, 1)], [(0, 0), (499, 0), (500, 0.5), (999, 0.5), (1000, 1)] },
        { "a third of a card is 34 units, so two go into one card", [(334, 1)], [(339, 0), (340, 0.5), (670, 0.5), (680, 1), (1000, 1)] },
        { "many more 600 than 400: a hole of 400 is for what there is too little of", [(600, 9), (400, 1)], [(400, 0), (600, 1), (1000, 1)] },
        { "more 400 than 600: two 400 make a card, so 600 is worth no more", [(600, 1), (400, 2)], [(400, 0.5), (600, 0.5), (800, 1), (1000, 1)] },
        { "700 leaves nothing to other 700", [(700, 1)], [(690, 0), (700, 1), (1000, 1)] },
    };

    [Theory]
    [MemberData(nameof(Holes))]
    public void A_hole_is_worth_what_can_be_cut_from_it(string why, (int Milli, long Count)[] slices, (int Milli, double Worth)[] holes)
    {
        var profile = Profile([.. slices.Select(slice => (Slice(slice.Milli), slice.Count))]);

        foreach (var (milli, worth) in holes)
        {
            Assert.True(Math.Abs(profile.HoleWorth(milli) - worth) < 0.05, $"{why}: a hole of {milli} is worth {profile.HoleWorth(milli)}");
        }
    }

    [Fact]
    public void Scarcity_is_the_share_wanted_over_the_share_there_is()
    {
        // 80 cards of A and 20 of B. Of 64,000 card milli a tenth is asked for on B alone, a quarter by gangs of eight.
        var supply = new Dictionary<NodeClass, int> { [new("A", 8)] = 10, [new("B", 2)] = 10 };
        var profile = Profile(supply, (Slice(1000), 41_600), (Slice(1000, models: "B"), 6_400), (Gang(8), 2_000));

        Assert.Equal(0.25 * 0.25 / 0.8, profile.Scarcity(new("A", 8)), 12);
        Assert.Equal(0.1 / 0.2, profile.Scarcity(new("B", 2)), 12);
        Assert.Equal(0, profile.Scarcity(new("A", 1)));
    }

    [Fact]
    public void Scarcity_sums_up_to_a_limit()
    {
        var supply = new Dictionary<NodeClass, int> { [new("A", 8)] = 99, [new("B", 8)] = 1 };
        var profile = Profile(supply, (Slice(1000, models: ["A", "B"]), 50), (Slice(1000, models: "B"), 25), (Slice(1000, models: "C"), 25));

        Assert.Equal(0.5, profile.Scarcity(new("A", 8)), 12);
        Assert.Equal(3, profile.Scarcity(new("B", 8)));
        Assert.Equal(3, profile.Scarcity(new("C", 1)));
    }

    [Fact]
    public void A_profile_keeps_the_most_frequent()
    {
        var profile = Profile([.. Enumerable.Range(1, 1000).Select(cpu => (Slice(1000, cpu), (long)cpu))]);

        Assert.Equal(DemandProfile.MaxTypes, profile.Types.Count);
        Assert.Equal([1000, 999], profile.Types.Take(2).Select(type => type.Shape.CpuMilli));
    }

    [Fact]
    public void Nothing_is_learned_from_nothing()
    {
        var profile = Profile();

        Assert.Empty(profile.Types);
        Assert.Equal((0, 0, 1), (profile.Scarcity(EightA), profile.HoleWorth(999), profile.HoleWorth(1000)));
    }

    [Fact]
    public void A_shape_is_what_it_asks_for()
    {
        Assert.Equal(Slice(500, 1, 2, "A", "B"), Slice(500, 1, 2, "B", "A", "B"));
        Assert.NotEqual(Slice(500, 1, 2, "A"), Slice(500, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(1, 0, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(1, 1001, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(0, 1, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(1025, 1000, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(1, 1000, -1, 0));
    }
}
