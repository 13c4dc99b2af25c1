using System.Threading.RateLimiting;

namespace Marketplace.Api.Hosting;

/// <summary>
/// Serves only so many requests at a time and keeps only so many waiting; more get 503 at once, while those that are under way
/// finish in good time. Health is always answered.
/// </summary>
internal static class Overload
{
    /// <summary>More than a process serves at once with profit: each request waits for the database most of the time.</summary>
    private const int AtOnce = 128;

    private const int Waiting = 256;

    public static void UseOverloadProtection(this WebApplication app)
    {
        var limiter = new ConcurrencyLimiter(new() { PermitLimit = AtOnce, QueueLimit = Waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
        app.Lifetime.ApplicationStopped.Register(limiter.Dispose);
        app.UseWhen(http => !http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal), branch => branch.Use(async (http, next) =>
        {
            using var lease = await limiter.AcquireAsync(1, http.RequestAborted);
            if (lease.IsAcquired)
            {
                await next(http);
                return;
            }

            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = "1";
        }));
    }
}
