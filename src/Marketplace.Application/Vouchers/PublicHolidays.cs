using System.Reflection;
using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Application.Vouchers;

/// <summary>A holiday's days off, the first and the last included; weekends among them.</summary>
public sealed record PublicHoliday(string Name, DateOnly From, DateOnly To);

/// <summary>A year's holidays and make-up working days (调休) as the State Council gave notice of them.</summary>
public sealed record HolidayYear(int Year, string Source, IReadOnlyList<PublicHoliday> Holidays, IReadOnlyList<DateOnly> MakeUpDays);

/// <summary>The years that come with the product. A new one is a new entry in <c>public-holidays.json</c>, with its notice.</summary>
public static class PublicHolidays
{
    public static IReadOnlyList<HolidayYear> Shipped { get; } = Load();

    public static WorkingCalendar Calendar { get; } = new(
        Shipped.SelectMany(year => year.Holidays).SelectMany(holiday => Enumerable.Range(0, holiday.To.DayNumber - holiday.From.DayNumber + 1).Select(holiday.From.AddDays)).ToHashSet(),
        Shipped.SelectMany(year => year.MakeUpDays).ToHashSet(),
        Shipped.Select(year => year.Year).ToHashSet());

    private static IReadOnlyList<HolidayYear> Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("public-holidays.json")!;
        return JsonSerializer.Deserialize<List<HolidayYear>>(stream, MarketJson.Options)!;
    }
}
