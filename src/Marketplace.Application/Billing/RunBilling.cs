using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

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
