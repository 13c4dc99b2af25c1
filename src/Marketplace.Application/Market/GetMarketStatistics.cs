using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <param name="PflopsHours">Card-hours × the model's dense FP16 figure, in 1000 TFLOPS.</param>
public sealed record VolumeAnswer(Money Volume, string CardHours, string PflopsHours)
{
    public static VolumeAnswer Of(SoldVolume volume) => new(volume.Amount, volume.CardTime.ToCardHours(), volume.ToPflopsHours());
}

public sealed record WorkloadVolumeAnswer(Workload Workload, VolumeAnswer Sold);

public sealed record OriginVolumeAnswer(ChipOrigin Origin, VolumeAnswer Sold);

public sealed record AcceleratorVolumeAnswer(string Accelerator, VolumeAnswer Sold);

/// <summary>Provinces as the first two digits of GB/T 2260.</summary>
public sealed record FlowAnswer(string BuyerRegion, string CenterRegion, VolumeAnswer Sold);

/// <param name="Asked">How many quotes were asked for.</param>
/// <param name="FillRate">The share of them that a plan answered; a bid counts once it is filled or has expired.</param>
public sealed record FillAnswer(long Asked, Ratio FillRate);

/// <param name="From">The first day covered: that of a month.</param>
/// <param name="To">The last day covered.</param>
/// <param name="Total">Null where fewer than three parties traded in every month.</param>
/// <param name="VoucherShare">What vouchers were to pay of the volume when it was ordered.</param>
public sealed record MarketStatisticsAnswer(
    DateOnly From, DateOnly To, VolumeAnswer? Total, IReadOnlyList<WorkloadVolumeAnswer> ByWorkload, IReadOnlyList<OriginVolumeAnswer> ByOrigin,
    IReadOnlyList<AcceleratorVolumeAnswer> ByAccelerator, IReadOnlyList<FlowAnswer> Flows, FillAnswer? Quotes, Ratio? VoucherShare);

/// <summary>
/// What was ordered in whole local months and still stands, between whomever: trades of related parties count here, unlike in
/// the price index. No figure stands for fewer than three organizations in any month, nor does what is left when the shown
/// ones are taken off their total: such a month is left out of that figure.
/// </summary>
/// <param name="From">A day of the first month.</param>
/// <param name="To">A day of the last month.</param>
public sealed record GetMarketStatistics(DateOnly? From, DateOnly? To) : IQuery<MarketStatisticsAnswer>
{
    public const int MaxMonths = 24;
}

public sealed class GetMarketStatisticsValidator : AbstractValidator<GetMarketStatistics>
{
    public GetMarketStatisticsValidator()
    {
        RuleFor(request => request.From).Required().Must(from => from is null or { Year: >= 2000 }).WithMessage("must be in 2000 or later");
        RuleFor(request => request.To).Required()
            .Must((request, to) => to is null || request.From is null || to >= request.From).WithMessage("must not be before from")
            .Must((request, to) => to is null || request.From is not { } from || ((to.Value.Year - from.Year) * 12) + to.Value.Month - from.Month < GetMarketStatistics.MaxMonths)
            .WithMessage($"must be less than {GetMarketStatistics.MaxMonths} months after from");
    }
}

public sealed class GetMarketStatisticsHandler(IMarketplaceDb db, MarketplaceSettings settings) : IRequestHandler<GetMarketStatistics, MarketStatisticsAnswer>
{
    public async Task<MarketStatisticsAnswer> Handle(GetMarketStatistics request, CancellationToken cancellationToken)
    {
        var (first, last) = (new Period(request.From!.Value.Year, request.From.Value.Month), new Period(request.To!.Value.Year, request.To.Value.Month));
        var (from, to) = (settings.Time.StartOf(first), settings.Time.EndOf(last));
        var months = new SortedDictionary<Period, MonthStatistics>();
        MonthStatistics MonthOf(DateTimeOffset at)
        {
            var month = settings.Time.Period(at);
            return months.TryGetValue(month, out var known) ? known : months[month] = new();
        }

        await foreach (var leg in SoldAsync(from, to, cancellationToken))
        {
            MonthOf(leg.PlacedAt).Add(leg);
        }

        var enquiries = db.Enquiries.IgnoreQueryFilters().Where(e => e.At >= from && e.At < to).Select(e => new { e.At, e.BuyerId, Filled = e.QuoteId != null }).AsAsyncEnumerable();
        await foreach (var enquiry in enquiries.WithCancellation(cancellationToken))
        {
            MonthOf(enquiry.At).AddEnquiry(enquiry.BuyerId, enquiry.Filled);
        }

        return Answer(settings.Time.Day(from), new DateOnly(last.Next.Year, last.Next.Month, 1).AddDays(-1), [.. months.Values]);
    }

    private async IAsyncEnumerable<SoldLeg> SoldAsync(DateTimeOffset from, DateTimeOffset to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sold =
            from leg in db.Legs.IgnoreQueryFilters()
            join order in db.Orders.IgnoreQueryFilters() on leg.OrderId equals order.Id
            join buyer in db.Organizations.IgnoreQueryFilters() on leg.BuyerId equals buyer.Id
            join center in db.Centers.IgnoreQueryFilters() on leg.CenterId equals center.Id
            join accelerator in db.Accelerators on leg.Accelerator equals accelerator.Model
            where order.PlacedAt >= @from && order.PlacedAt < to && leg.CancelledAt == null
            select new
            {
                order.PlacedAt,
                leg.Id,
                leg.BuyerId,
                leg.SellerId,
                leg.Workload,
                accelerator.Origin,
                accelerator.Fp16Tflops,
                leg.Accelerator,
                leg.Cards,
                leg.MilliPerCard,
                leg.From,
                leg.To,
                leg.Amount,
                BuyerRegion = buyer.RegionCode,
                CenterRegion = center.RegionCode,
            };
        var ids = sold.Select(leg => leg.Id);
        var vouchers = (await db.VoucherHolds.IgnoreQueryFilters().Where(hold => ids.Contains(hold.LegId)).Select(hold => new { hold.LegId, hold.Amount }).ToListAsync(cancellationToken))
            .ToLookup(hold => hold.LegId, hold => hold.Amount);
        await foreach (var leg in sold.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var time = CardTime.Of(leg.Cards, leg.MilliPerCard, 3600L * (leg.To - leg.From));
            yield return new(
                leg.PlacedAt, leg.BuyerId, leg.SellerId, leg.Workload, leg.Origin, leg.Accelerator, RegionCode.Province(leg.BuyerRegion), RegionCode.Province(leg.CenterRegion),
                SoldVolume.Of(leg.Amount, time, leg.Fp16Tflops), vouchers[leg.Id].Sum());
        }
    }

    private static MarketStatisticsAnswer Answer(DateOnly from, DateOnly to, IReadOnlyList<MonthStatistics> months)
    {
        var totals = months.Select(month => month.Total).OfType<SoldVolume>().ToList();
        var quotes = months.Select(month => month.Quotes).OfType<(long Asked, long Filled)>().ToList();
        var funded = months.Where(month => month.Vouchers is not null).ToList();
        var fundedVolume = funded.Sum(month => month.Total!.Value.Amount);
        return new(
            from, to, totals.Count == 0 ? null : VolumeAnswer.Of(totals.Aggregate((sum, volume) => sum + volume)),
            [.. Sums(months.SelectMany(month => month.Workloads)).Select(sum => new WorkloadVolumeAnswer(sum.Key, sum.Volume))],
            [.. Sums(months.SelectMany(month => month.Origins)).Select(sum => new OriginVolumeAnswer(sum.Key, sum.Volume))],
            [.. Sums(months.SelectMany(month => month.Accelerators)).Select(sum => new AcceleratorVolumeAnswer(sum.Key, sum.Volume))],
            [.. Sums(months.SelectMany(month => month.Flows)).Select(sum => new FlowAnswer(sum.Key.Buyer, sum.Key.Center, sum.Volume))],
            quotes.Count == 0 ? null : new(quotes.Sum(q => q.Asked), Share(quotes.Sum(q => q.Filled), quotes.Sum(q => q.Asked))),
            fundedVolume.IsZero ? null : Share(funded.Sum(month => month.Vouchers!.Value).Fen, fundedVolume.Fen));
    }

    /// <summary>Over all months, in the order of the keys.</summary>
    private static IEnumerable<(TKey Key, VolumeAnswer Volume)> Sums<TKey>(IEnumerable<KeyValuePair<TKey, StatisticsCell>> cells) => cells
        .GroupBy(cell => cell.Key, cell => cell.Value.Volume).OrderBy(group => group.Key)
        .Select(group => (group.Key, VolumeAnswer.Of(group.Aggregate((sum, volume) => sum + volume))));

    private static Ratio Share(long part, long whole) => new((int)Rounding.Down((Int128)part * Ratio.One.Millionths, whole));
}
