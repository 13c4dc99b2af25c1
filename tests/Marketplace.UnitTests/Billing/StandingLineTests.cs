using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using static Marketplace.UnitTests.Billing.BillingWorld;

namespace Marketplace.UnitTests.Billing;

/// <summary>What is left of a line after credits, and what each gives back to whom.</summary>
public class StandingLineTests
{
    [Fact]
    public void A_credit_takes_VAT_and_voucher_back_in_the_proportion_of_what_stays()
    {
        var line = Line(80, "20.00", Part(1, "hz", "1600.00", "0.30"));
        var credit = Standing(line, []).CreditAmount(Yuan("100.00"), NoteId(1), Now);
        Assert.Equal("100.00 94.34 5.66 70.00 30.00", Text(credit));
    }

    [Fact]
    public void What_is_reimbursed_is_paid_back_in_full_and_returned_beside()
    {
        var line = Line(80, "20.00", Part(1, "hz", "1600.00", "0.30", deducted: false));
        Assert.Equal(line.Amount, line.Payable);
        Assert.Equal("100.00 94.34 5.66 100.00 30.00", Text(Standing(line, []).CreditAmount(Yuan("100.00"), NoteId(1), Now)));
    }

    [Fact]
    public void No_credit_takes_more_than_is_left()
    {
        var line = Line(10, "10.00");
        var most = Standing(line, []).CreditAmount(Yuan("99.99"), NoteId(1), Now);
        var refused = Assert.Throws<RuleException>(() => Standing(line, [most]).CreditAmount(Yuan("0.02"), NoteId(2), Now));
        Assert.Equal("credit_note.exceeds", refused.Code);
        var last = Standing(line, [most]).CreditAmount(Yuan("0.01"), NoteId(2), Now);
        Assert.Equal(line.Vat, most.Vat + last.Vat);
        Assert.Throws<RuleException>(() => Standing(line, [most, last]).CreditAmount(Yuan("0.01"), NoteId(3), Now));
    }

    [Fact]
    public void Hours_taken_back_leave_the_price_of_the_rest()
    {
        // 3 × 3.333333 = 10.00, two hours 6.67, one 3.33: the differences, not the prices, are given back.
        var line = Line(3, "3.333333");
        var first = Take(line, [], 0, 3600);
        Assert.Equal("3.33", first.Amount.ToString());
        var second = Take(line, [first], 1, 3600);
        Assert.Equal("3.34", second.Amount.ToString());
        var third = Take(line, [first, second], 2, 3600);
        Assert.Equal("3.33", third.Amount.ToString());
        Assert.Equal(line.Amount, first.Amount + second.Amount + third.Amount);
        Assert.Equal(line.Vat, first.Vat + second.Vat + third.Vat);
        Assert.All(Standing(line, [first, second, third]).Hours, hour => Assert.Equal(CardTime.Zero, hour.Value));
    }

    [Fact]
    public void An_allowance_stays_an_allowance_when_hours_are_taken_back_after_it()
    {
        var line = Line(10, "10.00");
        var allowance = Standing(line, []).CreditAmount(Yuan("30.00"), NoteId(1), Now);
        var hours = Take(line, [allowance], 0, 3600);
        Assert.Equal("10.00", hours.Amount.ToString());
        Assert.Equal("60.00", Standing(line, [allowance, hours]).Amount.ToString());

        // The other way round it comes to the same.
        var before = Take(line, [], 0, 3600);
        var after = Standing(line, [before]).CreditAmount(Yuan("30.00"), NoteId(2), Now);
        Assert.Equal("60.00", Standing(line, [before, after]).Amount.ToString());
    }

    [Fact]
    public void Where_an_allowance_had_taken_all_hours_take_nothing_more()
    {
        var line = Line(2, "10.00", Part(1, "hz", "20.00", "0.30"));
        var allowance = Standing(line, []).CreditAmount(Yuan("15.00"), NoteId(1), Now);
        var first = Take(line, [allowance], 0, 3600);
        Assert.Equal("5.00", first.Amount.ToString());
        var second = Take(line, [allowance, first], 1, 3600);
        Assert.Equal("0.00 0.00 0.00 0.00 0.00", Text(second));
        Assert.All(Standing(line, [allowance, first, second]).Hours, hour => Assert.Equal(CardTime.Zero, hour.Value));
    }

    [Fact]
    public void Reserved_hours_are_credited_no_further_than_the_outage_beside_them()
    {
        var band = new PriceBand(new(2026, 1), false, new(10_000_000));
        var hours = new LineHours([new(Start, 10, CardTime.Of(1, 1000, 3600))]);
        var down = new LineHours([new(Start + 3, 4, -CardTime.Of(1, 1000, 3600))]);
        InvoiceLine[] lines =
        [
            Line(new(LineKind.Reserved, band, hours, Yuan("100.00")), 0, new(2026, 1), Part(1, "hz", "60.00", "0.30")),
            Line(new(LineKind.Outage, band, down, Yuan("-40.00")), 1, new(2026, 1)),
        ];
        StandingLine Reserved(params CreditNoteLine[] credits) => StandingLine.Of(lines, credits)[0];
        Assert.Equal("60.00", Reserved().Left.ToString());
        Assert.Equal("credit_note.exceeds", Assert.Throws<RuleException>(() => Reserved().CreditAmount(Yuan("60.01"), NoteId(1), Now)).Code);
        Assert.Equal("credit_note.exceeds", Assert.Throws<RuleException>(() => StandingLine.Of(lines, [])[1].CreditAmount(Yuan("0.01"), NoteId(1), Now)).Code);
        var hour = Reserved().CreditHours(new Dictionary<Hour, CardTime> { [Start] = CardTime.Of(1, 1000, 3600) }, NoteId(1), Now);
        Assert.Equal("10.00 7.00 3.00", $"{hour.Amount} {hour.Payable} {hour.Parts[0].Amount}");
        var rest = Reserved(hour).CreditAmount(Yuan("50.00"), NoteId(2), Now);
        Assert.Equal("50.00 35.00 15.00", $"{rest.Amount} {rest.Payable} {rest.Parts[0].Amount}");
        Assert.Equal(Money.Zero, lines.Sum(line => line.Vat) - hour.Vat - rest.Vat);
        var another = Reserved(hour, rest).CreditHours(new Dictionary<Hour, CardTime> { [Start + 1] = CardTime.Of(1, 1000, 3600) }, NoteId(3), Now);
        Assert.Equal(Money.Zero, another.Amount);
    }

    [Fact]
    public void What_the_buyer_bore_of_a_rejection_comes_off_the_line_and_what_he_paid_of_it_stays()
    {
        var line = Line(80, "20.00", Part(1, "hz", "1600.00", "0.30"));
        var first = Standing(line, []).CreditRejected(VoucherId(1), Yuan("100.00"), NoteId(1), Now);
        Assert.Equal("100.00 94.34 5.66 0.00 100.00", Text(first));
        var rest = Standing(line, [first]).CreditRejected(VoucherId(1), Yuan("380.00"), NoteId(2), Now);
        Assert.Equal("380.00 358.49 21.51 0.00 380.00", Text(rest));
        Assert.Throws<ArgumentOutOfRangeException>(() => Standing(line, [first, rest]).CreditRejected(VoucherId(1), Yuan("0.01"), NoteId(3), Now));

        // All that is left is the buyer's own money.
        Assert.Equal("1120.00 1056.60 63.40 1120.00 0.00", Text(Standing(line, [first, rest]).CreditAmount(Yuan("1120.00"), NoteId(3), Now)));
    }

    [Fact]
    public void Where_another_voucher_pays_of_the_line_too_its_part_shrinks_with_it_and_the_buyer_has_what_was_asked_for()
    {
        var line = Line(80, "20.00", Part(1, "hz", "1600.00", "0.30"), Part(2, "sh", "1600.00", "0.20"));
        var credit = Standing(line, []).CreditRejected(VoucherId(1), Yuan("80.00"), NoteId(1), Now);
        Assert.Equal("100.00 94.34 5.66 0.00 100.00", Text(credit));
        Assert.Equal([Yuan("80.00"), Yuan("20.00")], credit.Parts.Select(part => part.Taken));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(974083521)]
    [InlineData(null)]
    public void Whatever_is_let_off_of_a_rejection_parts_keep_to_their_ratio_and_nothing_is_left_over(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 300; run++)
        {
            var where = $"seed {seed}, run {run}";
            var price = $"{random.Next(1, 40)}.{random.Next(100):00}";
            var gross = Line(20, price).Amount.ToString();
            string[] units = ["0.01", "1.00"];
            var line = Line(20, price, Part(1, "hz", gross, $"0.{random.Next(10, 50)}"), Part(2, "sh", gross, $"0.{random.Next(10, 50)}", unit: units[random.Next(2)], deducted: random.Next(2) == 0));
            var credits = new List<CreditNoteLine>();
            Money Left(int part) => line.Parts[part].Amount - credits.SelectMany(credit => credit.Parts).Where(p => p.VoucherId == line.Parts[part].VoucherId).Sum(p => p.Taken);
            for (var i = 0; i < 6; i++)
            {
                var standing = Standing(line, credits);
                var borne = new Money(random.NextInt64(0, Left(0).Fen + 1));
                var credit = random.Next(2) == 0
                    ? standing.CreditRejected(VoucherId(1), borne, NoteId(i), Now) : standing.CreditAmount(new(random.NextInt64(0, standing.Left.Fen + 1)), NoteId(i), Now);
                credits.Add(credit);
                var stands = Standing(line, credits);
                Assert.True(stands.Amount == stands.Payable + line.Parts.Select((part, n) => part.Deducted ? Left(n) : Money.Zero).Sum(), where);
                Assert.True(!stands.Payable.IsNegative && credit.Vat + credit.Net == credit.Amount, where);
                Assert.True(Enumerable.Range(0, 2).All(n => Left(n) <= stands.Amount.ShareDown(line.Parts[n].Ratio!.Value, line.Parts[n].Unit) && !Left(n).IsNegative), where);
            }

            credits.Add(Standing(line, credits).CreditAmount(Standing(line, credits).Left, NoteId(9), Now));
            Assert.True(credits.Sum(credit => credit.Vat) == line.Vat && credits.Sum(credit => credit.Payable) == line.Payable && Left(0).IsZero && Left(1).IsZero, where);
        }
    }

    /// <summary>
    /// Random credits, by amount and by hours: what stands of amount, VAT and each voucher part is never negative and depends on
    /// what remains alone; many small ones come to the same as one.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(null)]
    public void Many_small_credits_come_to_the_same_as_one_large_one(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 300; run++)
        {
            var where = $"seed {seed}, run {run}";
            var hours = 1 + random.Next(30);
            var price = new Price(random.NextInt64(100_000, 30_000_000)).ToString();
            var plain = Line(hours, price);
            if (plain.Amount < Yuan("1.00"))
            {
                continue;
            }

            var unit = random.Next(4) == 0 ? "1.00" : "0.01";
            var parts = new List<LinePart> { Part(1, "a", plain.Amount.ToString(), "0.30", random.Next(3) == 0 ? new Money(random.NextInt64(1, plain.Amount.Fen)).ToString() : null, unit, random.Next(4) > 0) };
            if (random.Next(2) == 0)
            {
                parts.Add(Part(2, "b", plain.Amount.ToString(), "0.25"));
            }

            var line = Line(hours, price, [.. parts.Where(part => part.Amount.IsPositive)]);
            var credits = new List<CreditNoteLine>();
            for (var step = 0; step < 12; step++)
            {
                var standing = Standing(line, credits);
                var before = standing.Amount;
                if (random.Next(2) == 0)
                {
                    if (standing.Amount.IsZero)
                    {
                        continue;
                    }

                    credits.Add(standing.CreditAmount(new(random.NextInt64(1, (standing.Amount.Fen / 3) + 2) is var fen && fen > standing.Amount.Fen ? standing.Amount.Fen : fen), NoteId(step), Now));
                }
                else
                {
                    var taken = standing.Hours.Where(hour => hour.Value > CardTime.Zero && random.Next(4) == 0).ToDictionary(hour => hour.Key, hour => new CardTime(random.NextInt64(1, hour.Value.MilliCardSeconds + 1)));
                    credits.Add(standing.CreditHours(taken, NoteId(step), Now));
                }

                var (credit, after) = (credits[^1], Standing(line, credits));
                Assert.True(credit.Amount == before - after.Amount && !credit.Amount.IsNegative && credit.Net + credit.Vat == credit.Amount, where);
                Assert.True(credit.Amount == credit.Payable + credit.Parts.Where(part => part.Deducted).Sum(part => part.Amount), where);
                Assert.True(!after.Amount.IsNegative && !after.Payable.IsNegative && !after.Vat.IsNegative, where);
                Assert.Equal(after.Amount.VatIncluded(Vat), after.Vat);
                var parted = PartsOf(line, credits);
                Assert.True(parted.Values.All(part => !part.IsNegative), where);
                Assert.True(parted.Where(part => line.Parts.Single(p => p.VoucherId.Value == part.Key).Deducted).Sum(part => part.Value) + after.Payable == after.Amount, where);
                Assert.True(line.Parts.All(part => parted[part.VoucherId.Value] <= after.Amount.ShareDown(part.Ratio!.Value, part.Unit)), where);

                // One credit of all that was taken so far leaves the same.
                if (line.Amount > after.Amount)
                {
                    var once = Standing(line, []).CreditAmount(line.Amount - after.Amount, NoteId(99), Now);
                    Assert.Equal(PartsOf(line, [once]), parted);
                    Assert.Equal(after.Vat, line.Vat - once.Vat);
                    Assert.Equal(after.Payable, line.Payable - once.Payable);
                }
            }
        }
    }

    private static StandingLine Standing(InvoiceLine line, IReadOnlyList<CreditNoteLine> credits) => StandingLine.Of([line], credits)[0];

    private static CreditNoteLine Take(InvoiceLine line, IReadOnlyList<CreditNoteLine> credits, int hour, int seconds) =>
        Standing(line, credits).CreditHours(new Dictionary<Hour, CardTime> { [Start + hour] = CardTime.Of(1, 1000, seconds) }, NoteId(credits.Count + 1), Now);

    private static Dictionary<Guid, Money> PartsOf(InvoiceLine line, IReadOnlyList<CreditNoteLine> credits) => line.Parts.ToDictionary(
        part => part.VoucherId.Value, part => part.Amount - credits.SelectMany(credit => credit.Parts).Where(p => p.VoucherId == part.VoucherId).Sum(p => p.Amount));

    private static string Text(CreditNoteLine credit) => $"{credit.Amount} {credit.Net} {credit.Vat} {credit.Payable} {credit.Parts.Sum(part => part.Amount)}";
}
