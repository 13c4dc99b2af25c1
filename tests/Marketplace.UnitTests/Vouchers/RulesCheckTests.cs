using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

public class RulesCheckTests
{
    private const string Full = """
        {
          "mode": "reimburse", "payee": "buyer", "base": "settled",
          "applicant": {"kinds": ["enterprise", "provider"], "regions": ["33", "3301", "330106"], "traitsAny": ["sme", "university"], "traitsAll": ["clean-credit"], "traitsNone": ["other-city-subsidy"], "establishedWithinMonths": 36},
          "provider": {"regions": ["33"], "organizations": ["00000002000000000000000000000000"], "minPflops": 300},
          "scope": {"origins": ["domestic", "imported"], "accelerators": ["Ascend 910B"], "workloads": ["training", "inference", "other"], "products": ["reserved", "metered", "tokens"], "listings": ["00000009000000000000000000000000"]},
          "rates": [{"when": {"origins": ["domestic"], "accelerators": ["Ascend 910B"], "workloads": ["training"], "products": ["metered"], "regions": ["3301"], "traitsAny": ["sme"], "establishedWithinMonths": 12}, "ratio": "0.60"}, {"ratio": "0.500000"}],
          "caps": {"perVoucher": "1000000.00", "perApplicantYear": "2000000.00", "perApplicant": "5000000.00", "perOrder": "500000.00"},
          "floors": {"perOrder": "5000.00", "perVoucher": "5000.00", "spendPerYear": "100000.00", "spendWithin": {"months": 3, "amount": "1000.00"}},
          "validity": {"until": "2026-12-31"},
          "window": {"usageFrom": "2026-01-01", "usageTo": "2026-12-31", "orderedFrom": "2025-09-01", "orderedTo": "2026-11-30"},
          "proration": "days", "publicityDays": 7, "publicityCalendar": "working", "review": ["check", "expert"],
          "stacking": {"group": "city", "policy": "bestOf", "priority": 1, "publicMoneyCeiling": "0.50"},
          "relatedParties": "forbid", "resale": "release", "unattestedUsage": "refuse", "corroboration": "energy",
          "rounding": {"unit": "1.00", "mode": "down"}, "rejectedClaim": "buyer",
          "funding": {"order": "contractSigning", "funders": [{"name": "province", "ratio": "0.50"}, {"name": "city", "ratio": "0.50"}]}
        }
        """;

    [Fact]
    public void Rules_with_every_member_are_read_and_written_as_they_stand_on_the_wire()
    {
        var rules = JsonSerializer.Deserialize<ProgrammeRules>(Full, MarketJson.Options)!;

        Assert.Empty(rules.Check());
        var written = JsonSerializer.SerializeToNode(rules, MarketJson.Options)!.AsObject();
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(Full.Replace("0.500000", "0.50", StringComparison.Ordinal))!.AsObject())
        {
            // What isn't set is written as null; what is set comes back as it was.
            Assert.Equal(value!.ToJsonString(), WithoutNulls(written[name])!.ToJsonString());
        }

        var again = written.Deserialize<ProgrammeRules>(MarketJson.Options)!;
        Assert.Equal(written.ToJsonString(), JsonSerializer.SerializeToNode(again, MarketJson.Options)!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"modus": "deduct"}""")]
    [InlineData("""{"rates": [{"ratio": 0.3}]}""")]
    [InlineData("""{"rates": [{"ratio": "0.30", "if": {} }]}""")]
    [InlineData("""{"mode": "gift"}""")]
    [InlineData("""{"mode": 0}""")]
    [InlineData("""{"review": ["check", "oracle"]}""")]
    [InlineData("""{"caps": {"perOrder": "1.5"}}""")]
    public void What_isnt_known_is_not_read(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ProgrammeRules>(json, MarketJson.Options));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"rates": [{"when": {"origins": ["domestic"]}, "ratio": "0.30"}, {"ratio": "0.20"}]}""")]
    [InlineData("""{"rates": null, "tiers": [{"upTo": "1000.00", "ratio": "0.50"}, {"upTo": "2000.00", "ratio": "0.35"}, {"ratio": "0.20"}]}""")]
    [InlineData("""{"rates": null, "tiers": [{"upTo": "1000.00", "ratio": "0"}, {"ratio": "1.00"}]}""")]
    [InlineData("""{"mode": "reward", "rates": null, "reward": {"perCardHour": "0.50"}}""")]
    [InlineData("""{"validity": {"until": "2026-12-31"}}""")]
    [InlineData("""{"stacking": {"policy": "stack", "priority": 2}}""")]
    [InlineData("""{"review": ["check"], "publicityDays": 0}""")]
    [InlineData("""{"window": {"usageTo": "2026-12-31"}, "proration": "days"}""")]
    public void Rules_that_make_sense_have_no_problems(string json) => Assert.Empty(Rules(json).Check());

    public static TheoryData<string, string> Wrong => new()
    {
        { """{"mode": null}""", "rules.mode" },
        { """{"payee": null}""", "rules.payee" },
        { """{"payee": "buyer"}""", "rules.payee" },
        { """{"mode": "reimburse"}""", "rules.payee" },
        { """{"mode": "reward", "payee": "buyer"}""", "rules.payee" },
        { """{"mode": "reward", "caps": {"perOrder": "1.00"}}""", "rules.caps.perOrder" },
        { """{"mode": "reward", "floors": {"spendPerYear": "1.00"}}""", "rules.floors.spendPerYear" },
        { """{"mode": "reward", "stacking": {"publicMoneyCeiling": "0.50", "policy": "stack"}}""", "rules.stacking.publicMoneyCeiling" },
        { """{"applicant": null}""", "rules.applicant" },
        { """{"applicant": {"kinds": []}}""", "rules.applicant.kinds" },
        { """{"applicant": {"kinds": ["enterprise", "enterprise"]}}""", "rules.applicant.kinds" },
        { """{"applicant": {"kinds": ["enterprise", "authority"]}}""", "rules.applicant.kinds[1]" },
        { """{"applicant": {"kinds": ["platform"]}}""", "rules.applicant.kinds[0]" },
        { """{"applicant": {"regions": ["33", "99"]}}""", "rules.applicant.regions[1]" },
        { """{"applicant": {"regions": ["331"]}}""", "rules.applicant.regions[0]" },
        { """{"applicant": {"regions": [null]}}""", "rules.applicant.regions[0]" },
        { """{"applicant": {"traitsAny": [" "]}}""", "rules.applicant.traitsAny[0]" },
        { """{"applicant": {"traitsAll": ["a", "b"], "traitsNone": ["b"]}}""", "rules.applicant.traitsNone" },
        { """{"applicant": {"traitsAny": ["b"], "traitsNone": ["b"]}}""", "rules.applicant.traitsNone" },
        { """{"applicant": {"establishedWithinMonths": 0}}""", "rules.applicant.establishedWithinMonths" },
        { """{"provider": {"regions": ["00"]}}""", "rules.provider.regions[0]" },
        { """{"provider": {"organizations": ["nobody"]}}""", "rules.provider.organizations[0]" },
        { """{"provider": {"minPflops": 0}}""", "rules.provider.minPflops" },
        { """{"scope": {"origins": []}}""", "rules.scope.origins" },
        { """{"scope": {"accelerators": [""]}}""", "rules.scope.accelerators[0]" },
        { """{"scope": {"workloads": ["training", "training"]}}""", "rules.scope.workloads" },
        { """{"scope": {"products": []}}""", "rules.scope.products" },
        { """{"scope": {"listings": ["x"]}}""", "rules.scope.listings[0]" },
        { """{"rates": null}""", "rules.rates" },
        { """{"rates": []}""", "rules.rates" },
        { """{"tiers": [{"ratio": "0.50"}]}""", "rules.rates" },
        { """{"rates": [null]}""", "rules.rates[0]" },
        { """{"rates": [{}]}""", "rules.rates[0].ratio" },
        { """{"rates": [{"ratio": "0"}]}""", "rules.rates[0].ratio" },
        { """{"rates": [{"when": {"origins": ["domestic"]}, "ratio": "0.30"}, {"ratio": "1.000001"}]}""", "rules.rates[1].ratio" },
        { """{"rates": [{"ratio": "-0.10"}]}""", "rules.rates[0].ratio" },
        { """{"rates": [{"ratio": "0.20"}, {"when": {"origins": ["domestic"]}, "ratio": "0.30"}]}""", "rules.rates[1]" },
        { """{"rates": [{"when": {}, "ratio": "0.20"}, {"ratio": "0.30"}]}""", "rules.rates[1]" },
        { """{"rates": [{"when": {"regions": ["33"]}, "ratio": "0.20"}, {"when": {"regions": ["3301"], "traitsAny": ["sme"]}, "ratio": "0.30"}]}""", "rules.rates[1]" },
        { """{"rates": [{"when": {"establishedWithinMonths": 24}, "ratio": "0.20"}, {"when": {"establishedWithinMonths": 12}, "ratio": "0.30"}]}""", "rules.rates[1]" },
        { """{"scope": {"origins": ["domestic"]}, "rates": [{"when": {"origins": ["imported"]}, "ratio": "0.20"}]}""", "rules.rates[0]" },
        { """{"rates": [{"when": {"regions": ["1"]}, "ratio": "0.20"}]}""", "rules.rates[0].when.regions[0]" },
        { """{"rates": [{"when": {"workloads": []}, "ratio": "0.20"}]}""", "rules.rates[0].when.workloads" },
        { """{"rates": [{"when": {"establishedWithinMonths": 1201}, "ratio": "0.20"}]}""", "rules.rates[0].when.establishedWithinMonths" },
        { """{"rates": null, "tiers": []}""", "rules.tiers" },
        { """{"rates": null, "tiers": [{"upTo": "10.00", "ratio": "0.50"}, null]}""", "rules.tiers[1]" },
        { """{"rates": null, "tiers": [{"upTo": "10.00"}]}""", "rules.tiers[0].ratio" },
        { """{"rates": null, "tiers": [{"upTo": "10.00", "ratio": "1.01"}]}""", "rules.tiers[0].ratio" },
        { """{"rates": null, "tiers": [{"upTo": "0.00", "ratio": "0.50"}]}""", "rules.tiers[0].upTo" },
        { """{"rates": null, "tiers": [{"upTo": "10.00", "ratio": "0.50"}, {"upTo": "10.00", "ratio": "0.30"}]}""", "rules.tiers[1].upTo" },
        { """{"rates": null, "tiers": [{"ratio": "0.50"}, {"upTo": "10.00", "ratio": "0.30"}]}""", "rules.tiers[1]" },
        { """{"rates": null, "tiers": [{"ratio": "0"}]}""", "rules.tiers" },
        { """{"reward": {"perCardHour": "1.00"}, "rates": null}""", "rules.reward.perCardHour" },
        { """{"mode": "reward", "reward": {"perCardHour": "0"}, "rates": null}""", "rules.reward.perCardHour" },
        { """{"mode": "reward", "reward": {"perCardHour": "1.00"}}""", "rules.rates" },
        { """{"caps": {"perVoucher": "0.00"}}""", "rules.caps.perVoucher" },
        { """{"caps": {"perApplicantYear": "-1.00"}}""", "rules.caps.perApplicantYear" },
        { """{"caps": {"perApplicant": "10000000000.01"}}""", "rules.caps.perApplicant" },
        { """{"caps": {"perOrder": "0.00"}}""", "rules.caps.perOrder" },
        { """{"floors": {"perOrder": "0.00"}}""", "rules.floors.perOrder" },
        { """{"floors": {"spendPerYear": "-0.01"}}""", "rules.floors.spendPerYear" },
        { """{"floors": {"spendWithin": {"amount": "1.00"}}}""", "rules.floors.spendWithin.months" },
        { """{"floors": {"spendWithin": {"months": 3}}}""", "rules.floors.spendWithin.amount" },
        { """{"floors": {"perVoucher": "10.01"}, "caps": {"perVoucher": "10.00"}}""", "rules.floors.perVoucher" },
        { """{"floors": {"perVoucher": "10.01"}, "caps": {"perApplicantYear": "10.00"}}""", "rules.floors.perVoucher" },
        { """{"floors": {"perVoucher": "10.01"}, "caps": {"perApplicant": "10.00"}}""", "rules.floors.perVoucher" },
        { """{"validity": null}""", "rules.validity" },
        { """{"validity": {}}""", "rules.validity" },
        { """{"validity": {"months": 12, "until": "2026-12-31"}}""", "rules.validity" },
        { """{"validity": {"months": 0}}""", "rules.validity.months" },
        { """{"validity": {"until": "2025-12-31"}, "window": {"usageFrom": "2026-01-01"}}""", "rules.validity.until" },
        { """{"window": {"usageFrom": "2026-02-01", "usageTo": "2026-01-31"}}""", "rules.window.usageTo" },
        { """{"window": {"orderedFrom": "2026-02-01", "orderedTo": "2026-01-31"}}""", "rules.window.orderedTo" },
        { """{"window": {"orderedFrom": "2026-02-01", "usageTo": "2026-01-31"}}""", "rules.window.usageTo" },
        { """{"proration": "days"}""", "rules.proration" },
        { """{"window": {"orderedTo": "2026-12-31"}, "proration": "days"}""", "rules.proration" },
        { """{"publicityDays": -1}""", "rules.publicityDays" },
        { """{"review": []}""", "rules.review" },
        { """{"review": ["check", "check"]}""", "rules.review" },
        { """{"review": ["expert", "check"]}""", "rules.review" },
        { """{"stacking": {}}""", "rules.stacking.policy" },
        { """{"stacking": {"policy": "stack", "group": ""}}""", "rules.stacking.group" },
        { """{"stacking": {"policy": "stack", "priority": -1}}""", "rules.stacking.priority" },
        { """{"stacking": {"policy": "stack", "publicMoneyCeiling": "0"}}""", "rules.stacking.publicMoneyCeiling" },
        { """{"stacking": {"policy": "stack", "publicMoneyCeiling": "1.01"}}""", "rules.stacking.publicMoneyCeiling" },
        { """{"relatedParties": null}""", "rules.relatedParties" },
        { """{"resale": null}""", "rules.resale" },
        { """{"mode": "reimburse", "payee": "buyer", "rejectedClaim": "seller"}""", "rules.rejectedClaim" },
        { """{"rounding": {}}""", "rules.rounding.unit" },
        { """{"rounding": {"unit": "0.00"}}""", "rules.rounding.unit" },
        { """{"rounding": {"unit": "100.00"}, "caps": {"perOrder": "99.99"}}""", "rules.rounding.unit" },
        { """{"funding": {"funders": []}}""", "rules.funding.funders" },
        { """{"funding": {"funders": [{"name": "city", "ratio": "0.50"}]}}""", "rules.funding.funders" },
        { """{"funding": {"funders": [{"ratio": "1.00"}]}}""", "rules.funding.funders[0].name" },
        { """{"funding": {"funders": [{"name": "city", "ratio": "1.00"}, {"name": "state", "ratio": "0"}]}}""", "rules.funding.funders[1].ratio" },
        { """{"funding": {"funders": [{"name": "city", "ratio": "0.50"}, {"name": "city", "ratio": "0.50"}]}}""", "rules.funding.funders" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_is_wrong_is_named_by_its_path(string json, string path)
    {
        var problem = Assert.Single(Rules(json).Check());

        Assert.Equal(path, problem.Path);
        Assert.NotEmpty(problem.Text);
    }

    [Fact]
    public void All_problems_are_said_at_once()
    {
        var problems = new ProgrammeRules
        {
            Stacking = new() { PublicMoneyCeiling = new(2_000_000) },
            Tiers = [new() { UpTo = Yuan("1.00"), Ratio = new(-1) }],
        }.Check();

        Assert.Equal(
            [
                "rules.mode", "rules.payee", "rules.applicant", "rules.tiers[0].ratio", "rules.validity", "rules.stacking.policy",
                "rules.stacking.publicMoneyCeiling", "rules.relatedParties", "rules.resale",
            ],
            problems.Select(problem => problem.Path));
        Assert.Equal(7, problems.Count(problem => problem.Text == "is required"));
        Assert.Equal("must be 0.00 to 1.00", problems.Single(problem => problem.Path == "rules.tiers[0].ratio").Text);
    }

    private static System.Text.Json.Nodes.JsonNode? WithoutNulls(System.Text.Json.Nodes.JsonNode? node)
    {
        switch (node?.DeepClone())
        {
            case System.Text.Json.Nodes.JsonObject all:
                foreach (var name in all.Select(member => member.Key).ToList())
                {
                    var value = WithoutNulls(all[name]);
                    all.Remove(name);
                    if (value is not null)
                    {
                        all[name] = value;
                    }
                }

                return all;
            case System.Text.Json.Nodes.JsonArray items:
                return new System.Text.Json.Nodes.JsonArray([.. items.Select(WithoutNulls)]);
            default:
                return node?.DeepClone();
        }
    }
}
