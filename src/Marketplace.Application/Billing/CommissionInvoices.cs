using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>Invoices what a settlement took as commission, in the transaction that settles.</summary>
public sealed class CommissionInvoicing(IMarketplaceDb db, DocumentNumbers numbers, MarketplaceSettings settings, AuditLog audit)
{
    public async Task IssueAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        if (settlement.Commission.IsZero)
        {
            return;
        }

        var platform = await db.Organizations.Where(o => o.Kind == OrganizationKind.Platform).Select(o => o.Id).SingleAsync(cancellationToken);
        var series = settlement.Commission.IsNegative ? NumberSeries.CommissionCredit : NumberSeries.Commission;
        var invoice = CommissionInvoice.Of(settlement, await numbers.NextAsync(platform, series, settlement.At, cancellationToken), platform, settings.VatRate);
        db.CommissionInvoices.Add(invoice);
        audit.Record("commission.invoiced", ("commission-invoice", invoice.Id.ToString()), invoice.SellerId, new { invoice.Number, invoice.Period, invoice.Total });
    }
}

/// <summary>The platform's invoice of its commission; below zero for a red-letter one.</summary>
public sealed record CommissionInvoiceAnswer(
    Id<CommissionInvoice> Id, string Number, Id<Organization> SellerId, Id<Settlement> SettlementId, Period Period, DateTimeOffset IssuedAt, Money Total, Money Net, Money Vat, Ratio VatRate)
{
    public static CommissionInvoiceAnswer Of(CommissionInvoice invoice) => new(
        invoice.Id, invoice.Number, invoice.SellerId, invoice.SettlementId, invoice.Period, invoice.IssuedAt, invoice.Total, invoice.Net, invoice.Vat, invoice.VatRate);
}

/// <summary>What commission invoices can be sorted by.</summary>
public enum CommissionInvoiceColumn
{
    Total,
    Period,
}

/// <summary>The commission invoices that the caller got, the newest first where it isn't said otherwise.</summary>
public sealed record ListCommissionInvoices(PageRequest Page, Period? Period, Id<Organization>? OrganizationId, Sort<CommissionInvoiceColumn>? Sort = null)
    : IQuery<Page<CommissionInvoiceAnswer>>, IPaged;

public sealed class ListCommissionInvoicesHandler(IMarketplaceDb db) : IRequestHandler<ListCommissionInvoices, Page<CommissionInvoiceAnswer>>
{
    public async Task<Page<CommissionInvoiceAnswer>> Handle(ListCommissionInvoices request, CancellationToken cancellationToken) =>
        (await db.CommissionInvoices.AsNoTracking()
            .Where(invoice => (request.Period == null || invoice.Period == request.Period) && (request.OrganizationId == null || invoice.SellerId == request.OrganizationId))
            .SortedAsync(
                db.CommissionInvoices, request.Page, request.Sort,
                new() { { CommissionInvoiceColumn.Total, invoice => invoice.Total }, { CommissionInvoiceColumn.Period, invoice => invoice.Period } }, cancellationToken))
        .Select(CommissionInvoiceAnswer.Of);
}
