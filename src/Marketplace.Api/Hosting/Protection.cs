using System.Security.Cryptography.X509Certificates;
using System.Threading.RateLimiting;
using Marketplace.Api.Endpoints;
using Marketplace.Infrastructure.Identity;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Marketplace.Api.Hosting;

/// <param name="RateLimits">Whether callers are limited at all.</param>
/// <param name="Proxies">Whose word about the caller's address and scheme is taken.</param>
/// <param name="Origins">Other sites whose scripts may call the interface; none by default.</param>
/// <param name="KeyCertificate">Encrypts the keys in the database; null where they lie there in the clear.</param>
public sealed record ProtectionSettings(bool RateLimits, IReadOnlyList<IPNetwork> Proxies, IReadOnlyList<string> Origins, X509Certificate2? KeyCertificate)
{
    /// <exception cref="InvalidOperationException">A setting is wrong; the message names it.</exception>
    public static ProtectionSettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new(
            configuration.GetValue("RateLimits:Enabled", defaultValue: true),
            [.. Words(configuration, "Proxies").Select(text => IPNetwork.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : text + (text.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), out var network) ? network : throw Wrong("Proxies"))],
            [.. Words(configuration, "Cors:Origins").Select(text => Uri.TryCreate(text, UriKind.Absolute, out var origin) && origin.GetLeftPart(UriPartial.Authority) == text ? text : throw Wrong("Cors:Origins"))],
            configuration["Identity:KeyCertificate"] is { Length: > 0 } file ? Certificate(file, configuration["Identity:KeyCertificatePassword"]) : null);
    }

    private static string[] Words(IConfiguration configuration, string name) =>
        configuration[name]?.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static X509Certificate2 Certificate(string file, string? password)
    {
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, password, X509KeyStorageFlags.EphemeralKeySet);
            return certificate.HasPrivateKey ? certificate : throw Wrong("Identity:KeyCertificate");
        }
        catch (Exception unreadable) when (unreadable is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Wrong("Identity:KeyCertificate");
        }
    }

    private static InvalidOperationException Wrong(string name) => new($"The setting {name} can't be used as it is.");
}

/// <summary>What keeps one caller from taking the service from the others, and browsers from being used against it.</summary>
internal static class Protection
{
    /// <summary>After it a request is given up, where its endpoint doesn't say that it may take long.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(100);

    public static void AddProtection(this IServiceCollection services, HostSettings settings)
    {
        services.AddRequestTimeouts(options => options.DefaultPolicy = new() { Timeout = RequestTimeout, TimeoutStatusCode = StatusCodes.Status504GatewayTimeout });
        services.AddRateLimits(settings.Protection.RateLimits);
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. settings.Protection.Origins]).WithMethods("GET", "POST", "PUT", "DELETE").WithHeaders("Authorization", "Content-Type", "Idempotency-Key")
            .WithExposedHeaders("Location", "Idempotency-Replayed", "Retry-After")));
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var proxy in settings.Protection.Proxies)
            {
                options.KnownIPNetworks.Add(proxy);
            }
        });
    }

    /// <summary>Comes before everything that answers.</summary>
    public static void UseTransportProtection(this WebApplication app, ProtectionSettings settings)
    {
        if (settings.Proxies.Count > 0)
        {
            app.UseForwardedHeaders();
        }

        if (app.Environment.IsDevelopment())
        {
            return;
        }

        app.UseHsts();
        if (HasHttps(app.Configuration))
        {
            app.UseHttpsRedirection();
        }
    }

    /// <summary>Where no address of its own or of the proxy before it takes HTTPS, there is nowhere to send a caller to.</summary>
    private static bool HasHttps(IConfiguration configuration) =>
        configuration["urls"]?.Contains("https://", StringComparison.OrdinalIgnoreCase) == true
        || !string.IsNullOrEmpty(configuration["https_port"]) || !string.IsNullOrEmpty(configuration["https_ports"]);

    /// <summary>
    /// Tokens by address; writes and reads by caller, and by address while nobody is signed in. Generous for programs, and far
    /// below what would keep others from being served.
    /// </summary>
    private static void AddRateLimits(this IServiceCollection services, bool enabled) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            return ValueTask.CompletedTask;
        };
        options.AddPolicy(TokenEndpoint.RateLimit, http => enabled ? Bucket("tokens " + Address(http), 60, perSecond: 1) : RateLimitPartition.GetNoLimiter(""));
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
        {
            if (!enabled)
            {
                return RateLimitPartition.GetNoLimiter("");
            }

            var reads = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
            return http.User.Identity?.IsAuthenticated != true ? Bucket("address " + Address(http), 400, perSecond: 50)
                : reads ? Bucket("reads " + MarketClaims.ToCaller(http.User).Actor, 1000, perSecond: 250)
                : Bucket("writes " + MarketClaims.ToCaller(http.User).Actor, 400, perSecond: 100);
        });
    });

    private static string Address(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private static RateLimitPartition<string> Bucket(string partition, int size, int perSecond) => RateLimitPartition.GetTokenBucketLimiter(partition, _ => new()
    {
        TokenLimit = size,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    });
}
