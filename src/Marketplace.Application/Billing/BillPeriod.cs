using System.Runtime.CompilerServices;
using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Marketplace.Application.Billing;

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
