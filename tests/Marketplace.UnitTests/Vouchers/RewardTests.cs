using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

public class RewardTests
{
    private static readonly ProgrammeRules s_share = Rules("""{"mode": "reward", "rates": [{"ratio": "0.10"}], "unattestedUsage": "refuse"}""");

    [Fact]
    public void A_provider_gets_a_share_of_what_unrelated_parties_paid_for_verified_hours()
    {
        var provider = Organization(2, OrganizationKind.Provider, controllers: ["Zhang San"]);
        var sister = Organization(5, OrganizationKind.Enterprise, controllers: ["Zhang San"]);

        var parts = RewardEvaluator.Evaluate(
            s_share, provider,
            [
                Use(0, "160.05", Buyer),
                Use(1, "160.05", sister),
                Use(2, "160.05", Buyer) with { Line = Line("160.05", 2) with { Attested = false } },
                Use(3, "900.00", Buyer),
            ],
            Yuan("100.00"), Money.Zero, Today);

        Assert.Equal([Yuan("16.00"), Money.Zero, Money.Zero, Yuan("84.00")], parts.Select(part => part.Amount));
        Assert.Equal([null, RuleCodes.RelatedParties, RuleCodes.Unattested, RuleCodes.UsedUp], parts.Select(part => part.Code));
    }

    [Fact]
    public void Or_a_rate_on_those_hours()
    {
        var perHour = Rules("""{"mode": "reward", "rates": null, "reward": {"perCardHour": "0.067"}}""");
        var part = Assert.Single(RewardEvaluator.Evaluate(
            perHour, Seller, [Use(0, "1.00", Buyer) with { CardTime = CardTime.Of(1, 1000, 55 * 3600) }], Yuan("100.00"), Money.Zero, Today));

        // 55 hours at 0.067 are 3.685, rounded down.
        Assert.Equal((Yuan("3.68"), null), (part.Amount, part.Code));
    }

    [Fact]
    public void Tiers_go_on_from_what_was_paid_before_in_the_year()
    {
        var tiers = Rules("""{"mode": "reward", "rates": null, "tiers": [{"upTo": "100.00", "ratio": "0.20"}, {"ratio": "0.10"}]}""");
        var parts = RewardEvaluator.Evaluate(tiers, Seller, [Use(0, "50.00", Buyer), Use(1, "50.00", Buyer)], Yuan("100.00"), Yuan("20.00"), Today);

        Assert.Equal([Yuan("10.00"), Yuan("8.00")], parts.Select(part => part.Amount));
    }

    [Fact]
    public void Other_modes_reward_nobody() =>
        Assert.Throws<ArgumentException>(() => RewardEvaluator.Evaluate(Rules(), Seller, [], Money.Zero, Money.Zero, Today));

    private static VerifiedUse Use(int number, string paid, Organization payer) =>
        new(Line(paid, number) with { Attested = true }, payer, CardTime.Zero, Yuan(paid));
}
