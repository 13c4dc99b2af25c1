using System.Threading.RateLimiting;
using Marketplace.Api.Endpoints;
using Marketplace.Infrastructure.Hosting;
using Marketplace.Infrastructure.Identity;

namespace Marketplace.Api.Hosting;

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
        services.AddForwarding(settings.Protection);
    }

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
