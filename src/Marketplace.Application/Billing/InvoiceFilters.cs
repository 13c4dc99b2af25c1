using System.Linq.Expressions;
using Marketplace.Domain.Billing;

namespace Marketplace.Application.Billing;

internal static class InvoiceFilters
{
    /// <summary>Those of which something is still owed after their last day.</summary>
    public static Expression<Func<Invoice, bool>> OverdueOn(DateOnly today) => invoice =>
        invoice.DueOn < today && (long)(object)invoice.Payable - (long)(object)invoice.CreditedPayable - (long)(object)invoice.Paid > 0;

    /// <summary>As <see cref="Invoice.Status"/> has it.</summary>
    public static IQueryable<Invoice> WithStatus(IQueryable<Invoice> invoices, InvoiceStatus? status) => status switch
    {
        null => invoices,
        InvoiceStatus.Credited => invoices.Where(i => i.CreditedTotal == i.Total && (long)(object)i.Total != 0),
        InvoiceStatus.Paid => invoices.Where(i => (i.CreditedTotal != i.Total || (long)(object)i.Total == 0)
            && (long)(object)i.Payable - (long)(object)i.CreditedPayable - (long)(object)i.Paid <= 0),
        _ => invoices.Where(i => (i.CreditedTotal != i.Total || (long)(object)i.Total == 0)
            && (long)(object)i.Payable - (long)(object)i.CreditedPayable - (long)(object)i.Paid > 0),
    };
}
