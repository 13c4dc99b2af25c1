using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>The buyer of a leg objects to its delivery: its hours from one on are disputed until that is decided.</summary>
/// <param name="From">The first hour that fell short.</param>
public sealed record ObjectToDelivery(string? Reason, DateTimeOffset? From) : ICommand<DisputeAnswer>
{
    [JsonIgnore]
    public Id<Order> OrderId { get; init; }

    [JsonIgnore]
    public Id<Leg> LegId { get; init; }
}

public sealed class ObjectToDeliveryValidator : AbstractValidator<ObjectToDelivery>
{
    public ObjectToDeliveryValidator()
    {
        RuleFor(request => request.Reason).Text(500);
        RuleFor(request => request.From).Required().OnTheHour();
    }
}

public sealed class ObjectToDeliveryHandler(IMarketplaceDb db, RequestContext context, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<ObjectToDelivery, DisputeAnswer>
{
    public async Task<DisputeAnswer> Handle(ObjectToDelivery request, CancellationToken cancellationToken)
    {
        var (now, me) = (clock.GetUtcNow(), context.Caller.OrganizationId);
        var leg = await db.Legs.SingleOrDefaultAsync(l => l.Id == request.LegId && l.OrderId == request.OrderId && l.BuyerId == me, cancellationToken)
            ?? throw SharedErrors.NotFound("leg");
        if (await db.Disputes.AnyAsync(d => d.LegId == leg.Id && d.Kind == DisputeKind.Objection, cancellationToken))
        {
            throw MeteringErrors.ObjectionExists();
        }

        var delivery = await db.Deliveries.AsNoTracking().SingleOrDefaultAsync(d => d.LegId == leg.Id, cancellationToken);
        var provider = await db.Centers.IgnoreQueryFilters().Where(center => center.Id == leg.CenterId).Select(center => center.OwnerId).SingleAsync(cancellationToken);
        var dispute = Dispute.Objection(
            leg, Delivery.DeliveredAt(leg, delivery), provider, Hour.StartingAt(request.From!.Value)!.Value, request.Reason!, now, (settings.ObjectionTime, settings.DisputeTime));
        db.Disputes.Add(dispute);

        // So that of two objections at once the second finds the first.
        leg.Version++;
        var answer = DisputeAnswer.Of(dispute);
        audit.Record("dispute.opened", ("dispute", dispute.Id.ToString()), dispute.BuyerId, answer);
        return answer;
    }
}
