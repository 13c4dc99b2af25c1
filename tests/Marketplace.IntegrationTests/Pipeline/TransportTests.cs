using System.Net;
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
}
