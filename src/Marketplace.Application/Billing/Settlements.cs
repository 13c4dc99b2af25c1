using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>A document that a settlement counts; a credit note with a negative total.</summary>
public sealed record SettlementLineAnswer(string Document, string Number, Id<Organization> OrganizationId, Money Total);

public sealed record SettlementAnswer(
    Id<Settlement> Id, Id<Organization> SellerId, Period Period, DateTimeOffset At, Money Gross, Money Commission, Money Net, Money FromBuyers, Money FromProgrammes,
    DateTimeOffset? PaidAt, string? PaymentReference, Money ProgrammesPaid, IReadOnlyList<SettlementLineAnswer> Lines)
{
    public static SettlementAnswer Of(Settlement settlement, IEnumerable<SettlementLineAnswer> lines) => new(
        settlement.Id, settlement.SellerId, settlement.Period, settlement.At, settlement.Gross, settlement.Commission, settlement.Net, settlement.FromBuyers,
        settlement.FromProgrammes, settlement.PaidAt, settlement.PaymentReference, settlement.ProgrammesPaid, [.. lines]);
}

/// <summary>What settlements can be sorted by.</summary>
public enum SettlementColumn
{
    Gross,
    Net,
    Period,
}

/// <summary>The caller's settlements as a seller, the newest first where it isn't said otherwise.</summary>
/// <param name="Paid">Those whose buyers' part was paid out, or wasn't yet.</param>
public sealed record ListSettlements(PageRequest Page, Period? Period, Id<Organization>? OrganizationId, bool? Paid = null, Sort<SettlementColumn>? Sort = null)
    : IQuery<Page<SettlementAnswer>>, IPaged;

public sealed class ListSettlementsHandler(IMarketplaceDb db) : IRequestHandler<ListSettlements, Page<SettlementAnswer>>
{
    public async Task<Page<SettlementAnswer>> Handle(ListSettlements request, CancellationToken cancellationToken)
    {
        var page = await db.Settlements.AsNoTracking()
            .Where(s => (request.Period == null || s.Period == request.Period) && (request.OrganizationId == null || s.SellerId == request.OrganizationId)
                && (request.Paid == null || s.PaidAt != null == request.Paid))
            .SortedAsync(
                db.Settlements, request.Page, request.Sort, new() { { SettlementColumn.Gross, s => s.Gross }, { SettlementColumn.Net, s => s.Net }, { SettlementColumn.Period, s => s.Period } },
                cancellationToken);
        var lines = await SettlementLines.OfAsync(db, [.. page.Items.Select(s => s.Id)], cancellationToken);
        return page.Select(settlement => SettlementAnswer.Of(settlement, lines[settlement.Id]));
    }
}

internal static class SettlementLines
{
    public static async Task<ILookup<Id<Settlement>, SettlementLineAnswer>> OfAsync(IMarketplaceDb db, IReadOnlyList<Id<Settlement>> settlements, CancellationToken cancellationToken)
    {
        var invoices = await db.Invoices.AsNoTracking().Where(i => i.SettlementId != null && settlements.Contains(i.SettlementId.Value)).ToListAsync(cancellationToken);
        var credits = await db.CreditNotes.AsNoTracking().Where(c => c.SettlementId != null && settlements.Contains(c.SettlementId.Value)).ToListAsync(cancellationToken);
        return invoices.Select(i => (i.SettlementId, Line: new SettlementLineAnswer("invoice", i.Number, i.OrganizationId, i.Total)))
            .Concat(credits.Select(c => (c.SettlementId, Line: new SettlementLineAnswer("credit-note", c.Number, c.OrganizationId, -c.Total))))
            .ToLookup(row => row.SettlementId!.Value, row => row.Line);
    }
}
