using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

public class CorrectionTests
{
    [Theory]
    [InlineData("1600.00", "480.00", "1500.00", "450.00")]
    [InlineData("1280.00", "384.00", "1200.00", "360.00")]
    [InlineData("3.69", "1.10", "3.67", "1.10")]
    [InlineData("3.69", "1.10", "2.69", "0.80")]
    [InlineData("3.69", "1.10", "3.69", "1.10")]
    [InlineData("3.69", "1.10", "0.00", "0.00")]
    public void What_stays_is_the_ratio_of_what_remains(string original, string part, string remaining, string stays) =>
        Assert.Equal([Yuan(stays)], Stays(original, remaining, Part(1, "p", part, "0.30", original)));

    [Fact]
    public void A_part_that_a_limit_kept_below_its_ratio_stays_in_proportion() =>
        Assert.Equal([Yuan("50.00")], Stays("1000.00", "500.00", Part(1, "p", "100.00", "0.30", "1000.00")));

    [Fact]
    public void Vouchers_on_one_line_stay_in_the_proportion_in_which_they_paid()
    {
        Assert.Equal(
            [Yuan("75.00"), Yuan("15.00")],
            Stays("120.00", "90.00", Part(1, "a", "100.00", "1.00", "120.00"), Part(2, "b", "20.00", "1.00", "120.00")));
        Assert.Equal(
            [Yuan("75.00"), Yuan("15.00")],
            Stays("120.00", "90.00", Part(1, "a", "100.00", "1.00", "120.00"), Part(2, "a", "20.00", "1.00", "120.00")));
    }

    [Fact]
    public void What_stays_keeps_to_the_programmes_unit() =>
        Assert.Equal([Yuan("12.00")], Stays("100.00", "41.99", Part(1, "p", "30.00", "0.30", "100.00", "1.00")));

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Many_small_credits_drift_nowhere(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 60; run++)
        {
            var line = Line(new Money(1 + random.Next(2000)).ToString());
            var unit = random.Next(4) == 0 ? "0.10" : "0.01";
            var programmes = Enumerable.Range(0, 3).Select(i => Programme($"p{i}", Rules(
                $$"""{"rates": [{"ratio": "0.{{random.Next(1, 10)}}"}], "rounding": {"unit": "{{unit}}"} }"""))).ToList();
            var vouchers = Enumerable.Range(0, 6).Select(i => Voucher(i, $"p{i % 3}", new Money(random.Next(1200)).ToString())).ToList();
            var allocation = Request([line], programmes, vouchers).Allocate();
            var parts = allocation.Parts.Select(part => new CapturedPart(part.VoucherId, part.ProgrammeCode, part.Amount, part.Ratio, line.Amount, Yuan(unit))).ToList();

            var stood = parts.Select(part => part.Amount).ToList();
            for (var remaining = line.Amount; !remaining.IsNegative; remaining -= new Money(1 + random.Next(3)))
            {
                var stays = Correction.Stays(line.Amount, remaining, parts);
                Assert.True(stays.Zip(stood).All(pair => !pair.First.IsNegative && pair.First <= pair.Second), $"seed {seed}, run {run}: a credit gave to a voucher");
                Assert.True(stays.Sum() <= remaining, $"seed {seed}, run {run}: more stays than remains");
                foreach (var programme in programmes)
                {
                    var ofProgramme = stays.Zip(parts).Where(pair => pair.Second.ProgrammeCode == programme.Code).Select(pair => pair.First).Sum();
                    Assert.True(ofProgramme <= remaining.ShareDown(programme.Rules.Rates![0].Ratio!.Value, Yuan(unit)), $"seed {seed}, run {run}: more than the ratio");
                }

                stood = [.. stays];
            }
        }
    }

    private static CapturedPart Part(int voucher, string programme, string amount, string ratio, string eligible, string unit = "0.01") =>
        new(VoucherId(voucher), programme, Yuan(amount), Ratio.Parse(ratio), Yuan(eligible), Yuan(unit));

    private static IReadOnlyList<Money> Stays(string original, string remaining, params CapturedPart[] parts) =>
        Correction.Stays(Yuan(original), Yuan(remaining), parts);
}
