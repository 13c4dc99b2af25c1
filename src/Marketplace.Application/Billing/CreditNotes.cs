using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <param name="InvoiceId">The invoice that billed the service, whose VAT it reverses.</param>
/// <param name="SupplementaryId">The supplementary invoice that it was issued on, if on one.</param>
/// <param name="Reason">1 invoiced wrongly, 2 returned, 3 service ended, 4 allowance.</param>
public sealed record CreditNoteAnswer(
    Id<CreditNote> Id, string Number, Id<Invoice> InvoiceId, Id<Invoice>? SupplementaryId, Id<Organization> SellerId, Id<Organization> OrganizationId, Period Period, int Reason, string Note,
    DateTimeOffset IssuedAt, Money Total, Money Net, Money Vat, Money VoucherReturned, Money Refund)
{
    public static CreditNoteAnswer Of(CreditNote note) => new(
        note.Id, note.Number, note.InvoiceId, note.SupplementaryId, note.SellerId, note.OrganizationId, note.Period, (int)note.Reason, note.Note, note.IssuedAt, note.Total, note.Net,
        note.Vat, note.VoucherReturned, note.Refund);
}

/// <summary>What credit notes can be sorted by.</summary>
public enum CreditNoteColumn
{
    Total,
    IssuedAt,
}

/// <summary>The credit notes that the caller issued or got, the newest first where it isn't said otherwise.</summary>
/// <param name="OrganizationId">Those that it got or issued.</param>
public sealed record ListCreditNotes(PageRequest Page, Id<Invoice>? InvoiceId, Period? Period, Id<Organization>? OrganizationId = null, Sort<CreditNoteColumn>? Sort = null)
    : IQuery<Page<CreditNoteAnswer>>, IPaged;

public sealed class ListCreditNotesHandler(IMarketplaceDb db) : IRequestHandler<ListCreditNotes, Page<CreditNoteAnswer>>
{
    public async Task<Page<CreditNoteAnswer>> Handle(ListCreditNotes request, CancellationToken cancellationToken) =>
        (await db.CreditNotes.AsNoTracking()
            .Where(note => (request.InvoiceId == null || note.InvoiceId == request.InvoiceId || note.SupplementaryId == request.InvoiceId) && (request.Period == null || note.Period == request.Period)
                && (request.OrganizationId == null || note.OrganizationId == request.OrganizationId || note.SellerId == request.OrganizationId))
            .SortedAsync(db.CreditNotes, request.Page, request.Sort, new() { { CreditNoteColumn.Total, note => note.Total }, CreditNoteColumn.IssuedAt }, cancellationToken))
        .Select(CreditNoteAnswer.Of);
}

public sealed record CreditLineInput(Id<InvoiceLine>? LineId, Money? Amount);

/// <summary>Corrects an issued invoice by amounts. Reason 1 takes back all that is left of it, of every line.</summary>
/// <param name="Reason">1 invoiced wrongly, 2 returned, 3 service ended, 4 allowance.</param>
/// <param name="Lines">What is taken off which lines; null with reason 1, for all that is left.</param>
/// <param name="Note">Why.</param>
public sealed record IssueCreditNote(int? Reason, IReadOnlyList<CreditLineInput>? Lines, string? Note) : ICommand<CreditNoteAnswer>, INeedsSecondAdmin
{
    [JsonIgnore]
    public Id<Invoice> InvoiceId { get; init; }

    public async Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        return Lines is not null ? Lines.Sum(line => line.Amount!.Value)
            : await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == InvoiceId, cancellationToken) is { } invoice ? invoice.Total - invoice.CreditedTotal
            : Money.Zero;
    }
}

public sealed class IssueCreditNoteValidator : AbstractValidator<IssueCreditNote>
{
    public IssueCreditNoteValidator()
    {
        RuleFor(request => request.Reason).Required().Between(1, 4);
        RuleFor(request => request.Note).Text(500);
        RuleFor(request => request.Lines).Must((request, lines) => lines is { Count: > 0 and <= 1000 } || (lines is null && request.Reason == (int)CreditReason.InvoicedWrongly))
            .WithMessage("must have 1 to 1000 items; only reason 1 goes without, for all that is left");
        RuleForEach(request => request.Lines).ChildRules(line =>
        {
            line.RuleFor(l => l.LineId).Required();
            line.RuleFor(l => l.Amount).PositiveAmount();
        });
        RuleFor(request => request.Lines).Must(lines => lines is null || lines.Select(line => line.LineId).Distinct().Count() == lines.Count)
            .WithMessage("must not repeat a line");
    }
}

public sealed class IssueCreditNoteHandler(IMarketplaceDb db, Invoicing invoicing, AuditLog audit, MarketClock clock) : IRequestHandler<IssueCreditNote, CreditNoteAnswer>
{
    public async Task<CreditNoteAnswer> Handle(IssueCreditNote request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var invoice = await db.Invoices.Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == request.InvoiceId, cancellationToken)
            ?? throw SharedErrors.NotFound("invoice");
        var wanted = request.Lines?.ToDictionary(line => line.LineId!.Value, line => line.Amount!.Value);
        var unknown = (request.Lines ?? []).Select((line, i) => (line, i)).Where(l => invoice.Lines.All(line => line.Id != l.line.LineId))
            .ToDictionary(l => $"lines[{l.i}].lineId", _ => new[] { "is not a line of the invoice" });
        if (unknown.Count > 0)
        {
            throw new InvalidRequestException(unknown);
        }

        var id = Id<CreditNote>.New(now);
        var stood = new { invoice.Status, invoice.CreditedTotal };
        var service = invoice.Kind == InvoiceKind.Regular ? invoice
            : await db.Invoices.Include(i => i.Lines).SingleAsync(i => i.Lines.Any(line => line.Id == invoice.RejectedLineId), cancellationToken);
        var standing = await StandingAsync(service, cancellationToken);
        var lines = service == invoice ? Credited(standing, wanted, request.Reason!.Value, id, now) : CreditedSupplementary(invoice, standing, wanted?.Values.Single(), request.Reason!.Value, id, now);
        var note = await invoicing.CreditAsync(service, id, (CreditReason)request.Reason!.Value, request.Note!, lines, now, cancellationToken, service == invoice ? null : invoice.Id);
        audit.Record("credit_note.issued", ("credit-note", id.ToString()), note.OrganizationId, new { note.Number, note.InvoiceId, note.SupplementaryId, note.Reason, note.Total, note.Note, Before = stood, After = new { invoice.Status, invoice.CreditedTotal } });
        return CreditNoteAnswer.Of(note);
    }

    private async Task<IReadOnlyList<StandingLine>> StandingAsync(Invoice invoice, CancellationToken cancellationToken)
    {
        var lineIds = invoice.Lines.Select(line => line.Id).ToList();
        var credits = await db.CreditNoteLines.AsNoTracking().Where(line => lineIds.Contains(line.InvoiceLineId)).ToListAsync(cancellationToken);
        return StandingLine.Of([.. invoice.Lines], credits);
    }

    /// <param name="wanted">By line; null for all that is left.</param>
    private static List<CreditNoteLine> Credited(
        IReadOnlyList<StandingLine> standing, Dictionary<Id<InvoiceLine>, Money>? wanted, int reason, Id<CreditNote> id, DateTimeOffset now)
    {
        if (wanted is null)
        {
            wanted = standing.Where(line => line.Left.IsPositive).ToDictionary(line => line.Line.Id, line => line.Left);
            return wanted.Count > 0 ? Credited(standing, wanted, reason, id, now) : throw BillingErrors.NothingToCredit();
        }

        if (reason == (int)CreditReason.InvoicedWrongly
            && standing.Any(line => line.Left.IsPositive && (!wanted.TryGetValue(line.Line.Id, out var amount) || amount != line.Left)))
        {
            throw BillingErrors.CreditNotWhole();
        }

        return [.. standing.Where(line => wanted.ContainsKey(line.Line.Id)).Select(line => line.CreditAmount(wanted[line.Line.Id], id, now))];
    }

    /// <summary>What the buyer bore of a rejected claim is let off him: the line that billed the service, VAT and all, is worth so much less.</summary>
    private static List<CreditNoteLine> CreditedSupplementary(
        Invoice supplementary, IReadOnlyList<StandingLine> standing, Money? wanted, int reason, Id<CreditNote> id, DateTimeOffset now)
    {
        var left = supplementary.Total - supplementary.CreditedTotal;
        var amount = wanted ?? (left.IsPositive ? left : throw BillingErrors.NothingToCredit());
        if (amount > left)
        {
            throw BillingErrors.CreditExceeds(supplementary.Lines.Single().Id, left);
        }

        return reason == (int)CreditReason.InvoicedWrongly && amount != left
            ? throw BillingErrors.CreditNotWhole()
            : [standing.Single(line => line.Line.Id == supplementary.RejectedLineId).CreditRejected(supplementary.RejectedVoucherId!.Value, amount, id, now)];
    }
}
