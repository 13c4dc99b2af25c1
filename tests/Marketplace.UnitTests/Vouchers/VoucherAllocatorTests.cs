using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

public class VoucherAllocatorTests
{
    [Theory]
    [InlineData("1600.00", "480.00")]
    [InlineData("800.00", "240.00")]
    [InlineData("3.69", "1.10")]
    [InlineData("0.03", "0.00")]
    [InlineData("0.00", "0.00")]
    public void A_share_is_the_ratio_of_the_gross_rounded_down(string amount, string share) =>
        Assert.Equal(Yuan(share), One(Line(amount), ByOrigin).Allocate().PublicMoney);

    [Fact]
    public void The_first_rate_that_fits_decides_line_by_line()
    {
        var allocation = Request(
            [Line("800.00"), Line("1200.00", 1).Imported()], [Programme("hz", ByOrigin)], [Voucher(1, "hz", "5000.00")]).Allocate();

        Assert.Equal("1: 480.00", allocation.Given());
        Assert.Equal([("rates[0]", Ratio.Parse("0.30")), ("rates[1]", Ratio.Parse("0.20"))], allocation.Parts.Select(part => (part.Rule, part.Ratio!.Value)));
        Assert.Empty(allocation.NotApplied);
    }

    [Fact]
    public void The_programme_of_lower_priority_pays_first_and_the_next_one_the_rest_of_the_line()
    {
        var allocation = Request(
            [Line("120.00")],
            [Programme("a", Rules("""{"stacking": {"policy": "stack", "priority": 2}}""")), Programme("b", Rules("""{"stacking": {"policy": "stack", "priority": 1}}"""))],
            [Voucher(1, "a", "100.00"), Voucher(2, "b", "100.00")]).Allocate();

        Assert.Equal("1: 20.00, 2: 100.00", allocation.Given());
    }

    [Fact]
    public void The_golden_figure_of_Nanning()
    {
        var rules = Rules(
            """
            {"mode": "reimburse", "payee": "buyer", "rates": [{"ratio": "0.30"}], "window": {"usageTo": "2024-12-31"}, "proration": "days",
             "rounding": {"unit": "1.00", "mode": "down"}}
            """);
        var line = Line("200000.00") with { FirstDay = new(2024, 3, 1), LastDay = new(2026, 2, 28) };
        var request = One(line, rules) with { ContractFrom = new(2024, 3, 1), ContractTo = new(2026, 2, 28), OrderedOn = new(2024, 3, 1) };
        Assert.Equal(729, request.ContractTo!.Value.DayNumber - request.ContractFrom!.Value.DayNumber);

        var decision = Assert.Single(request.Allocate().Decisions);

        Assert.Equal(Yuan("83676.00"), decision.Eligible);
        Assert.Equal(Yuan("25102.00"), decision.Share);
        Assert.Equal(Yuan("25102.00"), decision.Paid);
    }

    [Fact]
    public void Of_a_hundred_thousand_vouchers_the_one_that_expires_first_is_used()
    {
        var vouchers = Enumerable.Range(0, 100_000).Select(i => Voucher(i, "p", "100.00", i == 77_777 ? new(2026, 12, 31) : new(2027, 1, 1))).ToList();
        var request = Request([Line("99.00")], [Programme("p", Rules())], vouchers);

        var allocation = request.Allocate();

        Assert.Equal("77777: 99.00", allocation.Given());
        Assert.Equal(99_999, allocation.NotApplied.Count);
        Assert.All(allocation.NotApplied, unused => Assert.Equal(RuleCodes.NotNeeded, unused.Code));
    }

    [Fact]
    public void A_hundred_thousand_vouchers_are_used_up_over_a_thousand_lines()
    {
        var vouchers = Enumerable.Range(0, 100_000).Select(i => Voucher(i, i % 2 == 0 ? "p" : "q", "1.00", new(2026, 12, 1 + (i % 28)))).ToList();
        var lines = Enumerable.Range(0, 1000).Select(i => Line("99.99", i)).ToList();
        var best = """{"stacking": {"policy": "bestOf", "group": "g"}, "rates": [{"ratio": "0.50"}]}""";

        var allocation = Request(lines, [Programme("p", Rules()), Programme("q", Rules(best))], vouchers).Allocate();

        Assert.InRange(allocation.PublicMoney.Fen, 90_000_00, 99_990_00);
    }

    [Fact]
    public void Vouchers_of_one_programme_share_its_ratio()
    {
        var allocation = Request([Line("1600.00")], [Programme("hz", ByOrigin)], [Voucher(1, "hz", "300.00"), Voucher(2, "hz", "5000.00")]).Allocate();

        Assert.Equal("1: 300.00, 2: 180.00", allocation.Given());
    }

    [Fact]
    public void Within_a_priority_the_earliest_expiry_pays_then_the_smallest_then_the_lowest_id()
    {
        var (soon, late) = (new DateOnly(2026, 6, 1), new DateOnly(2026, 7, 1));
        var vouchers = new[]
        {
            Voucher(1, "a", "30.00", late), Voucher(2, "b", "20.00", late), Voucher(3, "a", "20.00", late), Voucher(4, "b", "90.00", soon),
        };
        var programmes = new[] { Programme("a", Rules()), Programme("b", Rules()) };

        Assert.Equal("4: 80.00", Request([Line("80.00")], programmes, vouchers).Allocate().Given());
        Assert.Equal("2: 10.00, 4: 90.00", Request([Line("100.00")], programmes, vouchers).Allocate().Given());
        Assert.Equal("2: 20.00, 3: 5.00, 4: 90.00", Request([Line("115.00")], programmes, vouchers).Allocate().Given());
        Assert.Equal("1: 5.00, 2: 20.00, 3: 20.00, 4: 90.00", Request([Line("135.00")], programmes, vouchers.Reverse().ToList()).Allocate().Given());
    }

    [Fact]
    public void A_voucher_pays_no_line_whose_use_goes_on_after_its_last_day()
    {
        var line = Line("100.00") with { FirstDay = new(2026, 1, 9), LastDay = new(2026, 1, 10) };
        AllocationRequest With(DateOnly expiresOn) => Request([line], [Programme("p", Rules())], [Voucher(1, "p", "100.00", expiresOn)]);

        Assert.Equal("1: 100.00", With(new(2026, 1, 10)).Allocate().Given());
        Assert.Equal("1: expires_before_use", With(new(2026, 1, 9)).Allocate().Refused());
        Assert.Equal("1: expired", With(new(2026, 1, 4)).Allocate().Refused());
        Assert.Equal(RuleCodes.ExpiresBeforeUse, With(new(2026, 1, 9)).Allocate().Decisions[0].Code);
    }

    [Fact]
    public void What_is_held_for_a_leg_pays_that_leg_alone_though_the_voucher_expired_before_the_invoice()
    {
        var rules = Rules("""{"floors": {"perOrder": "5000.00"}}""");
        var request = Request(
            [Line("60.00"), Line("60.00", 1)], [Programme("p", rules)],
            [Voucher(1, "p", "50.00", new(2026, 1, 10), heldFor: 1), Voucher(2, "p", "100.00"), Voucher(3, "p", "9.00", heldFor: 7)]);
        var allocation = (request with { Today = new(2026, 2, 2), Chosen = [] }).Allocate();

        Assert.Equal(("line 1", Leg(1), Yuan("50.00")), allocation.Parts.Select(part => (part.LineKey, part.HeldFor!.Value, part.Amount)).Single());
        Assert.Equal("2: not_selected, 3: no_line", allocation.Refused());
    }

    [Fact]
    public void What_is_held_for_a_leg_pays_no_hours_after_the_vouchers_last_day()
    {
        // A leg over the turn of a month, of which the voucher was good for the first one only.
        var (before, after) = (Line("60.00"), Line("60.00", 1) with { LegId = Leg(0), FirstDay = new(2026, 2, 1), LastDay = new(2026, 2, 1) });
        var request = Request([before, after], [Programme("p", Rules())], [Voucher(1, "p", "100.00", new(2026, 1, 31), heldFor: 0)]) with { Today = new(2026, 3, 2) };

        var expected = request with { Lines = [before] };
        Assert.Equal(expected.Allocate().Parts, request.Allocate().Parts);
        var alone = (request with { Lines = [after] }).Allocate();
        Assert.Empty(alone.Parts);
        Assert.Equal("1: expires_before_use", alone.Refused());
        Assert.Equal(RuleCodes.ExpiresBeforeUse, alone.Decisions.Single().Code);
    }

    [Fact]
    public void Only_the_vouchers_that_the_buyer_names_pay()
    {
        var request = Request([Line("100.00")], [Programme("p", Rules())], [Voucher(1, "p", "30.00"), Voucher(2, "p", "40.00")]) with { Chosen = [VoucherId(2)] };

        Assert.Equal("2: 40.00", request.Allocate().Given());
        Assert.Equal("1: not_selected", request.Allocate().Refused());
    }

    [Fact]
    public void An_exclusive_programme_never_stands_beside_another_of_its_group_on_one_contract()
    {
        static ProgrammeInForce In(string code, string group, int priority, string policy = "exclusive") =>
            Programme(code, Rules($$"""{"stacking": {"policy": "{{policy}}", "group": "{{group}}", "priority": {{priority}} } }"""));
        var vouchers = new[] { Voucher(1, "a", "10.00"), Voucher(2, "b", "100.00"), Voucher(3, "c", "100.00") };

        var allocation = Request([Line("120.00")], [In("a", "city", 1), In("b", "city", 2), In("c", "state", 3)], vouchers).Allocate();
        Assert.Equal("1: 10.00, 3: 100.00", allocation.Given());
        Assert.Equal("2: stacking.exclusive", allocation.Refused());

        // It minds a programme of its group that stacks, too; and the next contract is another matter.
        allocation = Request(
            [Line("60.00"), Line("60.00", 1) with { Seller = OtherSeller }], [In("a", "city", 1, "stack"), In("b", "city", 2), In("c", "state", 3)], vouchers).Allocate();
        Assert.Equal("1: 10.00, 2: 60.00, 3: 50.00", allocation.Given());
    }

    [Fact]
    public void An_exclusive_programme_without_a_group_stands_alone()
    {
        var (alone, stack) = (Rules("""{"stacking": {"policy": "exclusive", "priority": 1}}"""), Rules("""{"stacking": {"policy": "stack", "priority": 2}}"""));
        var vouchers = new[] { Voucher(1, "a", "10.00"), Voucher(2, "b", "100.00") };

        Assert.Equal("1: 10.00", Request([Line("50.00")], [Programme("a", alone), Programme("b", stack)], vouchers).Allocate().Given());
        Assert.Equal("2: 50.00", Request([Line("50.00")], [Programme("a", alone with { Stacking = alone.Stacking! with { Priority = 3 } }), Programme("b", stack)], vouchers).Allocate().Given());
        Assert.Equal("1: 10.00, 2: 40.00", Request([Line("50.00")], [Programme("a", stack), Programme("b", stack)], vouchers).Allocate().Given());
    }

    [Fact]
    public void A_contract_that_another_programme_pays_part_of_already_stays_shut()
    {
        var alone = Rules("""{"stacking": {"policy": "exclusive"}}""");
        var programmes = new[] { Programme("a", Rules()) with { PaidContractsWith = [Seller.Id] }, Programme("b", alone) };

        var allocation = Request([Line("50.00"), Line("50.00", 1) with { Seller = OtherSeller }], programmes, [Voucher(2, "b", "100.00")]).Allocate();

        Assert.Equal("2: 50.00", allocation.Given());
        Assert.Equal("line 1", allocation.Parts.Single().LineKey);
    }

    [Fact]
    public void Of_a_best_of_group_the_one_that_gives_most_pays()
    {
        static ProgrammeInForce In(string code, string ratio, int priority) => Programme(
            code, Rules($$"""{"rates": [{"ratio": "{{ratio}}"}], "stacking": {"policy": "bestOf", "group": "g", "priority": {{priority}} } }"""));
        var programmes = new[] { In("a", "0.20", 1), In("b", "0.30", 2), Programme("c", Rules("""{"rates": [{"ratio": "0.10"}]}""")) };

        var allocation = Request([Line("1000.00")], programmes, [Voucher(1, "a", "900.00"), Voucher(2, "b", "900.00"), Voucher(3, "c", "900.00")]).Allocate();
        Assert.Equal("2: 300.00, 3: 100.00", allocation.Given());
        Assert.Equal("1: stacking.best_of", allocation.Refused());

        // What its voucher still has counts, and equal gifts go by order of use.
        Assert.Equal("1: 200.00", Request([Line("1000.00")], programmes, [Voucher(1, "a", "900.00"), Voucher(2, "b", "199.99")]).Allocate().Given());
        Assert.Equal("1: 200.00", Request([Line("1000.00")], programmes, [Voucher(1, "a", "900.00"), Voucher(2, "b", "200.00")]).Allocate().Given());
    }

    [Fact]
    public void A_ceiling_on_public_money_binds_every_programme_on_the_order()
    {
        var half = Rules("""{"rates": [{"ratio": "0.30"}], "stacking": {"policy": "stack", "priority": 1, "publicMoneyCeiling": "0.50"}}""");
        var full = Rules("""{"stacking": {"policy": "stack", "priority": 2}}""");
        var vouchers = new[] { Voucher(1, "a", "1000.00"), Voucher(2, "b", "1000.00") };
        var request = Request([Line("60.00"), Line("40.00", 1)], [Programme("a", half), Programme("b", full)], vouchers);

        var allocation = request.Allocate();
        Assert.Equal(Yuan("50.00"), allocation.PublicMoney);
        Assert.Equal(RuleCodes.PublicMoneyCeiling, allocation.Decisions[^1].Code);

        Assert.Equal(Yuan("38.00"), (request with { ExternalPublicMoney = Yuan("12.00") }).Allocate().PublicMoney);
        Assert.Equal(Yuan("28.00"), (request with { ExternalPublicMoney = Yuan("12.00"), PublicMoneyBefore = Yuan("10.00") }).Allocate().PublicMoney);

        // It binds no order that the programme pays nothing of.
        Assert.Equal(Yuan("100.00"), (request with { Vouchers = [vouchers[1]] }).Allocate().PublicMoney);
    }

    [Fact]
    public void A_cap_an_order_bounds_all_vouchers_of_the_programme_together()
    {
        var request = Request(
            [Line("60.00"), Line("60.00", 1)], [Programme("p", Rules("""{"caps": {"perOrder": "70.00"}}"""))],
            [Voucher(1, "p", "50.00"), Voucher(2, "p", "50.00"), Voucher(3, "p", "50.00")]);

        var allocation = request.Allocate();
        Assert.Equal("1: 50.00, 2: 20.00", allocation.Given());
        Assert.Equal("3: cap.order", allocation.Refused());

        request = request with { Programmes = [request.Programmes[0] with { PaidOnOrder = Yuan("65.00") }] };
        Assert.Equal("1: 5.00", request.Allocate().Given());
    }

    [Fact]
    public void Every_part_is_a_whole_number_of_the_programmes_units()
    {
        var allocation = Request(
            [Line("120.99")], [Programme("p", Rules("""{"rounding": {"unit": "1.00"}}"""))],
            [Voucher(1, "p", "100.50"), Voucher(2, "p", "0.99"), Voucher(3, "p", "50.00", new(2028, 1, 1))]).Allocate();

        Assert.Equal("1: 100.00, 3: 20.00", allocation.Given());
        Assert.Equal("2: used_up", allocation.Refused());
    }

    [Fact]
    public void Tiers_are_marginal_on_the_spend_of_the_year()
    {
        var tiers = Rules("""{"rates": null, "tiers": [{"upTo": "100.00", "ratio": "0.50"}, {"upTo": "300.00", "ratio": "0.35"}, {"ratio": "0.20"}]}""");
        var request = Request(
            [Line("150.00"), Line("300.00", 1)], [Programme("p", tiers) with { SpentInYear = Yuan("60.00") }], [Voucher(1, "p", "900.00")]);

        var allocation = request.Allocate();

        // 60 → 210: 40 at 50 %, 110 at 35 %; 210 → 510: 90 at 35 %, 210 at 20 %.
        Assert.Equal([Yuan("58.50"), Yuan("73.50")], allocation.Parts.Select(part => part.Amount));
        Assert.Equal(["tiers[0], tiers[1]", "tiers[1], tiers[2]"], allocation.Parts.Select(part => part.Rule));
        Assert.Equal([Yuan("40.00"), Yuan("110.00")], allocation.Decisions[0].Steps.Select(step => step.Of));
    }

    [Fact]
    public void A_first_tier_of_nothing_is_a_threshold()
    {
        var threshold = Rules("""{"rates": null, "tiers": [{"upTo": "1000.00", "ratio": "0"}, {"ratio": "1.00"}]}""");
        var allocation = Request([Line("900.00"), Line("300.00", 1)], [Programme("p", threshold)], [Voucher(1, "p", "900.00")]).Allocate();

        Assert.Equal("1: 200.00", allocation.Given());
        Assert.Equal([RuleCodes.ShareIsNothing, null], allocation.Decisions.Select(decision => decision.Code));
    }

    [Fact]
    public void A_voucher_that_isnt_needed_says_so_and_one_that_is_refused_names_the_rule_it_came_furthest_with()
    {
        var scope = Rules("""{"scope": {"origins": ["imported"], "workloads": ["inference"]}}""");
        var allocation = Request(
            [Line("10.00"), Line("10.00", 1).Imported()], [Programme("a", Rules()), Programme("b", scope)],
            [Voucher(1, "a", "20.00"), Voucher(2, "a", "20.00"), Voucher(3, "b", "20.00")]).Allocate();

        Assert.Equal("1: 20.00", allocation.Given());
        Assert.Equal("2: not_needed, 3: scope.workloads", allocation.Refused());
        Assert.Equal([null, RuleCodes.Origins, null, RuleCodes.Workloads], allocation.Decisions.Select(decision => decision.Code));
    }

    [Fact]
    public void The_answer_doesnt_depend_on_the_order_of_the_vouchers()
    {
        var vouchers = Enumerable.Range(0, 30).Select(i => Voucher(i, i % 3 == 0 ? "a" : "b", $"{1 + (i * 7 % 11)}.00", new(2026, 2, 1 + (i % 5)))).ToList();
        var programmes = new[] { Programme("a", ByOrigin), Programme("b", Rules()) };
        var lines = new[] { Line("33.33"), Line("21.00", 1).Imported(), Line("9.99", 2) };

        var expected = Request(lines, programmes, vouchers).Allocate();
        vouchers.Reverse();
        var actual = Request(lines, [.. programmes.Reverse()], vouchers).Allocate();

        Assert.Equal(expected.Parts, actual.Parts);
        Assert.Equal(expected.NotApplied, actual.NotApplied);
    }

    [Fact]
    public void A_request_that_makes_no_sense_is_refused()
    {
        var request = One(Line("10.00"), Rules());
        Assert.Throws<ArgumentException>(() => (request with { Lines = [Line("-0.01")] }).Allocate());
        Assert.Throws<ArgumentException>(() => (request with { Lines = [Line("1.00"), Line("2.00")] }).Allocate());
        Assert.Throws<ArgumentException>(() => (request with { Programmes = [] }).Allocate());
        Assert.Empty((request with { Lines = [] }).Allocate().Parts);
    }
}
