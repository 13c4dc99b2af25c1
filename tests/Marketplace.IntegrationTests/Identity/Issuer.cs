using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Marketplace.IntegrationTests.Identity;

/// <summary>An OpenID Connect issuer as far as an API needs one: where it says its keys are, and its keys. It signs whatever it is told.</summary>
public sealed class Issuer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Issuer(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    /// <summary>What the issuer signs with now; its public keys are these.</summary>
    public IReadOnlyList<SecurityKey> Keys { get; set; } = [NewKey()];

    public static async Task<Issuer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var issuer = new Issuer(app);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = issuer.Address, jwks_uri = issuer.Address + "/keys" }));
        app.MapGet("/keys", () => Results.Json(new
        {
            keys = issuer.Keys.Select(key => JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(((RsaSecurityKey)key).Rsa.ExportParameters(false)) { KeyId = key.KeyId }))
                .Select(key => new { kty = key.Kty, use = "sig", kid = key.KeyId, n = key.N, e = key.E, alg = "RS256" }),
        }));
        await app.StartAsync();
        return issuer;
    }

    public static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    /// <summary>A token as the API wants it, but for what is given otherwise.</summary>
    public string Token(
        string organization, string role, string? duty = "owner", string? audience = "marketplace", string? issuer = null, SecurityKey? key = null, string algorithm = "RS256",
        TimeSpan? from = null, TimeSpan? until = null, string? scope = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var claims = new Dictionary<string, object> { ["sub"] = "somebody", ["org"] = organization, ["role"] = role };
        if (duty is not null)
        {
            claims["duty"] = duty;
        }

        if (scope is not null)
        {
            claims["scope"] = scope;
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience,
            NotBefore = (now + (from ?? TimeSpan.FromMinutes(-1))).UtcDateTime,
            Expires = (now + (until ?? TimeSpan.FromMinutes(10))).UtcDateTime,
            Claims = claims,
            SigningCredentials = algorithm == "none" ? null : new(key ?? Keys[0], algorithm),
        });
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
