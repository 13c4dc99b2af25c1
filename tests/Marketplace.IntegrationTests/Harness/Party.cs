using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>Somebody who calls the product: an organization's client, the admin, or nobody.</summary>
public sealed record Party(MarketplaceServer Server, string Name, string Id, string? Token)
{
    public string ClientId { get; init; } = "";

    public string ClientSecret { get; init; } = "";

    /// <summary>The same client, calling another server.</summary>
    public Party At(MarketplaceServer other) => this with { Server = other };

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <param name="path">Of the endpoint.</param>
    /// <param name="body">An anonymous object, sent as it is written; null for an empty object.</param>
    /// <param name="key">The Idempotency-Key, if any.</param>
    public Task<Answer> PostAsync(string path, object? body = null, string? key = null) => SendAsync(HttpMethod.Post, path, Json(body ?? new { }), key);

    public Task<Answer> PutAsync(string path, object body) => SendAsync(HttpMethod.Put, path, Json(body));

    public Task<Answer> PostTextAsync(string path, string body, string? contentType, string? key = null) => SendAsync(HttpMethod.Post, path, Content(body, contentType), key);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (Token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await Server.Http.SendAsync(request);
        return await Answer.OfAsync(response, Server);
    }

    public static HttpContent Content(string body, string? contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return content;
    }

    private static HttpContent Json(object body) => Content(body as string ?? JsonSerializer.Serialize(body), "application/json");
}

/// <summary>What came back. <c>answer["lines[0].amount"]</c> reads a value as text, and fails the test where there is none.</summary>
public sealed class Answer
{
    private readonly string _faults;

    private Answer(int status, string text, JsonNode? json, HttpResponseMessage response, string faults)
    {
        (Status, Text, Json, _faults) = (status, text, json, faults);
        Headers = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
    }

    public int Status { get; }

    public string Text { get; }

    public JsonNode? Json { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The problem document's code, if this is one.</summary>
    public string? Code => Find("code");

    /// <summary>Whether the stored answer of an earlier request came.</summary>
    public bool Replayed => Headers.TryGetValue("Idempotency-Replayed", out var text) && text == "true";

    public string this[string path] => Find(path) ?? throw new Xunit.Sdk.XunitException($"There is no {path} in {this}");

    public static async Task<Answer> OfAsync(HttpResponseMessage response, MarketplaceServer? server)
    {
        var text = await response.Content.ReadAsStringAsync();
        JsonNode? json = null;
        if (response.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.Ordinal))
        {
            json = JsonNode.Parse(text);
        }

        return new((int)response.StatusCode, text, json, response, (int)response.StatusCode < 500 ? "" : server?.Faults.LastOrDefault() ?? "");
    }

    /// <summary>Fails the test where status or code are others.</summary>
    public Answer Is(int status, string? code = null)
    {
        if (Status != status || (code is not null && Code != code))
        {
            throw new Xunit.Sdk.XunitException($"Expected {status} {code}, got {this}");
        }

        return this;
    }

    /// <summary>A refused request whose <c>errors</c> are of exactly these fields.</summary>
    public Answer IsInvalid(params string[] fields)
    {
        Is(400, "validation");
        Assert.Equal(fields.Order(StringComparer.Ordinal), Json!["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal));
        return this;
    }

    public IReadOnlyList<JsonNode> Items(string path = "items") => [.. (Node(path) ?? throw new Xunit.Sdk.XunitException($"There is no {path} in {this}")).AsArray().Select(item => item!)];

    public override string ToString() => $"{Status} {Text} {_faults}";

    private string? Find(string path) => Node(path) is { } node ? Plain(node) : null;

    private static string Plain(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();

    private JsonNode? Node(string path)
    {
        var node = Json;
        foreach (var step in path.Split('.'))
        {
            var parts = step.Split('[');
            node = parts[0].Length == 0 ? node : node is JsonObject document ? document[parts[0]] : null;
            foreach (var index in parts.Skip(1))
            {
                var i = int.Parse(index.TrimEnd(']'), CultureInfo.InvariantCulture);
                node = node is JsonArray items && i < items.Count ? items[i] : null;
            }
        }

        return node;
    }
}
