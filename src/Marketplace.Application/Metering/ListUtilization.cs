using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>A centre's five numbers, as <see cref="UtilizationAnswer"/> has them.</summary>
public sealed record CenterUtilizationAnswer(
    Id<Center> CenterId, string CenterName, string RegionCode, Id<Organization> ProviderId,
    string ListedCardHours, string SoldCardHours, string BusyCardHours, string OwnMoneyCardHours, string PublicMoneyCardHours);

/// <summary>
/// How far every centre was used that offered or sold anything in a span, whatever is offered there by now; the newest centre
/// first. Authorities and overseers see all of them, a provider its own.
/// </summary>
/// <param name="From">The first hour.</param>
/// <param name="To">The end of the last.</param>
public sealed record ListUtilization(Hour? From, Hour? To, PageRequest Page) : IQuery<Page<CenterUtilizationAnswer>>, IPaged;

public sealed class ListUtilizationValidator : AbstractValidator<ListUtilization>
{
    public ListUtilizationValidator()
    {
        RuleFor(request => request.From).Required();
        RuleFor(request => request.To).Required().EndsSpan(request => request.From);
    }
}

public sealed class ListUtilizationHandler(IMarketplaceDb db, UtilizationHours utilization, RequestContext context) : IRequestHandler<ListUtilization, Page<CenterUtilizationAnswer>>
{
    public async Task<Page<CenterUtilizationAnswer>> Handle(ListUtilization request, CancellationToken cancellationToken)
    {
        var range = new HourRange(request.From!.Value, request.To!.Value);
        var (from, to) = range;
        var (all, own) = (context.Caller.SeesAll || context.Caller.Role == Role.Authority, context.Caller.OrganizationId);
        var page = await db.Centers.IgnoreQueryFilters().AsNoTracking()
            .Where(center => (all || center.OwnerId == own) && db.Nodes.IgnoreQueryFilters().Any(node => node.CenterId == center.Id
                && (db.ListingNodes.IgnoreQueryFilters().Any(row => row.NodeId == node.Id && row.From < to && row.To > @from)
                    || db.Reservations.IgnoreQueryFilters().Any(row => row.NodeId == node.Id && row.From < to && row.To > @from))))
            .NewestFirstAsync(request.Page, center => center.Id, cancellationToken);
        var hours = await utilization.OfAsync(page.Items, range, cancellationToken);
        return new([.. page.Items.Zip(hours.Select(UtilizationSums.Of), Answer)], page.Next);
    }

    private static CenterUtilizationAnswer Answer(Center center, UtilizationSums sums) => new(
        center.Id, center.Name, center.RegionCode, center.OwnerId, UtilizationSums.Text(sums.Listed), UtilizationSums.Text(sums.Sold), UtilizationSums.Text(sums.Busy),
        UtilizationSums.Text(sums.Own), UtilizationSums.Text(sums.Public));
}
