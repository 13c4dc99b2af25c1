using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

public class RewardTests
{
    private static readonly ProgrammeRules Share = Rules("""{"mode": "reward", "rates": [{"ratio": "0.10"}], "unattestedUsage": "refuse"}""");
    private static readonly ProgrammeRules PerHour = Rules("""{"mode": "reward", "rates": null, "reward": {"perCardHour": "0.067"}}""");
    private static readonly ProgrammeRules Tiers = Rules("""{"mode": "reward", "rates": null, "tiers": [{"upTo": "100.00", "ratio": "0.20"}, {"ratio": "0.10"}]}""");

    [Fact]
    public void A_provider_gets_a_share_of_what_unrelated_parties_paid_for_verified_hours()
    {
        var provider = Organization(2, OrganizationKind.Provider, controllers: ["Zhang San"]);
        var sister = Organization(5, OrganizationKind.Enterprise, controllers: ["Zhang San"]);

        var parts = RewardEvaluator.Evaluate(
            provider,
            [
                Use(Share, 0, "160.05"),
                Use(Share, 1, "160.05") with { Payer = sister },
                Use(Share, 2, "160.05") with { Line = Line("160.05", 2) with { Attested = false } },
                Use(Share, 3, "900.00"),
            ],
            Yuan("100.00"));

        Assert.Equal([Yuan("16.00"), Money.Zero, Money.Zero, Yuan("84.00")], parts.Select(part => part.Amount));
        Assert.Equal([null, RuleCodes.RelatedParties, RuleCodes.Unattested, RuleCodes.UsedUp], parts.Select(part => part.Code));
    }

    [Fact]
    public void Or_a_rate_on_those_hours()
    {
        var part = Assert.Single(RewardEvaluator.Evaluate(Seller, [Use(PerHour, 0, "1.00", hours: 55)], Yuan("100.00")));

        // 55 hours at 0.067 are 3.685, rounded down.
        Assert.Equal((Yuan("3.68"), null), (part.Amount, part.Code));
    }

    [Fact]
    public void Tiers_go_on_from_what_was_rewarded_before_in_the_year()
    {
        var parts = RewardEvaluator.Evaluate(
            Seller, [Use(Tiers, 0, "20.00") with { Rewarded = true }, Use(Tiers, 1, "50.00"), Use(Tiers, 2, "50.00")], Yuan("100.00"));

        Assert.Equal([Yuan("10.00"), Yuan("8.00")], parts.Select(part => part.Amount));
    }

    /// <summary>Rules, what the use was, what remains of it, and what stays.</summary>
    public static TheoryData<string, string, int, string, int, string> Corrections => new()
    {
        { "share", "160.05", 8, "160.05", 8, "16.00" },
        { "share", "160.05", 8, "60.05", 3, "6.00" },
        { "share", "160.05", 8, "0.00", 0, "0.00" },
        { "hours", "160.05", 55, "160.05", 54, "3.61" },
        { "tiers", "150.00", 8, "75.00", 4, "12.50" },
    };

    [Theory]
    [MemberData(nameof(Corrections))]
    public void What_stays_depends_on_what_remains_alone(string rules, string paid, int hours, string left, int hoursLeft, string stays)
    {
        var of = rules switch { "share" => Share, "hours" => PerHour, _ => Tiers };
        var basis = RewardEvaluator.Evaluate(Seller, [Use(of, 0, paid, hours)], Yuan("1000.00"))[0].Basis!;

        Assert.Equal(Yuan(stays), basis.Stays(new(Yuan(left), CardTime.Of(hoursLeft, 1000, 3600))));
    }

    [Fact]
    public void Other_modes_reward_nobody() =>
        Assert.Throws<ArgumentException>(() => RewardEvaluator.Evaluate(Seller, [Use(Rules(), 0, "1.00")], Money.Zero));

    private static VerifiedUse Use(ProgrammeRules rules, int number, string paid, int hours = 1) =>
        new(rules, Line(paid, number) with { Attested = true }, Buyer, Today, new(Yuan(paid), CardTime.Of(hours, 1000, 3600)));
}
