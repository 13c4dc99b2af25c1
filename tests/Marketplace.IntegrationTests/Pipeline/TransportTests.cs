using System.Net;
using System.Net.Http.Json;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>Outside Development, plain HTTP leads to HTTPS, and a proxy is believed where the settings name it.</summary>
public sealed class TransportTests(Servers servers) : IClassFixture<Servers>
{
    [Fact]
    public async Task Plain_http_is_sent_to_https_unless_a_known_proxy_says_that_it_was_https()
    {
        var database = await servers.MakeDatabaseAsync(DatabaseKind.Sqlite);
        await using var process = await ApiProcess.StartAsync(database.Settings, new Dictionary<string, string> { ["ASPNETCORE_HTTPS_PORT"] = "8443", ["Proxies"] = "127.0.0.1" });
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { BaseAddress = process.Address };
        async Task<HttpResponseMessage> AskAsync(string? scheme)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/accelerators");
            request.Headers.Host = "market.example";
            if (scheme is not null)
            {
                request.Headers.Add("X-Forwarded-Proto", scheme);
            }

            return await http.SendAsync(request);
        }

        using var plain = await AskAsync(null);
        Assert.Equal(HttpStatusCode.TemporaryRedirect, plain.StatusCode);
        Assert.Equal("https://market.example:8443/v1/accelerators", plain.Headers.Location!.ToString());
        using var forwarded = await AskAsync("https");
        Assert.Equal(HttpStatusCode.Unauthorized, forwarded.StatusCode);
        Assert.True(forwarded.Headers.Contains("Strict-Transport-Security"));
    }

    /// <summary>As the process comes, without an address of its own for HTTPS.</summary>
    [Fact]
    public async Task A_session_begins_over_https_alone_and_its_cookie_counts_there_alone()
    {
        var database = await servers.MakeDatabaseAsync(DatabaseKind.Sqlite);
        await using var server = await MarketplaceServer.StartAsync(database);
        var party = await server.BuyerAsync();
        var person = (await party.PostAsync($"/v1/organizations/{party.Id}/people", new { userName = "somebody", email = "somebody@example.com" })).Is(201);
        await using var process = await ApiProcess.StartAsync(database.Settings, new Dictionary<string, string> { ["Proxies"] = "127.0.0.1" });
        using var handler = new HttpClientHandler { UseCookies = false };
        using var http = new HttpClient(handler) { BaseAddress = process.Address };
        async Task<(Answer Answer, string Cookies)> SendAsync(HttpMethod method, string scheme, object? body = null, string cookies = "", string? requestToken = null)
        {
            using var request = new HttpRequestMessage(method, "/v1/session") { Content = body is null ? null : JsonContent.Create(body) };
            request.Headers.Add("X-Forwarded-Proto", scheme);
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
            request.Headers.TryAddWithoutValidation("X-Request-Token", requestToken);
            using var response = await http.SendAsync(request);
            return (await Answer.OfAsync(response, server), response.Headers.TryGetValues("Set-Cookie", out var set) ? string.Join("; ", set.Select(cookie => cookie.Split(';')[0])) : "");
        }

        var who = new { userName = person["userName"], password = person["password"] };
        (await SendAsync(HttpMethod.Post, "http", who)).Answer.Is(403, "session.https");
        (await SendAsync(HttpMethod.Post, "http", new { })).Answer.Is(403, "session.https");
        var (session, cookies) = await SendAsync(HttpMethod.Post, "https", who);
        Assert.Equal("somebody", session.Is(201)["name"]);
        Assert.Contains("__Host-marketplace-session=", cookies, StringComparison.Ordinal);

        (await SendAsync(HttpMethod.Get, "http", cookies: cookies)).Answer.Is(401, "unauthenticated");
        (await SendAsync(HttpMethod.Get, "https", cookies: cookies)).Answer.Is(200);
        (await SendAsync(HttpMethod.Delete, "http", cookies: cookies, requestToken: session["requestToken"])).Answer.Is(204);
        (await SendAsync(HttpMethod.Delete, "https", cookies: cookies, requestToken: session["requestToken"])).Answer.Is(204);
        Assert.Empty(process.Faults);
    }
}
