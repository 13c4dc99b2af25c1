using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Shared;

public sealed class TimeTests
{
    private static readonly BusinessTime Shanghai = In("Asia/Shanghai");
    private static readonly BusinessTime NewYork = In("America/New_York");
    private static readonly BusinessTime Kolkata = In("Asia/Kolkata");

    [Theory]
    [InlineData("2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z")]
    [InlineData("2026-01-05T00:00:00.0000001Z", "2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z")]
    [InlineData("2026-01-05T08:59:59+08:00", "2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z")]
    [InlineData("1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z")]
    public void Hours_lie_on_the_grid_of_utc(string instant, string containing, string after)
    {
        Assert.Equal(containing, Hour.Containing(At(instant)).ToString());
        Assert.Equal(after, Hour.AtOrAfter(At(instant)).ToString());
        Assert.Equal(containing == after, Hour.StartingAt(At(instant)) is not null);
    }

    [Fact]
    public void Ranges_agree_with_the_hours_in_them()
    {
        var random = new Random(1);
        for (var i = 0; i < 5_000; i++)
        {
            HourRange Any() => new Hour(random.Next(20)) is var from ? new(from, from + random.Next(1, 8)) : default;
            var (a, b) = (Any(), Any());
            var (hoursA, hoursB) = (a.Each().ToHashSet(), b.Each().ToHashSet());
            Assert.Equal(a.Hours, hoursA.Count);
            Assert.Equal(hoursA.Overlaps(hoursB), a.Overlaps(b));
            Assert.Equal(hoursB.IsSubsetOf(hoursA), a.Contains(b));
            var both = a.Intersect(b);
            Assert.Equal(hoursA.Intersect(hoursB).Count(), both.IsEmpty ? 0 : both.Hours);
        }
    }

    [Theory]
    [InlineData("2026-01", "2025-12", "2026-02")]
    [InlineData("2026-12", "2026-11", "2027-01")]
    public void Periods_follow_each_other(string text, string before, string after)
    {
        Assert.True(Period.TryParse(text, out var period));
        Assert.Equal((text, before, after), (period.ToString(), period.Previous.ToString(), period.Next.ToString()));
        Assert.Equal(period, Period.FromNumber(period.Number));
        Assert.True(period.Previous < period && period < period.Next);
    }

    [Theory]
    [InlineData("2026-1")]
    [InlineData("2026-13")]
    [InlineData("2026-00")]
    [InlineData("1999-12")]
    [InlineData("2200-01")]
    [InlineData("2026-01-01")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_else_is_no_period(string? text) => Assert.False(Period.TryParse(text, out _));

    [Fact]
    public void A_day_of_Shanghai_starts_at_sixteen_hours_utc()
    {
        Assert.Equal(At("2026-01-04T16:00:00Z"), Shanghai.StartOf(new DateOnly(2026, 1, 5)));
        Assert.Equal(new DateOnly(2026, 1, 4), Shanghai.Day(At("2026-01-04T15:59:59Z")));
        Assert.Equal(new DateOnly(2026, 1, 5), Shanghai.Day(At("2026-01-04T16:00:00Z")));
        Assert.Equal("2026-01", Shanghai.Period(At("2025-12-31T16:00:00Z")).ToString());
        Assert.Equal(31 * 24, Shanghai.Hours(new(2026, 1)).Hours);
        Assert.Equal(0, Shanghai.HourOfDay(Hour.Containing(At("2026-01-04T16:00:00Z"))));
    }

    [Fact]
    public void Days_of_New_York_have_23_and_25_hours_where_the_clock_is_changed()
    {
        Assert.Equal(23, HoursOf(NewYork, new(2026, 3, 8)));
        Assert.Equal(25, HoursOf(NewYork, new(2026, 11, 1)));
        Assert.Equal(24, HoursOf(NewYork, new(2026, 7, 1)));
        Assert.Equal((31 * 24) - 1, NewYork.Hours(new(2026, 3)).Hours);
        Assert.Equal((30 * 24) + 1, NewYork.Hours(new(2026, 11)).Hours);

        // Two o'clock is left out in March, and one o'clock comes twice in November.
        int[] March = [.. HoursOfDay(NewYork, new(2026, 3, 8))];
        Assert.Equal([0, 1, 3, 4], March[..4]);
        int[] November = [.. HoursOfDay(NewYork, new(2026, 11, 1))];
        Assert.Equal([0, 1, 1, 2], November[..4]);
    }

    [Fact]
    public void An_hour_of_Kolkata_starts_on_the_half_and_belongs_to_the_day_it_starts_in()
    {
        Assert.Equal(At("2026-01-04T18:30:00Z"), Kolkata.StartOf(new DateOnly(2026, 1, 5)));

        // 18:00Z is 23:30 there, on the day before; 19:00Z is 00:30.
        Assert.Equal(23, Kolkata.HourOfDay(Hour.Containing(At("2026-01-04T18:00:00Z"))));
        Assert.Equal(0, Kolkata.HourOfDay(Hour.Containing(At("2026-01-04T19:00:00Z"))));
        Assert.Equal("2025-12", Kolkata.Period(At("2025-12-31T18:00:00Z")).ToString());
        Assert.Equal("2025-12-31T19:00:00Z", Kolkata.Hours(new(2026, 1)).From.ToString());
        Assert.Equal(31 * 24, Kolkata.Hours(new(2026, 1)).Hours);
    }

    [Theory]
    [InlineData("Asia/Shanghai")]
    [InlineData("America/New_York")]
    [InlineData("Asia/Kolkata")]
    [InlineData("America/Sao_Paulo")]
    [InlineData("Asia/Beirut")]
    [InlineData("Australia/Lord_Howe")]
    public void Periods_tile_the_hours_without_gap_or_overlap(string zone)
    {
        var time = In(zone);
        for (var period = new Period(2015, 1); period.Year < 2020; period = period.Next)
        {
            var hours = time.Hours(period);
            Assert.Equal(hours.To, time.Hours(period.Next).From);
            Assert.Equal(period, time.Period(hours.From.Start));
            Assert.Equal(period, time.Period((hours.To - 1).Start));
            Assert.Equal(period.Next, time.Period(hours.To.Start));
            Assert.Equal(new DateOnly(period.Year, period.Month, 1), time.Day(time.StartOf(period)));
            Assert.NotEqual(new DateOnly(period.Year, period.Month, 1), time.Day(time.StartOf(period).AddTicks(-1)));
        }
    }

    private static int HoursOf(BusinessTime time, DateOnly day) => (int)(time.StartOf(day.AddDays(1)) - time.StartOf(day)).TotalHours;

    private static IEnumerable<int> HoursOfDay(BusinessTime time, DateOnly day) =>
        new HourRange(Hour.AtOrAfter(time.StartOf(day)), Hour.AtOrAfter(time.StartOf(day.AddDays(1)))).Each().Select(time.HourOfDay);

    private static BusinessTime In(string zone) => new(TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text);
}
