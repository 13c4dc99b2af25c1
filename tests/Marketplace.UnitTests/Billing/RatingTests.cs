using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Billing;

/// <summary>Version 1 of rating as tables: what a leg comes to at each close, line by line.</summary>
public class RatingTests
{
    private static readonly BusinessTime s_shanghai = new(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
    private static readonly BusinessTime s_newYork = new(TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
    private static readonly Period s_january = new(2026, 1);

    [Theory]
    [InlineData("10.00", 10, 8, 1000, 36_000, "Usage 2026-01 80 800.00")]
    [InlineData("10.00", 10, 8, 500, 36_000, "Usage 2026-01 40 400.00")]
    [InlineData("0.067", 55, 1, 1000, 198_000, "Usage 2026-01 55 3.69")]      // 3.685: half away from zero
    [InlineData("0.001", 1, 1, 1, 3_600, "Usage 2026-01 0.001 0.00")]             // a thousandth of a card for an hour
    [InlineData("10.00", 1, 1, 1000, 1, "Usage 2026-01 0.000278 0.00")]
    [InlineData("18.00", 1, 1, 1000, 1, "Usage 2026-01 0.000278 0.01")]       // exactly half a fen
    [InlineData("17.999999", 1, 1, 1000, 1, "Usage 2026-01 0.000278 0.00")]
    [InlineData("10.00", 1, 2, 1000, 7_200, "Usage 2026-01 2 20.00")]         // metered beyond what is reserved: up to it
    public void Metered_card_time_is_billed_by_the_second_and_rounded_once_a_line(
        string price, int hours, int cards, int milli, int busySeconds, string expected)
    {
        var terms = Terms(price, At(2026, 1, 10), hours, cards: cards, milli: milli);
        var each = busySeconds / hours;
        var metered = Enumerable.Range(0, hours).ToDictionary(i => terms.Interval.From + i, _ => new MeteredHour(CardTime.Of(cards, milli, each), CardTime.Zero));
        var lines = Rate(terms, s_january, metered).Lines;
        Assert.Equal(expected, Text(lines));
    }

    [Fact]
    public void More_than_was_reserved_of_an_hour_is_not_billed_though_another_hour_was_idle()
    {
        var terms = Terms("10.00", At(2026, 1, 10), 2, cards: 2);
        var lines = Rate(terms, s_january, Busy(terms, (0, 9 * 3600))).Lines;
        Assert.Equal("Usage 2026-01 2 20.00", Text(lines));
    }

    [Theory]
    [InlineData(Product.Reserved, HourStanding.Withheld, "Reserved 2026-01 9 90.00", "Adjustment 2026-01 1 10.00")]
    [InlineData(Product.Reserved, HourStanding.NotDelivered, "Reserved 2026-01 9 90.00", "Adjustment 2026-01 1 10.00")]
    [InlineData(Product.Metered, HourStanding.Withheld, "Usage 2026-01 9 90.00", "Adjustment 2026-01 1 10.00")]
    [InlineData(Product.Metered, HourStanding.NotDelivered, "Usage 2026-01 9 90.00", "Adjustment 2026-01 1 10.00")]
    public void An_hour_that_is_left_out_is_an_adjustment_once_it_counts(Product product, HourStanding standing, string first, string second)
    {
        var terms = Terms("10.00", At(2026, 1, 10), 10, product);
        var counting = Busy(terms, [.. Enumerable.Range(0, 10).Select(i => (i, 3600))]);
        var doubted = counting.ToDictionary(hour => hour.Key, hour => hour.Key == terms.Interval.From ? hour.Value with { Standing = standing } : hour.Value);
        var billed = Rate(terms, s_january, doubted);
        Assert.Equal(first, Text(billed.Lines));
        Assert.Equal(second, Text(Rate(terms, s_january.Next, counting, Billed(billed)).Lines));

        // What was billed before the doubt stays while it is open, and is given back where it was right.
        var whole = Billed(Rate(terms, s_january, counting));
        var later = Rate(terms, s_january.Next, doubted, whole);
        Assert.Empty(later.Lines);
        Assert.Equal(standing == HourStanding.Withheld ? 0 : 1, later.Excess.Count);
    }

    [Fact]
    public void Without_usage_a_metered_leg_has_no_line()
    {
        var rated = Rate(Terms("10.00", At(2026, 1, 10), 5), s_january, []);
        Assert.Empty(rated.Lines);
        Assert.Empty(rated.Excess);
    }

    [Theory]
    [InlineData(0, "Reserved 2026-01 10 100.00")]
    [InlineData(1800, "Reserved 2026-01 10 100.00 | Outage 2026-01 -0.5 -5.00")]
    [InlineData(3600, "Reserved 2026-01 10 100.00 | Outage 2026-01 -1 -10.00")]
    [InlineData(9999, "Reserved 2026-01 10 100.00 | Outage 2026-01 -1 -10.00")]  // no more than was reserved
    public void Reserved_hours_are_billed_used_or_not_less_the_outage(int downSeconds, string expected)
    {
        var terms = Terms("10.00", At(2026, 1, 10), 10, Product.Reserved, cards: 1);
        var metered = new Dictionary<Hour, MeteredHour>
        {
            [terms.Interval.From + 3] = new(CardTime.Zero, CardTime.Of(1, 1000, downSeconds)),
            [terms.Interval.From + 4] = new(CardTime.Of(1, 1000, 3600), CardTime.Zero),
        };
        var rated = Rate(terms, s_january, metered);
        Assert.Equal(expected, Text(rated.Lines));
        Assert.Equal(rated.Lines.Sum(line => line.Amount), rated.Fundable(rated.Lines[0], _ => CardTime.Zero));
    }

    [Fact]
    public void Reserved_hours_that_were_all_down_come_to_nothing_at_any_price()
    {
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            var terms = Terms("0.00", At(2026, 1, 10), 1 + random.Next(5), Product.Reserved, cards: 1 + random.Next(3), milli: 1 + random.Next(1000)) with { PricePerCardHour = new(random.NextInt64(40_000_000)) };
            var metered = terms.Interval.Each().ToDictionary(hour => hour, _ => new MeteredHour(CardTime.Zero, terms.PerHour));
            Assert.Equal(Money.Zero, Rate(terms, s_january, metered).Lines.Sum(line => line.Amount));
        }
    }

    [Fact]
    public void Each_price_band_is_a_line_and_an_outage_is_credited_at_the_price_of_its_hour()
    {
        // 06:00 to 10:00 in Shanghai, off-peak until 08:00.
        var terms = Terms("10.00", At(2026, 1, 9, 22), 4, Product.Reserved, cards: 1) with { OffPeak = new(22, 8, Ratio.Parse("0.50")) };
        var metered = new Dictionary<Hour, MeteredHour> { [terms.Interval.From] = new(CardTime.Zero, terms.PerHour), [terms.Interval.From + 3] = new(CardTime.Zero, terms.PerHour) };
        var rated = Rate(terms, s_january, metered);
        Assert.Equal("Reserved 2026-01 2 20.00 | Reserved 2026-01 off 2 10.00 | Outage 2026-01 -1 -10.00 | Outage 2026-01 off -1 -5.00", Text(rated.Lines));
        Assert.Equal([Money.Parse("10.00"), Money.Parse("5.00")], rated.Lines.Take(2).Select(line => rated.Fundable(line, _ => CardTime.Zero)));
    }

    [Theory]
    [InlineData(2026, 1, 31)]
    [InlineData(2026, 4, 30)]
    [InlineData(2026, 2, 28)]
    [InlineData(2028, 2, 29)]
    [InlineData(2026, 12, 31)]
    public void The_last_hour_of_a_month_is_its_own_and_the_next_is_the_next_months(int year, int month, int lastDay)
    {
        // From 22:00 of the last local day on: two hours in this month, three in the next.
        var from = Hour.StartingAt(new DateTimeOffset(year, month, lastDay, 22, 0, 0, TimeSpan.FromHours(8)))!.Value;
        var terms = Terms("10.00", from, 5, cards: 1);
        var period = new Period(year, month);
        var metered = Busy(terms, [.. Enumerable.Range(0, 5).Select(i => (i, 3600))]);
        var first = Rate(terms, period, metered);
        Assert.Equal($"Usage {period} 2 20.00", Text(first.Lines));
        var second = Rate(terms, period.Next, metered, Billed(first));
        Assert.Equal($"Usage {period.Next} 3 30.00", Text(second.Lines));
        Assert.Empty(second.Excess);
        var third = Rate(terms, period.Next.Next, metered, Billed(first, second));
        Assert.Empty(third.Lines);
        Assert.Empty(third.Excess);
    }

    [Fact]
    public void A_leap_day_is_billed_as_any_other()
    {
        var from = Hour.StartingAt(new DateTimeOffset(2028, 2, 28, 0, 0, 0, TimeSpan.FromHours(8)))!.Value;
        var terms = Terms("1.00", from, 72, Product.Reserved, cards: 1);
        var february = Rate(terms, new(2028, 2), []);
        Assert.Equal("Reserved 2028-02 48 48.00", Text(february.Lines));
        Assert.Equal("Reserved 2028-03 24 24.00", Text(Rate(terms, new(2028, 3), [], Billed(february)).Lines));
    }

    [Theory]
    [InlineData(2026, 3, 8, 23, 9)]     // 02:00 is skipped
    [InlineData(2026, 11, 1, 25, 11)]   // 01:00 comes twice
    [InlineData(2026, 3, 9, 24, 10)]
    public void A_day_in_New_York_has_the_hours_it_has_and_off_peak_goes_by_the_clock_on_the_wall(int year, int month, int day, int hours, int offPeak)
    {
        var date = new DateOnly(year, month, day);
        var (from, to) = (Hour.AtOrAfter(s_newYork.StartOf(date)), Hour.AtOrAfter(s_newYork.StartOf(date.AddDays(1))));
        Assert.Equal(hours, to - from);
        var terms = Terms("10.00", from, hours, Product.Reserved, cards: 1) with { OffPeak = new(22, 8, Ratio.Parse("0.50")) };
        var lines = RatingV1.Rate(terms, new(year, month), new Dictionary<Hour, MeteredHour>(), new Dictionary<Hour, CardTime>(), s_newYork).Lines;
        Assert.Equal($"Reserved {year}-{month:00} {hours - offPeak} {(hours - offPeak) * 10}.00 | Reserved {year}-{month:00} off {offPeak} {offPeak * 5}.00", Text(lines));
    }

    [Theory]
    [InlineData(2026, 3, 743)]
    [InlineData(2026, 11, 721)]
    [InlineData(2026, 2, 672)]
    [InlineData(2028, 2, 696)]
    public void A_month_in_New_York_is_billed_whole(int year, int month, int hours)
    {
        var whole = s_newYork.Hours(new(year, month));
        var terms = Terms("1.00", whole.From - 24, hours + 48, Product.Reserved, cards: 1);
        var billed = new HourRange(whole.From - 24, whole.From).Each().ToDictionary(hour => hour, _ => terms.PerHour);
        var lines = RatingV1.Rate(terms, new(year, month), new Dictionary<Hour, MeteredHour>(), billed, s_newYork).Lines;
        Assert.Equal($"Reserved {year}-{month:00} {hours} {hours}.00", Text(lines));
    }

    [Fact]
    public void What_comes_late_is_an_adjustment_in_the_period_of_its_hours_at_their_price()
    {
        var terms = Terms("10.00", At(2026, 1, 9, 22), 4, cards: 1) with { OffPeak = new(22, 8, Ratio.Parse("0.50")) };
        var first = Rate(terms, s_january, Busy(terms, (0, 3600)));
        Assert.Equal("Usage 2026-01 off 1 5.00", Text(first.Lines));
        var late = Busy(terms, (0, 3600), (1, 3600), (2, 1800));
        var second = Rate(terms, s_january.Next, late, Billed(first));
        Assert.Equal("Adjustment 2026-01 0.5 5.00 | Adjustment 2026-01 off 1 5.00", Text(second.Lines));
        Assert.Empty(second.Excess);
    }

    [Fact]
    public void What_is_corrected_downwards_is_excess_of_its_hour_and_no_line()
    {
        var terms = Terms("10.00", At(2026, 1, 10), 3, cards: 1);
        var first = Rate(terms, s_january, Busy(terms, (0, 3600), (1, 3600), (2, 3600)));
        var second = Rate(terms, s_january.Next, Busy(terms, (0, 3600), (1, 600)), Billed(first));
        Assert.Empty(second.Lines);
        Assert.Equal([(terms.Interval.From + 1, 3_000_000L), (terms.Interval.From + 2, 3_600_000L)], second.Excess.Select(pair => (pair.Key, pair.Value.MilliCardSeconds)));
    }

    [Fact]
    public void Hours_corrected_both_ways_in_one_close_are_not_set_off_against_each_other()
    {
        var terms = Terms("10.00", At(2026, 1, 10), 2, cards: 2);
        var first = Rate(terms, s_january, Busy(terms, (0, 7200), (1, 3600)));
        var second = Rate(terms, s_january.Next, Busy(terms, (0, 3600), (1, 7200)), Billed(first));
        Assert.Equal("Adjustment 2026-01 1 10.00", Text(second.Lines));
        Assert.Equal(CardTime.PerCardHour, Assert.Single(second.Excess).Value.MilliCardSeconds);
    }

    [Fact]
    public void An_outage_that_becomes_known_later_is_excess_and_one_that_was_none_is_an_adjustment()
    {
        var terms = Terms("10.00", At(2026, 1, 10), 3, Product.Reserved, cards: 1);
        var down = new MeteredHour(CardTime.Zero, terms.PerHour);
        var first = Rate(terms, s_january, new() { [terms.Interval.From] = down });
        Assert.Equal("Reserved 2026-01 3 30.00 | Outage 2026-01 -1 -10.00", Text(first.Lines));
        var second = Rate(terms, s_january.Next, new() { [terms.Interval.From + 1] = down }, Billed(first));
        Assert.Equal("Adjustment 2026-01 1 10.00", Text(second.Lines));
        Assert.Equal(terms.Interval.From + 1, Assert.Single(second.Excess).Key);
    }

    /// <summary>
    /// However usage comes in over several closes, what was billed less what was credited is, hour by hour, exactly what the final
    /// usage is due. In money, by price band, it is apart from rating the final usage at once by no more than the rounding of
    /// each invoice line, half a fen, and of the one line at once, half a fen. A credit leaves the price of what remains of its
    /// line, rounded once, so credits add none.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(null)]
    public void However_usage_arrives_the_closes_come_to_what_the_final_usage_costs(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 300; run++)
        {
            var zone = random.Next(2) == 0 ? s_shanghai : s_newYork;
            var product = random.Next(2) == 0 ? Product.Metered : Product.Reserved;
            var terms = Terms("0.00", Hour.StartingAt(new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero))!.Value + random.Next(60), 1 + random.Next(48), product, 1 + random.Next(4), 1 + random.Next(1000)) with
            {
                PricePerCardHour = new(random.NextInt64(1, 30_000_000)),
                OffPeak = random.Next(2) == 0 ? null : new(22, 8, new(random.Next(1, 1_000_000))),
            };
            var metered = new Dictionary<Hour, MeteredHour>();
            var (lines, credits) = (new List<InvoiceLine>(), new List<CreditNoteLine>());
            for (var period = s_january; period <= new Period(2026, 6); period = period.Next)
            {
                foreach (var hour in terms.Interval.Each().Where(hour => hour.Start < zone.EndOf(period) && random.Next(3) == 0))
                {
                    var busy = CardTime.Of(1, 1, random.NextInt64(0, terms.PerHour.MilliCardSeconds + 1000));
                    metered[hour] = random.Next(2) == 0 ? new(busy, CardTime.Zero) : new(CardTime.Zero, busy);
                }

                var standing = StandingLine.Of([.. lines.OrderByDescending(line => line.Position)], credits);
                var billed = standing.SelectMany(line => line.Hours).GroupBy(pair => pair.Key).ToDictionary(hour => hour.Key, hour => new CardTime(hour.Sum(pair => pair.Value.MilliCardSeconds)));
                var rated = RatingV1.Rate(terms, period, metered, billed, zone);
                foreach (var (hour, excess) in rated.Excess)
                {
                    Assert.True(excess > CardTime.Zero && excess <= billed[hour], $"seed {seed}, run {run}");
                }

                foreach (var taken in TakeBack(standing, rated.Excess))
                {
                    credits.Add(taken.Line.CreditHours(taken.Hours, BillingWorld.NoteId(credits.Count), BillingWorld.Now));
                }

                foreach (var line in rated.Lines)
                {
                    lines.Add(BillingWorld.Line(line, lines.Count, period));
                }
            }

            var final = terms.Interval.Each().ToDictionary(hour => hour, hour => Due(terms, metered.GetValueOrDefault(hour)));
            var stands = StandingLine.Of(lines, credits);
            foreach (var (hour, due) in final)
            {
                Assert.True(due.MilliCardSeconds == stands.Sum(line => line.Of(hour).MilliCardSeconds), $"seed {seed}, run {run}: {hour}");
            }

            var tariff = new Tariff(terms.PricePerCardHour, terms.OffPeak, zone);
            foreach (var band in final.GroupBy(pair => tariff.BandOf(pair.Key)))
            {
                var exact = new CardTime(band.Sum(pair => pair.Value.MilliCardSeconds)).At(band.Key.UnitPrice);
                var own = lines.Where(line => (line.UsagePeriod, line.OffPeak) == (band.Key.Period, band.Key.OffPeak)).ToList();
                var came = own.Sum(line => line.Amount) - credits.Where(credit => own.Any(line => line.Id == credit.InvoiceLineId)).Sum(credit => credit.Amount);
                Assert.True(2 * Math.Abs((came - exact).Fen) <= own.Count + 1, $"seed {seed}, run {run}: {came} instead of {exact} on {own.Count} lines");
            }
        }
    }

    private static IEnumerable<(StandingLine Line, IReadOnlyDictionary<Hour, CardTime> Hours)> TakeBack(IReadOnlyList<StandingLine> newestFirst, IReadOnlyDictionary<Hour, CardTime> excess)
    {
        var taken = new Dictionary<StandingLine, Dictionary<Hour, CardTime>>();
        foreach (var (hour, all) in excess)
        {
            var left = all;
            foreach (var line in newestFirst.Where(line => line.Of(hour) > CardTime.Zero))
            {
                var part = CardTime.Min(left, line.Of(hour));
                if (part > CardTime.Zero)
                {
                    (taken.TryGetValue(line, out var hours) ? hours : taken[line] = [])[hour] = part;
                    left -= part;
                }
            }

            Assert.Equal(CardTime.Zero, left);
        }

        return taken.Select(pair => (pair.Key, (IReadOnlyDictionary<Hour, CardTime>)pair.Value));
    }

    private static CardTime Due(LegTerms terms, MeteredHour usage) => terms.Product == Product.Reserved
        ? terms.PerHour - CardTime.Min(usage.Down, terms.PerHour)
        : CardTime.Min(usage.Busy, terms.PerHour);

    private static Hour At(int year, int month, int day, int hour = 0) => Hour.StartingAt(new DateTimeOffset(year, month, day, hour, 0, 0, TimeSpan.Zero))!.Value;

    private static LegTerms Terms(string price, Hour from, int hours, Product product = Product.Metered, int cards = 1, int milli = 1000)
    {
        Assert.True(Price.TryParse(price, out var read));
        return new(new(from, from + hours), product, read, null, cards, milli);
    }

    private static Dictionary<Hour, MeteredHour> Busy(LegTerms terms, params (int Hour, int CardSeconds)[] hours) =>
        hours.ToDictionary(hour => terms.Interval.From + hour.Hour, hour => new MeteredHour(CardTime.Of(1, 1000, hour.CardSeconds), CardTime.Zero));

    private static RatedLeg Rate(LegTerms terms, Period period, Dictionary<Hour, MeteredHour> metered, Dictionary<Hour, CardTime>? billed = null) =>
        RatingV1.Rate(terms, period, metered, billed ?? [], s_shanghai);

    private static Dictionary<Hour, CardTime> Billed(params RatedLeg[] closes) => closes.SelectMany(close => close.Lines).SelectMany(line => line.Hours.Each())
        .GroupBy(pair => pair.Key).ToDictionary(hour => hour.Key, hour => new CardTime(hour.Sum(pair => pair.Value.MilliCardSeconds)));

    private static string Text(IEnumerable<RatedLine> lines) => string.Join(
        " | ", lines.Select(line => $"{line.Kind} {line.Band.Period} {(line.Band.OffPeak ? "off " : "")}{line.Hours.Total.ToCardHours()} {line.Amount}"));
}
