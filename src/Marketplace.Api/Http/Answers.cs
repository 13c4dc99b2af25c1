using Marketplace.Application.Json;
using MediatR;

namespace Marketplace.Api.Http;

/// <summary>Sends a request through the pipeline and gives its answer the status it has by the contract.</summary>
internal static class Answers
{
    public static async Task<IResult> OkAsync<T>(this IMediator mediator, IRequest<T> request, CancellationToken cancellationToken) =>
        Results.Json(await mediator.Send(request, cancellationToken), MarketJson.Options);

    /// <summary>201 with the address of what was made.</summary>
    public static async Task<IResult> CreatedAsync<T>(this IMediator mediator, IRequest<T> request, Func<T, string> location, CancellationToken cancellationToken)
    {
        var answer = await mediator.Send(request, cancellationToken);
        return new Created<T>(location(answer), answer);
    }

    public static async Task<IResult> NoContentAsync<T>(this IMediator mediator, IRequest<T> request, CancellationToken cancellationToken)
    {
        await mediator.Send(request, cancellationToken);
        return Results.NoContent();
    }

    private sealed class Created<T>(string location, T answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status201Created;
            httpContext.Response.Headers.Location = location;
            return httpContext.Response.WriteAsJsonAsync(answer, MarketJson.Options, httpContext.RequestAborted);
        }
    }
}
