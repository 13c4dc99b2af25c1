using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>
/// Who is a party to the row that something happened to, and so is told. A message only names the row: what each may see of it,
/// each reads for itself.
/// </summary>
public sealed class WebhookAudience(IMarketplaceDb db)
{
    public async Task<IReadOnlyCollection<Id<Organization>>> OfAsync(WebhookEvent happened, CancellationToken cancellationToken)
    {
        var others = happened.SubjectType switch
        {
            "order" => await OfOrderAsync(Id<Order>.Parse(happened.SubjectId), cancellationToken),
            "leg" => await OfLegAsync(Id<Leg>.Parse(happened.SubjectId), cancellationToken),
            "invoice" => await OfInvoiceAsync(Id<Invoice>.Parse(happened.SubjectId), cancellationToken),
            "credit-note" => await OfCreditNoteAsync(Id<CreditNote>.Parse(happened.SubjectId), cancellationToken),
            "dispute" => await OfDisputeAsync(Id<Dispute>.Parse(happened.SubjectId), cancellationToken),
            "claim" => await OfClaimAsync(Id<Claim>.Parse(happened.SubjectId), cancellationToken),
            "voucher" => await OfVoucherAsync(Id<Voucher>.Parse(happened.SubjectId), cancellationToken),
            _ => [],
        };
        return [.. others.Concat(happened.OwnerId is { } owner ? [owner] : []).Distinct()];
    }

    private Task<List<Id<Organization>>> OfOrderAsync(Id<Order> id, CancellationToken cancellationToken) =>
        db.Legs.Where(leg => leg.OrderId == id).Select(leg => leg.SellerId).Distinct().ToListAsync(cancellationToken);

    private async Task<List<Id<Organization>>> OfLegAsync(Id<Leg> id, CancellationToken cancellationToken) =>
        await db.Legs.Where(leg => leg.Id == id).Select(leg => new { leg.BuyerId, leg.SellerId }).SingleAsync(cancellationToken) is var leg ? [leg.BuyerId, leg.SellerId] : [];

    private async Task<List<Id<Organization>>> OfInvoiceAsync(Id<Invoice> id, CancellationToken cancellationToken) =>
        await db.Invoices.Where(invoice => invoice.Id == id).Select(invoice => new { invoice.OrganizationId, invoice.SellerId }).SingleAsync(cancellationToken) is var invoice
            ? [invoice.OrganizationId, invoice.SellerId] : [];

    private async Task<List<Id<Organization>>> OfCreditNoteAsync(Id<CreditNote> id, CancellationToken cancellationToken) =>
        await OfInvoiceAsync(await db.CreditNotes.Where(note => note.Id == id).Select(note => note.InvoiceId).SingleAsync(cancellationToken), cancellationToken);

    private async Task<List<Id<Organization>>> OfDisputeAsync(Id<Dispute> id, CancellationToken cancellationToken) =>
        await db.Disputes.AsNoTracking().SingleAsync(dispute => dispute.Id == id, cancellationToken) is var dispute ? [dispute.BuyerId, dispute.SellerId, dispute.ProviderId] : [];

    private async Task<List<Id<Organization>>> OfClaimAsync(Id<Claim> id, CancellationToken cancellationToken) =>
        await db.Claims.Where(claim => claim.Id == id).Select(claim => new { claim.PayeeId, claim.AuthorityId }).SingleAsync(cancellationToken) is var claim
            ? [claim.PayeeId, claim.AuthorityId] : [];

    private Task<List<Id<Organization>>> OfVoucherAsync(Id<Voucher> id, CancellationToken cancellationToken) => (
        from voucher in db.Vouchers
        join programme in db.Programmes on voucher.ProgrammeCode equals programme.Code
        where voucher.Id == id
        select programme.AuthorityId).ToListAsync(cancellationToken);
}
