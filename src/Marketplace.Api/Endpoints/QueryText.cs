using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;

namespace Marketplace.Api.Endpoints;

/// <summary>Reads parameters of the query as the fields of a body are read; a malformed one is a validation error.</summary>
internal static class QueryText
{
    public static DateTimeOffset? Instant(string? text, string name) =>
        string.IsNullOrEmpty(text) ? null
        : MarketJson.TryParseInstant(text.Replace(' ', '+'), out var instant) ? instant
        : throw InvalidRequestException.For(name, "must be an ISO 8601 instant with offset, such as \"2026-01-10T08:00:00Z\"");

    /// <summary>An instant on the hour; or a day, in the marketplace's zone, for its first hour or the end of its last.</summary>
    public static Hour? Hour(string? text, string name, BusinessTime time, bool end) =>
        string.IsNullOrEmpty(text) ? null
        : MarketJson.TryParseDay(text, out var day) ? Domain.Shared.Hour.AtOrAfter(time.StartOf(end ? day.AddDays(1) : day))
        : MarketJson.TryParseInstant(text.Replace(' ', '+'), out var instant) && Domain.Shared.Hour.StartingAt(instant) is { } hour ? hour
        : throw InvalidRequestException.For(name, "must be a date such as \"2026-01-31\", or an ISO 8601 instant on the hour, with offset");

    public static DateOnly? Day(string? text, string name) =>
        string.IsNullOrEmpty(text) ? null
        : MarketJson.TryParseDay(text, out var day) ? day
        : throw InvalidRequestException.For(name, "must be a date such as \"2026-01-31\"");

    /// <summary>An id; no row has one that isn't.</summary>
    public static Id<T>? Id<T>(string? text) => string.IsNullOrEmpty(text) ? null : Domain.Shared.Id<T>.Parse(text);

    /// <summary>A part of a text that is looked for, of up to 200 characters.</summary>
    public static string? Part(string? text, string name) =>
        string.IsNullOrEmpty(text) ? null
        : text.Length <= 200 ? text
        : throw InvalidRequestException.For(name, "must be at most 200 characters");

    public static Guid? Party(string? text, string name) =>
        string.IsNullOrEmpty(text) ? null : Guid.TryParse(text, out var id) ? id : throw InvalidRequestException.For(name, "must be an id");

    public static Period? Period(string? text, string name) =>
        string.IsNullOrEmpty(text) ? null
        : Domain.Shared.Period.TryParse(text, out var period) ? period
        : throw InvalidRequestException.For(name, "must be a month such as \"2026-01\"");

    /// <summary>A column to sort by, with a minus before it for the greatest first.</summary>
    public static Sort<T>? Sort<T>(string? text)
        where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var descending = text[0] == '-';
        return Named<T>(descending ? text[1..] : text) is { } by
            ? new(by, descending)
            : throw InvalidRequestException.For("sort", $"must be one of {Names<T>()}, with a minus before it for the greatest first");
    }

    public static T? Name<T>(string? text, string name)
        where T : struct, Enum =>
        string.IsNullOrEmpty(text) ? null
        : Named<T>(text) ?? throw InvalidRequestException.For(name, "must be one of " + Names<T>());

    private static T? Named<T>(string text)
        where T : struct, Enum =>
        Enum.GetValues<T>().Where(value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()) == text).Select(value => (T?)value).SingleOrDefault();

    private static string Names<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName));
}
