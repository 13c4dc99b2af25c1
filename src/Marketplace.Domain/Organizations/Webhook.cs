using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Organizations;

/// <summary>
/// Where an organization is told what happened to its business. Messages are signed by the rules of Standard Webhooks
/// (standardwebhooks.com): HMAC-SHA256, version <c>v1</c>, with a secret <c>whsec_…</c>.
/// </summary>
public sealed class Webhook : IVersioned
{
    public const int MaxUrlLength = 500;

    /// <summary>How many an organization may have.</summary>
    public const int MaxOfOne = 10;

    /// <summary>How long the secret before the last rotation signs as well.</summary>
    public static readonly TimeSpan RotationTime = TimeSpan.FromHours(24);

    /// <summary>What is told, by the audit entry's action: who is a party to the row that it happened to is told of it.</summary>
    public static readonly FrozenSet<string> EventTypes = FrozenSet.Create(
        "order.placed", "order.cancelled", "leg.moved", "leg.ended", "invoice.issued", "invoice.paid", "credit_note.issued", "voucher.issued", "voucher.revoked",
        "voucher.expired", "claim.submitted", "claim.decided", "claim.paid", "dispute.opened", "dispute.decided", "settlement.made", "settlement.paid");

    public required Id<Webhook> Id { get; init; }
    public required Id<Organization> OrganizationId { get; init; }
    public required string Url { get; init; }

    /// <summary>Of <see cref="EventTypes"/>.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The secret, encrypted.</summary>
    public required string SealedSecret { get; set; }

    /// <summary>The one before it, until <see cref="FormerUntil"/>.</summary>
    public string? SealedFormer { get; private set; }

    public DateTimeOffset? FormerUntil { get; private set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its receiver said that it is gone for good (410); null where it is served.</summary>
    public DateTimeOffset? DisabledAt { get; private set; }

    public long Version { get; set; }

    public static string NewSecret() => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public void Rotate(string sealedSecret, DateTimeOffset now)
    {
        (SealedFormer, FormerUntil, SealedSecret) = (SealedSecret, now + RotationTime, sealedSecret);
        Version++;
    }

    public void Disable(DateTimeOffset now)
    {
        DisabledAt ??= now;
        Version++;
    }

    /// <summary>What signs at this instant, the newest first.</summary>
    public IEnumerable<string> SealedSecretsAt(DateTimeOffset now) => SealedFormer is { } former && now < FormerUntil ? [SealedSecret, former] : [SealedSecret];

    /// <summary>The header <c>webhook-signature</c>: a signature for each secret.</summary>
    /// <param name="secrets">In the clear.</param>
    /// <param name="id">The message's, the same each time it is sent.</param>
    /// <param name="unixSeconds">When it is sent.</param>
    /// <param name="body">The exact text that is sent.</param>
    public static string Sign(IEnumerable<string> secrets, string id, long unixSeconds, string body)
    {
        var content = Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}.{unixSeconds}.{body}"));
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), content))));
    }
}

/// <summary>
/// Something happened that organizations want to be told of; written in the transaction in which it happened, and gone when there
/// is a delivery for each that is to be told.
/// </summary>
public sealed class WebhookEvent
{
    public required Id<WebhookEvent> Id { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Of <see cref="Webhook.EventTypes"/>.</summary>
    public required string Type { get; init; }

    public required string SubjectType { get; init; }
    public required string SubjectId { get; init; }

    /// <summary>Whose business it is first of all.</summary>
    public Id<Organization>? OwnerId { get; init; }
}

public enum DeliveryState
{
    /// <summary>To be sent, now or again.</summary>
    Pending,

    /// <summary>The receiver answered 2xx.</summary>
    Delivered,

    /// <summary>Given up.</summary>
    Dead,
}

/// <summary>
/// One message to one webhook, sent until the receiver answers 2xx: at once, then after each of <see cref="Waits"/>, three days in
/// all, then never again unless somebody asks for it. Its id is the message's, by which a receiver knows one that comes twice.
/// </summary>
public sealed class WebhookDelivery : IVersioned
{
    public const int MaxErrorLength = 200;

    /// <summary>How long after a failure it is sent again.</summary>
    public static readonly IReadOnlyList<TimeSpan> Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
        TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>How long one that is being sent is left to who sends it; longer than sending takes.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    /// <summary>How long it can be listed and sent again.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    public required Id<WebhookDelivery> Id { get; init; }
    public required Id<Webhook> WebhookId { get; init; }
    public required Id<Organization> OrganizationId { get; init; }
    public required string Type { get; init; }

    /// <summary>JSON, the same each time it is sent.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DeliveryState State { get; private set; }
    public int Attempts { get; private set; }

    /// <summary>Failures since it was made or last asked for.</summary>
    public int Failures { get; private set; }

    /// <summary>When it is to be sent; only of use while it is pending.</summary>
    public required DateTimeOffset NextAt { get; set; }

    /// <summary>The receiver's last answer, or what kept it from answering.</summary>
    public string? LastAnswer { get; private set; }

    public DateTimeOffset? DeliveredAt { get; private set; }
    public long Version { get; set; }

    /// <summary>Takes it for sending: nobody else does, until the lease is over.</summary>
    public void Take(DateTimeOffset now)
    {
        (Attempts, NextAt) = (Attempts + 1, now + Lease);
        Version++;
    }

    public void Succeed(string answer, DateTimeOffset now)
    {
        (State, LastAnswer, DeliveredAt) = (DeliveryState.Delivered, answer, now);
        Version++;
    }

    /// <param name="answer">What came back, or why nothing did.</param>
    /// <param name="now">The market's time.</param>
    /// <param name="spread">0.9 to 1.1 of the wait, so that many don't come back at once.</param>
    /// <param name="forGood">Whether there is no sense in trying again.</param>
    public void Fail(string answer, DateTimeOffset now, double spread, bool forGood)
    {
        LastAnswer = answer.Length <= MaxErrorLength ? answer : answer[..MaxErrorLength];
        if (forGood || Failures == Waits.Count)
        {
            State = DeliveryState.Dead;
        }
        else
        {
            NextAt = now + (Waits[Failures] * spread);
        }

        Failures++;
        Version++;
    }

    /// <summary>Sends it again, whatever became of it.</summary>
    public void Resend(DateTimeOffset now)
    {
        (State, Failures, NextAt) = (DeliveryState.Pending, 0, now);
        Version++;
    }
}
