using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Ledger;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>
/// A part of a settlement was paid out to the seller: the buyers' part at once, the programmes' as far as authorities have paid
/// for its documents and no later credit took it back.
/// </summary>
public sealed record PaySettlement(string? Reference, SettlementPart? Part = null) : ICommand<SettlementAnswer>, INeedsSecondAdmin
{
    [JsonIgnore]
    public Id<Settlement> Id { get; init; }

    public async Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken) => await db.Settlements.Where(settlement => settlement.Id == Id)
        .Select(settlement => (Money?)(Part == SettlementPart.Programmes ? settlement.FromProgrammes : settlement.FromBuyers)).SingleOrDefaultAsync(cancellationToken) ?? Money.Zero;
}

public sealed class PaySettlementValidator : AbstractValidator<PaySettlement>
{
    public PaySettlementValidator() => RuleFor(request => request.Reference).Text(100);
}

public sealed class PaySettlementHandler(IMarketplaceDb db, BankReferences references, AuditLog audit, MarketClock clock) : IRequestHandler<PaySettlement, SettlementAnswer>
{
    public async Task<SettlementAnswer> Handle(PaySettlement request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var part = request.Part ?? SettlementPart.Buyers;
        var settlement = await db.Settlements.SingleOrDefaultAsync(s => s.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("settlement");
        var seller = settlement.SellerId;
        var before = await db.SettlementPayments.SingleOrDefaultAsync(p => p.SellerId == seller && p.Reference == request.Reference, cancellationToken);
        if (before is not null)
        {
            return before.SettlementId == settlement.Id && before.Part == part ? await AnswerAsync(settlement, cancellationToken) : throw BillingErrors.SettlementReference(before.Reference);
        }

        var payment = new SettlementPayment
        {
            Id = Id<SettlementPayment>.New(now),
            SettlementId = settlement.Id,
            SellerId = seller,
            Part = part,
            Amount = part == SettlementPart.Buyers ? settlement.FromBuyers : await ProgrammesDueAsync(settlement, cancellationToken),
            Reference = request.Reference!,
            At = now,
        };
        var stood = new { settlement.PaidAt, settlement.ProgrammesPaid };
        if (part == SettlementPart.Buyers)
        {
            settlement.Pay(payment.Reference, now);
        }
        else
        {
            // Two at once, of two settlements, would spend the same balance: both move the seller's first one, so one of them starts again.
            (await db.Settlements.Where(s => s.SellerId == seller).OrderBy(s => s.Period).FirstAsync(cancellationToken)).Touch();
            settlement.PayProgrammes(payment.Amount);
        }

        await references.TakeAsync(seller, payment.Reference, TransferPurpose.SettlementPayment, -payment.Amount, cancellationToken);
        db.SettlementPayments.Add(payment);
        db.JournalEntries.Add(JournalEntry.For("settlement.paid", payment.Id.ToString(), now)
            .Move(Asset.Cny, payment.Amount, Accounts.Of(Accounts.SellerPayable, seller), Accounts.Custody));
        audit.Record("settlement.paid", ("settlement", settlement.Id.ToString()), seller, new { payment.Part, payment.Amount, payment.Reference, Before = stood, After = new { settlement.PaidAt, settlement.ProgrammesPaid } });
        return await AnswerAsync(settlement, cancellationToken);
    }

    /// <exception cref="RuleException"><c>settlement.nothing_due</c>.</exception>
    private async Task<Money> ProgrammesDueAsync(Settlement settlement, CancellationToken cancellationToken)
    {
        var received = (await (
            from redemption in db.Redemptions
            join invoice in db.Invoices on redemption.InvoiceId equals invoice.Id
            where invoice.SettlementId == settlement.Id && redemption.Deducted
            select redemption.Paid).ToListAsync(cancellationToken)).Sum();

        // What stands there already lacks the commission that buyers' parts didn't cover and what was taken back; what is still
        // due of buyers' parts isn't touched.
        var seller = settlement.SellerId;
        var payable = -new Money(await db.Postings.Where(p => p.Account == Accounts.SellerPayable && p.PartyId == seller.Value).SumAsync(p => (long)(object)p.Amount, cancellationToken));
        var unpaid = (await db.Settlements.Where(s => s.SellerId == seller && s.PaidAt == null).Select(s => s.FromBuyers).ToListAsync(cancellationToken)).Sum(amount => Money.Max(amount, Money.Zero));
        var due = Money.Min(received - settlement.ProgrammesPaid, payable - unpaid);
        return due.IsPositive ? due : throw BillingErrors.NothingDue();
    }

    private async Task<SettlementAnswer> AnswerAsync(Settlement settlement, CancellationToken cancellationToken) =>
        SettlementAnswer.Of(settlement, (await SettlementLines.OfAsync(db, [settlement.Id], cancellationToken))[settlement.Id]);
}
