using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <param name="From">The first hour that is delivered.</param>
/// <param name="HandedOverAt">When access was handed over first; null where only a later hour was declared.</param>
/// <param name="Access">How to get in; told to the buyer alone.</param>
public sealed record DeliveryAnswer(
    Id<Leg> LegId, DeliveryStatus Status, Hour From, DateTimeOffset? HandedOverAt, DateTimeOffset ChangedAt, string? Note, string? Access)
{
    public static DeliveryAnswer Of(Leg leg, Delivery delivery, string? access = null) => new(
        leg.Id, delivery.Status, delivery.LateFrom ?? leg.From, delivery.HandedOverAt, delivery.ChangedAt, delivery.Note, access);
}

/// <summary>The seller of a leg hands over access to it, or declares that it will be delivered later.</summary>
/// <param name="Access">How the buyer gets in; left out, what was handed over before stays.</param>
/// <param name="From">The first hour that is delivered, where that isn't the leg's first.</param>
public sealed record PutDelivery(string? Access, string? Note, DateTimeOffset? From) : ICommand<DeliveryAnswer>
{
    [JsonIgnore]
    public Id<Order> OrderId { get; init; }

    [JsonIgnore]
    public Id<Leg> LegId { get; init; }
}

public sealed class PutDeliveryValidator : AbstractValidator<PutDelivery>
{
    public PutDeliveryValidator()
    {
        RuleFor(request => request.Access)
            .Must(access => access is null || !string.IsNullOrWhiteSpace(access)).WithMessage("must not be blank")
            .Must(access => access is null || access.Length <= Delivery.MaxAccessLength).WithMessage($"must be at most {Delivery.MaxAccessLength} characters")
            .Must(access => access is null || !access.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))).WithMessage("must not hold control characters other than line breaks and tabs");
        RuleFor(request => request.Note).OptionalText(500);
        RuleFor(request => request.From).OnTheHour();
    }
}

public sealed class PutDeliveryHandler(IMarketplaceDb db, RequestContext context, ISecretBox secrets, AuditLog audit, MarketClock clock)
    : IRequestHandler<PutDelivery, DeliveryAnswer>
{
    public async Task<DeliveryAnswer> Handle(PutDelivery request, CancellationToken cancellationToken)
    {
        var (now, me) = (clock.GetUtcNow(), context.Caller.OrganizationId);
        var leg = await db.Legs.SingleOrDefaultAsync(l => l.Id == request.LegId && l.OrderId == request.OrderId && l.SellerId == me, cancellationToken)
            ?? throw SharedErrors.NotFound("leg");
        var delivery = await db.Deliveries.SingleOrDefaultAsync(d => d.LegId == leg.Id, cancellationToken);
        if (request.Access is null && request.From is null && delivery?.SealedAccess is null)
        {
            throw InvalidRequestException.For("access", "is required where no later hour is declared");
        }

        if (delivery is null)
        {
            db.Deliveries.Add(delivery = new() { LegId = leg.Id, SellerId = leg.SellerId, BuyerId = leg.BuyerId, ChangedAt = now });
        }

        delivery.Update(
            leg, request.Access is null ? null : secrets.Protect(request.Access), request.Note,
            request.From is { } from ? Hour.StartingAt(from) : null, now);
        var answer = DeliveryAnswer.Of(leg, delivery);

        // Of what is stored and not of what it says: a short password could be guessed from its digest.
        var digest = delivery.SealedAccess is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(delivery.SealedAccess)));
        audit.Record("delivery.declared", ("leg", leg.Id.ToString()), leg.SellerId, new { answer.Status, answer.From, answer.Note, SealedAccessDigest = digest });
        return answer;
    }
}

/// <summary>What the seller said of a leg's delivery, with the access for its buyer alone.</summary>
public sealed record GetDelivery(Id<Order> OrderId, Id<Leg> LegId) : IQuery<DeliveryAnswer>;

public sealed class GetDeliveryHandler(IMarketplaceDb db, RequestContext context, ISecretBox secrets) : IRequestHandler<GetDelivery, DeliveryAnswer>
{
    public async Task<DeliveryAnswer> Handle(GetDelivery request, CancellationToken cancellationToken)
    {
        var leg = await db.Legs.AsNoTracking().SingleOrDefaultAsync(l => l.Id == request.LegId && l.OrderId == request.OrderId, cancellationToken)
            ?? throw SharedErrors.NotFound("leg");
        var delivery = await db.Deliveries.AsNoTracking().SingleOrDefaultAsync(d => d.LegId == leg.Id, cancellationToken)
            ?? throw SharedErrors.NotFound("delivery");
        var access = context.Caller.Is(leg.BuyerId) && delivery.SealedAccess is { } kept ? secrets.Unprotect(kept) : null;
        return DeliveryAnswer.Of(leg, delivery, access);
    }
}
