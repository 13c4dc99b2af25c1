using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Publishes the price index of each local day on which something was ordered, once it is over.</summary>
public sealed class PublishPriceIndexJob(PriceIndexCalendar calendar) : IJob
{
    public const string JobName = "publish-price-index";

    public string Name => JobName;

    public string Purpose => "Publishes the price index of a day when it is over.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await calendar.NextAsync(cancellationToken) is { } day ? calendar.PublishedAt(day) : null;

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new PublishPriceIndex();
}

/// <summary>Finds the next day that has an index to publish.</summary>
public sealed class PriceIndexCalendar(IMarketplaceDb db, MarketplaceSettings settings)
{
    /// <summary>An order that began before midnight may be saved after it; by then none is left.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);

    /// <summary>The first day after the last one published on which something was ordered; days without orders are passed over.</summary>
    public async Task<DateOnly?> NextAsync(CancellationToken cancellationToken)
    {
        var last = await db.PriceIndexDays.MaxAsync(day => (DateOnly?)day.Day, cancellationToken);
        var after = last is null ? DateTimeOffset.UnixEpoch : settings.Time.StartOf(last.Value.AddDays(1));
        var first = await db.Orders.Where(order => order.PlacedAt >= after).MinAsync(order => (DateTimeOffset?)order.PlacedAt, cancellationToken);
        return first is null ? null : settings.Time.Day(first.Value);
    }

    public DateTimeOffset PublishedAt(DateOnly day) => settings.Time.StartOf(day.AddDays(1)) + Delay;
}

public sealed record PublishPriceIndex : IJobCommand;

public sealed class PublishPriceIndexHandler(
    IMarketplaceDb db, IUnitOfWork unitOfWork, PriceIndexCalendar calendar, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<PublishPriceIndex, JobReport>
{
    public async Task<JobReport> Handle(PublishPriceIndex request, CancellationToken cancellationToken)
    {
        var days = new List<DateOnly>();
        while (await unitOfWork.ExecuteAsync(PublishNextAsync, cancellationToken) is { } day)
        {
            days.Add(day);
        }

        return new($"{days.Count} days");
    }

    /// <summary>A day in a transaction. The day is a key, so of two runs at once one fails, begins again and finds it published.</summary>
    private async Task<DateOnly?> PublishNextAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await calendar.NextAsync(cancellationToken) is not { } day || calendar.PublishedAt(day) > now)
        {
            return null;
        }

        var entries = PriceIndex.Of(day, await TradesAsync(day, cancellationToken), now);
        db.PriceIndexDays.Add(new() { Day = day, PublishedAt = now });
        db.PriceIndex.AddRange(entries);
        audit.Record("price-index.published", ("price-index", $"{day:yyyy-MM-dd}"), null, new { day, entries = entries.Count });
        return day;
    }

    /// <summary>
    /// The legs ordered that day that still stand, but for tokens, which have no price a card-hour, and for those of a buyer who
    /// is related to the seller or to the provider, as vouchers see it.
    /// </summary>
    private async Task<IReadOnlyList<IndexedTrade>> TradesAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var (from, to) = (settings.Time.StartOf(day), settings.Time.StartOf(day.AddDays(1)));
        var legs = await (
            from leg in db.Legs
            join order in db.Orders on leg.OrderId equals order.Id
            join center in db.Centers on leg.CenterId equals center.Id
            join accelerator in db.Accelerators on leg.Accelerator equals accelerator.Model
            where order.PlacedAt >= @from && order.PlacedAt < to && leg.CancelledAt == null && leg.Product != Product.Tokens
            select new
            {
                leg.BuyerId,
                leg.SellerId,
                center.OwnerId,
                center.RegionCode,
                leg.Accelerator,
                accelerator.Fp16Tflops,
                leg.Cards,
                leg.MilliPerCard,
                leg.From,
                leg.To,
                leg.Amount,
            }).ToListAsync(cancellationToken);
        var ids = legs.SelectMany(leg => (Id<Organization>[])[leg.BuyerId, leg.SellerId, leg.OwnerId]).Distinct().ToList();
        var parties = await db.Organizations.AsNoTracking().Where(o => EF.Parameter(ids).Contains(o.Id)).ToDictionaryAsync(o => o.Id, cancellationToken);
        return
        [
            .. legs.Where(leg => !parties[leg.BuyerId].IsRelatedTo(parties[leg.SellerId]) && !parties[leg.BuyerId].IsRelatedTo(parties[leg.OwnerId]))
                .Select(leg => new IndexedTrade(
                    leg.Accelerator, leg.Fp16Tflops, RegionCode.Province(leg.RegionCode), CardTime.Of(leg.Cards, leg.MilliPerCard, 3600L * (leg.To - leg.From)), leg.Amount)),
        ];
    }
}
