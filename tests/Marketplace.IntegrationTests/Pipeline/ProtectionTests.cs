using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Marketplace.IntegrationTests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>What every answer says to browsers, what is limited, and what is written nowhere.</summary>
public sealed class ProtectionTests(Servers servers) : IClassFixture<Servers>
{
    [Fact]
    public async Task Answers_are_data_that_no_browser_frames_runs_or_keeps()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        foreach (var answer in new[] { await server.Admin.GetAsync("/v1/jobs"), await server.Nobody.GetAsync("/v1/jobs"), await server.Admin.GetAsync("/v1/nothing"), await server.Admin.PostAsync("/v1/organizations") })
        {
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.Equal("no-referrer", answer.Headers["Referrer-Policy"]);
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Headers["Content-Security-Policy"]);
            Assert.Equal("DENY", answer.Headers["X-Frame-Options"]);
            Assert.Contains("no-store", answer.Headers["Cache-Control"], StringComparison.Ordinal);
            Assert.DoesNotContain("Server", answer.Headers.Keys);
        }

        Assert.Contains("frame-ancestors 'none'", (await server.Nobody.GetAsync("/docs/index.html")).Is(200).Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_sites_scripts_are_let_in_only_where_they_are_named()
    {
        const string site = "https://console.example";
        var closed = await servers.OnAsync(DatabaseKind.Sqlite);
        Assert.DoesNotContain("Access-Control-Allow-Origin", (await AskAsync(closed, site)).Keys);
        var open = await servers.StartAsync(closed.Database, new Dictionary<string, string> { ["Cors:Origins"] = site });
        Assert.Equal(site, (await AskAsync(open, site))["Access-Control-Allow-Origin"]);
        Assert.DoesNotContain("Access-Control-Allow-Origin", (await AskAsync(open, "https://elsewhere.example")).Keys);
    }

    [Fact]
    public async Task Who_asks_for_too_many_tokens_waits_and_nobody_else()
    {
        var open = await servers.OnAsync(DatabaseKind.Sqlite);
        var buyer = await open.BuyerAsync();
        var limited = await servers.StartAsync(open.Database, new Dictionary<string, string> { ["RateLimits:Enabled"] = "true" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ =>
            limited.Nobody.PostTextAsync("/connect/token", "grant_type=none", "application/x-www-form-urlencoded")));
        var refused = answers.First(answer => answer.Status == 429).Is(429, "rate_limited");
        Assert.Equal("1", refused.Headers["Retry-After"]);
        (await buyer.At(limited).PostAsync("/v1/quotes")).Is(400);
    }

    /// <summary>All that a run logs, at the finest level, holds none of the secrets that went through it.</summary>
    [Fact]
    public async Task No_secret_is_logged()
    {
        var log = new ConcurrentQueue<string>();
        var server = await servers.StartAsync(await servers.MakeDatabaseAsync(DatabaseKind.Sqlite), services: services =>
        {
            services.AddSingleton<ILoggerProvider>(new Keeper(log));
            services.PostConfigure<LoggerFilterOptions>(filter =>
            {
                filter.MinLevel = LogLevel.Trace;
                filter.Rules.Clear();
            });
        });
        var world = await World.MakeAsync(server);
        var client = (await world.Buyer.PostAsync($"/v1/organizations/{world.Buyer.Id}/clients", new { name = "x" }, key: "a-key")).Is(201);
        var person = (await world.Buyer.PostAsync($"/v1/organizations/{world.Buyer.Id}/people", new { userName = "somebody", email = "somebody@firm.example" })).Is(201);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["username"] = "somebody", ["password"] = person["password"] });
        var token = (await server.Nobody.SendAsync(HttpMethod.Post, "/connect/token", form)).Is(200)["access_token"];
        (await new Party(server, "somebody", "", token).GetAsync("/v1/quotes")).Is(200);
        await server.TokenAsync(client["clientId"], client["clientSecret"]);
        const string access = "ssh-access-of-a-leg";
        (await world.Provider.PutAsync($"/v1/orders/{world.Order}/legs/{world.Leg}/delivery", new { access, note = "n" })).Is(200);
        string[] secrets = [MarketplaceServer.AdminSecret, server.Admin.Token!, world.Buyer.ClientSecret, world.Buyer.Token!, client["clientSecret"], person["password"], token, access, "somebody@firm.example"];
        Assert.True(log.Count > 1000, "Nothing was logged, so nothing was looked at.");
        Assert.All(secrets, secret => Assert.DoesNotContain(log, line => line.Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Keys_in_the_database_are_encrypted_by_the_certificate_that_is_given()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=keys", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var folder = Directory.CreateTempSubdirectory("marketplace-test-").FullName;
        try
        {
            var file = Path.Combine(folder, "keys.pfx");
            await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pfx, "p"));
            var settings = new Dictionary<string, string> { ["Identity:KeyCertificate"] = file, ["Identity:KeyCertificatePassword"] = "p" };
            var server = await servers.FreshAsync(DatabaseKind.Sqlite, settings);
            (await server.Admin.At(await servers.StartAsync(server.Database, settings)).GetAsync("/v1/jobs")).Is(200);
            (await server.Admin.At(await servers.StartAsync(server.Database)).GetAsync("/v1/jobs")).Is(401);
            await using var db = server.Database.Open();
            var keys = Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.SqlQueryRaw<string>(db.Database, "SELECT xml AS \"Value\" FROM stored_keys").ToList();
            Assert.Contains(keys, xml => xml.Contains("EncryptedData", StringComparison.Ordinal) && !xml.Contains("<masterKey", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Secrets_come_from_files_too()
    {
        var folder = Directory.CreateTempSubdirectory("marketplace-test-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "Marketplace__FourEyesAbove"), "1.00");
            var server = await servers.FreshAsync(DatabaseKind.Sqlite, new Dictionary<string, string> { ["Secrets:Folder"] = folder });
            var buyer = await server.OrganizationAsync("enterprise");
            (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "1.01", reference = "x" })).Is(202);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> AskAsync(MarketplaceServer server, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs");
        request.Headers.Add("Origin", origin);
        using var response = await server.Http.SendAsync(request);
        return (await Answer.OfAsync(response, server)).Headers;
    }

    private sealed class Keeper(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
