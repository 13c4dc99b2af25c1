using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Vouchers;

/// <summary>
/// What an applicant has spent, for rules that go by it: marginal tiers and floors on spend. Floors count what was invoiced, for an
/// order can be cancelled; tiers go on from what was invoiced and what is ordered, so that a quote says what the invoice will.
/// Years and months are those of the use. Nothing is kept for it: it is read off invoices and legs when a rule asks.
/// </summary>
public sealed class SpendHistory(IMarketplaceDb db, MarketplaceSettings settings)
{
    /// <summary>Fills in what each programme's rules ask of the spend before a new order for an interval.</summary>
    public async Task<IReadOnlyList<ProgrammeInForce>> BeforeOrderAsync(
        IReadOnlyList<ProgrammeInForce> programmes, Organization buyer, DateOnly today, HourRange interval, CancellationToken cancellationToken)
    {
        if (!programmes.Any(programme => Asks(programme.Rules)))
        {
            return programmes;
        }

        var months = programmes.Max(programme => programme.Rules.Floors?.SpendWithin?.Months ?? 0);
        var first = new DateOnly(today.Year, 1, 1);
        var earliest = today.AddMonths(-months) is var back && back < first ? back : first;
        var contracts = await ContractsAsync(buyer.Id, earliest, cancellationToken);
        var invoiced = await InvoicedAsync(buyer.Id, contracts, settings.Time.Period(settings.Time.StartOf(earliest)), cancellationToken);
        var spent = invoiced.Concat(await OrderedAsync(buyer.Id, contracts, cancellationToken)).ToLookup(line => line.Line.FirstDay.Year);
        var (from, last) = (settings.Time.Day(interval.From.Start).Year, settings.Time.Day((interval.To - 1).Start).Year);
        var others = Enumerable.Range(from, last - from + 1).Where(year => year != today.Year).ToList();
        return [.. programmes.Select(programme => !Asks(programme.Rules) ? programme : programme with
        {
            InvoicedInYear = EligibleSpend.Of(programme.Rules, buyer, invoiced.Where(line => line.Line.FirstDay >= first)),
            SpentInYear = EligibleSpend.Of(programme.Rules, buyer, spent[today.Year]),
            SpentInOtherYears = others.ToDictionary(year => year, year => EligibleSpend.Of(programme.Rules, buyer, spent[year])),
            SpentWithin = programme.Rules.Floors?.SpendWithin is { } within
                ? EligibleSpend.Of(programme.Rules, buyer, invoiced.Where(line => line.Line.FirstDay >= today.AddMonths(-(within.Months ?? 0)))) : Money.Zero,
        })];
    }

    /// <summary>
    /// Fills in where the tiers go on for an invoice of a period: after all that was invoiced of the year before. Of lines that come late,
    /// the year is their own.
    /// </summary>
    public async Task<IReadOnlyList<ProgrammeInForce>> BeforeInvoiceAsync(
        IReadOnlyList<ProgrammeInForce> programmes, Organization buyer, Period period, IReadOnlyCollection<Period> usage, CancellationToken cancellationToken)
    {
        if (!programmes.Any(programme => programme.Rules.Tiers is not null))
        {
            return programmes;
        }

        int[] others = [.. usage.Select(month => month.Year).Distinct().Where(year => year != period.Year)];
        var first = others.Append(period.Year).Min();
        var contracts = await ContractsAsync(buyer.Id, new(first, 1, 1), cancellationToken);
        var invoiced = (await InvoicedAsync(buyer.Id, contracts, new(first, 1), cancellationToken)).ToLookup(line => line.Line.FirstDay.Year);
        return [.. programmes.Select(programme => programme.Rules.Tiers is null ? programme : programme with
        {
            SpentInYear = EligibleSpend.Of(programme.Rules, buyer, invoiced[period.Year]),
            SpentInOtherYears = others.ToDictionary(year => year, year => EligibleSpend.Of(programme.Rules, buyer, invoiced[year])),
        })];
    }

    private static bool Asks(ProgrammeRules rules) => rules.Tiers is not null || rules.Floors?.SpendPerYear is not null || rules.Floors?.SpendWithin is not null;

    /// <summary>The buyer's orders that reach beyond a day, with the facts that they pinned.</summary>
    private async Task<IReadOnlyList<Order>> ContractsAsync(Id<Organization> buyer, DateOnly from, CancellationToken cancellationToken)
    {
        var first = Hour.Containing(settings.Time.StartOf(from));
        return await db.Orders.IgnoreQueryFilters().AsNoTracking().Include(order => order.Legs).Where(order => order.BuyerId == buyer && order.To > first).ToListAsync(cancellationToken);
    }

    /// <summary>What stands on invoices, by leg and month of use.</summary>
    private async Task<IReadOnlyList<(DateOnly OrderedOn, FundableLine Line)>> InvoicedAsync(
        Id<Organization> buyer, IReadOnlyList<Order> contracts, Period from, CancellationToken cancellationToken)
    {
        var lines = await (
            from line in db.InvoiceLines.IgnoreQueryFilters()
            join invoice in db.Invoices.IgnoreQueryFilters() on line.InvoiceId equals invoice.Id
            where invoice.OrganizationId == buyer && invoice.Kind == InvoiceKind.Regular && line.UsagePeriod >= @from
            select new { line.Id, line.LegId, line.UsagePeriod, line.Amount }).ToListAsync(cancellationToken);
        var ids = lines.ConvertAll(line => line.Id);
        var credited = (await db.CreditNoteLines.IgnoreQueryFilters().Where(credit => EF.Parameter(ids).Contains(credit.InvoiceLineId))
            .Select(credit => new { credit.InvoiceLineId, credit.Amount }).ToListAsync(cancellationToken)).ToLookup(credit => credit.InvoiceLineId, credit => credit.Amount);
        var facts = contracts.SelectMany(order => order.Legs.Select(leg => (order, leg))).ToDictionary(pair => pair.leg.Id);
        return [.. from line in lines
                   group line by (line.LegId, line.UsagePeriod) into month
                   where facts.ContainsKey(month.Key.LegId)
                   let amount = month.Sum(line => line.Amount - credited[line.Id].Sum())
                   where amount.IsPositive
                   select Fact(facts[month.Key.LegId].order, facts[month.Key.LegId].leg, month.Key.UsagePeriod, amount)];
    }

    /// <summary>What is ordered and not billed yet, by leg and month or price.</summary>
    private async Task<IReadOnlyList<(DateOnly OrderedOn, FundableLine Line)>> OrderedAsync(
        Id<Organization> buyer, IReadOnlyList<Order> contracts, CancellationToken cancellationToken)
    {
        var billed = (await db.BilledPairs.IgnoreQueryFilters().AsNoTracking().Where(pair => pair.OrganizationId == buyer)
            .Select(pair => new { pair.SellerId, pair.Period }).ToListAsync(cancellationToken)).ToHashSet();
        return [.. from order in contracts
                   from leg in order.Legs
                   where leg.CancelledAt is null
                   from month in leg.ExpectedTokens is null ? HoursOf(leg) : TokenMonths.Of(leg.Amount, leg.Interval, settings.Time).Select(month => (month.Period, month.Amount))
                   where !billed.Contains(new { leg.SellerId, month.Period })
                   select Fact(order, leg, month.Period, month.Amount)];
    }

    private IEnumerable<(Period Period, Money Amount)> HoursOf(Leg leg) => new Tariff(leg.PricePerCardHour, leg.OffPeak, settings.Time).Bands(leg.Interval)
        .Select(band => (band.Band.Period, CardTime.Of(leg.Cards, leg.MilliPerCard, 3600L * band.Hours).At(band.Band.UnitPrice)));

    private (DateOnly OrderedOn, FundableLine Line) Fact(Order order, Leg leg, Period period, Money amount)
    {
        var hours = settings.Time.Hours(period).Intersect(leg.Interval);
        return (settings.Time.Day(order.PlacedAt), order.Funding.Lines.First(line => line.LegId == leg.Id) with
        {
            Key = $"{leg.Id}/{period}",
            Amount = amount,
            FirstDay = settings.Time.Day(hours.From.Start),
            LastDay = settings.Time.Day((hours.To - 1).Start),
            Attested = null,
        });
    }
}
