using Marketplace.Api.Http;
using Marketplace.Application.Metering;
using Marketplace.Application.Pipeline;
using MediatR;

namespace Marketplace.Api.Endpoints;

internal static class MeteringEndpoints
{
    public static void MapMetering(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1").WithTags("Metering");
        group.MapPost("/meters", (Body<RegisterMeter> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, _ => "/v1/meters", token))
            .Produces<MeterAnswer>(201).RequireAuthorization(Policies.Provider).WithSummary("Register a meter of a centre");
        group.MapGet("/meters", ([AsParameters] PageQuery page, IMediator mediator, CancellationToken token) => mediator.OkAsync(new ListMeters(page.ToPage()), token))
            .Produces<Page<MeterAnswer>>().WithSummary("The caller's meters");
    }
}
