using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

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
