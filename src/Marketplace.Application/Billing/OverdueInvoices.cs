using System.Linq.Expressions;
using Marketplace.Domain.Billing;

namespace Marketplace.Application.Billing;

internal static class OverdueInvoices
{
    /// <summary>Those of which something is still owed after their last day.</summary>
    public static Expression<Func<Invoice, bool>> On(DateOnly today) => invoice =>
        invoice.DueOn < today && (long)(object)invoice.Payable - (long)(object)invoice.CreditedPayable - (long)(object)invoice.Paid > 0;
}
