using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Ledger;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

public sealed record LineVoucherAnswer(Id<Voucher> VoucherId, string Programme, Money Amount);

/// <param name="Quantity">Card-hours or million tokens, to six places.</param>
public sealed record InvoiceLineAnswer(
    Id<InvoiceLine> Id, LineKind Kind, Id<Order> OrderId, Id<Leg> LegId, Period UsagePeriod, bool OffPeak, string Quantity, string Unit, Price UnitPrice,
    Money Amount, Money Net, Money Vat, Ratio VatRate, IReadOnlyList<LineVoucherAnswer> Vouchers, Money Payable)
{
    public static InvoiceLineAnswer Of(InvoiceLine line) => new(
        line.Id, line.Kind, line.OrderId, line.LegId, line.UsagePeriod, line.OffPeak, line.QuantityText(), UnitOf(line.Unit), line.UnitPrice,
        line.Amount, line.Net, line.Vat, line.VatRate, [.. line.Parts.Select(part => new LineVoucherAnswer(part.VoucherId, part.Programme, part.Amount))], line.Payable);

    public static string UnitOf(LineUnit unit) => unit switch
    {
        LineUnit.InputTokens => "million-input-tokens",
        LineUnit.OutputTokens => "million-output-tokens",
        _ => "card-hour",
    };
}

/// <summary>
/// An invoice as it was issued, and how far it is paid and credited by now. A supplementary one names the line that billed the
/// service, and the voucher whose part of it the authority rejected.
/// </summary>
public sealed record InvoiceAnswer(
    Id<Invoice> Id, string Number, string? TaxNumber, InvoiceKind Kind, Id<Organization> SellerId, Id<Organization> OrganizationId, string RatingVersion,
    Period Period, InvoiceStatus Status, DateTimeOffset IssuedAt, IReadOnlyList<InvoiceLineAnswer> Lines, Money Total, Money Net, Money Vat,
    Money VoucherTotal, Money Payable, Money Paid, Money Credited, Money Outstanding, string ContentDigest, DateOnly DueOn,
    Id<InvoiceLine>? RejectedLineId, Id<Voucher>? RejectedVoucherId)
{
    public static InvoiceAnswer Of(Invoice invoice) => new(
        invoice.Id, invoice.Number, invoice.TaxNumber, invoice.Kind, invoice.SellerId, invoice.OrganizationId, invoice.RatingVersion, invoice.Period,
        invoice.Status, invoice.IssuedAt, [.. invoice.Lines.OrderBy(line => line.Position).Select(InvoiceLineAnswer.Of)], invoice.Total, invoice.Net, invoice.Vat,
        invoice.VoucherTotal, invoice.Payable, invoice.Paid, invoice.CreditedTotal, Money.Max(invoice.Outstanding, Money.Zero),
        Convert.ToHexStringLower(invoice.ContentDigest), invoice.DueOn, invoice.RejectedLineId, invoice.RejectedVoucherId);
}

public enum InvoiceSide
{
    /// <summary>What the caller is to pay.</summary>
    Received,

    /// <summary>What the caller is to be paid.</summary>
    Issued,
}

/// <summary>What invoices can be sorted by.</summary>
public enum InvoiceColumn
{
    Total,
    Payable,
    DueOn,
}

/// <summary>The caller's invoices, the newest first where it isn't said otherwise: an enterprise's are those it got unless it asks for those of its resales.</summary>
/// <param name="OrganizationId">Those that it got or issued.</param>
public sealed record ListInvoices(
    PageRequest Page, Period? Period, Id<Organization>? OrganizationId, InvoiceSide? Side, bool Overdue, InvoiceStatus? Status = null, Sort<InvoiceColumn>? Sort = null)
    : IQuery<Page<InvoiceAnswer>>, IPaged;

public sealed class ListInvoicesHandler(IMarketplaceDb db, RequestContext context, MarketplaceSettings settings, MarketClock clock) : IRequestHandler<ListInvoices, Page<InvoiceAnswer>>
{
    public async Task<Page<InvoiceAnswer>> Handle(ListInvoices request, CancellationToken cancellationToken)
    {
        var me = context.Caller.OrganizationId;
        var side = request.Side ?? (context.Caller.Role == Role.Enterprise ? InvoiceSide.Received : null);
        var invoices = InvoiceFilters.WithStatus(db.Invoices, request.Status).AsNoTracking().Include(invoice => invoice.Lines).AsQueryable();
        if (request.Overdue)
        {
            invoices = invoices.Where(InvoiceFilters.OverdueOn(settings.Time.Day(clock.GetUtcNow())));
        }

        invoices = invoices
            .Where(invoice => (request.Period == null || invoice.Period == request.Period)
                && (request.OrganizationId == null || invoice.OrganizationId == request.OrganizationId || invoice.SellerId == request.OrganizationId)
                && (side != InvoiceSide.Received || invoice.OrganizationId == me) && (side != InvoiceSide.Issued || invoice.SellerId == me));
        var page = await invoices.SortedAsync(
            db.Invoices, request.Page, request.Sort,
            new() { { InvoiceColumn.Total, invoice => invoice.Total }, { InvoiceColumn.Payable, invoice => invoice.Payable }, { InvoiceColumn.DueOn, invoice => invoice.DueOn } },
            cancellationToken);
        return page.Select(InvoiceAnswer.Of);
    }
}

public sealed record GetInvoice(Id<Invoice> Id) : IQuery<InvoiceAnswer>;

public sealed class GetInvoiceHandler(IMarketplaceDb db) : IRequestHandler<GetInvoice, InvoiceAnswer>
{
    public async Task<InvoiceAnswer> Handle(GetInvoice request, CancellationToken cancellationToken) =>
        InvoiceAnswer.Of(await db.Invoices.AsNoTracking().Include(invoice => invoice.Lines).SingleOrDefaultAsync(invoice => invoice.Id == request.Id, cancellationToken)
            ?? throw SharedErrors.NotFound("invoice"));
}

/// <summary>All of a buyer's invoices and credit notes of a period on one page.</summary>
public sealed record StatementAnswer(
    Period Period, Id<Organization> OrganizationId, IReadOnlyList<InvoiceAnswer> Invoices, IReadOnlyList<CreditNoteAnswer> CreditNotes,
    Money Total, Money VoucherTotal, Money Payable, Money Credited, Money Outstanding);

public sealed record GetStatement(Period Period, Id<Organization>? OrganizationId) : IQuery<StatementAnswer>;

public sealed class GetStatementHandler(IMarketplaceDb db, RequestContext context) : IRequestHandler<GetStatement, StatementAnswer>
{
    public async Task<StatementAnswer> Handle(GetStatement request, CancellationToken cancellationToken)
    {
        var buyer = request.OrganizationId ?? context.Caller.OrganizationId;
        if (!await db.Organizations.AnyAsync(o => o.Id == buyer, cancellationToken))
        {
            throw SharedErrors.NotFound("organization");
        }

        var invoices = await db.Invoices.AsNoTracking().Include(i => i.Lines).Where(i => i.OrganizationId == buyer && i.Period == request.Period)
            .OrderBy(i => i.Id).ToListAsync(cancellationToken);
        var credits = await db.CreditNotes.AsNoTracking().Where(c => c.OrganizationId == buyer && c.Period == request.Period).OrderBy(c => c.Id).ToListAsync(cancellationToken);
        return new(
            request.Period, buyer, [.. invoices.Select(InvoiceAnswer.Of)], [.. credits.Select(CreditNoteAnswer.Of)], invoices.Sum(i => i.Total),
            invoices.Sum(i => i.VoucherTotal), invoices.Sum(i => i.Payable), credits.Sum(c => c.Total), invoices.Sum(i => Money.Max(i.Outstanding, Money.Zero)));
    }
}

/// <summary>A buyer's payment of an invoice came in by the bank. A reference counts once a buyer.</summary>
public sealed record PayInvoice(Money? Amount, string? Reference) : ICommand<InvoiceAnswer>, INeedsSecondAdmin
{
    [JsonIgnore]
    public Id<Invoice> Id { get; init; }

    public Task<Money> AmountAsync(IMarketplaceDb db, CancellationToken cancellationToken) => Task.FromResult(Amount!.Value);
}

public sealed class PayInvoiceValidator : AbstractValidator<PayInvoice>
{
    public PayInvoiceValidator()
    {
        RuleFor(request => request.Amount).PositiveAmount();
        RuleFor(request => request.Reference).Text(100);
    }
}

public sealed class PayInvoiceHandler(IMarketplaceDb db, BankReferences references, AuditLog audit, MarketClock clock) : IRequestHandler<PayInvoice, InvoiceAnswer>
{
    public async Task<InvoiceAnswer> Handle(PayInvoice request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var invoice = await db.Invoices.Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == request.Id, cancellationToken) ?? throw SharedErrors.NotFound("invoice");
        var before = await db.InvoicePayments.SingleOrDefaultAsync(p => p.OrganizationId == invoice.OrganizationId && p.Reference == request.Reference, cancellationToken);
        if (before is not null)
        {
            return before.InvoiceId == invoice.Id && before.Amount == request.Amount
                ? InvoiceAnswer.Of(invoice) : throw BillingErrors.PaymentReferenceUsed(before.Reference);
        }

        var payment = new InvoicePayment
        {
            Id = Id<InvoicePayment>.New(now),
            InvoiceId = invoice.Id,
            OrganizationId = invoice.OrganizationId,
            Amount = request.Amount!.Value,
            Reference = request.Reference!,
            At = now,
        };
        var stood = new { invoice.Status, invoice.Paid };
        invoice.Pay(payment.Amount);
        (await db.BuyerAccounts.SingleAsync(a => a.OrganizationId == invoice.OrganizationId, cancellationToken)).PayReceivable(payment.Amount);
        await references.TakeAsync(invoice.OrganizationId, payment.Reference, TransferPurpose.InvoicePayment, payment.Amount, cancellationToken);
        db.InvoicePayments.Add(payment);
        db.JournalEntries.Add(JournalEntry.For("invoice.paid", payment.Id.ToString(), now)
            .Move(Asset.Cny, payment.Amount, Accounts.Custody, Accounts.Receivable(invoice.OrganizationId)));
        audit.Record("invoice.paid", ("invoice", invoice.Id.ToString()), invoice.OrganizationId, new { invoice.Number, payment.Amount, payment.Reference, Before = stood, After = new { invoice.Status, invoice.Paid } });
        return InvoiceAnswer.Of(invoice);
    }
}

/// <summary>Records the tax authority's own number of an invoice.</summary>
public sealed record SetTaxNumber(string? Number, DateOnly? IssuedOn) : ICommand<InvoiceAnswer>
{
    [JsonIgnore]
    public Id<Invoice> Id { get; init; }
}

public sealed class SetTaxNumberValidator : AbstractValidator<SetTaxNumber>
{
    public SetTaxNumberValidator()
    {
        RuleFor(request => request.Number).Text(50);
        RuleFor(request => request.IssuedOn).Required();
    }
}

public sealed class SetTaxNumberHandler(IMarketplaceDb db, RequestContext context, AuditLog audit) : IRequestHandler<SetTaxNumber, InvoiceAnswer>
{
    public async Task<InvoiceAnswer> Handle(SetTaxNumber request, CancellationToken cancellationToken)
    {
        var invoice = await db.Invoices.Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == request.Id, cancellationToken);
        if (invoice is null || !(context.Caller.SeesAll || context.Caller.Is(invoice.SellerId)))
        {
            throw SharedErrors.NotFound("invoice");
        }

        invoice.SetTaxNumber(request.Number!, request.IssuedOn!.Value);
        audit.Record("invoice.tax_number", ("invoice", invoice.Id.ToString()), invoice.SellerId, new { invoice.Number, request.IssuedOn, tax = request.Number });
        return InvoiceAnswer.Of(invoice);
    }
}
