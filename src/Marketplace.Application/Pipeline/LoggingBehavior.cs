using System.Diagnostics;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Marketplace.Application.Pipeline;

/// <summary>Logs, traces and counts each request by type, outcome and time. Never a body: it may hold a secret.</summary>
public sealed partial class LoggingBehavior<TRequest, TAnswer>(ILogger<TRequest> logger, RequestContext context)
    : IPipelineBehavior<TRequest, TAnswer>
    where TRequest : IRequest<TAnswer>
{
    public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
    {
        using var activity = Telemetry.Source.StartActivity(typeof(TRequest).Name);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = await next();
            Telemetry.Handled(request, answer, Stopwatch.GetElapsedTime(started));
            Handled(typeof(TRequest).Name, context.Caller.Actor, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            return answer;
        }
        catch (RuleException refused)
        {
            activity?.SetTag("marketplace.refusal", refused.Code);
            Telemetry.Refused(request, refused.Code, Stopwatch.GetElapsedTime(started));
            Refused(typeof(TRequest).Name, context.Caller.Actor, refused.Code, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            throw;
        }
        catch (Exception failure)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Request} by {Actor} handled in {Milliseconds:0.0} ms")]
    private partial void Handled(string request, string actor, double milliseconds);

    [LoggerMessage(LogLevel.Information, "{Request} by {Actor} refused with {Code} in {Milliseconds:0.0} ms")]
    private partial void Refused(string request, string actor, string code, double milliseconds);
}
