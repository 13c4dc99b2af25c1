using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using static Marketplace.UnitTests.Market.MarketMaker;

namespace Marketplace.UnitTests.Billing;

public sealed class TariffTests
{
    [Theory]
    [InlineData(22, 8, 22, true)]
    [InlineData(22, 8, 7, true)]
    [InlineData(22, 8, 0, true)]
    [InlineData(22, 8, 8, false)]
    [InlineData(22, 8, 21, false)]
    [InlineData(0, 8, 0, true)]
    [InlineData(0, 8, 8, false)]
    [InlineData(8, 0, 23, true)]
    [InlineData(8, 0, 0, false)]
    public void Off_peak_hours_may_cross_midnight(int from, int to, int hour, bool covered) => Assert.Equal(covered, new OffPeak(from, to, Ratio.One).Covers(hour));

    [Fact]
    public void Any_off_peak_covers_the_hours_from_its_first_to_its_last()
    {
        for (var from = 0; from < 24; from++)
        {
            foreach (var to in Enumerable.Range(0, 24).Where(hour => hour != from))
            {
                var walked = new HashSet<int>();
                for (var hour = from; hour != to; hour = (hour + 1) % 24)
                {
                    walked.Add(hour);
                }

                Assert.Equal(walked.Order(), Enumerable.Range(0, 24).Where(new OffPeak(from, to, Ratio.One).Covers));
            }
        }
    }

    [Fact]
    public void An_interval_falls_into_bands_by_price_and_period()
    {
        var tariff = new Tariff(Price("10.00"), new(22, 8, Ratio.Parse("0.5")), Shanghai);
        var evening = Start + 20;
        Assert.Equal(["2026-01 10.00 4", "2026-01 5.00 10"], tariff.Bands(new(evening, evening + 14)).Select(part => $"{part.Band.Period} {part.Band.UnitPrice} {part.Hours}"));
        Assert.Equal("90.00", tariff.FullAmount(new(evening, evening + 14), 1, 1000).ToString());

        // The last evening of January: the hours after midnight are February's.
        var last = Hour.Containing(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal(["2026-01 10.00 2", "2026-01 5.00 2", "2026-02 5.00 8", "2026-02 10.00 2"], tariff.Bands(new(last, last + 14)).Select(part => $"{part.Band.Period} {part.Band.UnitPrice} {part.Hours}"));
    }

    [Fact]
    public void Bands_cover_every_hour_once_and_cost_what_the_hours_cost()
    {
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var from = random.Next(24);
            var tariff = new Tariff(new(random.NextInt64(1, 50_000_000)), random.Next(3) == 0 ? null : new(from, (from + random.Next(1, 24)) % 24, new(random.Next(1, 1_000_001))), Shanghai);
            var interval = new HourRange(Start + random.Next(1000), Start + random.Next(1001, 2000));
            var bands = tariff.Bands(interval);
            Assert.Equal(interval.Hours, bands.Sum(part => part.Hours));
            Assert.Equal(bands.Count, bands.Select(part => part.Band).Distinct().Count());
            var exact = interval.Each().Aggregate(Int128.Zero, (sum, hour) => sum + tariff.BandOf(hour).UnitPrice.MicroYuan);
            Assert.Equal(exact, tariff.ExactCost(interval));

            // Rounded once a band, so never further off than half a fen each.
            var full = tariff.FullAmount(interval, 1, 1000).Fen;
            Assert.True(Int128.Abs(exact - ((Int128)full * 10_000)) <= 5_000 * bands.Count);
        }
    }

    [Fact]
    public void The_hour_that_comes_twice_is_off_peak_twice()
    {
        var newYork = new BusinessTime(TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        var tariff = new Tariff(Price("10.00"), new(1, 2, Ratio.Parse("0.5")), newYork);
        var day = Hour.AtOrAfter(newYork.StartOf(new DateOnly(2026, 11, 1)));
        Assert.Equal("240.00", tariff.FullAmount(new(day, day + 25), 1, 1000).ToString());
        var march = Hour.AtOrAfter(newYork.StartOf(new DateOnly(2026, 3, 8)));
        Assert.Equal("230.00", new Tariff(Price("10.00"), new(2, 3, Ratio.Parse("0.5")), newYork).FullAmount(new(march, march + 23), 1, 1000).ToString());
    }

    [Theory]
    [InlineData("0.333333", 1, 250, "0.08")]
    [InlineData("0.333333", 3, 250, "0.25")]
    [InlineData("9.99", 3, 250, "7.49")]
    [InlineData("0.02", 1, 250, "0.01")]
    [InlineData("0.019999", 1, 250, "0.00")]
    public void Slices_are_rounded_once_a_line(string price, int cards, int milli, string amount) =>
        Assert.Equal(amount, new Tariff(Price(price), null, Shanghai).FullAmount(new(Start, Start + 1), cards, milli).ToString());

    private static Price Price(string text) => Domain.Shared.Price.TryParse(text, out var price) ? price : throw new FormatException(text);
}
