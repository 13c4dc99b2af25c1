using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

/// <summary>Each kind of rule that is asked of a line: one case that it accepts and one that it refuses, with its code.</summary>
public class LineRulesTests
{
    private static readonly FundableLine TheLine = Line("100.00") with
    {
        ListingId = new(new Guid(9, 0, 0, new byte[8])),
        OperatorPflops = 150m,
    };

    public static TheoryData<string, string, string?> Cases => new()
    {
        { "mode", """{"mode": "deduct"}""", null },
        { "mode", """{"mode": "reimburse", "payee": "buyer"}""", null },
        { "mode", """{"mode": "reward"}""", RuleCodes.RewardMode },
        { "ordered from", """{"window": {"orderedFrom": "2026-01-05"}}""", null },
        { "ordered from", """{"window": {"orderedFrom": "2026-01-06"}}""", RuleCodes.OrderWindow },
        { "ordered to", """{"window": {"orderedTo": "2026-01-05"}}""", null },
        { "ordered to", """{"window": {"orderedTo": "2026-01-04"}}""", RuleCodes.OrderWindow },
        { "used from", """{"window": {"usageFrom": "2026-01-10"}}""", null },
        { "used from", """{"window": {"usageFrom": "2026-01-11"}}""", RuleCodes.UsageWindow },
        { "used to", """{"window": {"usageTo": "2026-01-10"}}""", null },
        { "used to", """{"window": {"usageTo": "2026-01-09"}}""", RuleCodes.UsageWindow },
        { "region of the centre", """{"provider": {"regions": ["44", "3301"]}}""", null },
        { "region of the centre", """{"provider": {"regions": ["44", "3302"]}}""", RuleCodes.ProviderRegions },
        { "listed providers", """{"provider": {"organizations": ["00000002000000000000000000000000"]}}""", null },
        { "listed providers", """{"provider": {"organizations": ["00000003000000000000000000000000"]}}""", RuleCodes.ProviderOrganizations },
        { "scale", """{"provider": {"minPflops": 150}}""", null },
        { "scale", """{"provider": {"minPflops": 150.1}}""", RuleCodes.ProviderScale },
        { "origin", """{"scope": {"origins": ["domestic"]}}""", null },
        { "origin", """{"scope": {"origins": ["imported"]}}""", RuleCodes.Origins },
        { "accelerator", """{"scope": {"accelerators": ["H800", "Ascend 910B"]}}""", null },
        { "accelerator", """{"scope": {"accelerators": ["H800"]}}""", RuleCodes.Accelerators },
        { "workload", """{"scope": {"workloads": ["training", "inference"]}}""", null },
        { "workload", """{"scope": {"workloads": ["inference"]}}""", RuleCodes.Workloads },
        { "product", """{"scope": {"products": ["metered"]}}""", null },
        { "product", """{"scope": {"products": ["tokens", "reserved"]}}""", RuleCodes.Products },
        { "listed products", """{"scope": {"listings": ["00000009000000000000000000000000"]}}""", null },
        { "listed products", """{"scope": {"listings": ["00000008000000000000000000000000"]}}""", RuleCodes.Listings },
        { "rate by origin", """{"rates": [{"when": {"origins": ["domestic"]}, "ratio": "0.30"}]}""", null },
        { "rate by origin", """{"rates": [{"when": {"origins": ["imported"]}, "ratio": "0.30"}]}""", RuleCodes.NoRate },
        { "rate by accelerator", """{"rates": [{"when": {"accelerators": ["Ascend 910B"]}, "ratio": "0.30"}]}""", null },
        { "rate by accelerator", """{"rates": [{"when": {"accelerators": ["H800"]}, "ratio": "0.30"}]}""", RuleCodes.NoRate },
        { "rate by direction", """{"rates": [{"when": {"workloads": ["training"], "products": ["metered"]}, "ratio": "0.30"}]}""", null },
        { "rate by direction", """{"rates": [{"when": {"workloads": ["training"], "products": ["tokens"]}, "ratio": "0.30"}]}""", RuleCodes.NoRate },
        { "rate by region", """{"rates": [{"when": {"regions": ["33"]}, "ratio": "0.30"}]}""", null },
        { "rate by region", """{"rates": [{"when": {"regions": ["62"]}, "ratio": "0.30"}]}""", RuleCodes.NoRate },
        { "rate by trait", """{"rates": [{"when": {"traitsAny": ["tech-sme", "sme"]}, "ratio": "0.30"}]}""", null },
        { "rate by trait", """{"rates": [{"when": {"traitsAny": ["tech-sme"]}, "ratio": "0.30"}]}""", RuleCodes.NoRate },
        { "rate by age", """{"rates": [{"when": {"establishedWithinMonths": 133}, "ratio": "0.30"}]}""", null },
        { "rate by age", """{"rates": [{"when": {"establishedWithinMonths": 132}, "ratio": "0.30"}]}""", RuleCodes.NoRate },
        { "least order", """{"floors": {"perOrder": "100.00"}}""", null },
        { "least order", """{"floors": {"perOrder": "100.01"}}""", RuleCodes.OrderFloor },
        { "spend of the year", """{"floors": {"spendPerYear": "100.00"}}""", null },
        { "spend of the year", """{"floors": {"spendPerYear": "100.01"}}""", RuleCodes.SpendFloor },
        { "spend of some months", """{"floors": {"spendWithin": {"months": 3, "amount": "100.00"}}}""", null },
        { "spend of some months", """{"floors": {"spendWithin": {"months": 3, "amount": "100.01"}}}""", RuleCodes.SpendFloor },
        { "unit", """{"rounding": {"unit": "100.00"}}""", null },
        { "unit", """{"rounding": {"unit": "200.00"}, "rates": [{"ratio": "1.00"}]}""", RuleCodes.ShareIsNothing },
        { "proration", """{"window": {"usageTo": "2026-01-10"}, "proration": "days"}""", null },
        { "proration", """{"window": {"usageTo": "2026-01-09"}, "proration": "days"}""", RuleCodes.UsageWindow },
        { "tiers", """{"rates": null, "tiers": [{"ratio": "0.50"}]}""", null },
        { "tiers", """{"rates": null, "tiers": [{"upTo": "100.00", "ratio": "0"}, {"ratio": "0.50"}]}""", RuleCodes.ShareIsNothing },
        { "attested", """{"unattestedUsage": "allow"}""", null },
        { "energy", """{"corroboration": "none"}""", null },
    };

    [Theory, MemberData(nameof(Cases))]
    public void A_line_is_eligible_or_the_rule_is_named(string kind, string rules, string? code)
    {
        var allocation = One(TheLine, Rules(rules)).Allocate();

        Assert.True((code is null) == allocation.PublicMoney.IsPositive, kind);
        Assert.Equal(code is null ? "" : $"1: {code}", allocation.Refused());
        Assert.Equal(code, allocation.Decisions.Single().Code);
    }

    [Fact]
    public void Spend_of_the_year_before_the_order_counts_towards_the_floor()
    {
        var request = One(TheLine, Rules("""{"floors": {"spendPerYear": "500.00", "spendWithin": {"months": 3, "amount": "300.00"}}}"""));
        var programme = request.Programmes[0];

        Assert.Equal("1: floor.spend", (request with { Programmes = [programme with { InvoicedInYear = Yuan("400.00") }] }).Allocate().Refused());
        Assert.Equal("1: floor.spend", (request with { Programmes = [programme with { SpentWithin = Yuan("200.00") }] }).Allocate().Refused());
        Assert.Equal("1: 100.00", (request with { Programmes = [programme with { InvoicedInYear = Yuan("400.00"), SpentWithin = Yuan("200.00") }] }).Allocate().Given());
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Unattested_usage_is_refused_once_there_are_readings(bool? attested, bool pays)
    {
        var allocation = One(TheLine with { Attested = attested }, Rules("""{"unattestedUsage": "refuse"}""")).Allocate();

        Assert.Equal(pays ? "" : "1: usage.unattested", allocation.Refused());
    }

    [Fact]
    public void Uncorroborated_usage_is_refused_once_there_are_readings()
    {
        var rules = Rules("""{"corroboration": "buyer"}""");

        Assert.Equal("", One(TheLine, rules).Allocate().Refused());
        Assert.Equal("", One(TheLine with { CorroboratedByBuyer = TheLine.Amount }, rules).Allocate().Refused());
        Assert.Equal("1: usage.uncorroborated", One(TheLine with { CorroboratedByEnergy = TheLine.Amount, CorroboratedByBuyer = Money.Zero }, rules).Allocate().Refused());
    }

    [Fact]
    public void Related_parties_dont_trade_under_a_programme_that_forbids_it()
    {
        var related = Organization(7, OrganizationKind.Provider, controllers: ["Zhang San"]);
        var buyer = Organization(1, OrganizationKind.Enterprise, controllers: ["zhang san"]);
        AllocationRequest With(FundableLine line, string rule) => One(line, Rules($$"""{"relatedParties": "{{rule}}"}""")) with { Buyer = buyer };

        Assert.Equal("", With(TheLine, "forbid").Allocate().Refused());
        Assert.Equal("1: programme.seller_related", With(TheLine with { Seller = related }, "forbid").Allocate().Refused());
        Assert.Equal("1: programme.seller_related", With(TheLine with { Operator = related }, "forbid").Allocate().Refused());
        Assert.Equal("", With(TheLine with { Seller = related }, "allow").Allocate().Refused());
        Assert.Equal("1: programme.seller_related", (With(TheLine, "forbid") with { DeclaredRelated = [Seller.Id] }).Allocate().Refused());
    }

    [Fact]
    public void A_contract_across_both_edges_of_the_window_counts_by_the_days_between()
    {
        var rules = Rules("""{"window": {"usageFrom": "2026-01-10", "usageTo": "2026-01-15"}, "proration": "days"}""");
        var line = TheLine with { FirstDay = new(2026, 1, 6), LastDay = new(2026, 1, 25) };
        var request = One(line, rules) with { ContractFrom = new(2026, 1, 6), ContractTo = new(2026, 1, 26) };

        Assert.Equal(Yuan("25.00"), request.Allocate().PublicMoney);

        // The voucher has to be good for the days that are paid for, not for those that the window leaves out.
        Assert.Equal(Yuan("25.00"), (request with { Vouchers = [Voucher(1, "p", "100.00", new(2026, 1, 15))] }).Allocate().PublicMoney);
        Assert.Equal(Money.Zero, (request with { Vouchers = [Voucher(1, "p", "100.00", new(2026, 1, 14))] }).Allocate().PublicMoney);
    }
}
