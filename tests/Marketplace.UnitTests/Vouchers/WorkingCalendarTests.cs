using Marketplace.Application.Vouchers;
using Marketplace.Domain.Vouchers;

namespace Marketplace.UnitTests.Vouchers;

/// <summary>Working days by the notices of the State Council, and by weekends where there is none.</summary>
public sealed class WorkingCalendarTests
{
    private static readonly WorkingCalendar Calendar = PublicHolidays.Calendar;

    [Theory]
    [InlineData("2025-01-01", false)]
    [InlineData("2025-01-26", true)]
    [InlineData("2025-01-27", true)]
    [InlineData("2025-02-04", false)]
    [InlineData("2025-02-05", true)]
    [InlineData("2025-10-08", false)]
    [InlineData("2025-10-11", true)]
    [InlineData("2026-01-02", false)]
    [InlineData("2026-01-04", true)]
    [InlineData("2026-01-05", true)]
    [InlineData("2026-01-10", false)]
    [InlineData("2026-02-14", true)]
    [InlineData("2026-02-16", false)]
    [InlineData("2026-02-24", true)]
    [InlineData("2026-09-25", false)]
    [InlineData("2026-10-10", true)]
    [InlineData("2027-10-01", true)]
    [InlineData("2027-10-02", false)]
    public void A_day_is_worked_or_not(string day, bool worked) => Assert.Equal(worked, Calendar.IsWorkingDay(DateOnly.Parse(day)));

    [Theory]
    [InlineData("2026-01-05", 3, PublicityCalendar.Calendar, "2026-01-08")]
    [InlineData("2026-01-05", 5, PublicityCalendar.Working, "2026-01-12")]
    [InlineData("2026-02-13", 3, PublicityCalendar.Working, "2026-02-25")]
    [InlineData("2026-09-30", 1, PublicityCalendar.Working, "2026-10-08")]
    [InlineData("2026-01-05", 0, PublicityCalendar.Working, "2026-01-05")]
    public void The_first_day_doesnt_count_and_the_last_does(string day, int days, PublicityCalendar calendar, string last)
    {
        Assert.Equal(DateOnly.Parse(last), Calendar.After(DateOnly.Parse(day), days, calendar));
        Assert.Equal(days, Calendar.Count(DateOnly.Parse(day).AddDays(1), DateOnly.Parse(last), calendar));
    }

    [Fact]
    public void It_says_which_years_it_knows()
    {
        Assert.True(Calendar.Knows(new(2025, 1, 1), new(2026, 12, 31)));
        Assert.False(Calendar.Knows(new(2026, 12, 31), new(2027, 1, 1)));
        Assert.False(Calendar.Knows(new(2024, 12, 31), new(2024, 12, 31)));
    }

    /// <summary>What a year's notice can't say: a make-up day that isn't of a weekend, a holiday of another year, a day of both.</summary>
    [Fact]
    public void The_notices_fit_the_calendar()
    {
        Assert.All(PublicHolidays.Shipped, year =>
        {
            Assert.NotEmpty(year.Source);
            Assert.All(year.MakeUpDays, day => Assert.True(day.Year == year.Year && day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday, $"{day}"));
            Assert.All(year.Holidays, holiday => Assert.True(holiday.From.Year == year.Year && holiday.To.Year == year.Year && holiday.From <= holiday.To, holiday.Name));
            Assert.DoesNotContain(year.MakeUpDays, day => year.Holidays.Any(holiday => day >= holiday.From && day <= holiday.To));
        });

        Assert.Equal([5, 6], PublicHolidays.Shipped.Select(year => year.MakeUpDays.Count));
    }
}
