using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Marketplace.Api.Errors;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Microsoft.AspNetCore.Http.Metadata;

namespace Marketplace.Api.Http;

/// <summary>
/// A request's JSON body. Where some of its fields can't be read (a number for a string, an unknown name), the others are,
/// and validation reports all that is wrong in one answer.
/// </summary>
public sealed class Body<T>(T value) : IBindableFromHttpContext<Body<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    public T Value { get; } = value;

    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Request.HasJsonContentType())
        {
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "media_type", "The body must be application/json.");
        }

        JsonNode? json;
        try
        {
            json = await JsonNode.ParseAsync(
                context.Request.Body, documentOptions: new() { MaxDepth = MarketJson.Options.MaxDepth, AllowDuplicateProperties = false }, cancellationToken: context.RequestAborted);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "json.malformed", JsonText.WithoutPath(malformed));
        }

        if (json is not JsonObject document)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "json.malformed", "The body must be a JSON object.");
        }

        var errors = new Dictionary<string, string[]>();
        Unreadable.Remove(document, MarketJson.Options.GetTypeInfo(typeof(T)), "", errors);
        context.RequestServices.GetRequiredService<RequestContext>().UnreadableFields = errors;
        return new(document.Deserialize<T>(MarketJson.Options)!);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
    }
}

/// <summary>Finds the fields of a document that can't become a type's, tells them with their path, and takes them out.</summary>
internal static class Unreadable
{
    public static void Remove(JsonObject document, JsonTypeInfo type, string path, Dictionary<string, string[]> errors)
    {
        foreach (var (name, value) in document.ToList())
        {
            var field = path.Length == 0 ? name : $"{path}.{name}";
            var property = type.Properties.FirstOrDefault(known => known.Name == name);
            if (property is null)
            {
                errors[field] = ["is not a field of this request"];
                document.Remove(name);
            }
            else if (value is null && !property.IsSetNullable)
            {
                errors[field] = ["must not be null"];
                document.Remove(name);
            }
            else if (value is not null && !CanRead(value, property.PropertyType, field, errors))
            {
                document.Remove(name);
            }
        }
    }

    /// <summary>False where the value itself, or an item of it, can't be read, which is told then; what is wrong inside it is taken out there.</summary>
    private static bool CanRead(JsonNode value, Type type, string path, Dictionary<string, string[]> errors)
    {
        var info = MarketJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        if (info.Kind == JsonTypeInfoKind.Object)
        {
            if (value is not JsonObject inner)
            {
                errors[path] = ["must be an object"];
                return false;
            }

            Remove(inner, info, path, errors);
            return true;
        }

        if (info.Kind == JsonTypeInfoKind.Enumerable && info.ElementType is { } element && value is JsonArray items)
        {
            return CanReadItems(items, element, path, errors);
        }

        try
        {
            value.Deserialize(info);
            return true;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or NotSupportedException or FormatException)
        {
            errors[path] = [Shape(info, unreadable)];
            return false;
        }
    }

    private static bool CanReadItems(JsonArray items, Type element, string path, Dictionary<string, string[]> errors)
    {
        var before = errors.Count;
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is not { } item)
            {
                errors[$"{path}[{i}]"] = ["must not be null"];
            }
            else
            {
                CanRead(item, element, $"{path}[{i}]", errors);
            }
        }

        // A list with an item that can't be read is left out whole: its other items are only wrong in company. What was wrong
        // inside an object is out already.
        return errors.Count == before
            || (MarketJson.Options.GetTypeInfo(element).Kind == JsonTypeInfoKind.Object && items.All(item => item is JsonObject));
    }

    private static string Shape(JsonTypeInfo info, Exception unreadable) => info.Type switch
    {
        { IsEnum: true } => "must be one of " + string.Join(", ", Enum.GetNames(info.Type).Select(JsonNamingPolicy.CamelCase.ConvertName)),
        var type when type == typeof(int) || type == typeof(long) => "must be a whole number in range",
        var type when type == typeof(decimal) => "must be a number",
        var type when type == typeof(bool) => "must be true or false",
        var type when type == typeof(string) => "must be a string",
        _ when info.Kind == JsonTypeInfoKind.Enumerable => "must be a list",
        _ => JsonText.WithoutPath(unreadable),
    };
}

internal static class JsonText
{
    private static readonly string[] Marks = [" Path: ", " LineNumber: "];

    /// <summary>A reader's message without the type names and positions that it appends.</summary>
    public static string WithoutPath(Exception exception)
    {
        var end = Marks.Select(mark => exception.Message.IndexOf(mark, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(exception.Message.Length).Min();
        return exception.Message[..end];
    }
}
