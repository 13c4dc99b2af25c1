using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Marketplace.Benchmarks.Booking;

/// <summary>What a process answered.</summary>
internal sealed record Answer(int Status, JsonNode? Body)
{
    /// <summary>The problem's code, or the status where it has none.</summary>
    public string Code => Body?["code"]?.GetValue<string>() ?? Status.ToString();

    public string this[string name] => Body![name]!.GetValue<string>();

    public Answer Made() => Status is 200 or 201 ? this : throw new InvalidOperationException($"The market couldn't be set up: {Status} {Body}");
}

/// <summary>A client of the product who is signed in.</summary>
internal sealed class Caller(string token)
{
    public static async Task<Caller> SignInAsync(HttpClient http, string clientId, string secret)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = clientId, ["client_secret"] = secret });
        using var answer = await http.PostAsync("/connect/token", form);
        return new((await OfAsync(answer)).Made()["access_token"]);
    }

    public Task<Answer> PostAsync(HttpClient http, string path, object body, string? key = null) => SendAsync(http, HttpMethod.Post, path, body, key);

    public Task<Answer> GetAsync(HttpClient http, string path) => SendAsync(http, HttpMethod.Get, path, null, null);

    public Task<Answer> PutAsync(HttpClient http, string path, object body) => SendAsync(http, HttpMethod.Put, path, body, null);

    private async Task<Answer> SendAsync(HttpClient http, HttpMethod method, string path, object? body, string? key)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await http.SendAsync(request);
        return await OfAsync(response);
    }

    private static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return new((int)response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }
}
