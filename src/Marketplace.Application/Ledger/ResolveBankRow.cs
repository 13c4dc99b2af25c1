using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Ledger;

public enum BankRowKind
{
    Deposit,
    Withdrawal,
    Payment,
    Settlement,
    Claim,

    /// <summary>No business of the marketplace's: the bank's fees, a transfer that was sent back.</summary>
    None,
}

/// <summary>Says what an unmatched row is, and books it as that, in one transaction.</summary>
public sealed record ResolveBankRow(
    BankRowKind? As, Id<Organization>? OrganizationId, Id<Invoice>? InvoiceId, Id<Settlement>? SettlementId, SettlementPart? Part, Id<Claim>? ClaimId, string? Note) : ICommand<BankRowAnswer>, INeedsSecondAdmin
{
    [JsonIgnore]
    public Id<BankRow> Id { get; init; }

    public async Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken)
    {
        var amount = As == BankRowKind.None ? Money.Zero : await db.BankRows.Where(row => row.Id == Id).Select(row => (Money?)row.Amount).SingleOrDefaultAsync(cancellationToken) ?? Money.Zero;
        return amount.IsNegative ? -amount : amount;
    }
}

public sealed class ResolveBankRowValidator : AbstractValidator<ResolveBankRow>
{
    public ResolveBankRowValidator()
    {
        RuleFor(request => request.As).Required();
        RuleFor(request => request.Note).Text(500);
        RuleFor(request => request.OrganizationId).Required().When(request => request.As is BankRowKind.Deposit or BankRowKind.Withdrawal);
        RuleFor(request => request.InvoiceId).Required().When(request => request.As == BankRowKind.Payment);
        RuleFor(request => request.SettlementId).Required().When(request => request.As == BankRowKind.Settlement);
        RuleFor(request => request.ClaimId).Required().When(request => request.As == BankRowKind.Claim);
    }
}

public sealed class ResolveBankRowHandler(IMarketplaceDb db, TransferMoneyHandler transfers, PayInvoiceHandler payments, PaySettlementHandler settlements, PayClaimHandler claims, AuditLog audit)
    : IRequestHandler<ResolveBankRow, BankRowAnswer>
{
    public async Task<BankRowAnswer> Handle(ResolveBankRow request, CancellationToken cancellationToken)
    {
        var row = await db.BankRows.SingleOrDefaultAsync(r => r.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("bank row");
        var kind = request.As!.Value;
        if (kind != BankRowKind.None && row.Amount.IsPositive == kind is BankRowKind.Withdrawal or BankRowKind.Settlement)
        {
            throw new InvalidRequestException(new Dictionary<string, string[]> { ["as"] = ["goes the other way than the row's money"] });
        }

        var party = await BookAsync(row, kind, request, cancellationToken);
        row.Resolve(kind.ToString().ToLowerInvariant(), party, request.Note!);
        audit.Record("bank_row.resolved", ("bank-row", row.Id.ToString()), party, new { row.Amount, row.Reference, request.As, request.Note });
        return BankRowAnswer.Of(row);
    }

    private async Task<Id<Organization>?> BookAsync(BankRow row, BankRowKind kind, ResolveBankRow request, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case BankRowKind.Deposit or BankRowKind.Withdrawal:
                await transfers.Handle(
                    new(kind == BankRowKind.Deposit ? row.Amount : -row.Amount, row.Reference) { OrganizationId = request.OrganizationId!.Value, Out = kind == BankRowKind.Withdrawal }, cancellationToken);
                return request.OrganizationId;
            case BankRowKind.Payment:
                return (await payments.Handle(new(row.Amount, row.Reference) { Id = request.InvoiceId!.Value }, cancellationToken)).OrganizationId;
            case BankRowKind.Settlement:
                var settlement = await settlements.Handle(new(row.Reference, request.Part) { Id = request.SettlementId!.Value }, cancellationToken);
                var paid = await PaidAsync(settlement, row.Reference, cancellationToken);
                return paid == -row.Amount ? settlement.SellerId : throw LedgerErrors.RowAmount(paid);
            case BankRowKind.Claim:
                var claim = await claims.Handle(new(row.Reference) { Id = request.ClaimId!.Value }, cancellationToken);
                return claim.Approved == row.Amount ? await PayerAsync(claim, cancellationToken) : throw LedgerErrors.RowAmount(claim.Approved);
            default:
                return null;
        }
    }

    private async Task<Id<Organization>?> PayerAsync(ClaimAnswer claim, CancellationToken cancellationToken) =>
        await db.Programmes.IgnoreQueryFilters().Where(programme => programme.Code == claim.Programme).Select(programme => programme.AuthorityId).SingleAsync(cancellationToken);

    private async Task<Money> PaidAsync(SettlementAnswer settlement, string reference, CancellationToken cancellationToken) =>
        (db.SettlementPayments.Local.FirstOrDefault(p => p.SellerId == settlement.SellerId && p.Reference == reference)
            ?? await db.SettlementPayments.SingleAsync(p => p.SellerId == settlement.SellerId && p.Reference == reference, cancellationToken)).Amount;
}
