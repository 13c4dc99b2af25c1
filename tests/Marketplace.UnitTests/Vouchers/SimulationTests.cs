using Marketplace.Application.Vouchers;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

public sealed class SimulationTests
{
    private static readonly Period Month = new(2026, 3);

    [Fact]
    public void Caps_and_the_budget_count_up_from_order_to_order()
    {
        var capped = Play("""{"rates": [{"ratio": "0.50"}], "caps": {"perApplicantYear": "120.00"}}""", null, "100.00", "100.00", "100.00");
        Assert.Equal(("120.00", 3L, 3L), (capped.Paid.ToString(), capped.Orders, capped.OrdersPaid));
        var short1 = Play("""{"rates": [{"ratio": "0.50"}]}""", Yuan("60.00"), "100.00", "100.00", "100.00");
        Assert.Equal(("60.00", 2L), (short1.Paid.ToString(), short1.OrdersPaid));
        Assert.Equal(1, short1.Refusals["programme.exhausted"]);
        Assert.Equal("60.00", short1.ByMonth[Month].ToString());
    }

    [Fact]
    public void Floors_and_tiers_go_by_the_spend_of_the_orders_before()
    {
        var floor = Play("""{"rates": [{"ratio": "0.50"}], "floors": {"spendPerYear": "150.00"}}""", null, "100.00", "100.00");
        Assert.Equal(("50.00", 1L, 1L), (floor.Paid.ToString(), floor.OrdersPaid, floor.Refusals[RuleCodes.SpendFloor]));
        var tiers = Play("""{"rates": null, "tiers": [{"upTo": "150.00", "ratio": "0.50"}, {"ratio": "0.10"}]}""", null, "100.00", "100.00");
        Assert.Equal("80.00", tiers.Paid.ToString());
    }

    [Fact]
    public void Who_may_not_have_a_voucher_gets_nothing()
    {
        var played = Play("""{"rates": [{"ratio": "0.50"}], "applicant": {"traitsAll": ["nobody"]}}""", null, "100.00");
        Assert.Equal(("0.00", 0, 1L), (played.Paid.ToString(), played.Applicants, played.Refusals["applicant.traitsAll"]));
    }

    /// <summary>What is left open in a template is what its source doesn't say; nothing that it does say is wrong.</summary>
    [Fact]
    public void Templates_leave_out_and_never_contradict()
    {
        Assert.True(ProgrammeTemplate.Shipped.Count >= 10);
        Assert.Equal(ProgrammeTemplate.Shipped.Count, ProgrammeTemplate.Shipped.Select(template => template.Code).Distinct().Count());
        foreach (var template in ProgrammeTemplate.Shipped)
        {
            Assert.All(template.Open, problem => Assert.True(problem.Text.Contains("required", StringComparison.Ordinal) || problem.Text.Contains("has no end", StringComparison.Ordinal) || problem.Text.StartsWith("needs a window", StringComparison.Ordinal), $"{template.Code}: {problem.Path} {problem.Text}"));
            Assert.True(template.Source.Url is not null || template.Source.Grade == SourceGrade.Digest, template.Code);
        }
    }

    /// <summary>
    /// Nanning: 200,000.00 over 729 days of which 305 count are 83,676 whole yuan, and 30 % of them 25,102; rounding up would
    /// give one more.
    /// </summary>
    [Fact]
    public void The_golden_figure_of_a_contract_across_the_edge()
    {
        var template = ProgrammeTemplate.Shipped.Single(t => t.Code == "nanning-2025");
        var from = new DateOnly(2024, 3, 1);
        var rules = template.Rules with
        {
            Window = new() { UsageFrom = from.AddDays(729 - 305) },
            Mode = ProgrammeMode.Deduct,
            Payee = Payee.Seller,
        };
        var line = Line("200000.00") with { FirstDay = from, LastDay = from.AddDays(728) };
        var request = One(line, rules) with { ContractFrom = from, ContractTo = from.AddDays(729), OrderedOn = from, Today = from };
        var allocation = VoucherAllocator.Allocate(request with { Vouchers = [Voucher(1, request.Programmes[0].Code, "100000.00") with { ExpiresOn = from.AddYears(3) }] });
        Assert.Equal("25102.00", allocation.PublicMoney.ToString());
        Assert.Equal("83676.00", allocation.Decisions.Single().Eligible.ToString());
    }

    private static Simulation Play(string rules, Money? budget, params string[] orders)
    {
        var simulation = new Simulation(Rules(rules), budget);
        foreach (var amount in orders)
        {
            simulation.Order(Request([Line(amount)], [], []), Month);
        }

        return simulation;
    }
}
