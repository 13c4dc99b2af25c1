using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>
/// Looks at readings for what machines don't do, and flags it once a month: at each day's when it is over, and at all of a month's when
/// it is billed, for those that came later. Sums are made by the database, by leg and day: readings themselves aren't loaded.
/// </summary>
public sealed class ImplausibleUsage(IMarketplaceDb db, FraudFlags flags, MarketplaceSettings settings)
{
    private const long DayMicroseconds = 86_400_000_000;

    /// <summary>A curve of fewer readings than this is like another by chance.</summary>
    private const int LeastCurve = 12;

    /// <summary>Fewer hours than this after the last voucher say nothing about why a leg stopped.</summary>
    private const int LeastHoursAfter = 24;

    /// <summary>At what began on a local day that is over.</summary>
    public async Task LookAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var (from, to) = (settings.Time.StartOf(day), settings.Time.StartOf(day.AddDays(1)));
        var (period, hours) = (settings.Time.Period(from), new HourRange(Hour.AtOrAfter(from), Hour.AtOrAfter(to)));
        await LookAtFiguresAsync(period, hours, cancellationToken);
        await LookAtCurvesAsync(period, hours, cancellationToken);
    }

    /// <summary>At all of a month, and at legs that stop with their subsidy.</summary>
    public async Task LookAsync(Period period, CancellationToken cancellationToken)
    {
        var hours = settings.Time.Hours(period);
        await LookAtFiguresAsync(period, hours, cancellationToken);
        await LookAtCurvesAsync(period, hours, cancellationToken);
        await LookAfterSubsidyAsync(period, hours, cancellationToken);
    }

    /// <summary>Energy that cards at work don't draw, cards busier than time allows, tokens beyond what was measured.</summary>
    private async Task LookAtFiguresAsync(Period period, HourRange hours, CancellationToken cancellationToken)
    {
        var (from, to, end) = (hours.From.Start, hours.To.Start, hours.To.Start + UsageEvent.MaxSpan);
        var start = Microseconds(from);
        var days = (await (
            from leg in db.Legs
            join r in db.Readings on leg.Id equals r.LegId
            where leg.From < hours.To && leg.To > hours.From && r.To > @from && r.To < end && r.From >= @from && r.From < to && r.ReplacedAtVersion == null && r.Status == ReadingStatus.Up && r.Cards > 0
            let time = (long)r.Cards * r.Milli * ((long)(object)r.To - (long)(object)r.From)
            group new { r, time } by new { r.LegId, Day = ((long)(object)r.From - EF.Constant(start)) / DayMicroseconds } into day
            select new
            {
                day.Key.LegId,
                day.Key.Day,
                Energy = day.Sum(x => x.r.EnergyMilliWh ?? 0),
                EnergyTime = day.Sum(x => x.r.EnergyMilliWh == null ? 0 : x.time),
                TooBusy = day.Sum(x => x.r.BusySeconds * 1_000_000 > (long)x.r.Cards * ((long)(object)x.r.To - (long)(object)x.r.From) ? 1 : 0),
                Tokens = day.Sum(x => (x.r.InputTokens ?? 0) + (x.r.OutputTokens ?? 0)),
                Time = day.Sum(x => x.time),
            }).ToListAsync(cancellationToken)).ToLookup(day => day.LegId);
        foreach (var ids in days.Select(leg => leg.Key).Order().Chunk(1000))
        {
            foreach (var fact in await FactsAsync([.. ids], cancellationToken))
            {
                var wrong = new
                {
                    Energy = days[fact.LegId].Where(day => day.EnergyTime > 0 && !settings.Metering.Energy.IsPlausible(day.Energy, Time(day.EnergyTime), fact.Watts, fact.Pue)).Select(day => day.Day),
                    Busy = days[fact.LegId].Where(day => day.TooBusy > 0).Select(day => day.Day),
                    Tokens = days[fact.LegId].Where(day => fact.TokensPerSecond is { } rate
                        && day.Tokens > rate * settings.Fraud.TokenMultiple * Time(day.Time).MilliCardSeconds / CardTime.PerCardSecond).Select(day => day.Day),
                };
                foreach (var (code, found) in ((string, IEnumerable<long>)[])[(FlagCodes.Energy, wrong.Energy), (FlagCodes.TooBusy, wrong.Busy), (FlagCodes.TooManyTokens, wrong.Tokens)])
                {
                    await RaiseAsync(code, fact.LegId, period, settings.Time.Day(from), fact.ProviderId, [.. found.Order()], cancellationToken);
                }
            }
        }
    }

    /// <summary>
    /// As instants are stored. It goes into queries as a constant: PostgreSQL takes a parameter that stands twice for two values, and
    /// then doesn't find a key that holds it.
    /// </summary>
    private static long Microseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static CardTime Time(long milliCardMicroseconds) => new(milliCardMicroseconds / 1_000_000);

    /// <param name="days">Which ones, counted from <paramref name="first"/>.</param>
    private async Task RaiseAsync(string code, Id<Leg> leg, Period period, DateOnly first, Id<Organization> provider, IReadOnlyList<long> days, CancellationToken cancellationToken)
    {
        if (days.Count > 0)
        {
            await flags.RaiseAsync(code, ("leg", $"{leg}/{period}"), provider, new { period, days = days.Select(day => first.AddDays((int)day)) }, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<LegFacts>> FactsAsync(List<Id<Leg>> legs, CancellationToken cancellationToken) =>
    [
        .. (await (
            from leg in db.Legs
            join center in db.Centers on leg.CenterId equals center.Id
            join accelerator in db.Accelerators on leg.Accelerator equals accelerator.Model
            join listing in db.Listings on leg.ListingId equals listing.Id
            where EF.Parameter(legs).Contains(leg.Id)
            orderby leg.Id
            select new { leg.Id, center.OwnerId, center.Pue, accelerator.Watts, listing.Benchmarks }).AsNoTracking().ToListAsync(cancellationToken))
            .Select(row => new LegFacts(row.Id, row.OwnerId, row.Watts, row.Pue ?? 1, row.Benchmarks.Count == 0 ? null : row.Benchmarks.Max(b => b.TokensPerSecondPerCard))),
    ];

    /// <summary>
    /// Cards or legs of one centre that report the same energy and tokens at the same times, where these vary: real cards differ by
    /// a watt. Curves are told apart by their sums, plain and weighted by when.
    /// </summary>
    private async Task LookAtCurvesAsync(Period period, HourRange hours, CancellationToken cancellationToken)
    {
        var (from, to, end) = (hours.From.Start, hours.To.Start, hours.To.Start + UsageEvent.MaxSpan);
        var start = Microseconds(from);
        var curves = await (
            from leg in db.Legs
            join r in db.Readings on leg.Id equals r.LegId
            where leg.From < hours.To && leg.To > hours.From && r.To > @from && r.To < end && r.From >= @from && r.From < to && r.ReplacedAtVersion == null && r.Status == ReadingStatus.Up && r.Cards > 0 && r.EnergyMilliWh > 0
            let at = ((long)(object)r.From - EF.Constant(start)) / 1_000_000
            group new { r, at } by new { leg.CenterId, r.LegId, r.Card } into curve
            where curve.Count() >= LeastCurve && curve.Min(x => x.r.EnergyMilliWh) != curve.Max(x => x.r.EnergyMilliWh)
            select new
            {
                curve.Key.CenterId,
                curve.Key.LegId,
                curve.Key.Card,
                Form = new
                {
                    Count = curve.Count(),
                    Energy = curve.Sum(x => x.r.EnergyMilliWh ?? 0),
                    EnergyAt = curve.Sum(x => (x.r.EnergyMilliWh ?? 0) % 1_000_003 * x.at % 1_000_003),
                    Tokens = curve.Sum(x => (x.r.OutputTokens ?? 0) % 1_000_003 * x.at % 1_000_003),
                    First = curve.Min(x => x.at),
                },
            }).ToListAsync(cancellationToken);
        foreach (var center in curves.GroupBy(curve => curve.CenterId).OrderBy(group => group.Key))
        {
            var same = center.GroupBy(curve => curve.Form).Where(group => group.Count() >= settings.Fraud.SameCurves).Select(group => group.Count()).Order().ToList();
            if (same.Count > 0)
            {
                var owner = await db.Centers.Where(c => c.Id == center.Key).Select(c => c.OwnerId).SingleAsync(cancellationToken);
                await flags.RaiseAsync(FlagCodes.SameCurves, ("center", $"{center.Key}/{period}"), owner, new { period, groups = same, cards = same.Sum() }, cancellationToken);
            }
        }
    }

    /// <summary>Legs that vouchers paid part of in the month before and no longer do, and that went still with the money.</summary>
    private async Task LookAfterSubsidyAsync(Period period, HourRange hours, CancellationToken cancellationToken)
    {
        var before = settings.Time.Hours(period.Previous);
        var (start, first, end) = (before.From, hours.From, hours.To);
        var last = period.Previous;
        var legs = await (
            from leg in db.Legs
            join center in db.Centers on leg.CenterId equals center.Id
            where leg.CancelledAt == null && leg.From < first && leg.To > first
                && db.InvoiceLines.Any(line => line.LegId == leg.Id && line.UsagePeriod == last && db.Redemptions.Any(r => r.LineId == line.Id))
                && !db.InvoiceLines.Any(line => line.LegId == leg.Id && line.UsagePeriod == period && db.Redemptions.Any(r => r.LineId == line.Id))
            orderby leg.Id
            select new
            {
                leg.Id,
                leg.From,
                leg.To,
                center.OwnerId,
                Before = db.UsageHours.Where(h => h.LegId == leg.Id && h.Hour >= start && h.Hour < first).Sum(h => (long)(object)h.Busy),
                After = db.UsageHours.Where(h => h.LegId == leg.Id && h.Hour >= first && h.Hour < end).Sum(h => (long)(object)h.Busy),
            }).ToListAsync(cancellationToken);
        foreach (var leg in legs)
        {
            var (hoursBefore, hoursAfter) = (before.Intersect(new(leg.From, leg.To)).Hours, hours.Intersect(new(leg.From, leg.To)).Hours);
            if (hoursAfter >= LeastHoursAfter && (Int128)leg.After * hoursBefore * Ratio.One.Millionths < (Int128)leg.Before * hoursAfter * settings.Fraud.AfterSubsidy.Millionths)
            {
                await flags.RaiseAsync(
                    FlagCodes.StopsWithSubsidy, ("leg", $"{leg.Id}/{period}"), leg.OwnerId,
                    new { period, before = new CardTime(leg.Before).ToCardHours(), after = new CardTime(leg.After).ToCardHours() }, cancellationToken);
            }
        }
    }

    private sealed record LegFacts(Id<Leg> LegId, Id<Organization> ProviderId, int Watts, decimal Pue, decimal? TokensPerSecond);
}
