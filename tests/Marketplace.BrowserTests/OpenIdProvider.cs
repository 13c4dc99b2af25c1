using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Marketplace.BrowserTests;

/// <summary>
/// An operator's OpenID Connect provider as far as a browser needs one: authorization code with PKCE, and nothing without it. Its
/// sign-in page asks for one click.
/// </summary>
public sealed class OpenIdProvider : IAsyncDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, (string Challenge, string Redirect, string? Nonce)> _codes = new();
    private readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "k" };
    private readonly Dictionary<string, object> _claims;
    private readonly WebApplication _app;

    private OpenIdProvider(WebApplication app, Dictionary<string, object> claims) => (_app, _claims) = (app, claims);

    public string Address => _app.Urls.First();

    /// <summary>How often a code was changed for a token.</summary>
    public int TokensGiven { get; private set; }

    /// <param name="claims">What its access tokens say of the one person that it knows.</param>
    public static async Task<OpenIdProvider> StartAsync(Dictionary<string, object> claims)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var provider = new OpenIdProvider(app, claims);
        app.Use((http, next) =>
        {
            http.Response.Headers.AccessControlAllowOrigin = "*";
            return next(http);
        });
        app.MapGet("/.well-known/openid-configuration", provider.Describe);
        app.MapGet("/keys", provider.Keys);
        app.MapGet("/authorize", Ask);
        app.MapPost("/authorize", provider.Authorize);
        app.MapPost("/token", provider.TokenAsync);
        app.MapGet("/logout", (string post_logout_redirect_uri) => Results.Redirect(post_logout_redirect_uri));
        await app.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Ask(HttpRequest request) => Results.Content(
        $"<!doctype html><title>Sign in</title><form method=post action=\"/authorize{System.Net.WebUtility.HtmlEncode(request.QueryString.Value)}\"><button>Continue as somebody</button></form>", "text/html");

    private IResult Describe() => Results.Json(new
    {
        issuer = Address,
        jwks_uri = Address + "/keys",
        authorization_endpoint = Address + "/authorize",
        token_endpoint = Address + "/token",
        end_session_endpoint = Address + "/logout",
        response_types_supported = new[] { "code" },
        code_challenge_methods_supported = new[] { "S256" },
    });

    private IResult Keys()
    {
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.Rsa.ExportParameters(false)) { KeyId = _key.KeyId });
        return Results.Json(new { keys = new[] { new { kty = key.Kty, use = "sig", kid = key.KeyId, n = key.N, e = key.E, alg = "RS256" } } });
    }

    private IResult Authorize(HttpRequest request)
    {
        var asked = request.Query;
        if (asked["response_type"] != "code" || asked["code_challenge_method"] != "S256" || asked["code_challenge"].Count != 1 || asked["client_id"] != "console")
        {
            return Results.BadRequest();
        }

        var code = Guid.NewGuid().ToString("N");
        _codes[code] = (asked["code_challenge"]!, asked["redirect_uri"]!, asked["nonce"]);
        return Results.Redirect($"{asked["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(asked["state"]!)}");
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var verifier = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (form["grant_type"] != "authorization_code" || !_codes.TryRemove(form["code"].ToString(), out var given) || given.Redirect != form["redirect_uri"] || given.Challenge != verifier)
        {
            return Results.Json(new { error = "invalid_grant" }, statusCode: StatusCodes.Status400BadRequest);
        }

        TokensGiven++;
        Dictionary<string, object> who = new() { ["sub"] = "somebody" };
        if (given.Nonce is not null)
        {
            who["nonce"] = given.Nonce;
        }

        return Results.Json(new { access_token = Sign("marketplace", _claims), id_token = Sign("console", who), token_type = "Bearer", expires_in = (int)Lifetime.TotalSeconds, scope = "openid" });
    }

    private string Sign(string audience, Dictionary<string, object> claims)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = new(_key, SecurityAlgorithms.RsaSha256),
        });
    }
}
