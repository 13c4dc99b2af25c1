using System.Runtime.CompilerServices;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Marketplace.Application.Billing;

/// <summary>Finds the next period in which there is something to bill.</summary>
public sealed class PeriodCalendar(IMarketplaceDb db, MarketplaceSettings settings)
{
    /// <summary>
    /// The first period after the last one closed that has hours of a leg in it, or in which usage of earlier ones became known,
    /// or documents were issued that no settlement counts; null where there is none.
    /// </summary>
    public async Task<Period?> NextAsync(CancellationToken cancellationToken)
    {
        var last = await db.BillingPeriods.OrderByDescending(period => period.Period).Select(period => (Period?)period.Period).FirstOrDefaultAsync(cancellationToken);
        var after = last is null ? new Hour(0) : settings.Time.Hours(last.Value).To;
        var first = await db.Legs.Where(leg => leg.CancelledAt == null && leg.To > after).MinAsync(leg => (Hour?)leg.From, cancellationToken);
        Period? next = first is null ? null : settings.Time.Period(Hour.Max(first.Value, after).Start);
        if (last is not null && await FirstLateAsync(last.Value, after, cancellationToken) is { } late)
        {
            var arrived = settings.Time.Period(late);
            arrived = arrived > last.Value ? arrived : last.Value.Next;
            next = next is null || arrived < next ? arrived : next;
        }

        return next;
    }

    /// <summary>
    /// When the first of what the last close knew nothing of came in: readings of hours that it billed, decisions about them, and credit notes and
    /// supplementary invoices that its settlement doesn't count. It belongs to the period that it came in.
    /// </summary>
    private async Task<DateTimeOffset?> FirstLateAsync(Period last, Hour after, CancellationToken cancellationToken)
    {
        var reading = await (
            from leg in db.Legs
            join late in db.Readings on leg.Id equals late.LegId
            where leg.CancelledAt == null && leg.From < after && leg.UsageVersion != leg.BilledUsageVersion && late.UsageVersion > leg.BilledUsageVersion
            select (DateTimeOffset?)late.AcceptedAt).MinAsync(cancellationToken);
        var reopened = await db.Legs.Where(leg => leg.CancelledAt == null && leg.From < after).MinAsync(leg => leg.ReopenedAt, cancellationToken);
        var usage = reading is null || reopened < reading ? reopened ?? reading : reading;
        if (!await db.BillingPeriods.AnyAsync(period => period.Period == last && period.SettledAt != null, cancellationToken))
        {
            return usage;
        }

        var note = await db.CreditNotes.Where(n => n.SettlementId == null).MinAsync(n => (DateTimeOffset?)n.IssuedAt, cancellationToken);
        var invoice = await db.Invoices.Where(i => i.SettlementId == null).MinAsync(i => (DateTimeOffset?)i.IssuedAt, cancellationToken);
        return ((DateTimeOffset?[])[usage, note, invoice]).Min();
    }

    public DateTimeOffset ClosesAt(Period period) => settings.Time.EndOf(period) + settings.CloseGrace;
}

/// <summary>Closes a period when its grace is over: what arrives later belongs to the next one.</summary>
public sealed class ClosePeriodJob(PeriodCalendar calendar) : IJob
{
    public const string JobName = "close-period";

    public string Name => JobName;

    public string Purpose => "Closes a period when it is over and its grace has passed.";

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        await calendar.NextAsync(cancellationToken) is { } period ? calendar.ClosesAt(period) : null;

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new CloseNextPeriod();
}

public sealed record CloseNextPeriod : IJobCommand;

public sealed class CloseNextPeriodHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, PeriodCalendar calendar, AuditLog audit, MarketClock clock)
    : IRequestHandler<CloseNextPeriod, JobReport>
{
    public Task<JobReport> Handle(CloseNextPeriod request, CancellationToken cancellationToken) => unitOfWork.ExecuteAsync(
        async token =>
        {
            var now = clock.GetUtcNow();
            if (await calendar.NextAsync(token) is not { } period || calendar.ClosesAt(period) > now)
            {
                return new JobReport("nothing to close");
            }

            db.BillingPeriods.Add(new() { Period = period, ClosedAt = now });
            audit.Record("period.closed", ("period", period.ToString()), null, new { period });
            return new JobReport($"closed {period}");
        },
        cancellationToken);
}

/// <summary>Bills what is closed, a seller and buyer at a time.</summary>
public sealed class BillPeriodJob(IMarketplaceDb db, MarketplaceSettings settings) : IJob
{
    public const string JobName = "bill-period";

    public string Name => JobName;

    public string Purpose => "Issues the invoices of a closed period, one seller and buyer at a time.";

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        db.BillingPeriods.Where(period => period.BilledAt == null).MinAsync(period => (DateTimeOffset?)period.ClosedAt, cancellationToken);

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new BillClosedPeriods();

    /// <summary>Pairs of seller and buyer of the first period that is closed and not billed.</summary>
    public async Task<JobProgress?> ProgressAsync(CancellationToken cancellationToken)
    {
        var period = await db.BillingPeriods.Where(p => p.BilledAt == null).OrderBy(p => p.Period).Select(p => (Period?)p.Period).FirstOrDefaultAsync(cancellationToken);
        if (period is null)
        {
            return null;
        }

        var done = await db.BilledPairs.CountAsync(pair => pair.Period == period, cancellationToken);
        return new(done, done + await db.UnbilledLegs(settings.Time, period.Value).Select(leg => new { leg.SellerId, leg.BuyerId }).Distinct().CountAsync(cancellationToken));
    }
}

public sealed record BillClosedPeriods : IJobCommand;

/// <summary>
/// Each pair is a transaction of its own, and leaves a row that says so; a run that dies goes on with the pairs that have none.
/// A pair that can't be billed keeps no other from it: the run ends as failed, with its name, and the period stays open for
/// the next run.
/// </summary>
public sealed partial class BillClosedPeriodsHandler(
    IMarketplaceDb db, IUnitOfWork unitOfWork, IMediator mediator, MarketplaceSettings settings, AuditLog audit, MarketClock clock, ILogger<BillClosedPeriodsHandler> logger)
    : IRequestHandler<BillClosedPeriods, JobReport>
{
    private const int PageSize = 500;

    /// <summary>More than this many at once isn't about single pairs any more, and the run stops.</summary>
    private const int MaxFailures = 20;

    public async Task<JobReport> Handle(BillClosedPeriods request, CancellationToken cancellationToken)
    {
        var (invoices, credits) = (0, 0);
        var closed = await db.BillingPeriods.AsNoTracking().Where(p => p.BilledAt == null).OrderBy(p => p.Period).Select(p => p.Period).ToListAsync(cancellationToken);
        foreach (var period in closed)
        {
            var failures = new Dictionary<BillParties, string>();

            // Where another worker is at a seller, the two would only wait for its numbers: who comes second leaves it to the other at
            // first, and comes back at the end for what a dead one left.
            foreach (var alone in (bool[])[true, false])
            {
                foreach (var seller in await SellersAsync(period, cancellationToken))
                {
                    var billed = await BillSellerAsync(period, seller, alone, failures, cancellationToken);
                    (invoices, credits) = (invoices + billed.Invoices, credits + billed.CreditNotes);
                }
            }

            if (failures.Count > 0)
            {
                throw BillingErrors.BillingIncomplete([.. failures.Values]);
            }

            await MarkBilledAsync(period, invoices, credits, cancellationToken);
        }

        return new($"{string.Join(", ", closed)}: {invoices} invoices, {credits} credit notes");
    }

    /// <param name="period">The closed period.</param>
    /// <param name="seller">Whose buyers are billed, in the order of their ids.</param>
    /// <param name="alone">Whether to leave the rest to who is found at the same seller.</param>
    /// <param name="failures">What can't be billed, and isn't tried twice.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<BilledAnswer> BillSellerAsync(
        Period period, Id<Organization> seller, bool alone, Dictionary<BillParties, string> failures, CancellationToken cancellationToken)
    {
        var sum = new BilledAnswer(0, 0);
        await foreach (var buyer in BuyersAsync(period, seller, cancellationToken))
        {
            var parties = new BillParties(period, seller, buyer);
            if (failures.Count >= MaxFailures || failures.ContainsKey(parties))
            {
                continue;
            }

            try
            {
                var billed = await mediator.Send(parties, cancellationToken);
                sum = new(sum.Invoices + billed.Invoices, sum.CreditNotes + billed.CreditNotes);
                if (alone && billed.AlreadyBilled)
                {
                    break;
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure, period, seller, buyer);
                failures.Add(parties, $"{seller} to {buyer} ({(failure as RuleException)?.Code ?? failure.GetType().Name})");
            }
        }

        return sum;
    }

    private Task MarkBilledAsync(Period period, int invoices, int credits, CancellationToken cancellationToken) => unitOfWork.ExecuteAsync(
        async token =>
        {
            var row = await db.BillingPeriods.SingleAsync(p => p.Period == period, token);
            if (row.BilledAt is null)
            {
                (row.BilledAt, row.Version) = (clock.GetUtcNow(), row.Version + 1);
                audit.Record("period.billed", ("period", period.ToString()), null, new { period, invoices, credits });
            }

            return Done.Value;
        },
        cancellationToken);

    /// <summary>Those who have somebody to bill, from any on in the order of their ids: workers that run at once begin at different ones.</summary>
    private async Task<IReadOnlyList<Id<Organization>>> SellersAsync(Period period, CancellationToken cancellationToken)
    {
        var sellers = await Open(period).Select(leg => leg.SellerId).Distinct().OrderBy(id => id).ToListAsync(cancellationToken);
        var start = sellers.Count == 0 ? 0 : Random.Shared.Next(sellers.Count);
        return [.. sellers.Skip(start), .. sellers.Take(start)];
    }

    /// <summary>The buyers of a seller that have something to be billed for and aren't billed.</summary>
    private async IAsyncEnumerable<Id<Organization>> BuyersAsync(Period period, Id<Organization> seller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = Id<Organization>.None;
        while (await Open(period).Where(leg => leg.SellerId == seller && leg.BuyerId > last).Select(leg => leg.BuyerId).Distinct().OrderBy(id => id).Take(PageSize).ToListAsync(cancellationToken) is { Count: > 0 } buyers)
        {
            last = buyers[^1];
            foreach (var buyer in buyers)
            {
                yield return buyer;
            }
        }
    }

    private IQueryable<Leg> Open(Period period) => db.UnbilledLegs(settings.Time, period);

    [LoggerMessage(LogLevel.Error, "{Period}: {Seller} to {Buyer} can't be billed")]
    private partial void Failed(Exception failure, Period period, Id<Organization> seller, Id<Organization> buyer);
}

internal static class UnsettledDocuments
{
    /// <summary>Who has invoices or credit notes that no settlement counts, in the order of their ids.</summary>
    public static async Task<IReadOnlyList<Id<Organization>>> UnsettledSellersAsync(this IMarketplaceDb db, CancellationToken cancellationToken) =>
        [.. (await db.Invoices.Where(i => i.SettlementId == null).Select(i => i.SellerId)
            .Union(db.CreditNotes.Where(c => c.SettlementId == null).Select(c => c.SellerId)).ToListAsync(cancellationToken)).Order()];
}

/// <summary>Settles with each seller what is billed.</summary>
public sealed class SettlePeriodJob(IMarketplaceDb db) : IJob
{
    public const string JobName = "settle-period";

    public string Name => JobName;

    public string Purpose => "Settles with each seller the invoices of a billed period, less commission.";

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        db.BillingPeriods.Where(period => period.BilledAt != null && period.SettledAt == null).MinAsync(period => (DateTimeOffset?)period.ClosedAt, cancellationToken);

    public IJobCommand CommandFor(DateTimeOffset dueAt) => new SettleBilledPeriods();

    /// <summary>Sellers of the first period that is billed and not settled.</summary>
    public async Task<JobProgress?> ProgressAsync(CancellationToken cancellationToken)
    {
        var period = await db.BillingPeriods.Where(p => p.BilledAt != null && p.SettledAt == null).OrderBy(p => p.Period).Select(p => (Period?)p.Period).FirstOrDefaultAsync(cancellationToken);
        if (period is null)
        {
            return null;
        }

        var done = await db.Settlements.CountAsync(settlement => settlement.Period == period, cancellationToken);
        return new(done, done + (await db.UnsettledSellersAsync(cancellationToken)).Count);
    }
}

public sealed record SettleBilledPeriods : IJobCommand;

public sealed class SettleBilledPeriodsHandler(IMarketplaceDb db, IUnitOfWork unitOfWork, IMediator mediator, AuditLog audit, MarketClock clock)
    : IRequestHandler<SettleBilledPeriods, JobReport>
{
    public async Task<JobReport> Handle(SettleBilledPeriods request, CancellationToken cancellationToken)
    {
        var settled = 0;
        var billed = await db.BillingPeriods.AsNoTracking().Where(p => p.BilledAt != null && p.SettledAt == null).OrderBy(p => p.Period).Select(p => p.Period).ToListAsync(cancellationToken);
        foreach (var period in billed)
        {
            foreach (var seller in await db.UnsettledSellersAsync(cancellationToken))
            {
                settled += (await mediator.Send(new SettleSeller(period, seller), cancellationToken)).Settlements;
            }

            await unitOfWork.ExecuteAsync(
                async token =>
                {
                    var row = await db.BillingPeriods.SingleAsync(p => p.Period == period, token);
                    if (row.SettledAt is null)
                    {
                        (row.SettledAt, row.Version) = (clock.GetUtcNow(), row.Version + 1);
                        audit.Record("period.settled", ("period", period.ToString()), null, new { period, settled });
                    }

                    return Done.Value;
                },
                cancellationToken);
        }

        return new($"{string.Join(", ", billed)}: {settled} settlements");
    }
}

/// <summary>Settles with one seller all that isn't settled yet, in one transaction.</summary>
public sealed record SettleSeller(Period Period, Id<Organization> SellerId) : ICommand<SettledAnswer>;

public sealed record SettledAnswer(int Settlements);

public sealed class SettleSellerHandler(IMarketplaceDb db, CommissionInvoicing commissions, MarketplaceSettings settings, AuditLog audit, MarketClock clock) : IRequestHandler<SettleSeller, SettledAnswer>
{
    public async Task<SettledAnswer> Handle(SettleSeller request, CancellationToken cancellationToken)
    {
        var (period, seller) = request;
        var invoices = await db.Invoices.Where(i => i.SellerId == seller && i.SettlementId == null).ToListAsync(cancellationToken);
        var credits = await db.CreditNotes.Where(c => c.SellerId == seller && c.SettlementId == null).ToListAsync(cancellationToken);
        if (invoices.Count + credits.Count == 0 || await db.Settlements.AnyAsync(s => s.SellerId == seller && s.Period == period, cancellationToken))
        {
            return new(0);
        }

        var now = clock.GetUtcNow();
        var regular = invoices.Where(i => i.Kind == InvoiceKind.Regular).ToList();
        var moved = invoices.Where(i => i.Kind == InvoiceKind.Supplementary).Sum(i => i.Total);
        var programmes = regular.Sum(i => i.Total - i.Payable) - moved - credits.Sum(c => c.Total - c.Refund);
        var settlement = Settlement.Of(
            seller, period, buyersPart: regular.Sum(i => i.Payable) + moved - credits.Sum(c => c.Refund), programmesPart: programmes, settings.CommissionRate, now);
        invoices.ForEach(invoice => (invoice.SettlementId, invoice.Version) = (settlement.Id, invoice.Version + 1));
        credits.ForEach(credit => credit.SettlementId = settlement.Id);
        db.Settlements.Add(settlement);
        await commissions.IssueAsync(settlement, cancellationToken);

        // Commission is earned at once; what the buyers' part doesn't cover of it waits, as a payable below zero, for the programmes' money.
        db.JournalEntries.Add(JournalEntry.For("settlement.made", settlement.Id.ToString(), now)
            .Move(Asset.Cny, settlement.Commission, Accounts.Of(Accounts.SellerUnsettled, seller), Accounts.Commission)
            .Move(Asset.Cny, programmes, Accounts.Of(Accounts.SellerUnsettled, seller), Accounts.Of(Accounts.SellerProgrammeDue, seller))
            .Move(Asset.Cny, settlement.Net - programmes, Accounts.Of(Accounts.SellerUnsettled, seller), Accounts.Of(Accounts.SellerPayable, seller)));
        audit.Record("settlement.made", ("settlement", settlement.Id.ToString()), seller, new { period, settlement.Gross, settlement.Commission, settlement.Net, invoices = invoices.Count, credits = credits.Count });
        return new(1);
    }
}

/// <param name="Status"><c>billed</c> once invoices and settlements stand.</param>
public sealed record BillingRunAnswer(Period Period, string Status, DateTimeOffset? ClosedAt, DateTimeOffset? BilledAt, DateTimeOffset? SettledAt, int Invoices, Money Total);

/// <summary>Closes, bills and settles a period that is over, without waiting for its grace. Again: the same run, nothing new.</summary>
public sealed record RunBilling(Period? Period) : IResumable<BillingRunAnswer>;

public sealed class RunBillingValidator : AbstractValidator<RunBilling>
{
    public RunBillingValidator() => RuleFor(request => request.Period).Required();
}

public sealed class RunBillingHandler(
    IMarketplaceDb db, IUnitOfWork unitOfWork, PeriodCalendar calendar, IMediator mediator, MarketplaceSettings settings, AuditLog audit, MarketClock clock)
    : IRequestHandler<RunBilling, BillingRunAnswer>
{
    public async Task<BillingRunAnswer> Handle(RunBilling request, CancellationToken cancellationToken)
    {
        var period = request.Period!.Value;
        var now = clock.GetUtcNow();
        if (settings.Time.EndOf(period) > now)
        {
            throw BillingErrors.PeriodOpen(period);
        }

        await unitOfWork.ExecuteAsync(token => CloseAsync(period, now, token), cancellationToken);
        await mediator.Send(new BillClosedPeriods(), cancellationToken);
        await mediator.Send(new SettleBilledPeriods(), cancellationToken);
        var row = await db.BillingPeriods.AsNoTracking().SingleOrDefaultAsync(p => p.Period == period, cancellationToken);
        var totals = await db.Invoices.Where(i => i.Period == period).Select(i => i.Total).ToListAsync(cancellationToken);
        return new(period, row?.SettledAt is null ? "closed" : "billed", row?.ClosedAt, row?.BilledAt, row?.SettledAt, totals.Count, totals.Sum());
    }

    private async Task<Done> CloseAsync(Period period, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = await db.BillingPeriods.OrderByDescending(p => p.Period).Select(p => (Period?)p.Period).FirstOrDefaultAsync(cancellationToken);
        if (period <= last)
        {
            return Done.Value;
        }

        if (await calendar.NextAsync(cancellationToken) is { } next && next < period)
        {
            throw BillingErrors.EarlierPeriodOpen(next);
        }

        db.BillingPeriods.Add(new() { Period = period, ClosedAt = now });
        audit.Record("period.closed", ("period", period.ToString()), null, new { period });
        return Done.Value;
    }
}
