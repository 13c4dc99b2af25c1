using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <param name="Day">The local day.</param>
public sealed record UtilizationDay(
    DateOnly Day, string ListedCardHours, string SoldCardHours, string BusyCardHours, string OwnMoneyCardHours, string PublicMoneyCardHours);

/// <summary>Five numbers of a centre side by side, so that none is taken for another. Slices count by their share of a card.</summary>
/// <param name="ListedCardHours">Offered for sale, or sold.</param>
/// <param name="SoldCardHours">Held by a buyer; what was resold is held once.</param>
/// <param name="BusyCardHours">Metered as up.</param>
/// <param name="OwnMoneyCardHours">Invoiced to buyers who are related to neither seller nor provider, by the share of it that is theirs to pay.</param>
/// <param name="PublicMoneyCardHours">The same, by the share that vouchers paid.</param>
/// <param name="Days">The same numbers by day.</param>
public sealed record UtilizationAnswer(
    Id<Center> CenterId, Hour From, Hour To, string ListedCardHours, string SoldCardHours, string BusyCardHours, string OwnMoneyCardHours, string PublicMoneyCardHours,
    IReadOnlyList<UtilizationDay> Days);

/// <summary>How far a centre was used. Its provider, authorities and overseers may ask.</summary>
/// <param name="From">The first hour.</param>
/// <param name="To">The end of the last.</param>
public sealed record GetUtilization(Id<Center>? CenterId, Hour? From, Hour? To) : IQuery<UtilizationAnswer>
{
    public const int MaxDays = 366;
}

public sealed class GetUtilizationValidator : AbstractValidator<GetUtilization>
{
    public GetUtilizationValidator()
    {
        RuleFor(request => request.CenterId).Required();
        RuleFor(request => request.From).Required();
        RuleFor(request => request.To).Required().EndsSpan(request => request.From);
    }
}

public sealed class GetUtilizationHandler(IMarketplaceDb db, UtilizationHours utilization, RequestContext context, MarketplaceSettings settings)
    : IRequestHandler<GetUtilization, UtilizationAnswer>
{
    public async Task<UtilizationAnswer> Handle(GetUtilization request, CancellationToken cancellationToken)
    {
        var caller = context.Caller;
        var center = await db.Centers.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(c => c.Id == request.CenterId, cancellationToken);
        if (center is null || !(caller.SeesAll || caller.Is(center.OwnerId) || caller.Role == Role.Authority))
        {
            throw SharedErrors.NotFound("center");
        }

        var range = new HourRange(request.From!.Value, request.To!.Value);
        var hours = (await utilization.OfAsync([center], range, cancellationToken)).Single();
        var all = UtilizationSums.Of(hours);
        var days = hours.Select((hour, i) => (Hour: hour, Day: settings.Time.Day((range.From + i).Start))).GroupBy(one => one.Day, one => one.Hour)
            .Select(day => (Day: day.Key, Sum: UtilizationSums.Of(day)));
        return new(
            center.Id, range.From, range.To, Text(all.Listed), Text(all.Sold), Text(all.Busy), Text(all.Own), Text(all.Public),
            [.. days.Select(day => new UtilizationDay(day.Day, Text(day.Sum.Listed), Text(day.Sum.Sold), Text(day.Sum.Busy), Text(day.Sum.Own), Text(day.Sum.Public)))]);
    }

    private static string Text(long milliCardSeconds) => UtilizationSums.Text(milliCardSeconds);
}
