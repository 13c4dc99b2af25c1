using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Contract;

/// <summary>The OpenAPI document as tests read it.</summary>
public sealed class OpenApi
{
    private readonly JsonObject _document;

    private OpenApi(JsonObject document)
    {
        _document = document;
        Operations = [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
            .Where(member => member.Key is "get" or "put" or "post" or "delete" or "patch")
            .Select(member => new Operation(this, member.Key.ToUpperInvariant(), path.Key, member.Value!.AsObject())))];
    }

    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Named schemas, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonNode?>> Schemas => [.. _document["components"]!["schemas"]!.AsObject().OrderBy(schema => schema.Key, StringComparer.Ordinal)];

    public static async Task<OpenApi> ReadAsync(MarketplaceServer server) => new((await server.Nobody.GetAsync("/openapi/v1.json")).Is(200).Json!.AsObject());

    /// <summary>The schema itself, where this is a reference to it.</summary>
    public JsonObject Resolve(JsonNode schema)
    {
        var found = schema.AsObject();
        while (found["$ref"] is { } reference)
        {
            JsonNode node = _document;
            foreach (var step in reference.GetValue<string>().Split('/').Skip(1))
            {
                node = node is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]! : node[step]!;
            }

            found = node.AsObject();
        }

        // A nullable reference stands as oneOf [null, reference].
        return found["oneOf"] is JsonArray choices && choices.FirstOrDefault(choice => choice!["$ref"] is not null) is { } referred ? Resolve(referred) : found;
    }

    /// <summary>A schema in one line, by name where it has one.</summary>
    public static string Describe(JsonNode? schema)
    {
        if (schema is not JsonObject shape)
        {
            return "anything";
        }

        if (shape["$ref"] is { } reference)
        {
            return Name(reference);
        }

        if (shape["oneOf"] is JsonArray choices)
        {
            return string.Join(" or ", choices.Select(Describe));
        }

        var type = shape["type"] switch
        {
            JsonArray types => string.Join(" or ", types.Select(item => item!.GetValue<string>()).Order(StringComparer.Ordinal)),
            { } one => one.GetValue<string>(),
            null => shape["enum"] is null ? "anything" : "string",
        };
        var details = new[] { "format", "pattern", "enum", "minimum", "maximum", "minLength", "maxLength" }
            .Where(name => shape[name] is not null).Select(name => $"{name} {shape[name]!.ToJsonString().Trim('"')}");
        var items = shape["items"] is { } item ? $" of {Describe(item)}" : "";
        var values = shape["additionalProperties"] is JsonObject value ? $" to {Describe(value)}" : "";
        return string.Join(", ", new[] { type + items + values }.Concat(details));
    }

    private static string Name(JsonNode reference) => reference.GetValue<string>().Split('/')[^1];
}

/// <summary>One method of one address.</summary>
public sealed record Operation(OpenApi Document, string Method, string Path, JsonObject Node)
{
    public bool Writes => Method != "GET";

    public IReadOnlyList<JsonObject> Parameters => [.. (Node["parameters"]?.AsArray() ?? []).Select(parameter => parameter!.AsObject())];

    public IReadOnlyList<string> ContentTypes => [.. (Node["requestBody"]?["content"]?.AsObject() ?? []).Select(content => content.Key)];

    /// <summary>What its body is sent as, where that is some JSON.</summary>
    public string JsonType => ContentTypes.FirstOrDefault(type => type.EndsWith("json", StringComparison.Ordinal)) ?? "application/json";

    /// <summary>The JSON body's schema, or null where there is no such body.</summary>
    public JsonObject? Body => Node["requestBody"]?["content"]?.AsObject().FirstOrDefault(content => content.Key.EndsWith("json", StringComparison.Ordinal)).Value?["schema"] is { } schema
        ? Document.Resolve(schema) : null;

    public override string ToString() => $"{Method} {Path}";
}
