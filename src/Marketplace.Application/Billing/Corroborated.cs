using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>Which hours of which legs something beside the readings speaks for; null where no programme asks.</summary>
public sealed record CorroboratedHours(
    IReadOnlyDictionary<Id<Leg>, IReadOnlySet<Hour>>? ByEnergy, IReadOnlyDictionary<Id<Leg>, IReadOnlySet<Hour>>? ByBuyer);

/// <summary>Finds the hours that a programme with a corroboration rule pays for. Readings are only read where one asks for it.</summary>
public sealed class Corroborated(IMarketplaceDb db, MarketplaceSettings settings)
{
    public async Task<CorroboratedHours> HoursAsync(
        IReadOnlyCollection<RatedUsage> legs, IReadOnlyCollection<ProgrammeInForce> programmes, Hour end, CancellationToken cancellationToken)
    {
        bool Asked(Corroboration kind) => programmes.Any(programme => programme.Rules.Corroboration == kind);
        return new(
            Asked(Corroboration.Energy) ? await ByEnergyAsync(legs, cancellationToken) : null,
            Asked(Corroboration.Buyer) ? await ByBuyerAsync(legs, end, cancellationToken) : null);
    }

    private async Task<IReadOnlyDictionary<Id<Leg>, IReadOnlySet<Hour>>> ByEnergyAsync(IReadOnlyCollection<RatedUsage> legs, CancellationToken cancellationToken)
    {
        var watts = await db.Accelerators.AsNoTracking().ToDictionaryAsync(accelerator => accelerator.Model, accelerator => accelerator.Watts, cancellationToken);
        var centers = legs.Select(leg => leg.Leg.CenterId).Distinct().ToList();
        var pue = await db.Centers.AsNoTracking().Where(center => centers.Contains(center.Id)).ToDictionaryAsync(center => center.Id, center => center.Pue ?? 1, cancellationToken);
        var plausible = new Dictionary<Id<Leg>, IReadOnlySet<Hour>>();
        foreach (var leg in legs.Select(rated => rated.Leg))
        {
            var hours = legs.Single(rated => rated.Leg.Id == leg.Id).Rated.Lines.SelectMany(line => line.Hours.Runs).ToList();
            var (from, to) = hours.Count == 0 ? (default, default) : (hours.Min(run => run.From).Start, hours.Max(run => run.From + run.Hours).Start);
            var readings = await db.Readings.AsNoTracking()
                .Where(reading => reading.LegId == leg.Id && reading.To > @from && reading.From < to && reading.ReplacedAtVersion == null).ToListAsync(cancellationToken);
            plausible.Add(leg.Id, settings.Metering.Energy.PlausibleHours(readings, watts[leg.Accelerator], pue[leg.CenterId]));
        }

        return plausible;
    }

    /// <summary>The buyer's meter agrees with the provider's, or the buyer confirmed the hour. Of hours in dispute nothing is billed.</summary>
    private async Task<IReadOnlyDictionary<Id<Leg>, IReadOnlySet<Hour>>> ByBuyerAsync(
        IReadOnlyCollection<RatedUsage> legs, Hour end, CancellationToken cancellationToken)
    {
        var ids = legs.Select(leg => leg.Leg.Id).ToList();
        var agreed = (await (
            from buyer in db.BuyerHours
            join hour in db.UsageHours on new { buyer.LegId, buyer.Hour } equals new { hour.LegId, hour.Hour }
            where ids.Contains(buyer.LegId) && buyer.Hour < end
            select new { buyer, hour }).AsNoTracking().ToListAsync(cancellationToken))
            .Where(row => new MeterDifference(row.hour.Hour, new(row.hour.Busy, row.hour.Down, row.hour.InputTokens, row.hour.OutputTokens), row.buyer.Figures).Agrees(settings.Metering.Tolerance))
            .Select(row => (row.buyer.LegId, row.buyer.Hour));
        var confirmed = (await db.SpotConfirmations.AsNoTracking().Where(c => ids.Contains(c.LegId) && c.Ran).ToListAsync(cancellationToken))
            .SelectMany(c => c.Interval.Each().Select(hour => (c.LegId, Hour: hour)));
        var hours = agreed.Concat(confirmed).ToLookup(pair => pair.LegId, pair => pair.Hour);

        // What follows the buyer's own figures needs no other word of his.
        return legs.ToDictionary(leg => leg.Leg.Id, leg => (IReadOnlySet<Hour>)hours[leg.Leg.Id]
            .Concat(leg.Facts.Where(fact => fact.Buyer is not null).SelectMany(fact => fact.Each())).ToHashSet());
    }
}
