using System.Collections.Concurrent;

namespace Marketplace.Domain.Shared;

/// <summary>
/// Business time: which local day, hour of the day, month and year an instant falls in, in the marketplace's one time zone.
/// Days in a zone with daylight saving have 23 or 25 hours; the hour grid itself is UTC.
/// </summary>
public sealed class BusinessTime(TimeZoneInfo zone)
{
    private const int HoursAPage = 8_192;

    private readonly ConcurrentDictionary<int, byte[]> _hoursOfDay = new();

    public TimeZoneInfo Zone { get; } = zone;

    /// <summary>The local hour of day, 0 to 23, at which <paramref name="hour"/> starts.</summary>
    public int HourOfDay(Hour hour)
    {
        // Asked for every hour of every price, and slow to ask the zone: kept, about a year to a page.
        var (page, at) = (Math.DivRem(hour.Number, HoursAPage, out var rest), rest);
        return at < 0
            ? TimeZoneInfo.ConvertTime(hour.Start, Zone).Hour
            : _hoursOfDay.GetOrAdd(page, number => [.. Enumerable.Range(number * HoursAPage, HoursAPage).Select(h => (byte)TimeZoneInfo.ConvertTime(new Hour(h).Start, Zone).Hour)])[at];
    }

    public DateOnly Day(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);

    public Period Period(DateTimeOffset instant)
    {
        var day = Day(instant);
        return new(day.Year, day.Month);
    }

    /// <summary>The first instant of a local day; where the clock skips midnight, the first instant after the gap.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (Zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        // A midnight that happens twice: the day starts at the first, the one with the larger offset.
        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    public DateTimeOffset StartOf(Period period) => StartOf(new DateOnly(period.Year, period.Month, 1));

    public DateTimeOffset EndOf(Period period) => StartOf(period.Next);

    /// <summary>
    /// The hours that start in <paramref name="period"/>. In a zone that isn't offset by whole hours, an hour across
    /// the edge belongs to the period it starts in.
    /// </summary>
    public HourRange Hours(Period period) =>
        new(Hour.AtOrAfter(StartOf(period)), Hour.AtOrAfter(EndOf(period)));
}
