using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Json;

/// <summary>
/// How values stand on the wire and in stored documents: amounts, prices and ratios as strings, enums by name, instants in
/// UTC. Unknown fields are refused, so that a misspelt one isn't silently ignored.
/// </summary>
public static class MarketJson
{
    public static readonly JsonSerializerOptions Options = Make();

    /// <summary>The same with the fields that a body may not set (those from the path), for hashing and keeping a whole request.</summary>
    public static readonly JsonSerializerOptions WithHiddenFields = MakeWithHiddenFields();

    public static void Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.DictionaryKeyPolicy = null;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.MaxDepth = 32;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.Converters.Add(new TextConverter<Money>(Money.TryParse, "an amount as a string with two decimals, such as \"1234.50\""));
        options.Converters.Add(new TextConverter<Price>(Price.TryParse, "a price as a string with up to six decimals, such as \"20.00\""));
        options.Converters.Add(new TextConverter<Ratio>(Ratio.TryParse, "a ratio as a string with up to six decimals, such as \"0.30\""));
        options.Converters.Add(new TextConverter<CreditCode>(CreditCode.TryParse, "a unified social credit code"));
        options.Converters.Add(new TextConverter<Period>(Period.TryParse, "a month such as \"2026-01\""));
        options.Converters.Add(new TextConverter<DateTimeOffset>(TryParseInstant, "an ISO 8601 instant with offset, such as \"2026-01-10T08:00:00+08:00\"", FormatInstant));
        options.Converters.Add(new TextConverter<DateOnly>(TryParseDay, "a date such as \"2026-01-31\"", day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        options.Converters.Add(new IdConverterFactory());
        options.Converters.Add(new HourConverter());
    }

    /// <summary>UTC with a Z, and no more fraction than there is.</summary>
    public static string FormatInstant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>Reads an instant; one without an offset says nothing and is refused, as is one outside 2000 to 2199.</summary>
    public static bool TryParseInstant(string? text, out DateTimeOffset instant)
    {
        instant = default;
        if (text is not { Length: >= 17 and <= 40 } || text[10] is not 'T'
            || !(text.EndsWith('Z') || text[10..].Contains('+', StringComparison.Ordinal) || text[10..].Contains('-', StringComparison.Ordinal)))
        {
            return false;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out instant)
            && instant.Year is >= 2000 and < 2200;
    }

    /// <summary>The same of a string that a reader stands on; without a text of its own in the form that senders use, <c>2026-01-10T00:00:00Z</c>.</summary>
    public static bool TryReadInstant(ref Utf8JsonReader json, out DateTimeOffset instant) =>
        json is { HasValueSequence: false, ValueIsEscaped: false, ValueSpan: { Length: 20 } span } && span[^1] == 'Z' && json.TryGetDateTimeOffset(out instant)
            ? instant.Year is >= 2000 and < 2200
            : TryParseInstant(json.GetString(), out instant);

    public static bool TryParseDay(string? text, out DateOnly day) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day) && day.Year is >= 1900 and < 2200;

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private static JsonSerializerOptions MakeWithHiddenFields()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                type =>
                {
                    foreach (var property in type.Type.GetProperties().Where(p => p.IsDefined(typeof(JsonIgnoreAttribute), inherit: false) && p.CanRead))
                    {
                        if (type.Kind == JsonTypeInfoKind.Object && type.Properties.All(known => known.Name != "$" + property.Name))
                        {
                            var hidden = type.CreateJsonPropertyInfo(property.PropertyType, "$" + property.Name);
                            hidden.Get = property.GetValue;
                            hidden.Set = property.SetValue;
                            type.Properties.Add(hidden);
                        }
                    }
                },
            },
        };
        options.MakeReadOnly();
        return options;
    }

    private delegate bool Reader<T>(string? text, out T value);

    private sealed class TextConverter<T>(Reader<T> read, string shape, Func<T, string>? format = null) : JsonConverter<T>
        where T : struct
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && read(reader.GetString(), out var value) ? value : throw new JsonException("must be " + shape);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(format?.Invoke(value) ?? value.ToString());

        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            read(reader.GetString(), out var value) ? value : throw new JsonException("must be " + shape);

        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WritePropertyName(format?.Invoke(value) ?? value.ToString()!);
    }

    private sealed class HourConverter : JsonConverter<Hour>
    {
        public override Hour Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParseInstant(reader.GetString(), out var instant) && Hour.StartingAt(instant) is { } hour
                ? hour
                : throw new JsonException("must be an instant on the full hour");

        public override void Write(Utf8JsonWriter writer, Hour value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class IdConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Id<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(IdConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
    }

    private sealed class IdConverter<T> : JsonConverter<Id<T>>
    {
        public override Id<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String ? Id<T>.Parse(reader.GetString()) : throw new JsonException("must be an id");

        public override void Write(Utf8JsonWriter writer, Id<T> value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
