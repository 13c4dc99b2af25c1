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

/// <param name="DisputeId">The dispute that a denial opened.</param>
public sealed record ConfirmationAnswer(
    Id<SpotConfirmation> Id, Id<Order> OrderId, Id<Leg> LegId, Hour From, Hour To, bool Ran, string? Note, DateTimeOffset At, Id<Dispute>? DisputeId)
{
    public static ConfirmationAnswer Of(SpotConfirmation confirmation, Id<Dispute>? dispute) => new(
        confirmation.Id, confirmation.OrderId, confirmation.LegId, confirmation.From, confirmation.To, confirmation.Ran, confirmation.Note, confirmation.At, dispute);
}

/// <summary>The buyer of a leg says that it ran in some hours, or that it didn't: then these are disputed.</summary>
/// <param name="From">The first hour that is spoken of.</param>
/// <param name="To">The end of the last.</param>
/// <param name="Ran">Whether it ran in all of them, or in none.</param>
public sealed record ConfirmHours(DateTimeOffset? From, DateTimeOffset? To, bool? Ran, string? Note) : ICommand<ConfirmationAnswer>
{
    [JsonIgnore]
    public Id<Order> OrderId { get; init; }

    [JsonIgnore]
    public Id<Leg> LegId { get; init; }
}

public sealed class ConfirmHoursValidator : AbstractValidator<ConfirmHours>
{
    public ConfirmHoursValidator()
    {
        RuleFor(request => request.From).Required().OnTheHour();
        RuleFor(request => request.To).Required().OnTheHour();
        RuleFor(request => request.To).GreaterThan(request => request.From).When(request => request.From is not null && request.To is not null).WithMessage("must be after from");
        RuleFor(request => request.Ran).Required();
        RuleFor(request => request.Note).OptionalText(500);
    }
}

public sealed class ConfirmHoursHandler(IMarketplaceDb db, RequestContext context, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<ConfirmHours, ConfirmationAnswer>
{
    public async Task<ConfirmationAnswer> Handle(ConfirmHours request, CancellationToken cancellationToken)
    {
        var (now, me) = (clock.GetUtcNow(), context.Caller.OrganizationId);
        var leg = await db.Legs.SingleOrDefaultAsync(l => l.Id == request.LegId && l.OrderId == request.OrderId && l.BuyerId == me, cancellationToken)
            ?? throw SharedErrors.NotFound("leg");
        var hours = new HourRange(Hour.StartingAt(request.From!.Value)!.Value, Hour.StartingAt(request.To!.Value)!.Value);
        var confirmation = SpotConfirmation.Of(leg, hours, request.Ran!.Value, request.Note, now, settings.ObjectionTime);
        var (from, to) = hours;
        if (await db.SpotConfirmations.AnyAsync(c => c.LegId == leg.Id && c.From < to && c.To > @from, cancellationToken)
            || (await db.Disputes.AsNoTracking().Where(d => d.LegId == leg.Id && d.From < to && d.To > @from).ToListAsync(cancellationToken)).Exists(d => hours.Each().Any(d.Covers)))
        {
            throw MeteringErrors.ConfirmationExists();
        }

        db.SpotConfirmations.Add(confirmation);
        Dispute? dispute = null;
        if (!confirmation.Ran)
        {
            var provider = await db.Centers.IgnoreQueryFilters().Where(center => center.Id == leg.CenterId).Select(center => center.OwnerId).SingleAsync(cancellationToken);
            db.Disputes.Add(dispute = Dispute.Denial(confirmation, leg, provider, settings.DisputeTime));
            audit.Record("dispute.opened", ("dispute", dispute.Id.ToString()), dispute.BuyerId, DisputeAnswer.Of(dispute));
        }

        // So that of two about the same hours at once the second finds the first.
        leg.Version++;
        var answer = ConfirmationAnswer.Of(confirmation, dispute?.Id);
        audit.Record("hours.confirmed", ("leg", leg.Id.ToString()), me, answer);
        return answer;
    }
}

/// <summary>What the buyer of an order confirmed and denied, the newest first.</summary>
public sealed record ListConfirmations(Id<Order> OrderId, PageRequest Page) : IQuery<Page<ConfirmationAnswer>>, IPaged;

public sealed class ListConfirmationsHandler(IMarketplaceDb db) : IRequestHandler<ListConfirmations, Page<ConfirmationAnswer>>
{
    public async Task<Page<ConfirmationAnswer>> Handle(ListConfirmations request, CancellationToken cancellationToken)
    {
        if (!await db.Orders.AnyAsync(order => order.Id == request.OrderId, cancellationToken))
        {
            throw SharedErrors.NotFound("order");
        }

        var page = await db.SpotConfirmations.AsNoTracking().Where(c => c.OrderId == request.OrderId).NewestFirstAsync(request.Page, c => c.Id, cancellationToken);
        var denials = await db.Disputes.AsNoTracking().Where(d => d.OrderId == request.OrderId && d.Kind == DisputeKind.Denial).ToListAsync(cancellationToken);
        return page.Select(c => ConfirmationAnswer.Of(c, c.Ran ? null : denials.Find(d => d.LegId == c.LegId && d.From == c.From)?.Id));
    }
}
