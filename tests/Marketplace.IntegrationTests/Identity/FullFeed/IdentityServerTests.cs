extern alias identity;

using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Duende.IdentityServer;
using Duende.IdentityServer.Stores;
using identity::Marketplace.IdentityServer;
using Marketplace.IntegrationTests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.IntegrationTests.Identity;

/// <summary>Tokens of <c>Marketplace.IdentityServer</c>, for the accounts that are in the market's database.</summary>
public sealed partial class IdentityServerTests(Servers servers) : TokenSourceContract, IClassFixture<Servers>, IAsyncDisposable
{
    private const string App = "app";
    private const string Callback = "http://localhost:9999/callback";
    private readonly List<WebApplication> _hosts = [];

    [Theory, EveryDatabase]
    public async Task A_person_signs_in_by_code_and_PKCE_until_the_account_ends_it(DatabaseKind database)
    {
        var source = await MakeAsync(database);
        var buyer = await source.Accounts.BuyerAsync();
        var name = "p" + Guid.NewGuid().ToString("N")[..8];
        var person = (await buyer.PostAsync($"/v1/organizations/{buyer.Id}/people", new { userName = name, email = name + "@example.com", duty = "operator" })).Is(201);
        using var browser = new Browser(source.Address);
        var verifier = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

        var page = await browser.AuthorizeAsync(verifier);
        Assert.StartsWith("/sign-in", page.AbsolutePath, StringComparison.Ordinal);
        Assert.Null(await browser.SignInAsync(page, name, "wrong"));
        var back = await browser.SignInAsync(page, name, person["password"]);
        var code = Code(await browser.FollowAsync(back!));
        Assert.Equal("invalid_grant", (await browser.TokenAsync(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Callback), ("code_verifier", new('x', 43))))["error"]!.ToString());

        code = Code(await browser.AuthorizeAsync(verifier));
        var tokens = await browser.TokenAsync(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Callback), ("code_verifier", verifier));
        var caller = new Party(source.Api, name, buyer.Id, tokens["access_token"]!.ToString());
        (await caller.GetAsync($"/v1/organizations/{buyer.Id}")).Is(200);
        (await caller.PostAsync("/v1/quotes")).Is(400, "validation");
        (await (caller with { Token = tokens["id_token"]!.ToString() }).GetAsync($"/v1/organizations/{buyer.Id}")).Is(401, "unauthenticated");

        (await buyer.PostAsync($"/v1/organizations/{buyer.Id}/people/{person["id"]}/revocations")).Is(204);
        (await caller.GetAsync($"/v1/organizations/{buyer.Id}")).Is(401, "unauthenticated");
        Assert.Equal("invalid_grant", (await browser.TokenAsync(("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]!.ToString())))["error"]!.ToString());
        Assert.StartsWith("/sign-in", (await browser.AuthorizeAsync(verifier)).AbsolutePath, StringComparison.Ordinal);
    }

    [Theory, EveryDatabase]
    public async Task Wrong_secrets_lock_a_client_and_no_other(DatabaseKind database)
    {
        var source = await MakeAsync(database);
        var (buyer, other) = (await source.Accounts.BuyerAsync(), await source.Accounts.BuyerAsync());
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => source.TryAsync(buyer.ClientId, "wrong")));
        Assert.Null(await source.TryAsync(buyer.ClientId, buyer.ClientSecret));
        Assert.NotNull(await source.TryAsync(other.ClientId, other.ClientSecret));
        Assert.Null(await source.TryAsync("\0", "\0"));
    }

    [Fact]
    public async Task A_token_for_the_market_is_for_nothing_else()
    {
        var source = await MakeAsync(DatabaseKind.Sqlite);
        var token = await source.TokenAsync("", "admin", "owner");
        var payroll = await servers.StartAsync(
            source.Accounts.Database, new Dictionary<string, string> { ["Identity:Authority"] = source.Address, ["Identity:Audience"] = "payroll" });
        (await new Party(payroll, "", "", token).GetAsync("/v1/jobs")).Is(401, "unauthenticated");
        (await new Party(source.Api, "", "", token).GetAsync("/v1/jobs")).Is(200);
    }

    [Fact]
    public async Task Keys_are_kept_in_the_database_and_a_new_one_is_followed()
    {
        var source = await MakeAsync(DatabaseKind.Sqlite);
        var old = await source.TokenAsync("", "admin", "owner");
        (await new Party(source.Api, "", "", old).GetAsync("/v1/jobs")).Is(200);
        var address = new Uri(source.Address);
        await source.Host.StopAsync();

        // Another process signs with the same key.
        var sibling = await StartAsync(source.Accounts.Database, address.Port);
        Assert.Equal(Key(old), Key((await source.TryAsync("admin", MarketplaceServer.AdminSecret))!));
        await using (var scope = sibling.Services.CreateAsyncScope())
        {
            var keys = scope.ServiceProvider.GetRequiredService<ISigningKeyStore>();
            foreach (var key in await keys.LoadKeysAsync())
            {
                await keys.DeleteKeyAsync(key.Id);
            }
        }

        await sibling.StopAsync();
        await StartAsync(source.Accounts.Database, address.Port);
        var fresh = await source.TryAsync("admin", MarketplaceServer.AdminSecret);
        Assert.NotEqual(Key(old), Key(fresh!));
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await new Party(source.Api, "", "", fresh).GetAsync("/v1/jobs")).Status == 401)
        {
            await Task.Delay(50, patience.Token);
        }

        (await new Party(source.Api, "", "", old).GetAsync("/v1/jobs")).Is(401, "unauthenticated");
    }

    protected override async Task<ITokenSource> SourceAsync() => await MakeAsync(DatabaseKind.Sqlite);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }

    private static string Code(Uri back)
    {
        Assert.StartsWith(Callback, back.ToString(), StringComparison.Ordinal);
        return QueryHelpers.ParseQuery(back.Query)["code"]!;
    }

    private static string Key(string token) => JsonNode.Parse(WebEncoders.Base64UrlDecode(token.Split('.')[0]))!["kid"]!.ToString();

    private async Task<Source> MakeAsync(DatabaseKind database)
    {
        var accounts = await servers.OnAsync(database);
        var foreign = await StartAsync((await servers.FreshAsync(DatabaseKind.Sqlite)).Database);
        var host = await StartAsync(accounts.Database);
        var api = await servers.StartAsync(accounts.Database, new Dictionary<string, string> { ["Identity:Authority"] = host.Urls.First(), ["Identity:RequiredScope"] = "marketplace" });
        return new(api, accounts, host, foreign, host.Urls.First());
    }

    private async Task<WebApplication> StartAsync(TestDatabase database, int port = 0)
    {
        var host = IdentityHost.Build([
            $"--urls=http://127.0.0.1:{port}", $"--Database:Provider={database.Settings.Provider}", $"--Database:ConnectionString={database.Settings.ConnectionString}",
            $"--Identity:Apps:{App}:RedirectUris={Callback}", "--RateLimits:Enabled=false", "--Logging:LogLevel:Default=None"]);
        _hosts.Add(host);
        await IdentityHost.PrepareAsync(host, CancellationToken.None);
        await host.StartAsync();
        return host;
    }

    private sealed record Source(MarketplaceServer Api, MarketplaceServer Accounts, WebApplication Host, WebApplication Foreign, string Address) : ITokenSource
    {
        public async Task<string> TokenAsync(string organization, string role, string duty)
        {
            if (role == "admin")
            {
                return (await TryAsync("admin", MarketplaceServer.AdminSecret))!;
            }

            var client = (await Accounts.Admin.PostAsync($"/v1/organizations/{organization}/clients", new { name = duty, duty })).Is(201);
            return (await TryAsync(client["clientId"], client["clientSecret"]))!;
        }

        public Task<string> ExpiredAsync(string organization, string role) => SignAsync(Host, organization, role, lifetime: -300);

        public Task<string> ForeignAsync(string organization, string role) => SignAsync(Foreign, organization, role, lifetime: 300);

        public async Task<string?> TryAsync(string clientId, string secret)
        {
            using var http = new HttpClient { BaseAddress = new(Address) };
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = clientId, ["client_secret"] = secret });
            using var answer = await http.PostAsync("/connect/token", form);
            Assert.True((int)answer.StatusCode < 500, answer.ToString());
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["access_token"]?.ToString();
        }

        private async Task<string> SignAsync(WebApplication host, string organization, string role, int lifetime)
        {
            await using var scope = host.Services.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<IIdentityServerTools>().IssueJwtAsync(
                lifetime, Address, [new("aud", "marketplace"), new("scope", "marketplace"), new("sub", "somebody"), new("org", organization), new("role", role), new("duty", "owner")]);
        }
    }

    /// <summary>As far as signing in needs one: cookies, redirects one by one, forms.</summary>
    private sealed partial class Browser(string address) : IDisposable
    {
        private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new(address) };

        public Task<Uri> AuthorizeAsync(string verifier) => FollowAsync(new(_http.BaseAddress!, QueryHelpers.AddQueryString("/connect/authorize", new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = App,
            ["redirect_uri"] = Callback,
            ["scope"] = "openid marketplace offline_access",
            ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
        })));

        public async Task<Uri> FollowAsync(Uri uri)
        {
            using var answer = await _http.GetAsync(uri);
            return new(_http.BaseAddress!, answer.Headers.Location!);
        }

        /// <returns>Where it goes on, or null where name or password are wrong.</returns>
        public async Task<Uri?> SignInAsync(Uri page, string userName, string password)
        {
            var fields = Hidden().Matches(await _http.GetStringAsync(page)).ToDictionary(field => field.Groups["name"].Value, field => WebUtility.HtmlDecode(field.Groups["value"].Value));
            (fields["UserName"], fields["Password"]) = (userName, password);
            using var form = new FormUrlEncodedContent(fields);
            using var answer = await _http.PostAsync(page, form);
            return answer.Headers.Location is { } location ? new(_http.BaseAddress!, location) : null;
        }

        public async Task<JsonNode> TokenAsync(params (string Name, string Value)[] fields)
        {
            using var form = new FormUrlEncodedContent(fields.Append(("client_id", App)).ToDictionary(field => field.Item1, field => field.Item2));
            using var answer = await _http.PostAsync("/connect/token", form);
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        }

        public void Dispose() => _http.Dispose();

        [GeneratedRegex("name=\"(?<name>[^\"]+)\"[^>]*value=\"(?<value>[^\"]*)\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Hidden();
    }
}
