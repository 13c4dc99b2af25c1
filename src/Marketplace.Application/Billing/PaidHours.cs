using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>Card time by hour of a range, in thousandths of a card-second, by whose money paid for it.</summary>
public sealed record PaidTime(IReadOnlyList<long> Own, IReadOnlyList<long> Public);

/// <summary>Splits what was invoiced of centres' hours by whose money paid for it.</summary>
public sealed class PaidHours(IMarketplaceDb db, MarketplaceSettings settings)
{
    /// <summary>
    /// By centre, worked out when it is asked for. Of hours that were sold on, the last buyer's payment counts and not that of who
    /// sold them. Buyers who are related to the seller or the provider don't count at all.
    /// </summary>
    public async Task<Func<Id<Center>, PaidTime>> OfAsync(IReadOnlyList<Center> centers, HourRange range, CancellationToken cancellationToken)
    {
        var legs = await LegsAsync(centers, range, cancellationToken);
        var sold = legs.Values.Where(leg => leg.ParentId is not null).ToLookup(leg => leg.ParentId!.Value);
        var parts = (await PartsAsync(centers, range, cancellationToken)).Where(part => part.Amount.IsPositive && legs.ContainsKey(part.LegId)).ToLookup(part => legs[part.LegId].CenterId);
        return center => Split(parts[center], range, legs, sold);
    }

    private static PaidTime Split(IEnumerable<PaidPart> parts, HourRange range, IReadOnlyDictionary<Id<Leg>, Leg> legs, ILookup<Id<Leg>, Leg> sold)
    {
        var (own, vouchers) = (new long[range.Hours], new long[range.Hours]);
        foreach (var part in parts)
        {
            var leg = legs[part.LegId];
            foreach (var (hour, time) in part.Hours.Where(hour => range.Contains(hour.Key)))
            {
                var gone = sold[part.LegId].Where(bought => bought.Interval.Contains(hour)).Sum(bought => CardTime.Of(bought.Cards, bought.MilliPerCard, 3600).MilliCardSeconds);
                var kept = Math.Min(time, CardTime.Of(leg.Cards, leg.MilliPerCard, 3600).MilliCardSeconds - gone);
                var share = (long)((Int128)kept * Money.Min(part.Public, part.Amount).Fen / part.Amount.Fen);
                own[hour - range.From] += kept - share;
                vouchers[hour - range.From] += share;
            }
        }

        return new(own, vouchers);
    }

    /// <summary>The centres' legs between parties that aren't related.</summary>
    private async Task<IReadOnlyDictionary<Id<Leg>, Leg>> LegsAsync(IReadOnlyList<Center> centers, HourRange range, CancellationToken cancellationToken)
    {
        var (from, to) = range;
        var owners = centers.ToDictionary(center => center.Id, center => center.OwnerId);
        var at = owners.Keys.ToList();
        var legs = await db.Legs.IgnoreQueryFilters().AsNoTracking()
            .Where(leg => EF.Parameter(at).Contains(leg.CenterId) && leg.From < to && leg.To > @from && leg.CancelledAt == null).ToListAsync(cancellationToken);
        var ids = legs.SelectMany(leg => (Id<Domain.Organizations.Organization>[])[leg.BuyerId, leg.SellerId]).Concat(owners.Values).Distinct().ToList();
        var parties = await db.Organizations.IgnoreQueryFilters().AsNoTracking().Where(o => EF.Parameter(ids).Contains(o.Id)).ToDictionaryAsync(o => o.Id, cancellationToken);
        return legs.Where(leg => !parties[leg.BuyerId].IsRelatedTo(parties[leg.SellerId]) && !parties[leg.BuyerId].IsRelatedTo(parties[owners[leg.CenterId]])).ToDictionary(leg => leg.Id);
    }

    /// <summary>What stands of the invoiced lines, those of one price and invoice together: an outage stands on a line of its own.</summary>
    private async Task<IReadOnlyList<PaidPart>> PartsAsync(IReadOnlyList<Center> centers, HourRange range, CancellationToken cancellationToken)
    {
        var (first, last) = (settings.Time.Period(range.From.Start), settings.Time.Period((range.To - 1).Start));
        var at = centers.Select(center => center.Id).ToList();
        var lines = await (
            from line in db.InvoiceLines.IgnoreQueryFilters()
            join leg in db.Legs.IgnoreQueryFilters() on line.LegId equals leg.Id
            where EF.Parameter(at).Contains(leg.CenterId) && line.UsagePeriod >= first && line.UsagePeriod <= last && line.Kind != LineKind.Tokens
            select line).AsNoTracking().ToListAsync(cancellationToken);
        var ids = lines.ConvertAll(line => line.Id);
        var credits = await db.CreditNoteLines.IgnoreQueryFilters().AsNoTracking().Where(credit => EF.Parameter(ids).Contains(credit.InvoiceLineId)).ToListAsync(cancellationToken);
        var redeemed = (await db.Redemptions.IgnoreQueryFilters().AsNoTracking().Where(r => EF.Parameter(ids).Contains(r.LineId)).ToListAsync(cancellationToken)).ToLookup(r => r.LineId, r => r.Standing);
        return [.. StandingLine.Of(lines, credits).GroupBy(line => (line.Line.InvoiceId, line.Line.LegId, line.Line.UsagePeriod, line.Line.OffPeak)).Select(group => new PaidPart(
            group.Key.LegId, group.Sum(line => line.Amount), group.Sum(line => redeemed[line.Line.Id].Sum()),
            group.SelectMany(line => line.Hours).GroupBy(hour => hour.Key).ToDictionary(hour => hour.Key, hour => hour.Sum(pair => pair.Value.MilliCardSeconds))))];
    }

    private sealed record PaidPart(Id<Leg> LegId, Money Amount, Money Public, IReadOnlyDictionary<Hour, long> Hours);
}
