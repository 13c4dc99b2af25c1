using System.Text.Json;
using Marketplace.Application.Jobs;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <param name="Ok">Whether it was taken.</param>
/// <param name="Gone">Whether the receiver said that there is no such place any more.</param>
/// <param name="Text">Its status, or why there is none.</param>
public sealed record ReceiverAnswer(bool Ok, bool Gone, string Text);

/// <summary>Posts a message to an address that somebody else chose.</summary>
public interface IWebhookSender
{
    /// <summary>Answers whatever happens; it throws nothing but a cancellation.</summary>
    Task<ReceiverAnswer> SendAsync(string url, string id, string body, IReadOnlyList<string> secrets, CancellationToken cancellationToken);
}

/// <summary>Tells organizations what happened to their business.</summary>
public sealed class SendWebhooksJob(IMarketplaceDb db) : IJob
{
    public const string JobName = "send-webhooks";

    /// <summary>So that what happens at one instant is one piece of work.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    public string Name => JobName;

    public string Purpose => "Tells organizations at their webhooks what happened to their business, and again where they didn't answer.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var happened = await db.WebhookEvents.MinAsync(one => (DateTimeOffset?)one.At, cancellationToken) + Delay;
        var pending = await db.WebhookDeliveries.Where(delivery => delivery.State == DeliveryState.Pending)
            .MinAsync(delivery => (DateTimeOffset?)delivery.NextAt, cancellationToken);
        return happened < pending || pending is null ? happened : pending;
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new SendWebhooks();
}

public sealed record SendWebhooks : IJobCommand;

/// <summary>
/// Three steps, so that no transaction waits for a receiver: what happened becomes a delivery for each that is to be told; due
/// deliveries are taken for a while, each by one worker; what came of sending is written down. A worker that dies in between has
/// its deliveries sent again by the next, under the same id.
/// </summary>
public sealed class SendWebhooksHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, WebhookAudience audience, IWebhookSender sender, ISecretBox secrets, MarketClock clock)
    : IRequestHandler<SendWebhooks, JobReport>
{
    private const int Events = 100;
    private const int AtOnce = 8;

    public async Task<JobReport> Handle(SendWebhooks request, CancellationToken cancellationToken)
    {
        var (told, delivered, failed) = (0, 0, 0);
        while (await unitOfWork.ExecuteAsync(TellAsync, cancellationToken) is > 0 and var count)
        {
            told += count;
        }

        while (await unitOfWork.ExecuteAsync(TakeAsync, cancellationToken) is { Count: > 0 } messages)
        {
            var answers = await Task.WhenAll(messages.Select(message => sender.SendAsync(message.Url, message.Id.ToString(), message.Body, message.Secrets, cancellationToken)));
            await unitOfWork.ExecuteAsync(token => FinishAsync(messages, answers, token), cancellationToken);
            delivered += answers.Count(answer => answer.Ok);
            failed += answers.Count(answer => !answer.Ok);
        }

        return new($"{told} events, {delivered} messages delivered, {failed} not");
    }

    /// <summary>Of two workers at one event, the one that removes it second loses, with its deliveries.</summary>
    private async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        var events = await db.WebhookEvents.OrderBy(one => one.Id).Take(Events).ToListAsync(cancellationToken);
        foreach (var one in events)
        {
            var parties = await audience.OfAsync(one, cancellationToken);
            var webhooks = await db.Webhooks.AsNoTracking().Where(webhook => parties.Contains(webhook.OrganizationId) && webhook.DisabledAt == null).ToListAsync(cancellationToken);
            foreach (var webhook in webhooks.Where(webhook => webhook.Events.Contains(one.Type)))
            {
                db.WebhookDeliveries.Add(new()
                {
                    Id = Id<WebhookDelivery>.New(clock.GetUtcNow()),
                    WebhookId = webhook.Id,
                    OrganizationId = webhook.OrganizationId,
                    Type = one.Type,
                    Body = JsonSerializer.Serialize(new { one.Type, Timestamp = one.At, Data = new { Subject = one.SubjectType, Id = one.SubjectId } }, MarketJson.Options),
                    CreatedAt = clock.GetUtcNow(),
                    NextAt = clock.GetUtcNow(),
                });
            }

            db.WebhookEvents.Remove(one);
        }

        return events.Count;
    }

    private async Task<IReadOnlyList<Message>> TakeAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var due = await db.WebhookDeliveries.Where(delivery => delivery.State == DeliveryState.Pending && delivery.NextAt <= now)
            .OrderBy(delivery => delivery.NextAt).ThenBy(delivery => delivery.Id).Take(AtOnce).ToListAsync(cancellationToken);
        var ids = due.Select(delivery => delivery.WebhookId).Distinct().ToList();
        var webhooks = await db.Webhooks.AsNoTracking().Where(webhook => ids.Contains(webhook.Id)).ToDictionaryAsync(webhook => webhook.Id, cancellationToken);
        due.ForEach(delivery => delivery.Take(now));
        return due.ConvertAll(delivery => new Message(
            delivery.Id, webhooks[delivery.WebhookId].Url, delivery.Body, [.. webhooks[delivery.WebhookId].SealedSecretsAt(now).Select(secrets.Unprotect)]));
    }

    private async Task<Done> FinishAsync(IReadOnlyList<Message> messages, ReceiverAnswer[] answers, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var ids = messages.Select(message => message.Id).ToList();
        var deliveries = await db.WebhookDeliveries.Where(delivery => ids.Contains(delivery.Id)).ToDictionaryAsync(delivery => delivery.Id, cancellationToken);
        foreach (var (message, answer) in messages.Zip(answers))
        {
            // Its webhook may have been deleted meanwhile, and it with it.
            if (!deliveries.TryGetValue(message.Id, out var delivery))
            {
                continue;
            }

            if (answer.Ok)
            {
                delivery.Succeed(answer.Text, now);
                continue;
            }

            delivery.Fail(answer.Text, now, 0.9 + (Random.Shared.NextDouble() / 5), forGood: answer.Gone);
            if (answer.Gone)
            {
                (await db.Webhooks.SingleAsync(webhook => webhook.Id == delivery.WebhookId, cancellationToken)).Disable(now);
            }
        }

        return Done.Value;
    }

    private sealed record Message(Id<WebhookDelivery> Id, string Url, string Body, IReadOnlyList<string> Secrets);
}
