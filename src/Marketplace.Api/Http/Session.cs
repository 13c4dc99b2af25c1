using Marketplace.Api.Errors;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace Marketplace.Api.Http;

/// <summary>
/// A person's sign-in from a browser: a cookie that scripts can't read and other sites don't send. What changes something needs
/// the request token of <c>GET /v1/session</c> beside it (ASP.NET Core's antiforgery), which other sites can't read.
/// </summary>
internal static class Session
{
    public const string Scheme = "Session";
    public const string TokenHeader = "X-Request-Token";

    /// <summary>The scheme that a request is authenticated by: its token where it sends one, else its cookie.</summary>
    private const string CookieOrToken = "CookieOrToken";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    /// <param name="services">Where to.</param>
    /// <param name="tokenScheme">The scheme of tokens, which also answers who isn't signed in at all.</param>
    /// <param name="development">Whether cookies go over plain HTTP too.</param>
    public static AuthenticationBuilder AddSessions(this IServiceCollection services, string tokenScheme, bool development)
    {
        // The prefix makes browsers refuse it from anything but this very host, over HTTPS.
        var prefix = development ? "" : "__Host-";
        var secure = development ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        services.AddAntiforgery(options =>
        {
            options.HeaderName = TokenHeader;
            options.SuppressXFrameOptionsHeader = true;
            options.Cookie.Name = prefix + "marketplace-request";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = secure;
            options.Cookie.Path = "/";
        });
        return services.AddAuthentication(CookieOrToken)
            .AddPolicyScheme(CookieOrToken, null, options =>
            {
                options.ForwardDefaultSelector = http => http.Request.Headers.Authorization.Count == 0 && Takes(http, development) && http.Request.Cookies.ContainsKey(prefix + "marketplace-session") ? Scheme : tokenScheme;
                options.ForwardChallenge = tokenScheme;
                options.ForwardForbid = tokenScheme;
            })
            .AddCookie(Scheme, options =>
            {
                options.Cookie.Name = prefix + "marketplace-session";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Strict;
                options.Cookie.SecurePolicy = secure;
                options.Cookie.Path = "/";
                options.ExpireTimeSpan = Lifetime;
                options.SlidingExpiration = true;
            });
    }

    /// <summary>Refuses to begin a session whose cookies this connection can't carry.</summary>
    /// <exception cref="ProblemException"><c>session.https</c>: it is plain HTTP, and this isn't Development.</exception>
    public static void RequireTransport(HttpContext http)
    {
        if (!Takes(http, http.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment()))
        {
            throw new ProblemException(
                StatusCodes.Status403Forbidden, "session.https", "Signing in needs HTTPS. Where a proxy ends TLS before this process, its address has to stand in the setting Proxies.");
        }
    }

    private static bool Takes(HttpContext http, bool development) => development || http.Request.IsHttps;

    /// <summary>Refuses what changes something on the strength of a cookie alone.</summary>
    public static void UseSessionGuard(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        var safe = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method);
        if (!safe && http.User.Identity?.AuthenticationType == Scheme
            && !await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "session.request_token", $"A session's request must carry its token in {TokenHeader}; GET /v1/session tells it.");
        }

        await next(http);
    });
}
