using System.Security.Cryptography;
using System.Text;
using Marketplace.IntegrationTests.Harness;
using Microsoft.IdentityModel.Tokens;

namespace Marketplace.IntegrationTests.Identity;

/// <summary>Tokens of an OpenID Connect issuer of the operator's own (<c>Identity__Authority</c>).</summary>
public sealed class IssuerTokenTests(Servers servers) : TokenSourceContract, IClassFixture<Servers>, IAsyncDisposable
{
    private readonly List<Issuer> _issuers = [];

    [Fact]
    public async Task Only_what_this_issuer_signed_for_this_audience_is_taken()
    {
        var source = await MakeAsync();
        var issuer = source.Issuer;
        var key = ((RsaSecurityKey)issuer.Keys[0]).Rsa;
        Dictionary<string, string> bad = new()
        {
            ["no algorithm"] = issuer.Token("", "admin", algorithm: "none"),
            ["the public key as a shared secret"] = issuer.Token("", "admin", key: new SymmetricSecurityKey(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem())) { KeyId = issuer.Keys[0].KeyId }, algorithm: "HS256"),
            ["a key of somebody's own"] = issuer.Token("", "admin", key: new RsaSecurityKey(RSA.Create(2048)) { KeyId = issuer.Keys[0].KeyId }),
            ["another audience"] = issuer.Token("", "admin", audience: "payroll"),
            ["no audience"] = issuer.Token("", "admin", audience: null),
            ["another issuer's name"] = issuer.Token("", "admin", issuer: "https://issuer.example"),
            ["not yet"] = issuer.Token("", "admin", from: TimeSpan.FromMinutes(3)),
            ["no longer"] = issuer.Token("", "admin", from: TimeSpan.FromMinutes(-9), until: TimeSpan.FromMinutes(-3)),
        };
        foreach (var (what, token) in bad)
        {
            var answer = await new Party(source.Api, what, "", token).GetAsync("/v1/jobs");
            Assert.True(answer.Status == 401, $"{what}: {answer}");
        }

        (await As(source, issuer.Token("", "admin"))).Is(200);

        // Clocks may be a little apart.
        (await As(source, issuer.Token("", "admin", from: TimeSpan.FromSeconds(30)))).Is(200);
        (await As(source, issuer.Token("", "admin", from: TimeSpan.FromMinutes(-9), until: TimeSpan.FromSeconds(-30)))).Is(200);
    }

    [Fact]
    public async Task A_key_that_the_issuer_changed_is_followed_and_the_old_one_is_dead()
    {
        var source = await MakeAsync();
        var old = source.Issuer.Token("", "admin");
        (await As(source, old)).Is(200);
        source.Issuer.Keys = [Issuer.NewKey()];

        // The first token that a new key signed has the keys fetched anew; an issuer shows a key before it uses it.
        var fresh = source.Issuer.Token("", "admin");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await As(source, fresh)).Status == 401)
        {
            await Task.Delay(50, patience.Token);
        }

        (await As(source, fresh)).Is(200);
        (await As(source, old)).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task What_a_token_doesnt_say_is_not_assumed()
    {
        var source = await MakeAsync();
        (await As(source, source.Issuer.Token("", "admin", duty: null))).Is(200);
        (await new Party(source.Api, "", "", source.Issuer.Token("", "admin", duty: null)).PostAsync("/v1/organizations")).Is(403, "forbidden");
        (await new Party(source.Api, "", "", source.Issuer.Token("", "admin", duty: "everything")).PostAsync("/v1/organizations")).Is(403, "forbidden");
        foreach (var role in new[] { "", "system", "4", "root" })
        {
            (await As(source, source.Issuer.Token("", role))).Is(403, "forbidden");
        }

        // Somebody without a known role speaks for no organization.
        var organization = (await new Party(source.Api, "", "", source.Issuer.Token("", "admin")).GetAsync("/v1/organizations?kind=platform")).Is(200)["items[0].id"];
        (await new Party(source.Api, "", "", source.Issuer.Token(organization, "system")).GetAsync($"/v1/organizations/{organization}")).Is(404, "not_found");

        // There is no second way in.
        (await source.Api.Nobody.PostTextAsync("/connect/token", "grant_type=client_credentials&client_id=admin&client_secret=x", "application/x-www-form-urlencoded")).Is(401);
    }

    [Fact]
    public async Task A_scope_that_is_asked_for_has_to_be_there()
    {
        var source = await MakeAsync(new() { ["Identity:RequiredScope"] = "marketplace" });
        (await As(source, source.Issuer.Token("", "admin"))).Is(401, "unauthenticated");
        (await As(source, source.Issuer.Token("", "admin", scope: "marketplaces openid"))).Is(401, "unauthenticated");
        (await As(source, source.Issuer.Token("", "admin", scope: "openid marketplace"))).Is(200);
    }

    protected override async Task<ITokenSource> SourceAsync() => await MakeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var issuer in _issuers)
        {
            await issuer.DisposeAsync();
        }
    }

    private static Task<Answer> As(Source source, string token) => new Party(source.Api, "", "", token).GetAsync("/v1/jobs");

    private async Task<Source> MakeAsync(Dictionary<string, string>? settings = null)
    {
        var (issuer, foreign) = (await Issuer.StartAsync(), await Issuer.StartAsync());
        _issuers.AddRange([issuer, foreign]);
        var api = await servers.StartAsync(
            (await servers.OnAsync(DatabaseKind.Sqlite)).Database, new Dictionary<string, string>(settings ?? []) { ["Identity:Authority"] = issuer.Address });
        return new(api, issuer, foreign);
    }

    private sealed record Source(MarketplaceServer Api, Issuer Issuer, Issuer Foreign) : ITokenSource
    {
        public Task<string> TokenAsync(string organization, string role, string duty) => Task.FromResult(Issuer.Token(organization, role, duty));

        public Task<string> ExpiredAsync(string organization, string role) => Task.FromResult(Issuer.Token(organization, role, from: TimeSpan.FromMinutes(-9), until: TimeSpan.FromMinutes(-3)));

        public Task<string> ForeignAsync(string organization, string role) => Task.FromResult(Foreign.Token(organization, role, issuer: Issuer.Address));
    }
}
