using System.Diagnostics;
using Marketplace.Application.Audit;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Marketplace.Api.Errors;

/// <summary>
/// Every error as a problem document (RFC 9457) with a stable <c>code</c>, in one place. Of a fault of the product's own the
/// caller gets a trace id and nothing else; the log has the rest. Work that waits for a second admin is no error, and answered here
/// since it ends the request's way through the pipeline like one.
/// </summary>
public sealed partial class Problems(ILogger<Problems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (exception is ApprovalNeededException waits)
        {
            httpContext.Response.StatusCode = StatusCodes.Status202Accepted;
            httpContext.Response.Headers.Location = "/v1/proposals";
            await httpContext.Response.WriteAsJsonAsync(waits.Proposal, MarketJson.Options, cancellationToken);
            return true;
        }

        if (exception is BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest }
            && UnboundParameters.Of(httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint, httpContext.Request) is { Count: > 0 } unbound)
        {
            exception = new InvalidRequestException(unbound);
        }

        var problem = Of(exception);
        if (problem.Status == StatusCodes.Status500InternalServerError)
        {
            Failed(exception, httpContext.Request.Method, httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.DisplayName ?? "no endpoint");
        }

        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = "1";
        }

        await WriteAsync(httpContext, problem, cancellationToken);
        return true;
    }

    /// <summary>Gives an answer that has a status and no body its problem document.</summary>
    public static Task WriteForStatusAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (code, detail) = context.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => ("unauthenticated", "A valid token is needed."),
            StatusCodes.Status403Forbidden => ("forbidden", "The caller's role may not do this."),
            StatusCodes.Status404NotFound => ("not_found", "There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => ("method", "This address doesn't take that method."),
            StatusCodes.Status413PayloadTooLarge => ("body.too_large", "The body is larger than this address takes."),
            StatusCodes.Status415UnsupportedMediaType => ("media_type", "This address doesn't take that content type."),
            StatusCodes.Status503ServiceUnavailable => ("overloaded", "More is being asked than can be served; try again after a while."),
            StatusCodes.Status429TooManyRequests => ("rate_limited", "Too many requests; try again after a while."),
            StatusCodes.Status504GatewayTimeout => ("timeout", "The request took too long and was given up; none of it was done."),
            var status => ("http." + status, "The request could not be served."),
        };
        return WriteAsync(context, Make(context.Response.StatusCode, code, detail), context.RequestAborted);
    }

    private static ProblemDetails Of(Exception exception) => exception switch
    {
        InvalidRequestException invalid => Invalid(invalid),
        RuleException refused => Make(StatusOf(refused.Kind), refused.Code, refused.Message),
        ProblemException problem => Make(problem.Status, problem.Code, problem.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Make(413, "body.too_large", "The body is larger than this address takes."),
        BadHttpRequestException bad => Make(bad.StatusCode, bad.StatusCode == 400 ? "request.malformed" : "http." + bad.StatusCode, "A parameter or the body can't be read."),
        _ when DatabaseFaults.IsUnavailable(exception) => Make(503, "database.unavailable", "The database can't be reached just now; nothing was done, or all of it: ask before trying again without a key."),
        OverflowException => Make(422, "amount.overflow", "The amounts are too large to be counted."),
        _ => Make(500, "internal", "Something failed here. The trace id finds it in the log."),
    };

    private static int StatusOf(Refusal kind) => kind switch
    {
        Refusal.Conflict => StatusCodes.Status409Conflict,
        Refusal.NotFound => StatusCodes.Status404NotFound,
        Refusal.Forbidden => StatusCodes.Status403Forbidden,
        Refusal.Unauthenticated => StatusCodes.Status401Unauthorized,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    private static ProblemDetails Invalid(InvalidRequestException invalid)
    {
        var problem = Make(StatusCodes.Status400BadRequest, "validation", "Some fields are wrong; errors names each.");
        problem.Extensions["errors"] = invalid.Errors;
        return problem;
    }

    private static ProblemDetails Make(int status, string code, string detail)
    {
        var problem = new ProblemDetails
        {
            Type = "about:blank",
            Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
        };
        problem.Extensions["code"] = code;
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString();
        return problem;
    }

    private static Task WriteAsync(HttpContext context, ProblemDetails problem, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = problem.Status!.Value;
        return context.Response.WriteAsJsonAsync(problem, MarketJson.Options, "application/problem+json", cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Endpoint} failed")]
    private partial void Failed(Exception exception, string method, string endpoint);
}
