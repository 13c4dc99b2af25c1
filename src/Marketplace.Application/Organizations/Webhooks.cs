using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>Where webhooks may point.</summary>
/// <param name="AllowPrivate">Also to http, to this machine and to private networks: for development.</param>
public sealed record WebhookSettings(bool AllowPrivate);

/// <param name="Secret">Told when it is made or rotated, and never again.</param>
public sealed record WebhookAnswer(
    Id<Webhook> Id, string Url, IReadOnlyList<string> Events, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret)
{
    public static WebhookAnswer Of(Webhook webhook, string? secret = null) => new(webhook.Id, webhook.Url, webhook.Events, webhook.CreatedAt, webhook.DisabledAt, secret);
}

/// <summary>The caller's organization wants to be told of events at an address.</summary>
/// <param name="Events">Of <see cref="Webhook.EventTypes"/>; null for all.</param>
public sealed record CreateWebhook(string? Url, IReadOnlyList<string>? Events) : ICommand<WebhookAnswer>;

public sealed class CreateWebhookValidator : AbstractValidator<CreateWebhook>
{
    public CreateWebhookValidator(WebhookSettings settings)
    {
        RuleFor(request => request.Url).Text(Webhook.MaxUrlLength)
            .Must(url => url is null || IsAllowed(url, settings.AllowPrivate)).WithMessage("must be an https address of a public host, without a name or password in it");
        RuleFor(request => request.Events).Words(Webhook.EventTypes.Count)
            .Must(events => events is null || (events.Count > 0 && events.All(Webhook.EventTypes.Contains)))
            .WithMessage("must be of " + string.Join(", ", Webhook.EventTypes.Order(StringComparer.Ordinal)));
    }

    /// <summary>A first look, so that a mistake is told at once; what a name leads to is looked at when it is called.</summary>
    private static bool IsAllowed(string text, bool allowPrivate) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0 && url.Fragment.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (allowPrivate && url.Scheme == Uri.UriSchemeHttp))
        && (allowPrivate || (url.HostNameType == UriHostNameType.Dns && !url.IsLoopback && url.Host.Contains('.', StringComparison.Ordinal)));
}

public sealed class CreateWebhookHandler(IMarketplaceDb db, RequestContext context, ISecretBox secrets, AuditLog audit, MarketClock clock) : IRequestHandler<CreateWebhook, WebhookAnswer>
{
    public async Task<WebhookAnswer> Handle(CreateWebhook request, CancellationToken cancellationToken)
    {
        var (me, now) = (context.Caller.OrganizationId, clock.GetUtcNow());
        if (await db.Webhooks.CountAsync(webhook => webhook.OrganizationId == me, cancellationToken) >= Webhook.MaxOfOne)
        {
            throw OrganizationErrors.TooManyWebhooks();
        }

        var secret = Webhook.NewSecret();
        var webhook = new Webhook
        {
            Id = Id<Webhook>.New(now),
            OrganizationId = me,
            Url = request.Url!,
            Events = [.. (request.Events ?? Webhook.EventTypes.AsEnumerable()).Order(StringComparer.Ordinal)],
            SealedSecret = secrets.Protect(secret),
            CreatedAt = now,
        };
        db.Webhooks.Add(webhook);
        audit.Record("webhook.created", ("webhook", webhook.Id.ToString()), me, new { webhook.Url, webhook.Events });
        return WebhookAnswer.Of(webhook, secret);
    }
}

/// <summary>The webhooks of the caller's organization.</summary>
public sealed record ListWebhooks(PageRequest Page) : IQuery<Page<WebhookAnswer>>, IPaged;

public sealed class ListWebhooksHandler(IMarketplaceDb db) : IRequestHandler<ListWebhooks, Page<WebhookAnswer>>
{
    public async Task<Page<WebhookAnswer>> Handle(ListWebhooks request, CancellationToken cancellationToken) =>
        (await db.Webhooks.AsNoTracking().NewestFirstAsync(request.Page, webhook => webhook.Id, cancellationToken)).Select(webhook => WebhookAnswer.Of(webhook));
}

/// <summary>Gives a webhook a new secret; the one before it signs as well for a day.</summary>
public sealed record RotateWebhook(Id<Webhook> Id) : ICommand<WebhookAnswer>;

public sealed class RotateWebhookHandler(IMarketplaceDb db, RequestContext context, ISecretBox secrets, AuditLog audit, MarketClock clock) : IRequestHandler<RotateWebhook, WebhookAnswer>
{
    public async Task<WebhookAnswer> Handle(RotateWebhook request, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var webhook = await db.Webhooks.SingleOrDefaultAsync(w => w.Id == request.Id && w.OrganizationId == me, cancellationToken) ?? throw SharedErrors.NotFound("webhook");
        var secret = Webhook.NewSecret();
        webhook.Rotate(secrets.Protect(secret), clock.GetUtcNow());
        audit.Record("webhook.rotated", ("webhook", webhook.Id.ToString()), me, new { webhook.FormerUntil });
        return WebhookAnswer.Of(webhook, secret);
    }
}

/// <summary>Ends a webhook, with what was still to be sent to it.</summary>
public sealed record DeleteWebhook(Id<Webhook> Id) : ICommand<Done>;

public sealed class DeleteWebhookHandler(IMarketplaceDb db, RequestContext context, AuditLog audit) : IRequestHandler<DeleteWebhook, Done>
{
    public async Task<Done> Handle(DeleteWebhook request, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var webhook = await db.Webhooks.SingleOrDefaultAsync(w => w.Id == request.Id && w.OrganizationId == me, cancellationToken) ?? throw SharedErrors.NotFound("webhook");
        db.Webhooks.Remove(webhook);
        audit.Record("webhook.deleted", ("webhook", webhook.Id.ToString()), me, new { webhook.Url });
        return Done.Value;
    }
}
