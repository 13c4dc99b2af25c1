using Marketplace.Api.Http;
using Marketplace.Application.Metering;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
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
        group.MapPost("/usage", (UsageBody body, IMediator mediator, CancellationToken token) => mediator.OkAsync(body.Value, token))
            .Accepts<UsageEventShape[]>(UsageBody.ContentType).Produces<UsageAnswer>().RequireAuthorization(Policies.ProviderMeter)
            .WithMetadata(new BodyLimit(UsageBody.MaxBytes)).WithSummary("Report usage: CloudEvents in a batch, one verdict each")
            .WithDescription("Meter-Id and Meter-Signature sign a batch: base64 of ECDSA P-256 with SHA-256 over the body's bytes, DER or IEEE P1363.");
        group.MapGet("/orders/{id}/usage", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListUsage(Id<Order>.Parse(id), page.ToPage()), token))
            .Produces<Page<UsageHourAnswer>>().WithSummary("An order's usage by leg and hour; a seller sees that of its own legs");
        MapDisputes(group);
    }

    private static void MapDisputes(RouteGroupBuilder group)
    {
        group.MapPost("/orders/{id}/legs/{legId}/objections", (string id, string legId, Body<ObjectToDelivery> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrderId = Id<Order>.Parse(id), LegId = Id<Leg>.Parse(legId) }, dispute => $"/v1/disputes/{dispute.Id}", token))
            .Produces<DisputeAnswer>(201).RequireAuthorization(Policies.Enterprise).WithSummary("Object to a leg's delivery from an hour on");
        group.MapGet("/disputes", ([AsParameters] PageQuery page, string? status, string? orderId, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListDisputes(page.ToPage(), QueryText.Name<DisputeStatus>(status, "status"), orderId is null ? null : Id<Order>.Parse(orderId)), token))
            .Produces<Page<DisputeAnswer>>().WithSummary("Disputes to which the caller is a party");
        group.MapGet("/disputes/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.OkAsync(new GetDispute(Id<Dispute>.Parse(id)), token))
            .Produces<DisputeAnswer>().WithSummary("One dispute");
        group.MapPost("/disputes/{id}/decisions", (string id, Body<DecideDispute> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { Id = Id<Dispute>.Parse(id) }, _ => $"/v1/disputes/{id}", token))
            .Produces<DisputeAnswer>(201).RequireAuthorization(Policies.Admin).WithSummary("Decide whose account of the hours stands");
    }

    /// <summary>An event as the documentation shows it; events are read one by one, so that a malformed one is refused alone.</summary>
    private sealed record UsageEventShape(string Specversion, string Id, string Source, string Type, string Subject, UsageDataShape Data, DateTimeOffset? Time = null);

    private sealed record UsageDataShape(
        DateTimeOffset From, DateTimeOffset To, int? Cards = null, int? Milli = null, string? Card = null, long? BusySeconds = null, long? InputTokens = null,
        long? OutputTokens = null, decimal? EnergyWh = null, string? Status = null, string? Replaces = null);
}
