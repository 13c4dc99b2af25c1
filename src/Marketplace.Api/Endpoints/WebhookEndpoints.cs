using Marketplace.Api.Http;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;

namespace Marketplace.Api.Endpoints;

internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1").WithTags("Webhooks");
        group.MapPost("/webhooks", (Body<CreateWebhook> body, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(body.Value, _ => "/v1/webhooks", token))
            .Produces<WebhookAnswer>(201).RequireAuthorization(Policies.Party).WithSummary("Be told of events at an address; its secret is told this once")
            .WithDescription("Messages follow Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature, HMAC-SHA256 over \"id.timestamp.body\". They name what happened; read the rest by its id. One that isn't answered 2xx is sent again for three days, under the same id.");
        group.MapGet("/webhooks", ([AsParameters] PageQuery page, IMediator mediator, CancellationToken token) => mediator.OkAsync(new ListWebhooks(page.ToPage()), token))
            .Produces<Page<WebhookAnswer>>().WithSummary("The caller's webhooks");
        group.MapPost("/webhooks/{id}/rotations", (string id, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(new RotateWebhook(Id<Webhook>.Parse(id)), _ => "/v1/webhooks", token))
            .Produces<WebhookAnswer>(201).RequireAuthorization(Policies.Party).WithSummary("A new secret; the one before it signs as well for a day");
        group.MapDelete("/webhooks/{id}", (string id, IMediator mediator, CancellationToken token) => mediator.NoContentAsync(new DeleteWebhook(Id<Webhook>.Parse(id)), token))
            .Produces(204).RequireAuthorization(Policies.Party).WithSummary("End a webhook, with what was still to be sent to it");
        group.MapGet("/webhook-deliveries", ([AsParameters] PageQuery page, string? webhookId, string? status, string? sort, IMediator mediator, CancellationToken token) =>
                mediator.OkAsync(
                    new ListWebhookDeliveries(
                        page.ToPage(), QueryText.Id<Webhook>(webhookId), QueryText.Name<DeliveryState>(status, "status"), QueryText.Sort<DeliveryColumn>(sort)), token))
            .Produces<Page<WebhookDeliveryAnswer>>().WithSummary("Messages to the caller's webhooks, the newest first");
        group.MapPost("/webhook-deliveries/{id}/resends", (string id, IMediator mediator, CancellationToken token) =>
                mediator.CreatedAsync(new ResendWebhookDelivery(Id<WebhookDelivery>.Parse(id)), _ => "/v1/webhook-deliveries", token))
            .Produces<WebhookDeliveryAnswer>(201).RequireAuthorization(Policies.Party).WithSummary("Send a message again, whatever became of it");
    }
}
