using Marketplace.Application.Audit;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

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

internal static class UnsettledDocuments
{
    /// <summary>Who has invoices or credit notes that no settlement counts, in the order of their ids.</summary>
    public static async Task<IReadOnlyList<Id<Organization>>> UnsettledSellersAsync(this IMarketplaceDb db, CancellationToken cancellationToken) =>
        [.. (await db.Invoices.Where(i => i.SettlementId == null).Select(i => i.SellerId)
            .Union(db.CreditNotes.Where(c => c.SettlementId == null).Select(c => c.SellerId)).ToListAsync(cancellationToken)).Order()];
}
