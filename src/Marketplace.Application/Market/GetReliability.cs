using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <param name="Availability">The share of the sold card-hours gone by that wasn't reported as down; null where none was sold.</param>
/// <param name="OrdersCompleted">Orders whose last hour at the centre lies in the month.</param>
/// <param name="DisputesLost">Disputes decided for the buyer in the month.</param>
public sealed record ReliableMonthAnswer(Period Month, Ratio? Availability, int OrdersCompleted, int DisputesLost);

/// <param name="Availability">Over <see cref="CenterAvailability.Months"/> months, as demands ask for it.</param>
/// <param name="Months">This one and the eleven before it, the newest first; those in which nothing was sold or decided are left out.</param>
public sealed record ReliabilityAnswer(Id<Center> CenterId, string Name, Ratio? Availability, IReadOnlyList<ReliableMonthAnswer> Months);

/// <summary>How well a centre delivers what it sells, for anybody who thinks of buying there.</summary>
public sealed record GetReliability(Id<Center> CenterId) : IQuery<ReliabilityAnswer>
{
    public const int Months = 12;
}

public sealed class GetReliabilityHandler(IMarketplaceDb db, CenterAvailability availability, MarketplaceSettings settings, MarketClock clock)
    : IRequestHandler<GetReliability, ReliabilityAnswer>
{
    public async Task<ReliabilityAnswer> Handle(GetReliability request, CancellationToken cancellationToken)
    {
        var center = await db.Centers.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(c => c.Id == request.CenterId, cancellationToken)
            ?? throw SharedErrors.NotFound("center");
        var byMonth = await availability.ByMonthAsync(center.Id, GetReliability.Months, cancellationToken);
        var overall = await availability.ReadAsync([center.Id], cancellationToken);
        var first = availability.FirstOf(GetReliability.Months);
        var completed = await CompletedAsync(center.Id, first, cancellationToken);
        var lost = await LostAsync(center.Id, first, cancellationToken);
        var months = byMonth.Keys.Union(completed.Keys).Union(lost.Keys).OrderDescending().Select(month => new ReliableMonthAnswer(
            month, byMonth.GetValueOrDefault(month).Ratio, completed.GetValueOrDefault(month), lost.GetValueOrDefault(month)));
        return new(center.Id, center.Name, overall.TryGetValue(center.Id, out var ratio) ? ratio : null, [.. months]);
    }

    private async Task<Dictionary<Period, int>> CompletedAsync(Id<Center> center, Period first, CancellationToken cancellationToken)
    {
        var now = Hour.Containing(clock.GetUtcNow());
        var after = settings.Time.Hours(first).From;
        var ends = await db.Legs.IgnoreQueryFilters().Where(leg => leg.CenterId == center && leg.CancelledAt == null).GroupBy(leg => leg.OrderId)
            .Select(order => order.Max(leg => leg.To)).Where(end => end > after && end <= now).ToListAsync(cancellationToken);
        return ends.CountBy(end => settings.Time.Period((end - 1).Start)).ToDictionary();
    }

    private async Task<Dictionary<Period, int>> LostAsync(Id<Center> center, Period first, CancellationToken cancellationToken)
    {
        var after = settings.Time.StartOf(first);
        var decided = await (
            from dispute in db.Disputes.IgnoreQueryFilters()
            join leg in db.Legs.IgnoreQueryFilters() on dispute.LegId equals leg.Id
            where leg.CenterId == center && dispute.Hours == DisputeSide.Buyer && dispute.DecidedAt >= after
            select dispute.DecidedAt).ToListAsync(cancellationToken);
        return decided.CountBy(at => settings.Time.Period(at!.Value)).ToDictionary();
    }
}
