using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>
/// The availability of centres from what their meters reported, not from what they claim. Legs that were cancelled don't count,
/// nor hours that lie ahead. Whoever bought there, everybody may know it.
/// </summary>
public sealed class CenterAvailability(IMarketplaceDb db, MarketplaceSettings settings, MarketClock clock)
{
    /// <summary>How far back a centre is judged: this local month so far and the five before it.</summary>
    public const int Months = 6;

    /// <summary>Of each centre over the last <see cref="Months"/>; one that sold nothing in that time isn't there.</summary>
    /// <param name="centers">Null for all.</param>
    public async Task<IReadOnlyDictionary<Id<Center>, Ratio>> ReadAsync(IReadOnlyCollection<Id<Center>>? centers, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<Id<Center>, Availability>();
        await foreach (var (center, _, part) in PartsAsync(centers, Months, cancellationToken))
        {
            sums[center] = sums.GetValueOrDefault(center) + part;
        }

        return sums.Where(sum => sum.Value.Ratio is not null).ToDictionary(sum => sum.Key, sum => sum.Value.Ratio!.Value);
    }

    /// <summary>Of one centre by month, over this month so far and those before it.</summary>
    public async Task<IReadOnlyDictionary<Period, Availability>> ByMonthAsync(Id<Center> center, int months, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<Period, Availability>();
        await foreach (var (_, month, part) in PartsAsync([center], months, cancellationToken))
        {
            sums[month] = sums.GetValueOrDefault(month) + part;
        }

        return sums;
    }

    /// <summary>The first of so many months of which this one is the last.</summary>
    public Period FirstOf(int months)
    {
        var first = settings.Time.Period(clock.GetUtcNow());
        for (var i = 1; i < months; i++)
        {
            first = first.Previous;
        }

        return first;
    }

    private async IAsyncEnumerable<(Id<Center> Center, Period Month, Availability Part)> PartsAsync(
        IReadOnlyCollection<Id<Center>>? centers, int months, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var range = new HourRange(settings.Time.Hours(FirstOf(months)).From, Hour.Containing(clock.GetUtcNow()));
        var (start, end) = range;
        var ids = centers?.ToList() ?? [];
        var legs = db.Legs.IgnoreQueryFilters().Where(leg => leg.CancelledAt == null && leg.From < end && leg.To > start);
        if (centers is not null)
        {
            legs = legs.Where(leg => EF.Parameter(ids).Contains(leg.CenterId));
        }

        var sold = legs.Select(leg => new { leg.CenterId, leg.Cards, leg.MilliPerCard, leg.From, leg.To }).AsAsyncEnumerable();
        await foreach (var leg in sold.WithCancellation(cancellationToken))
        {
            var left = range.Intersect(new(leg.From, leg.To));
            for (var month = settings.Time.Period(left.From.Start); !left.IsEmpty; month = month.Next)
            {
                var covered = left.Intersect(settings.Time.Hours(month));
                yield return (leg.CenterId, month, new(CardTime.Of(leg.Cards, leg.MilliPerCard, 3600L * covered.Hours), CardTime.Zero));
                left = new(covered.To, left.To);
            }
        }

        var down = (
            from hour in db.UsageHours.IgnoreQueryFilters()
            join leg in legs on hour.LegId equals leg.Id
            where hour.Down > CardTime.Zero && hour.Hour >= start && hour.Hour < end
            select new { leg.CenterId, hour.Hour, hour.Down }).AsAsyncEnumerable();
        await foreach (var hour in down.WithCancellation(cancellationToken))
        {
            yield return (hour.CenterId, settings.Time.Period(hour.Hour.Start), new(CardTime.Zero, hour.Down));
        }
    }
}
