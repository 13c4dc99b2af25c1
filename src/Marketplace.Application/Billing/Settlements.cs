using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>A document that a settlement counts; a credit note with a negative total.</summary>
public sealed record SettlementLineAnswer(string Document, string Number, Id<Organization> OrganizationId, Money Total);

public sealed record SettlementAnswer(
    Id<Settlement> Id, Id<Organization> SellerId, Period Period, DateTimeOffset At, Money Gross, Money Commission, Money Net, Money FromBuyers, Money FromProgrammes,
    DateTimeOffset? PaidAt, string? PaymentReference, IReadOnlyList<SettlementLineAnswer> Lines)
{
    public static SettlementAnswer Of(Settlement settlement, IEnumerable<SettlementLineAnswer> lines) => new(
        settlement.Id, settlement.SellerId, settlement.Period, settlement.At, settlement.Gross, settlement.Commission, settlement.Net, settlement.FromBuyers,
        settlement.FromProgrammes, settlement.PaidAt, settlement.PaymentReference, [.. lines]);
}

/// <summary>The caller's settlements as a seller, the newest first.</summary>
public sealed record ListSettlements(PageRequest Page, Period? Period, Id<Organization>? OrganizationId) : IQuery<Page<SettlementAnswer>>, IPaged;

public sealed class ListSettlementsHandler(IMarketplaceDb db) : IRequestHandler<ListSettlements, Page<SettlementAnswer>>
{
    public async Task<Page<SettlementAnswer>> Handle(ListSettlements request, CancellationToken cancellationToken)
    {
        var page = await db.Settlements.AsNoTracking()
            .Where(s => (request.Period == null || s.Period == request.Period) && (request.OrganizationId == null || s.SellerId == request.OrganizationId))
            .NewestFirstAsync(request.Page, s => s.Id, cancellationToken);
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

/// <summary>The buyers' part of a settlement was paid out to the seller.</summary>
public sealed record PaySettlement(string? Reference) : ICommand<SettlementAnswer>, INeedsSecondAdmin
{
    [JsonIgnore]
    public Id<Settlement> Id { get; init; }

    public async Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken) =>
        await db.Settlements.Where(settlement => settlement.Id == Id).Select(settlement => (Money?)settlement.FromBuyers).SingleOrDefaultAsync(cancellationToken) ?? Money.Zero;
}

public sealed class PaySettlementValidator : AbstractValidator<PaySettlement>
{
    public PaySettlementValidator() => RuleFor(request => request.Reference).Text(100);
}

public sealed class PaySettlementHandler(IMarketplaceDb db, AuditLog audit, MarketClock clock) : IRequestHandler<PaySettlement, SettlementAnswer>
{
    public async Task<SettlementAnswer> Handle(PaySettlement request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var settlement = await db.Settlements.SingleOrDefaultAsync(s => s.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("settlement");
        settlement.Pay(request.Reference!, now);
        db.JournalEntries.Add(JournalEntry.For("settlement.paid", settlement.Id.ToString(), now)
            .Move(Asset.Cny, settlement.FromBuyers, Accounts.Of(Accounts.SellerPayable, settlement.SellerId), Accounts.Custody));
        var lines = await SettlementLines.OfAsync(db, [settlement.Id], cancellationToken);
        var answer = SettlementAnswer.Of(settlement, lines[settlement.Id]);
        audit.Record("settlement.paid", ("settlement", settlement.Id.ToString()), settlement.SellerId, new { settlement.FromBuyers, request.Reference });
        return answer;
    }
}
