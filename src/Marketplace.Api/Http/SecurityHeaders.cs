namespace Marketplace.Api.Http;

/// <summary>
/// Headers that every answer has. An answer of the interface is data: no browser is to show it in a frame, run anything in it, or
/// keep it. Pages say themselves what they load.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private static readonly PathString[] Data = ["/v1", "/connect", "/openapi", "/health"];

    /// <summary>Swagger UI styles itself inline, and shows its logo from a data address.</summary>
    private const string DocumentationPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        var path = http.Request.Path;
        http.Response.OnStarting(() =>
        {
            var headers = http.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.TryAdd("Referrer-Policy", "no-referrer");
            if (Data.Any(data => path.StartsWithSegments(data, StringComparison.Ordinal)))
            {
                headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
                headers.XFrameOptions = "DENY";
                if (headers.CacheControl.Count == 0)
                {
                    headers.CacheControl = "no-store";
                }
            }
            else if (path.StartsWithSegments("/docs", StringComparison.Ordinal))
            {
                headers.ContentSecurityPolicy = DocumentationPolicy;
            }

            return Task.CompletedTask;
        });
        return next(http);
    }
}
