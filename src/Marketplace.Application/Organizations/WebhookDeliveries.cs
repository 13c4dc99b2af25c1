using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <param name="NextAt">When it is sent again; null where it isn't.</param>
/// <param name="LastAnswer">The receiver's status, or what kept it from answering.</param>
public sealed record WebhookDeliveryAnswer(
    Id<WebhookDelivery> Id, Id<Webhook> WebhookId, string Type, DeliveryState Status, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? NextAt,
    DateTimeOffset? DeliveredAt, string? LastAnswer, string Body)
{
    public static WebhookDeliveryAnswer Of(WebhookDelivery delivery) => new(
        delivery.Id, delivery.WebhookId, delivery.Type, delivery.State, delivery.Attempts, delivery.CreatedAt,
        delivery.State == DeliveryState.Pending ? delivery.NextAt : null, delivery.DeliveredAt, delivery.LastAnswer, delivery.Body);
}

/// <summary>What deliveries can be sorted by.</summary>
public enum DeliveryColumn
{
    CreatedAt,
    Type,
}

/// <summary>
/// What was sent, or is to be, to the caller's webhooks, of the last <see cref="WebhookDelivery.Retention"/>: the newest first
/// where it isn't said otherwise.
/// </summary>
public sealed record ListWebhookDeliveries(PageRequest Page, Id<Webhook>? WebhookId, DeliveryState? Status, Sort<DeliveryColumn>? Sort = null)
    : IQuery<Page<WebhookDeliveryAnswer>>, IPaged;

public sealed class ListWebhookDeliveriesHandler(IMarketplaceDb db) : IRequestHandler<ListWebhookDeliveries, Page<WebhookDeliveryAnswer>>
{
    public async Task<Page<WebhookDeliveryAnswer>> Handle(ListWebhookDeliveries request, CancellationToken cancellationToken) =>
        (await db.WebhookDeliveries.AsNoTracking()
            .Where(delivery => (request.WebhookId == null || delivery.WebhookId == request.WebhookId) && (request.Status == null || delivery.State == request.Status))
            .SortedAsync(
                db.WebhookDeliveries, request.Page, request.Sort, new() { DeliveryColumn.CreatedAt, { DeliveryColumn.Type, delivery => delivery.Type } }, cancellationToken))
        .Select(WebhookDeliveryAnswer.Of);
}

/// <summary>Sends a message again, with its id, whatever became of it.</summary>
public sealed record ResendWebhookDelivery(Id<WebhookDelivery> Id) : ICommand<WebhookDeliveryAnswer>;

public sealed class ResendWebhookDeliveryHandler(IMarketplaceDb db, RequestContext context, MarketClock clock) : IRequestHandler<ResendWebhookDelivery, WebhookDeliveryAnswer>
{
    public async Task<WebhookDeliveryAnswer> Handle(ResendWebhookDelivery request, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var delivery = await db.WebhookDeliveries.SingleOrDefaultAsync(d => d.Id == request.Id && d.OrganizationId == me, cancellationToken)
            ?? throw SharedErrors.NotFound("delivery");
        delivery.Resend(clock.GetUtcNow());
        return WebhookDeliveryAnswer.Of(delivery);
    }
}
