using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit;

/// <summary>Looks at each month's redemptions and readings once they are billed, in the night after.</summary>
public sealed class LookForFraudJob(IMarketplaceDb db, MarketplaceSettings settings) : IJob
{
    public const string JobName = "look-for-fraud";

    public string Name => JobName;

    public string Purpose => "Flags what a billed month's redemptions show against the months before it and against attested usage, and readings that machines don't give.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken)
    {
        var closed = await db.BillingPeriods.Where(p => p.BilledAt != null && p.LookedAt == null).MinAsync(p => (DateTimeOffset?)p.ClosedAt, cancellationToken);
        return closed is null ? null : settings.Time.StartOf(settings.Time.Day(closed.Value).AddDays(1));
    }

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new LookForFraud();
}

public sealed record LookForFraud : IJobCommand;

public sealed class LookForFraudHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, FraudFlags flags, ImplausibleUsage implausible, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<LookForFraud, JobReport>
{
    /// <summary>How many months before a month make its history, at most: it begins with the first redemption among them.</summary>
    private const int History = 6;

    public async Task<JobReport> Handle(LookForFraud request, CancellationToken cancellationToken)
    {
        var periods = await db.BillingPeriods.AsNoTracking().Where(p => p.BilledAt != null && p.LookedAt == null).OrderBy(p => p.Period).Select(p => p.Period).ToListAsync(cancellationToken);
        foreach (var period in periods)
        {
            await unitOfWork.ExecuteAsync(token => LookAsync(period, token), cancellationToken);
        }

        return new($"{periods.Count} months");
    }

    private async Task<Done> LookAsync(Period period, CancellationToken cancellationToken)
    {
        var looked = await db.BillingPeriods.SingleAsync(p => p.Period == period, cancellationToken);
        if (looked.LookedAt is null)
        {
            await CompareWithHistoryAsync(period, cancellationToken);
            await CompareWithAttestedAsync(period, cancellationToken);
            await implausible.LookAsync(period, cancellationToken);
            looked.LookedAt = clock.GetUtcNow();
            looked.Version++;
            audit.Record("period.looked_at", ("period", period.ToString()), null, new { period });
        }

        return Done.Value;
    }

    /// <summary>An applicant that redeems many times what it used to. One without history is compared with nothing.</summary>
    private async Task CompareWithHistoryAsync(Period period, CancellationToken cancellationToken)
    {
        var (multiple, least) = (settings.Fraud.HistoryMultiple, settings.Fraud.HistoryLeast);
        var earliest = Enumerable.Range(0, History).Aggregate(period, (month, _) => month.Previous);
        var months = await (
            from redemption in db.Redemptions
            join invoice in db.Invoices on redemption.InvoiceId equals invoice.Id
            where redemption.Reward == null && invoice.Period >= earliest && invoice.Period <= period
            group redemption by new { redemption.BuyerId, invoice.Period } into month
            select new { month.Key.BuyerId, month.Key.Period, Fen = month.Sum(r => (long)(object)r.Amount) }).ToListAsync(cancellationToken);
        foreach (var buyer in months.GroupBy(month => month.BuyerId).OrderBy(group => group.Key))
        {
            var amount = new Money(buyer.Where(month => month.Period == period).Sum(month => month.Fen));
            var before = buyer.Where(month => month.Period < period).Select(month => new Money(month.Fen)).Sum();
            var span = buyer.Min(month => month.Period).MonthsUntil(period);
            if (amount > least && before.IsPositive && (Int128)amount.Fen * span >= (Int128)before.Fen * multiple)
            {
                await flags.RaiseAsync(
                    FlagCodes.AboveHistory, ("redemptions", $"{buyer.Key}/{period}"), buyer.Key,
                    new { period, amount, monthly = new Money(before.Fen / span), multiple }, cancellationToken);
            }
        }
    }

    /// <summary>A seller whose redemptions rest on usage that no key signed, where the programme allows that.</summary>
    private async Task CompareWithAttestedAsync(Period period, CancellationToken cancellationToken)
    {
        var rows = await (
            from redemption in db.Redemptions
            join invoice in db.Invoices on redemption.InvoiceId equals invoice.Id
            join version in db.ProgrammeVersions on new { Code = redemption.ProgrammeCode, Number = redemption.ProgrammeVersion } equals new { version.Code, version.Number }
            join line in db.InvoiceLines on redemption.LineId equals line.Id
            where invoice.Period == period
            select new { redemption.SellerId, redemption.ProgrammeCode, redemption.Amount, version.Rules, line.LegId, line.Hours }).AsNoTracking().ToListAsync(cancellationToken);
        var unsigned = (await (
            from redemption in db.Redemptions
            join invoice in db.Invoices on redemption.InvoiceId equals invoice.Id
            join line in db.InvoiceLines on redemption.LineId equals line.Id
            join hour in db.UsageHours on line.LegId equals hour.LegId
            where invoice.Period == period && (long)(object)hour.Attested < (long)(object)hour.Busy
            select new { hour.LegId, hour.Hour }).Distinct().ToListAsync(cancellationToken)).ToLookup(hour => hour.LegId, hour => hour.Hour);
        foreach (var seller in rows.Where(row => row.Rules.UnattestedUsage != UnattestedUsage.Refuse).GroupBy(row => (row.SellerId, row.ProgrammeCode)).OrderBy(group => group.Key))
        {
            var all = seller.Sum(row => row.Amount);
            var unattested = seller.Where(row => unsigned[row.LegId].Any(hour => row.Hours.Runs.Any(run => new HourRange(run.From, run.From + run.Hours).Contains(hour)))).Sum(row => row.Amount);
            if (unattested > all.Share(settings.Fraud.UnattestedShare))
            {
                await flags.RaiseAsync(
                    FlagCodes.UnattestedUsage, ("redemptions", $"{seller.Key.ProgrammeCode}/{seller.Key.SellerId}/{period}"), seller.Key.SellerId,
                    new { period, programme = seller.Key.ProgrammeCode, redeemed = all, unattested }, cancellationToken);
            }
        }
    }
}
