using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Domain.Billing;

/// <summary>
/// By which facts vouchers were allocated to an order's lines on an invoice: limits, days, parties, and which versions of
/// rules. Kept so that the allocation can be repeated to the fen.
/// </summary>
public sealed class InvoiceFacts
{
    public required Id<Invoice> InvoiceId { get; init; }
    public required Id<Order> OrderId { get; init; }
    public required IReadOnlyList<AllocationRequest> Allocations { get; init; }

    /// <summary>What stood beside the readings of the order's legs.</summary>
    public IReadOnlyList<HourFact> Hours { get; init; } = [];
}
