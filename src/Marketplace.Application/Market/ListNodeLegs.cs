using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <param name="Card">The card's number in its node, from 0.</param>
/// <param name="Milli">Thousandths of the card, 1 to 1000.</param>
/// <param name="From">The first hour that the leg has it.</param>
/// <param name="To">The hour after the last.</param>
public sealed record NodeCardAnswer(int Card, int Milli, Hour From, Hour To);

/// <param name="Cards">Its cards on this node; a leg that was moved has more on another one.</param>
public sealed record NodeLegAnswer(Id<Leg> Id, Id<Order> OrderId, Product Product, IReadOnlyList<NodeCardAnswer> Cards);

/// <summary>
/// Which legs have which cards of a node, for its provider's meters: by whose node it is and not by who sells there, so that
/// resold cards are among them.
/// </summary>
/// <param name="From">Legs with hours after this instant; null for now.</param>
/// <param name="To">Legs with hours before this instant; null for an instant after <paramref name="From"/>.</param>
public sealed record ListNodeLegs(Id<Center> CenterId, string Node, DateTimeOffset? From, DateTimeOffset? To, PageRequest Page) : IQuery<Page<NodeLegAnswer>>, IPaged;

public sealed class ListNodeLegsValidator : AbstractValidator<ListNodeLegs>
{
    public ListNodeLegsValidator() => RuleFor(request => request.To)
        .Must((request, to) => to is null || (request.From is { } from && from < to)).WithMessage("must be after from");
}

public sealed class ListNodeLegsHandler(IMarketplaceDb db, MarketClock clock) : IRequestHandler<ListNodeLegs, Page<NodeLegAnswer>>
{
    public async Task<Page<NodeLegAnswer>> Handle(ListNodeLegs request, CancellationToken cancellationToken)
    {
        var node = await db.Nodes.AsNoTracking().SingleOrDefaultAsync(n => n.CenterId == request.CenterId && n.Name == request.Node, cancellationToken)
            ?? throw SharedErrors.NotFound("node");
        var from = Hour.Containing(request.From ?? clock.GetUtcNow());
        var to = request.To is { } end ? Hour.AtOrAfter(end) : from + 1;
        var rows = db.Reservations.IgnoreQueryFilters().Where(row => row.NodeId == node.Id && row.To > from && row.From < to);
        var page = await db.Legs.IgnoreQueryFilters().AsNoTracking().Where(leg => rows.Any(row => row.LegId == leg.Id))
            .OldestFirstAsync(request.Page, leg => leg.Id, cancellationToken);
        var ids = page.Items.Select(leg => leg.Id).ToList();
        var cards = (await rows.AsNoTracking().Where(row => EF.Parameter(ids).Contains(row.LegId)).ToListAsync(cancellationToken)).ToLookup(row => row.LegId);
        return page.Select(leg => new NodeLegAnswer(
            leg.Id, leg.OrderId, leg.Product,
            [.. cards[leg.Id].OrderBy(row => row.Card).ThenBy(row => row.From).Select(row => new NodeCardAnswer(row.Card, row.Milli, row.From, row.To))]));
    }
}
