namespace Marketplace.Domain.Vouchers;

/// <summary>
/// Which days are working days: Mondays to Fridays, but for the public holidays and the make-up days (调休) of the years
/// that are known. Of other years it knows weekends only, and says so.
/// </summary>
/// <param name="holidays">Days off, weekends among them or not.</param>
/// <param name="makeUpDays">Days of a weekend that are worked.</param>
/// <param name="years">The years that both lists are complete for.</param>
public sealed class WorkingCalendar(IReadOnlySet<DateOnly> holidays, IReadOnlySet<DateOnly> makeUpDays, IReadOnlySet<int> years)
{
    public bool IsWorkingDay(DateOnly day) =>
        makeUpDays.Contains(day) || (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !holidays.Contains(day));

    /// <summary>Whether the holidays of every year from one day to another are known.</summary>
    public bool Knows(DateOnly from, DateOnly to) => Enumerable.Range(from.Year, to.Year - from.Year + 1).All(years.Contains);

    /// <summary>
    /// The last of so many days after <paramref name="day"/>, which itself doesn't count (Civil Code of the PRC, article 201).
    /// </summary>
    public DateOnly After(DateOnly day, int days, PublicityCalendar calendar)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(days);
        if (calendar == PublicityCalendar.Calendar)
        {
            return day.AddDays(days);
        }

        while (days > 0)
        {
            day = day.AddDays(1);
            days -= IsWorkingDay(day) ? 1 : 0;
        }

        return day;
    }

    /// <summary>How many days count from one day to another, both included.</summary>
    public int Count(DateOnly from, DateOnly to, PublicityCalendar calendar) =>
        to < from ? 0
        : calendar == PublicityCalendar.Calendar ? to.DayNumber - from.DayNumber + 1
        : Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Count(i => IsWorkingDay(from.AddDays(i)));
}
