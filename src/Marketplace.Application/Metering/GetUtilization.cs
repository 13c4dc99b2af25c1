using FluentValidation;
using Marketplace.Application.Billing;
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
        RuleFor(request => request.To).Required()
            .Must((request, to) => to is null || request.From is null || to > request.From).WithMessage("must be after from")
            .Must((request, to) => to is null || request.From is null || to.Value - request.From.Value <= GetUtilization.MaxDays * 24)
            .WithMessage($"must be at most {GetUtilization.MaxDays} days after from");
    }
}

public sealed class GetUtilizationHandler(IMarketplaceDb db, PaidHours paidHours, RequestContext context, MarketplaceSettings settings)
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
        var sold = await SoldAsync(center.Id, range, cancellationToken);
        var listed = await ListedAsync(center.Id, range, cancellationToken);
        var busy = await BusyAsync(center.Id, range, cancellationToken);
        var paid = await paidHours.OfAsync(center, range, cancellationToken);

        // What was sold was on offer, though its listing was withdrawn later.
        Sums Of(IEnumerable<int> hours) => hours.Aggregate(default(Sums), (sum, i) => new(
            sum.Listed + Math.Max(listed[i], sold[i]), sum.Sold + sold[i], sum.Busy + busy[i], sum.Own + paid.Own[i], sum.Public + paid.Public[i]));
        var all = Of(Enumerable.Range(0, range.Hours));
        var days = Enumerable.Range(0, range.Hours).GroupBy(i => settings.Time.Day((range.From + i).Start)).Select(day => (Day: day.Key, Sum: Of(day)));
        return new(
            center.Id, range.From, range.To, Text(all.Listed), Text(all.Sold), Text(all.Busy), Text(all.Own), Text(all.Public),
            [.. days.Select(day => new UtilizationDay(day.Day, Text(day.Sum.Listed), Text(day.Sum.Sold), Text(day.Sum.Busy), Text(day.Sum.Own), Text(day.Sum.Public)))]);
    }

    private static string Text(long milliCardSeconds) => new CardTime(milliCardSeconds).ToCardHours();

    /// <summary>
    /// By hour of the range, in thousandths of a card-second: nodes in listings of their owner from when these were made until they are
    /// withdrawn, less the cards that were taken out.
    /// </summary>
    private async Task<long[]> ListedAsync(Id<Center> center, HourRange range, CancellationToken cancellationToken)
    {
        var (from, to) = range;
        var offers =
            from row in db.ListingNodes.IgnoreQueryFilters()
            join node in db.Nodes.IgnoreQueryFilters() on row.NodeId equals node.Id
            join listing in db.Listings.IgnoreQueryFilters() on row.ListingId equals listing.Id
            where node.CenterId == center && listing.ResaleOf == null && row.From < to && row.To > @from
            select new { node.Id, node.Cards, row.From, row.To, node.WithdrawnFrom, listing.CreatedAt, listing.WithdrawnAt };
        var windows = await (
            from offer in offers
            group offer.Cards by new { offer.From, offer.To, offer.WithdrawnFrom, offer.CreatedAt, offer.WithdrawnAt } into window
            select new { window.Key, Cards = window.Sum() }).ToListAsync(cancellationToken);
        var listed = new long[range.Hours];
        windows.ForEach(window => Spread(
            listed, range, OnOffer(new(window.Key.From, window.Key.To), window.Key.WithdrawnFrom, window.Key.CreatedAt, window.Key.WithdrawnAt), CardTime.Of(window.Cards, 1000, 3600)));

        var gone = (await db.Nodes.IgnoreQueryFilters().Where(node => node.CenterId == center).Select(node => new { node.Id, node.WithdrawnCards }).ToListAsync(cancellationToken))
            .Where(node => node.WithdrawnCards.Count > 0).ToDictionary(node => node.Id, node => node.WithdrawnCards);
        var ids = gone.Keys.ToArray();
        foreach (var offer in ids.Length == 0 ? [] : await offers.Where(offer => EF.Parameter(ids).Contains(offer.Id)).ToListAsync(cancellationToken))
        {
            var hours = OnOffer(new(offer.From, offer.To), offer.WithdrawnFrom, offer.CreatedAt, offer.WithdrawnAt);
            foreach (var card in gone[offer.Id])
            {
                Spread(listed, range, hours.Intersect(new(card.From, hours.To)), -CardTime.Of(1, 1000, 3600));
            }
        }

        return listed;
    }

    /// <summary>What is withdrawn and listed again for the same hours is on offer once: no listing speaks for the time before it was made.</summary>
    private static HourRange OnOffer(HourRange window, Hour? nodeWithdrawnFrom, DateTimeOffset createdAt, DateTimeOffset? withdrawnAt)
    {
        var end = Hour.Min(window.To, nodeWithdrawnFrom ?? window.To);
        return new(Hour.Max(window.From, Hour.AtOrAfter(createdAt)), withdrawnAt is { } at ? Hour.Min(end, Hour.Containing(at)) : end);
    }

    /// <summary>Reservations hold each card-hour once, whoever holds it by now.</summary>
    private async Task<long[]> SoldAsync(Id<Center> center, HourRange range, CancellationToken cancellationToken)
    {
        var (from, to) = range;
        var held = await (
            from reservation in db.Reservations.IgnoreQueryFilters()
            join node in db.Nodes.IgnoreQueryFilters() on reservation.NodeId equals node.Id
            where node.CenterId == center && reservation.From < to && reservation.To > @from
            group reservation by new { reservation.From, reservation.To } into window
            select new { window.Key, Milli = window.Sum(reservation => reservation.Milli) }).ToListAsync(cancellationToken);
        var sold = new long[range.Hours];
        held.ForEach(window => Spread(sold, range, new(window.Key.From, window.Key.To), CardTime.Of(1, window.Milli, 3600)));
        return sold;
    }

    private async Task<long[]> BusyAsync(Id<Center> center, HourRange range, CancellationToken cancellationToken)
    {
        var (from, to) = range;
        var hours = await (
            from hour in db.UsageHours.IgnoreQueryFilters()
            join leg in db.Legs.IgnoreQueryFilters() on hour.LegId equals leg.Id
            where leg.CenterId == center && hour.Hour >= @from && hour.Hour < to
            group hour by hour.Hour into one
            select new { one.Key, Busy = one.Sum(hour => (long)(object)hour.Busy) }).ToListAsync(cancellationToken);
        var busy = new long[range.Hours];
        hours.ForEach(hour => busy[hour.Key - range.From] = hour.Busy);
        return busy;
    }

    private static void Spread(long[] hours, HourRange range, HourRange window, CardTime perHour)
    {
        foreach (var hour in range.Intersect(window).Each())
        {
            hours[hour - range.From] += perHour.MilliCardSeconds;
        }
    }

    private readonly record struct Sums(long Listed, long Sold, long Busy, long Own, long Public);
}
