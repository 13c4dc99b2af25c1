using Marketplace.Api.Http;
using Marketplace.Application.Metering;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
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
            .Produces<MeterAnswer>(201).RequireAuthorization(Policies.Seller).WithSummary("Register a meter of a centre, or a buyer's own");
        group.MapGet("/meters", ([AsParameters] PageQuery page, string? name, string? centerId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListMeters(page.ToPage(), QueryText.Part(name, "name"), QueryText.Id<Center>(centerId), QueryText.Sort<MeterColumn>(sort)), token))
            .Produces<Page<MeterAnswer>>().WithSummary("The caller's meters");
        MapKeys(group.MapGroup("/meters/{id}/keys"));
        group.MapPost("/usage", (UsageBody body, IMediator mediator, CancellationToken token) => mediator.OkAsync(body.Value, token))
            .Accepts<UsageEventShape[]>(UsageBody.ContentType).Produces<UsageAnswer>().RequireAuthorization(Policies.ProviderMeter)
            .WithMetadata(new BodyLimit(UsageBody.MaxBytes)).WithSummary("Report usage: CloudEvents in a batch, one verdict each")
            .WithDescription("Meter-Id and Meter-Signature sign a batch: base64 of ECDSA P-256 with SHA-256 over the body's bytes, DER or IEEE P1363.");
        group.MapPost("/buyer-usage", (UsageBody body, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new RecordBuyerUsage(body.Value.Batch, body.Value.MeterId, body.Value.Signature), token))
            .Accepts<UsageEventShape[]>(UsageBody.ContentType).Produces<UsageAnswer>().RequireAuthorization(Policies.Enterprise)
            .WithMetadata(new BodyLimit(UsageBody.MaxBytes)).WithSummary("Report what a buyer's own meters say of its legs")
            .WithDescription("As /v1/usage, with the buyer's meters. Hours in which they differ from the provider's by more than the tolerance are disputed.");
        group.MapGet("/orders/{id}/usage", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListUsage(Id<Order>.Parse(id), page.ToPage()), token))
            .Produces<Page<UsageHourAnswer>>().WithSummary("An order's usage by leg and hour; a seller sees that of its own legs");
        MapDisputes(group);
        MapConfirmations(group);
        group.MapGet("/gaps", ([AsParameters] PageQuery page, string? centerId, string? status, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListGaps(page.ToPage(), QueryText.Id<Center>(centerId), QueryText.Name<GapStatus>(status, "status"), QueryText.Sort<GapColumn>(sort)), token))
            .Produces<Page<GapAnswer>>().WithSummary("Running legs of which no reading came for too long, and those of which one came again");
        group.MapGet("/utilization", (string? centerId, string? from, string? to, MarketplaceSettings settings, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(
                    new GetUtilization(
                        QueryText.Id<Center>(centerId), QueryText.Hour(from, "from", settings.Time, end: false), QueryText.Hour(to, "to", settings.Time, end: true)),
                    token))
            .Produces<UtilizationAnswer>().WithSummary("What of a centre was listed, sold, busy, and paid for by whose money; in all and by day");
        group.MapGet("/utilization/centers", ([AsParameters] PageQuery page, string? from, string? to, MarketplaceSettings settings, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListUtilization(QueryText.Hour(from, "from", settings.Time, end: false), QueryText.Hour(to, "to", settings.Time, end: true), page.ToPage()), token))
            .Produces<Page<CenterUtilizationAnswer>>().WithSummary("The same five numbers, in all, of every centre that offered or sold anything then");
    }

    private static void MapConfirmations(RouteGroupBuilder group)
    {
        group.MapPost("/orders/{id}/legs/{legId}/confirmations", (string id, string legId, Body<ConfirmHours> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrderId = Id<Order>.Parse(id), LegId = Id<Leg>.Parse(legId) }, _ => $"/v1/orders/{id}/confirmations", token))
            .Produces<ConfirmationAnswer>(201).RequireAuthorization(Policies.Enterprise).WithSummary("Confirm that a leg ran in some hours, or deny it");
        group.MapGet("/orders/{id}/confirmations", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListConfirmations(Id<Order>.Parse(id), page.ToPage()), token))
            .Produces<Page<ConfirmationAnswer>>().WithSummary("What an order's buyer confirmed and denied");
    }

    private static void MapKeys(RouteGroupBuilder keys)
    {
        keys.MapPost("", (string id, Body<AddMeterKey> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { MeterId = Id<Meter>.Parse(id) }, _ => $"/v1/meters/{id}/keys", token))
            .Produces<MeterKeyAnswer>(201).RequireAuthorization(Policies.Seller).WithSummary("Give a meter its next key; the one before ends now or at a stated time");
        keys.MapGet("", (string id, [AsParameters] PageQuery page, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListMeterKeys(Id<Meter>.Parse(id), page.ToPage()), token))
            .Produces<Page<MeterKeyAnswer>>().WithSummary("A meter's keys");
        keys.MapPost("/{keyId}/revocations", (string id, string keyId, Body<RevokeMeterKey> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { MeterId = Id<Meter>.Parse(id), KeyId = Id<MeterKey>.Parse(keyId) }, _ => $"/v1/meters/{id}/keys", token))
            .Produces<MeterKeyAnswer>(201).RequireAuthorization(Policies.Seller).WithSummary("Take a key back: nothing that it signs from now on is taken");
    }

    private static void MapDisputes(RouteGroupBuilder group)
    {
        group.MapPost("/orders/{id}/legs/{legId}/objections", (string id, string legId, Body<ObjectToDelivery> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value with { OrderId = Id<Order>.Parse(id), LegId = Id<Leg>.Parse(legId) }, dispute => $"/v1/disputes/{dispute.Id}", token))
            .Produces<DisputeAnswer>(201).RequireAuthorization(Policies.Enterprise).WithSummary("Object to a leg's delivery from an hour on");
        group.MapGet("/disputes", ([AsParameters] PageQuery page, string? status, string? orderId, string? kind, string? organizationId, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(new ListDisputes(
                    page.ToPage(), QueryText.Name<DisputeStatus>(status, "status"), QueryText.Id<Order>(orderId), QueryText.Name<DisputeKind>(kind, "kind"),
                    QueryText.Id<Organization>(organizationId), QueryText.Sort<DisputeColumn>(sort)), token))
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
