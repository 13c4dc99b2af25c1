using FluentValidation;
using Marketplace.Application.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <summary>Five sums of card time, in thousandths of a card-second.</summary>
public readonly record struct UtilizationSums(long Listed, long Sold, long Busy, long Own, long Public)
{
    public static UtilizationSums Of(IEnumerable<UtilizationSums> hours) => hours.Aggregate(default(UtilizationSums), (sum, hour) => new(
        sum.Listed + hour.Listed, sum.Sold + hour.Sold, sum.Busy + hour.Busy, sum.Own + hour.Own, sum.Public + hour.Public));

    public static string Text(long milliCardSeconds) => new CardTime(milliCardSeconds).ToCardHours();
}

internal static class UtilizationSpan
{
    /// <summary>The end of a span of hours: after its first one, by at most <see cref="GetUtilization.MaxDays"/> days.</summary>
    public static IRuleBuilderOptions<T, Hour?> EndsSpan<T>(this IRuleBuilder<T, Hour?> rule, Func<T, Hour?> from) => rule
        .Must((request, to) => to is null || from(request) is not { } first || to > first).WithMessage("must be after from")
        .Must((request, to) => to is null || from(request) is not { } first || to.Value - first <= GetUtilization.MaxDays * 24)
        .WithMessage($"must be at most {GetUtilization.MaxDays} days after from");
}

/// <summary>How far centres were used in each hour of a range, in as many queries for many of them as for one.</summary>
public sealed class UtilizationHours(IMarketplaceDb db, PaidHours paidHours)
{
    /// <summary>By the order of <paramref name="centers"/>; each centre's hours are worked out when it is come to.</summary>
    public async Task<IEnumerable<UtilizationSums[]>> OfAsync(IReadOnlyList<Center> centers, HourRange range, CancellationToken cancellationToken)
    {
        var ids = centers.Select(center => center.Id).ToList();
        var sold = await SoldAsync(ids, range, cancellationToken);
        var listed = await ListedAsync(ids, range, cancellationToken);
        var busy = await BusyAsync(ids, range, cancellationToken);
        var paid = await paidHours.OfAsync(centers, range, cancellationToken);
        return centers.Select(center =>
        {
            var (offered, held, used) = (Spread(listed[center.Id], range), Spread(sold[center.Id], range), Spread(busy[center.Id], range));
            var (own, vouchers) = paid(center.Id);

            // What was sold was on offer, though its listing was withdrawn later.
            return Enumerable.Range(0, range.Hours).Select(i => new UtilizationSums(Math.Max(offered[i], held[i]), held[i], used[i], own[i], vouchers[i])).ToArray();
        });
    }

    /// <summary>Nodes in listings of their owner from when these were made until they are withdrawn, less the cards that were taken out.</summary>
    private async Task<ILookup<Id<Center>, Window>> ListedAsync(List<Id<Center>> centers, HourRange range, CancellationToken cancellationToken)
    {
        var (from, to) = range;
        var offers =
            from row in db.ListingNodes.IgnoreQueryFilters()
            join node in db.Nodes.IgnoreQueryFilters() on row.NodeId equals node.Id
            join listing in db.Listings.IgnoreQueryFilters() on row.ListingId equals listing.Id
            where EF.Parameter(centers).Contains(node.CenterId) && listing.ResaleOf == null && row.From < to && row.To > @from
            select new { node.Id, node.CenterId, node.Cards, row.From, row.To, node.WithdrawnFrom, listing.CreatedAt, listing.WithdrawnAt };
        var whole = await (
            from offer in offers
            group offer.Cards by new { offer.CenterId, offer.From, offer.To, offer.WithdrawnFrom, offer.CreatedAt, offer.WithdrawnAt } into window
            select new { window.Key, Cards = window.Sum() }).ToListAsync(cancellationToken);
        var windows = whole.Select(window => (
            window.Key.CenterId,
            new Window(OnOffer(new(window.Key.From, window.Key.To), window.Key.WithdrawnFrom, window.Key.CreatedAt, window.Key.WithdrawnAt), CardTime.Of(window.Cards, 1000, 3600).MilliCardSeconds)));

        var gone = (await db.Nodes.IgnoreQueryFilters().Where(node => EF.Parameter(centers).Contains(node.CenterId)).Select(node => new { node.Id, node.WithdrawnCards }).ToListAsync(cancellationToken))
            .Where(node => node.WithdrawnCards.Count > 0).ToDictionary(node => node.Id, node => node.WithdrawnCards);
        var ids = gone.Keys.ToArray();
        var shrunk = ids.Length == 0 ? [] : await offers.Where(offer => EF.Parameter(ids).Contains(offer.Id)).ToListAsync(cancellationToken);
        return windows.Concat(shrunk.SelectMany(offer => gone[offer.Id].Select(card =>
        {
            var hours = OnOffer(new(offer.From, offer.To), offer.WithdrawnFrom, offer.CreatedAt, offer.WithdrawnAt);
            return (offer.CenterId, new Window(hours.Intersect(new(card.From, hours.To)), -CardTime.Of(1, 1000, 3600).MilliCardSeconds));
        }))).ToLookup(window => window.CenterId, window => window.Item2);
    }

    /// <summary>What is withdrawn and listed again for the same hours is on offer once: no listing speaks for the time before it was made.</summary>
    private static HourRange OnOffer(HourRange window, Hour? nodeWithdrawnFrom, DateTimeOffset createdAt, DateTimeOffset? withdrawnAt)
    {
        var end = Hour.Min(window.To, nodeWithdrawnFrom ?? window.To);
        return new(Hour.Max(window.From, Hour.AtOrAfter(createdAt)), withdrawnAt is { } at ? Hour.Min(end, Hour.Containing(at)) : end);
    }

    /// <summary>Reservations hold each card-hour once, whoever holds it by now.</summary>
    private async Task<ILookup<Id<Center>, Window>> SoldAsync(List<Id<Center>> centers, HourRange range, CancellationToken cancellationToken)
    {
        var (from, to) = range;
        var held = await (
            from reservation in db.Reservations.IgnoreQueryFilters()
            join node in db.Nodes.IgnoreQueryFilters() on reservation.NodeId equals node.Id
            where EF.Parameter(centers).Contains(node.CenterId) && reservation.From < to && reservation.To > @from
            group reservation by new { node.CenterId, reservation.From, reservation.To } into window
            select new { window.Key, Milli = window.Sum(reservation => reservation.Milli) }).ToListAsync(cancellationToken);
        return held.ToLookup(window => window.Key.CenterId, window => new Window(new(window.Key.From, window.Key.To), CardTime.Of(1, window.Milli, 3600).MilliCardSeconds));
    }

    private async Task<ILookup<Id<Center>, Window>> BusyAsync(List<Id<Center>> centers, HourRange range, CancellationToken cancellationToken)
    {
        var (from, to) = range;
        var hours = await (
            from hour in db.UsageHours.IgnoreQueryFilters()
            join leg in db.Legs.IgnoreQueryFilters() on hour.LegId equals leg.Id
            where EF.Parameter(centers).Contains(leg.CenterId) && hour.Hour >= @from && hour.Hour < to
            group hour by new { leg.CenterId, hour.Hour } into one
            select new { one.Key, Busy = one.Sum(hour => (long)(object)hour.Busy) }).ToListAsync(cancellationToken);
        return hours.ToLookup(hour => hour.Key.CenterId, hour => new Window(new(hour.Key.Hour, hour.Key.Hour + 1), hour.Busy));
    }

    private static long[] Spread(IEnumerable<Window> windows, HourRange range)
    {
        var hours = new long[range.Hours];
        foreach (var window in windows)
        {
            foreach (var hour in range.Intersect(window.Hours).Each())
            {
                hours[hour - range.From] += window.PerHour;
            }
        }

        return hours;
    }

    /// <param name="PerHour">In thousandths of a card-second.</param>
    private readonly record struct Window(HourRange Hours, long PerHour);
}
