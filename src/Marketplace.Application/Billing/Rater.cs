using System.Linq.Expressions;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>Which legs a period's close has to look at: those with hours in it, and earlier ones whose usage, or what stands beside it, changed since they were billed.</summary>
internal static class BillableLegs
{
    public static Expression<Func<Leg, bool>> Of(HourRange period)
    {
        var (from, to) = period;
        return leg => leg.CancelledAt == null && leg.From < to && (leg.To > @from || leg.UsageVersion != leg.BilledUsageVersion || leg.ReopenedAt != null);
    }

    /// <summary>Of them, those of pairs of seller and buyer that aren't billed for the period.</summary>
    public static IQueryable<Leg> UnbilledLegs(this IMarketplaceDb db, BusinessTime time, Period period) => db.Legs.AsNoTracking().Where(Of(time.Hours(period)))
        .Where(leg => !db.BilledPairs.Any(pair => pair.Period == period && pair.SellerId == leg.SellerId && pair.OrganizationId == leg.BuyerId));
}

/// <summary>A leg with what it comes to, and the lines that billed it before.</summary>
/// <param name="Unattested">Hours with use that no registered key signed.</param>
public sealed record RatedUsage(Leg Leg, RatedLeg Rated, IReadOnlyList<StandingLine> Before, IReadOnlyList<HourFact> Facts, IReadOnlySet<Hour> Unattested)
{
    private readonly Dictionary<Hour, CardTime> _resoldDown = Facts.Where(fact => fact.ResoldDown > CardTime.Zero)
        .SelectMany(fact => fact.Each().Select(hour => (hour, fact.ResoldDown))).ToDictionary(pair => pair.hour, pair => pair.ResoldDown);

    /// <summary>Whether hours of it wait for the decision of a dispute.</summary>
    public bool IsWithheld => Facts.Any(fact => fact.Standing == HourStanding.Withheld);

    /// <summary>Whether registered keys signed every reading that a line rests on.</summary>
    public bool IsAttested(RatedLine line) => !line.Hours.Each().Any(hour => Unattested.Contains(hour.Key));

    /// <summary>What vouchers may pay a share of.</summary>
    public Money Fundable(RatedLine line) => Rated.Fundable(line, ResoldUp);

    /// <summary>The same, of some of the line's hours only.</summary>
    public Money Fundable(RatedLine line, IReadOnlySet<Hour> hours) => Rated.Fundable(line, ResoldUp, hours);

    /// <summary>What was put up for resale, less what of it was down: the outage has taken that off already.</summary>
    private CardTime ResoldUp(Hour hour) => Leg.ResoldIn(hour) - CardTime.Min(Leg.ResoldIn(hour), _resoldDown.GetValueOrDefault(hour));

    /// <summary>The same of tokens: of each period, the newest lines first.</summary>
    public IReadOnlyList<(StandingLine Line, long Tokens)> TakeTokensBack()
    {
        var taken = new List<(StandingLine, long)>();
        foreach (var (key, excess) in Rated.ExcessTokens)
        {
            var left = excess;
            foreach (var line in Before.Where(line => line.Tokens > 0 && (line.Line.UsagePeriod, line.Line.Unit) == key))
            {
                var part = Math.Min(left, line.Tokens);
                if (part > 0)
                {
                    taken.Add((line, part));
                    left -= part;
                }
            }
        }

        return taken;
    }

    /// <summary>Finds the lines that billed what no longer holds: of each hour, the newest line that still has some of it.</summary>
    public IReadOnlyList<(StandingLine Line, IReadOnlyDictionary<Hour, CardTime> Hours)> TakeBack()
    {
        var taken = new Dictionary<StandingLine, Dictionary<Hour, CardTime>>();
        foreach (var (hour, excess) in Rated.Excess)
        {
            var left = excess;
            foreach (var line in Before.Where(line => line.Of(hour) > CardTime.Zero))
            {
                var part = CardTime.Min(left, line.Of(hour));
                if (part > CardTime.Zero)
                {
                    (taken.TryGetValue(line, out var hours) ? hours : taken[line] = [])[hour] = part;
                    left -= part;
                }
            }
        }

        return [.. taken.Select(pair => (pair.Key, (IReadOnlyDictionary<Hour, CardTime>)pair.Value))];
    }
}

/// <summary>Reads what rating needs of legs, and rates them.</summary>
public sealed class Rater(IMarketplaceDb db, LegHours legHours, MarketplaceSettings settings)
{
    public async Task<IReadOnlyList<RatedUsage>> RateAsync(IReadOnlyCollection<Leg> legs, Period period, CancellationToken cancellationToken)
    {
        var ids = legs.Select(leg => leg.Id).ToList();
        var end = settings.Time.Hours(period).To;
        var usage = (await db.UsageHours.Where(row => ids.Contains(row.LegId) && row.Hour < end)
            .Select(row => new { row.LegId, row.Hour, row.Busy, row.Down, row.InputTokens, row.OutputTokens, row.Attested }).ToListAsync(cancellationToken)).ToLookup(row => row.LegId);
        var standing = await StandingAsync(ids, cancellationToken);
        var facts = await legHours.FactsAsync(legs, end, cancellationToken);
        return [.. legs.Select(leg => Rate(
            leg, period, usage[leg.Id].ToDictionary(row => row.Hour, row => new MeteredHour(row.Busy, row.Down, row.InputTokens, row.OutputTokens)), [.. facts[leg.Id]], [.. standing[leg.Id]],
            usage[leg.Id].Where(row => row.Attested < row.Busy).Select(row => row.Hour).ToHashSet()))];
    }

    /// <summary>Rates one leg on usage, what stands beside it, and earlier lines that are given.</summary>
    public RatedUsage Rate(
        Leg leg, Period period, IReadOnlyDictionary<Hour, MeteredHour> metered, IReadOnlyList<HourFact> facts, IReadOnlyList<StandingLine> before,
        IReadOnlySet<Hour> unattested)
    {
        var counted = HourFact.Over(metered, facts);
        var rated = leg.Product == Product.Tokens
            ? TokenRatingV1.Rate(LegTerms.Of(leg), period, counted, BilledTokensOf(before), settings.Time)
            : RatingV1.Rate(LegTerms.Of(leg), period, counted, BilledOf(before), settings.Time);
        return new(leg, rated, before, facts, unattested);
    }

    /// <summary>What stands of each hour on earlier lines.</summary>
    public static Dictionary<Hour, CardTime> BilledOf(IEnumerable<StandingLine> before) => before.SelectMany(line => line.Hours).GroupBy(pair => pair.Key)
        .ToDictionary(hour => hour.Key, hour => new CardTime(hour.Sum(pair => pair.Value.MilliCardSeconds)));

    /// <summary>What stands of each period's tokens on earlier lines.</summary>
    public static Dictionary<(Period Period, LineUnit Unit), long> BilledTokensOf(IEnumerable<StandingLine> before) => before
        .Where(line => line.Tokens != 0).GroupBy(line => (line.Line.UsagePeriod, line.Line.Unit)).ToDictionary(group => group.Key, group => group.Sum(line => line.Tokens));

    /// <summary>The lines that billed legs, less their credits, the newest first.</summary>
    private async Task<ILookup<Id<Leg>, StandingLine>> StandingAsync(List<Id<Leg>> legs, CancellationToken cancellationToken)
    {
        var lines = await db.InvoiceLines.AsNoTracking().Where(line => legs.Contains(line.LegId)).OrderByDescending(line => line.Id).ToListAsync(cancellationToken);
        var credits = lines.Count == 0 ? [] : await db.CreditNoteLines.AsNoTracking().Where(line => legs.Contains(line.LegId)).ToListAsync(cancellationToken);
        return StandingLine.Of(lines, credits).ToLookup(line => line.Line.LegId);
    }
}
