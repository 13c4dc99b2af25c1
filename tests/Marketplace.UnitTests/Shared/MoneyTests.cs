using System.Globalization;
using System.Numerics;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Shared;

/// <summary>Fixed-point values against arithmetic without limits (<see cref="BigInteger"/>).</summary>
public sealed class MoneyTests
{
    private const int Rounds = 20_000;

    [Theory]
    [InlineData("0.00", 0)]
    [InlineData("1234.50", 123_450)]
    [InlineData("-0.01", -1)]
    [InlineData("00.10", 10)]
    [InlineData("92233720368547758.07", long.MaxValue)]
    [InlineData("-92233720368547758.08", long.MinValue)]
    public void An_amount_is_read_to_the_fen(string text, long fen)
    {
        Assert.True(Money.TryParse(text, out var amount));
        Assert.Equal(fen, amount.Fen);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.")]
    [InlineData("1.0")]
    [InlineData("1.000")]
    [InlineData(".50")]
    [InlineData("-.50")]
    [InlineData("+1.00")]
    [InlineData("--1.00")]
    [InlineData("1-.00")]
    [InlineData("1.-5")]
    [InlineData(" 1.00")]
    [InlineData("1.00 ")]
    [InlineData("1,000.00")]
    [InlineData("1e2.00")]
    [InlineData("1.0a")]
    [InlineData("1.00.00")]
    [InlineData("٣.٠٠")]
    [InlineData("1\0.00")]
    [InlineData("92233720368547758.08")]
    [InlineData("-92233720368547758.09")]
    [InlineData("99999999999999999999999.00")]
    public void Anything_else_is_no_amount(string? text) => Assert.False(Money.TryParse(text, out _));

    [Theory]
    [InlineData("20", "20.00")]
    [InlineData("20.5", "20.50")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1.230000", "1.23")]
    [InlineData("1.2345", "1.2345")]
    public void A_price_has_up_to_six_decimals(string text, string written)
    {
        Assert.True(Price.TryParse(text, out var price));
        Assert.Equal(written, price.ToString());
        Assert.False(Price.TryParse("0.0000000", out _));
    }

    [Theory]
    [InlineData("0.30", 300_000)]
    [InlineData("1", 1_000_000)]
    [InlineData("1999.999999", 1_999_999_999)]
    public void A_ratio_has_up_to_six_decimals(string text, int millionths)
    {
        Assert.True(Ratio.TryParse(text, out var ratio));
        Assert.Equal(millionths, ratio.Millionths);
        Assert.False(Ratio.TryParse("2000", out _));
        Assert.False(Ratio.TryParse("-2000", out _));
        Assert.False(Ratio.TryParse("0.1234567", out _));
    }

    [Fact]
    public void What_is_written_reads_as_what_it_was()
    {
        Each(random =>
        {
            var units = Any(random);
            Assert.True(Money.TryParse(new Money(units).ToString(), out var amount));
            Assert.Equal(units, amount.Fen);
            Assert.True(Price.TryParse(new Price(units).ToString(), out var price));
            Assert.Equal(units, price.MicroYuan);
            var millionths = random.Next(-1_999_999_999, 2_000_000_000);
            Assert.True(Ratio.TryParse(new Ratio(millionths).ToString(), out var ratio));
            Assert.Equal(millionths, ratio.Millionths);
            Assert.Equal((decimal)millionths / 1_000_000, decimal.Parse(new Ratio(millionths).ToString(), CultureInfo.InvariantCulture));
        });
    }

    [Fact]
    public void Sums_are_right_or_throw()
    {
        Each(random =>
        {
            var (left, right) = (Any(random), Any(random));
            RightOrThrows((BigInteger)left + right, () => (new Money(left) + new Money(right)).Fen);
            RightOrThrows((BigInteger)left - right, () => (new Money(left) - new Money(right)).Fen);
            RightOrThrows(-(BigInteger)left, () => (-new Money(left)).Fen);
            RightOrThrows((BigInteger)left + right + left, () => new[] { new Money(left), new Money(right), new Money(left) }.Sum().Fen, mayThrow: true);
        });
    }

    [Fact]
    public void A_price_times_a_quantity_is_rounded_once_half_away_from_zero()
    {
        Each(random =>
        {
            var (micro, milliSeconds) = (random.NextInt64(-2_000_000_000, 2_000_000_000), random.NextInt64(-4_000_000_000, 4_000_000_000));
            Assert.Equal((long)Rounded((BigInteger)micro * milliSeconds, (BigInteger)CardTime.PerCardHour * 10_000), new CardTime(milliSeconds).At(new Price(micro)).Fen);
        });
    }

    [Fact]
    public void Division_is_right_or_throws()
    {
        Each(random =>
        {
            var dividend = (BigInteger)Any(random) * random.NextInt64(1, 1_000_000);
            var divisor = random.NextInt64(1, 1_000_000_000_000);
            RightOrThrows(Rounded(dividend, divisor), () => Rounding.HalfAwayFromZero((Int128)dividend, divisor));
            RightOrThrows(BigInteger.Divide(dividend, divisor), () => Rounding.Down((Int128)dividend, divisor));
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => Rounding.HalfAwayFromZero(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rounding.Down(1, -1));
    }

    [Theory]
    [InlineData(5, 10, 1)]
    [InlineData(-5, 10, -1)]
    [InlineData(4, 10, 0)]
    [InlineData(-4, 10, 0)]
    [InlineData(15, 10, 2)]
    [InlineData(25, 10, 3)]
    [InlineData(-25, 10, -3)]
    [InlineData(1, 3, 0)]
    [InlineData(2, 3, 1)]
    public void Half_goes_away_from_zero(long dividend, long divisor, long result) => Assert.Equal(result, Rounding.HalfAwayFromZero(dividend, divisor));

    [Theory]
    [InlineData("100.00", "0.3", "0.01", "30.00")]
    [InlineData("100.01", "0.3", "0.01", "30.00")]
    [InlineData("100.04", "0.3", "0.01", "30.01")]
    [InlineData("199.99", "0.5", "1.00", "99.00")]
    [InlineData("-100.04", "0.3", "0.01", "-30.01")]
    public void A_share_is_rounded_down_to_its_unit(string amount, string ratio, string unit, string share) =>
        Assert.Equal(share, Money.Parse(amount).ShareDown(Ratio.Parse(ratio), Money.Parse(unit)).ToString());

    [Theory]
    [InlineData("106.00", "0.06", "6.00")]
    [InlineData("100.00", "0.06", "5.66")]
    [InlineData("-100.00", "0.06", "-5.66")]
    [InlineData("0.08", "0.06", "0.00")]
    [InlineData("0.09", "0.06", "0.01")]
    [InlineData("113.00", "0.13", "13.00")]
    public void Vat_is_taken_out_of_the_amount_that_holds_it(string amount, string rate, string vat) =>
        Assert.Equal(vat, Money.Parse(amount).VatIncluded(Ratio.Parse(rate)).ToString());

    [Fact]
    public void Products_too_large_throw()
    {
        Assert.Throws<OverflowException>(() => new Price(long.MaxValue).Of(Int128.MaxValue, 1));
        Assert.Throws<OverflowException>(() => new Price(long.MaxValue).Of(long.MaxValue, 1));
        Assert.Throws<OverflowException>(() => new Price(long.MaxValue).Times(new Ratio(2_000_000)));
        Assert.Throws<OverflowException>(() => new Money(long.MaxValue).Share(new Ratio(1_000_001)));
        Assert.Throws<OverflowException>(() => CardTime.Of(int.MaxValue, int.MaxValue, 3));
        Assert.Throws<OverflowException>(() => new CardTime(long.MaxValue) + new CardTime(1));
    }

    [Theory]
    [InlineData(3_600_000, "1")]
    [InlineData(1_800_000, "0.5")]
    [InlineData(1, "0")]
    [InlineData(2, "0.000001")]
    [InlineData(1_200_000, "0.333333")]
    [InlineData(2_400_000, "0.666667")]
    [InlineData(-3_600_000, "-1")]
    public void Card_time_is_told_in_card_hours(long milliCardSeconds, string text) => Assert.Equal(text, new CardTime(milliCardSeconds).ToCardHours());

    private static BigInteger Rounded(BigInteger dividend, BigInteger divisor)
    {
        var (quotient, remainder) = BigInteger.DivRem(BigInteger.Abs(dividend), divisor);
        return dividend.Sign * (remainder * 2 >= divisor ? quotient + 1 : quotient);
    }

    private static void RightOrThrows(BigInteger expected, Func<long> made, bool mayThrow = false)
    {
        try
        {
            Assert.Equal(expected, made());
        }
        catch (OverflowException)
        {
            Assert.True(mayThrow || expected > long.MaxValue || expected < long.MinValue, $"{expected} fits and was refused.");
        }
    }

    /// <summary>Numbers of every size, and the edges more often than they'd come by chance.</summary>
    private static long Any(Random random) => random.Next(10) switch
    {
        0 => long.MaxValue - random.Next(3),
        1 => long.MinValue + random.Next(3),
        2 => random.Next(-2, 3),
        _ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
    };

    private static void Each(Action<Random> check)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < Rounds; i++)
        {
            try
            {
                check(random);
            }
            catch (Exception failed)
            {
                throw new InvalidOperationException($"Seed {seed}, round {i}", failed);
            }
        }
    }
}
