using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <param name="CardSeconds">Seconds of whole cards metered as up, rounded down.</param>
/// <param name="DownSeconds">The same, metered as down.</param>
public sealed record FiguresAnswer(long CardSeconds, long DownSeconds, long InputTokens, long OutputTokens)
{
    public static FiguresAnswer Of(MeterFigures figures) => new(
        figures.Busy.MilliCardSeconds / CardTime.PerCardSecond, figures.Down.MilliCardSeconds / CardTime.PerCardSecond, figures.InputTokens, figures.OutputTokens);
}

/// <summary>An hour in which two meters differ.</summary>
public sealed record DifferenceAnswer(Hour Hour, FiguresAnswer Provider, FiguresAnswer Buyer);

/// <param name="From">The first disputed hour.</param>
/// <param name="To">The end of the last.</param>
/// <param name="Hours">Whose account of the hours stands; null while the dispute is open.</param>
/// <param name="Note">What was said with the decision; null where the deadline decided.</param>
/// <param name="Differences">The hours that a dispute over meters is about, and what each side metered.</param>
public sealed record DisputeAnswer(
    Id<Dispute> Id, DisputeKind Kind, DisputeStatus Status, Id<Order> OrderId, Id<Leg> LegId, Id<Organization> BuyerId, Id<Organization> SellerId,
    Id<Organization> ProviderId, Hour From, Hour To, string Reason, DateTimeOffset OpenedAt, DateTimeOffset DecideBy, DisputeSide? Hours, DateTimeOffset? DecidedAt,
    string? Note, IReadOnlyList<DifferenceAnswer> Differences)
{
    public static DisputeAnswer Of(Dispute dispute) => new(
        dispute.Id, dispute.Kind, dispute.Status, dispute.OrderId, dispute.LegId, dispute.BuyerId, dispute.SellerId, dispute.ProviderId, dispute.From, dispute.To,
        dispute.Reason, dispute.OpenedAt, dispute.DecideBy, dispute.Hours, dispute.DecidedAt, dispute.Note,
        [.. dispute.Differences.Select(difference => new DifferenceAnswer(difference.Hour, FiguresAnswer.Of(difference.Provider), FiguresAnswer.Of(difference.Buyer)))]);
}

/// <summary>What disputes can be sorted by; not by their hours, which grow while readings come.</summary>
public enum DisputeColumn
{
    OpenedAt,
    DecideBy,
}

/// <summary>Disputes to which the caller is a party, the newest first where it isn't said otherwise.</summary>
/// <param name="OrganizationId">Those that it is a party to.</param>
public sealed record ListDisputes(
    PageRequest Page, DisputeStatus? Status, Id<Order>? OrderId, DisputeKind? Kind = null, Id<Organization>? OrganizationId = null, Sort<DisputeColumn>? Sort = null)
    : IQuery<Page<DisputeAnswer>>, IPaged;

public sealed class ListDisputesHandler(IMarketplaceDb db) : IRequestHandler<ListDisputes, Page<DisputeAnswer>>
{
    public async Task<Page<DisputeAnswer>> Handle(ListDisputes request, CancellationToken cancellationToken)
    {
        var disputes = db.Disputes.AsNoTracking().Where(dispute =>
            (request.Status == null || dispute.Status == request.Status) && (request.OrderId == null || dispute.OrderId == request.OrderId)
            && (request.Kind == null || dispute.Kind == request.Kind)
            && (request.OrganizationId == null || dispute.BuyerId == request.OrganizationId || dispute.SellerId == request.OrganizationId || dispute.ProviderId == request.OrganizationId));
        return (await disputes.SortedAsync(db.Disputes, request.Page, request.Sort, new() { DisputeColumn.OpenedAt, { DisputeColumn.DecideBy, dispute => dispute.DecideBy } }, cancellationToken))
            .Select(DisputeAnswer.Of);
    }
}

public sealed record GetDispute(Id<Dispute> Id) : IQuery<DisputeAnswer>;

public sealed class GetDisputeHandler(IMarketplaceDb db) : IRequestHandler<GetDispute, DisputeAnswer>
{
    public async Task<DisputeAnswer> Handle(GetDispute request, CancellationToken cancellationToken) =>
        DisputeAnswer.Of(await db.Disputes.AsNoTracking().SingleOrDefaultAsync(dispute => dispute.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("dispute"));
}

/// <summary>Says whose account of the disputed hours stands.</summary>
public sealed record DecideDispute(DisputeSide? Hours, string? Note) : ICommand<DisputeAnswer>
{
    [JsonIgnore]
    public Id<Dispute> Id { get; init; }
}

public sealed class DecideDisputeValidator : AbstractValidator<DecideDispute>
{
    public DecideDisputeValidator()
    {
        RuleFor(request => request.Hours).Required();
        RuleFor(request => request.Note).Text(500);
    }
}

public sealed class DecideDisputeHandler(IMarketplaceDb db, AuditLog audit, MarketClock clock) : IRequestHandler<DecideDispute, DisputeAnswer>
{
    public async Task<DisputeAnswer> Handle(DecideDispute request, CancellationToken cancellationToken)
    {
        var dispute = await db.Disputes.SingleOrDefaultAsync(d => d.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("dispute");
        dispute.Decide(request.Hours!.Value, request.Note, clock.GetUtcNow());
        (await db.Legs.SingleAsync(leg => leg.Id == dispute.LegId, cancellationToken)).Reopen(clock.GetUtcNow());
        var answer = DisputeAnswer.Of(dispute);
        audit.Record("dispute.decided", ("dispute", dispute.Id.ToString()), dispute.BuyerId, answer);
        return answer;
    }
}
