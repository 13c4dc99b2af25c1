using Marketplace.Api.Errors;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Identity;
using Marketplace.Infrastructure.Persistence;
using Microsoft.AspNetCore.Http.Features;

namespace Marketplace.Api.Http;

/// <summary>Says on whose behalf a request runs, under which key, and at what time of the sandbox.</summary>
internal sealed class RequestContextMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http, RequestContext context, IServiceProvider services)
    {
        NameSpan(http);
        context.Caller = MarketClaims.ToCaller(http.User);
        context.IdempotencyKey = IdempotencyKey(http.Request);
        RefuseNul(http.Request.Query);
        if (services.GetService<SandboxSettings>() is { Enabled: true })
        {
            await services.GetRequiredService<SandboxClock>().RefreshAsync(services.GetRequiredService<MarketplaceDbContext>(), http.RequestAborted);
        }

        http.Response.OnStarting(() =>
        {
            if (context.Replayed)
            {
                http.Response.Headers["Idempotency-Replayed"] = "true";
            }

            return Task.CompletedTask;
        });
        await next(http);
    }

    /// <summary>The span that the framework began for the request gets the names that OpenTelemetry has for it: the route, and no address with ids in it.</summary>
    private static void NameSpan(HttpContext http)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
        {
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            span.DisplayName = route is null ? http.Request.Method : $"{http.Request.Method} {route}";
            span.SetTag("http.request.method", http.Request.Method).SetTag("http.route", route);
        }
    }

    /// <summary>Not every database can be asked for a text with a NUL in it, and none holds one: bodies refuse it too.</summary>
    private static void RefuseNul(IQueryCollection query)
    {
        var errors = query.Where(parameter => parameter.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true))
            .ToDictionary(parameter => parameter.Key, _ => new[] { "must not hold a NUL" });
        if (errors.Count > 0)
        {
            throw new InvalidRequestException(errors);
        }
    }

    private static string? IdempotencyKey(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method) || !request.Headers.TryGetValue("Idempotency-Key", out var values))
        {
            return null;
        }

        var key = values.ToString();
        return values.Count == 1 && key.Length is > 0 and <= IdempotencyRecord.MaxKeyLength && key.All(c => c is > ' ' and < (char)127)
            ? key
            : throw new ProblemException(StatusCodes.Status400BadRequest, "idempotency.key", $"Idempotency-Key must be 1 to {IdempotencyRecord.MaxKeyLength} visible ASCII characters.");
    }
}

/// <param name="Enabled">Whether callers move the clock.</param>
/// <param name="Now">Where it starts on an empty database.</param>
public sealed record SandboxSettings(bool Enabled, DateTimeOffset? Now);
