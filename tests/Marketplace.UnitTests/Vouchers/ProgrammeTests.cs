using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

public class ProgrammeTests
{
    [Fact]
    public void A_budget_stops_when_it_is_used_up_and_takes_back_what_expired()
    {
        var budget = new ProgrammeBudget { Code = "p", Year = 2026, Amount = Yuan("100.00") };

        budget.Issue(Yuan("60.00"));
        var refusal = Assert.Throws<RuleException>(() => budget.Issue(Yuan("40.01")));
        Assert.Equal((Refusal.Rule, "programme.exhausted"), (refusal.Kind, refusal.Code));

        budget.Return(Yuan("60.00"));
        Assert.Equal("budget.not_issued", Assert.Throws<RuleException>(() => budget.Return(Yuan("0.01"))).Code);
        budget.Issue(Yuan("100.00"));
        Assert.Equal((Money.Zero, 3L), (budget.Remaining, budget.Version));
        Assert.True(budget.IsOpenOn(new(2026, 12, 31)));
        Assert.False(budget.IsOpenOn(new(2027, 1, 1)));
        Assert.True(new ProgrammeBudget { Code = "p", Year = ProgrammeBudget.Undated, Amount = Money.Zero }.IsOpenOn(new(2027, 1, 1)));
    }

    [Fact]
    public void The_version_in_force_is_the_last_that_has_begun()
    {
        ProgrammeVersion Version(int number, int day) => new() { Code = "p", Number = number, From = Now.AddDays(day), Rules = Rules() };
        ProgrammeVersion[] versions = [Version(3, 20), Version(1, 0), Version(2, 10)];

        Assert.Null(ProgrammeVersion.InForce(versions, Now.AddTicks(-1)));
        Assert.Equal(1, ProgrammeVersion.InForce(versions, Now)!.Number);
        Assert.Equal(1, ProgrammeVersion.InForce(versions, Now.AddDays(10).AddTicks(-1))!.Number);
        Assert.Equal(2, ProgrammeVersion.InForce(versions, Now.AddDays(10))!.Number);
        Assert.Equal(3, ProgrammeVersion.InForce(versions, Now.AddDays(99))!.Number);
    }

    [Theory]
    [InlineData("""{"months": 12}""", "2026-01-05", "2027-01-05")]
    [InlineData("""{"months": 1}""", "2026-01-31", "2026-02-28")]
    [InlineData("""{"until": "2026-12-31"}""", "2026-01-05", "2026-12-31")]
    public void A_validity_runs_from_the_day_of_issue(string validity, string issuedOn, string expiresOn) => Assert.Equal(
        DateOnly.Parse(expiresOn), Rules($$"""{"validity": {{validity}} }""").Validity!.ExpiresOn(DateOnly.Parse(issuedOn)));

    [Theory]
    [InlineData("""{}""", null)]
    [InlineData("""{"applicant": {"kinds": ["provider", "enterprise"]}}""", null)]
    [InlineData("""{"applicant": {"kinds": ["provider"]}}""", "applicant.kinds")]
    [InlineData("""{"applicant": {"regions": ["3301"]}}""", null)]
    [InlineData("""{"applicant": {"regions": ["11", "3302"]}}""", "applicant.regions")]
    [InlineData("""{"applicant": {"traitsAny": ["tech-sme", "sme"]}}""", null)]
    [InlineData("""{"applicant": {"traitsAny": ["tech-sme"]}}""", "applicant.traitsAny")]
    [InlineData("""{"applicant": {"traitsAll": ["sme"]}}""", null)]
    [InlineData("""{"applicant": {"traitsAll": ["sme", "incubated"]}}""", "applicant.traitsAll")]
    [InlineData("""{"applicant": {"traitsNone": ["dishonest"]}}""", null)]
    [InlineData("""{"applicant": {"traitsNone": ["dishonest", "sme"]}}""", "applicant.traitsNone")]
    [InlineData("""{"applicant": {"establishedWithinMonths": 133}}""", null)]
    [InlineData("""{"applicant": {"establishedWithinMonths": 132}}""", "applicant.establishedWithinMonths")]
    [InlineData("""{"floors": {"perVoucher": "50.00"}}""", null)]
    [InlineData("""{"floors": {"perVoucher": "50.01"}}""", "floors.perVoucher")]
    [InlineData("""{"caps": {"perVoucher": "50.00"}}""", null)]
    [InlineData("""{"caps": {"perVoucher": "49.99"}}""", "caps.perVoucher")]
    [InlineData("""{"caps": {"perApplicantYear": "60.00"}}""", null)]
    [InlineData("""{"caps": {"perApplicantYear": "59.99"}}""", "caps.perApplicantYear")]
    [InlineData("""{"caps": {"perApplicant": "80.00"}}""", null)]
    [InlineData("""{"caps": {"perApplicant": "79.99"}}""", "caps.perApplicant")]
    public void An_applicant_is_eligible_or_the_rule_is_named(string rules, string? rule)
    {
        Assert.Equal(rule, ApplicantEligibility.Refusal(Rules(rules), Buyer, Today, Yuan("50.00"), Yuan("10.00"), Yuan("30.00")));
        if (rule is not null)
        {
            var refusal = Assert.Throws<RuleException>(
                () => ApplicantEligibility.Demand(Rules(rules), Buyer, Today, Yuan("50.00"), Yuan("10.00"), Yuan("30.00")));
            Assert.Equal(Refusal.Rule, refusal.Kind);
            Assert.Equal(rule[..3] switch { "app" => "applicant.ineligible", "cap" => "cap.exceeded", _ => "floor.not_reached" }, refusal.Code);
            Assert.Contains(rule, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Funders_carry_their_shares_to_the_fen()
    {
        var funding = Rules("""{"funding": {"order": "contractSigning", "funders": [{"name": "province", "ratio": "0.50"}, {"name": "city", "ratio": "0.50"}]}}""").Funding!;

        Assert.Equal([new("province", Yuan("50.01")), new("city", Yuan("50.00"))], funding.Split(Yuan("100.01")));
        Assert.Equal([new("province", Yuan("-50.01")), new("city", Yuan("-50.00"))], funding.Split(Yuan("-100.01")));
        Assert.Empty(new FundingRules().Split(Yuan("1.00")));
        Assert.Equal(BudgetOrder.ContractSigning, funding.Order);
    }
}
