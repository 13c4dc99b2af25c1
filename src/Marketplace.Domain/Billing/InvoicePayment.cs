using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>A bank transfer that paid an invoice, or part of it; it counts once by the bank's reference.</summary>
public sealed class InvoicePayment
{
    public required Id<InvoicePayment> Id { get; init; }
    public required Id<Invoice> InvoiceId { get; init; }
    public required Id<Organization> OrganizationId { get; init; }
    public required Money Amount { get; init; }
    public required string Reference { get; init; }
    public required DateTimeOffset At { get; init; }
}
