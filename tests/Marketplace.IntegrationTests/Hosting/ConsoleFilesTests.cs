using System.Net.Http.Headers;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Hosting;

/// <summary>How the Api serves the console, or what it says where there is none.</summary>
public sealed class ConsoleFilesTests(Servers servers) : IClassFixture<Servers>
{
    private static bool IsBuilt => File.Exists(Path.Combine(AppContext.BaseDirectory, "console", "index.html"));

    [Fact]
    public async Task The_page_comes_with_a_policy_and_a_nonce_of_its_own()
    {
        Assert.SkipUnless(IsBuilt, "no console: it was built without Node.js");
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var (first, second) = (await PageAsync(server, "/"), await PageAsync(server, "/orders/anything"));
        foreach (var page in new[] { first, second })
        {
            var policy = page.Headers["Content-Security-Policy"];
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("__NONCE__", page.Text + policy, StringComparison.Ordinal);
            Assert.Contains($"nonce=\"{Nonce(policy)}\"", page.Text, StringComparison.Ordinal);
            Assert.Equal("no-store", page.Headers["Cache-Control"]);
        }

        Assert.NotEqual(Nonce(first.Headers["Content-Security-Policy"]), Nonce(second.Headers["Content-Security-Policy"]));
    }

    [Theory, InlineData("br"), InlineData("gzip"), InlineData(null)]
    public async Task Its_files_come_as_the_browser_takes_them(string? coding)
    {
        Assert.SkipUnless(IsBuilt, "no console: it was built without Node.js");
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var page = await PageAsync(server, "/");
        var start = page.Text.IndexOf("/assets/", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, page.Text[start..page.Text.IndexOf('"', start)]);
        if (coding is not null)
        {
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(coding));
        }

        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var file = (await Answer.OfAsync(response, server)).Is(200);
        Assert.Equal(coding, file.Headers.GetValueOrDefault("Content-Encoding"));
        Assert.Contains("immutable", file.Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.Contains("javascript", file.Headers["Content-Type"], StringComparison.Ordinal);
    }

    [Theory, InlineData("/v1/nothing", 401), InlineData("/assets/nothing.js", 401), InlineData("/openapi/v9.json", 404)]
    public async Task What_isnt_the_consoles_is_the_APIs(string path, int status) =>
        (await (await servers.OnAsync(DatabaseKind.Sqlite)).Nobody.GetAsync(path)).Is(status);

    private static async Task<Answer> PageAsync(MarketplaceServer server, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new("text/html"));
        using var response = await server.Http.SendAsync(request);
        return (await Answer.OfAsync(response, server)).Is(200);
    }

    private static string Nonce(string policy)
    {
        var start = policy.IndexOf("'nonce-", StringComparison.Ordinal) + 7;
        return policy[start..policy.IndexOf('\'', start)];
    }
}
