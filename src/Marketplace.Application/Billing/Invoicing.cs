using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>An order's part of an invoice: the lines that were rated, and which vouchers pay what of them.</summary>
/// <param name="Order">The order.</param>
/// <param name="Lines">By the key that the allocations know them by.</param>
/// <param name="Fundings">What was held first, then for adjustments what is available.</param>
public sealed record BilledOrder(Order Order, IReadOnlyDictionary<string, (Leg Leg, RatedLine Rated)> Lines, IReadOnlyList<FundingResult> Fundings);

/// <summary>Issues invoices and credit notes: numbers, content, money and postings, inside the transaction that is under way.</summary>
public sealed class Invoicing(IMarketplaceDb db, DocumentNumbers numbers, Funding funding, Rewards rewards, MarketplaceSettings settings)
{
    /// <summary>The content of an invoice as text that is the same on any machine: what the digest is over, and what replays compare.</summary>
    public static string ContentOf(Invoice invoice) => JsonSerializer.Serialize(
        new
        {
            invoice.Id,
            invoice.Number,
            invoice.Kind,
            invoice.SellerId,
            invoice.OrganizationId,
            invoice.Period,
            invoice.SellerTaxpayer,
            invoice.RatingVersion,
            invoice.IssuedAt,
            Lines = invoice.Lines.OrderBy(line => line.Position),
            invoice.Total,
            invoice.Net,
            invoice.Vat,
            invoice.VoucherTotal,
            invoice.Payable,
        },
        MarketJson.Options);

    /// <summary>
    /// Makes the invoice of a seller, buyer and period from what was rated and funded, with lines in the order of orders, legs
    /// and bands. The same input makes the same content: nothing here asks the clock or the database.
    /// </summary>
    public static Invoice Compose(
        InvoiceHead head, IReadOnlyList<BilledOrder> orders, Func<Leg, RatedLine, Ratio> vatRate, Func<int, Id<InvoiceLine>> lineId)
    {
        var lines = orders.SelectMany(billed => billed.Lines.Select(line => MakeLine(head, billed, line.Key, line.Value.Leg, line.Value.Rated, vatRate(line.Value.Leg, line.Value.Rated))))
            .Select((make, position) => make(position, lineId(position))).ToList();
        var invoice = Of(head, lines, []);
        return Of(head, lines, Invoice.DigestOf(ContentOf(invoice)));
    }

    private static Func<int, Id<InvoiceLine>, InvoiceLine> MakeLine(
        InvoiceHead head, BilledOrder billed, string key, Leg leg, RatedLine rated, Ratio vatRate)
    {
        var parts = billed.Fundings.SelectMany(f => f.Allocation.Parts.Where(part => part.LineKey == key).Select(part => new LinePart(
            part.VoucherId, part.ProgrammeCode, f.ProgrammeOf(part).VersionNumber, part.Rule, part.Ratio,
            f.Allocation.Decisions.First(d => d.LineKey == key && d.ProgrammeCode == part.ProgrammeCode).Eligible, f.ProgrammeOf(part).Rules.Unit(),
            f.Request.Vouchers.First(v => v.Id == part.VoucherId && v.HeldFor == part.HeldFor).Limit, f.IsDeducted(part), part.Amount))).ToList();
        var vat = rated.Amount.VatIncluded(vatRate);
        return (position, id) => new()
        {
            Id = id,
            InvoiceId = head.Id,
            Position = position,
            Kind = rated.Kind,
            OrderId = billed.Order.Id,
            LegId = leg.Id,
            UsagePeriod = rated.Band.Period,
            OffPeak = rated.Band.OffPeak,
            Quantity = rated.Hours.Total,
            Unit = rated.Unit,
            Tokens = rated.Tokens,
            UnitPrice = rated.Band.UnitPrice,
            VatRate = vatRate,
            Amount = rated.Amount,
            Net = rated.Amount - vat,
            Vat = vat,
            Payable = rated.Amount - parts.Where(part => part.Deducted).Sum(part => part.Amount),
            Hours = rated.Hours,
            UsageVersion = leg.UsageVersion,
            Parts = parts,
        };
    }

    private static Invoice Of(InvoiceHead head, IReadOnlyList<InvoiceLine> lines, byte[] digest, Redemption? rejected = null) => new()
    {
        Id = head.Id,
        Number = head.Number,
        Kind = head.Kind,
        SellerId = head.SellerId,
        OrganizationId = head.BuyerId,
        Period = head.Period,
        SellerTaxpayer = head.SellerTaxpayer,
        RatingVersion = RatingV1.Version,
        IssuedAt = head.IssuedAt,
        DueOn = head.DueOn,
        Total = lines.Sum(line => line.Amount),
        Net = lines.Sum(line => line.Net),
        Vat = lines.Sum(line => line.Vat),
        VoucherTotal = lines.SelectMany(line => line.Parts).Sum(part => part.Amount),
        Payable = lines.Sum(line => line.Payable),
        Lines = [.. lines],
        ContentDigest = digest,
        RejectedLineId = rejected?.LineId,
        RejectedVoucherId = rejected?.VoucherId,
    };

    /// <summary>
    /// Makes the buyer owe a new invoice and pays of it what the deposit has; the vouchers' parts become redemptions.
    /// </summary>
    public async Task PostAsync(Invoice invoice, BuyerAccount account, JournalEntry journal, CancellationToken cancellationToken)
    {
        db.Invoices.Add(invoice);
        account.Owe(invoice.Payable);
        var paid = account.PayFromDeposit(invoice.Payable);
        invoice.Pay(paid);
        journal.Move(Asset.Cny, invoice.Payable, Accounts.Receivable(invoice.OrganizationId), Accounts.Of(Accounts.SellerUnsettled, invoice.SellerId))
            .Move(Asset.Cny, paid, Accounts.Deposit(invoice.OrganizationId), Accounts.Receivable(invoice.OrganizationId));
        var codes = invoice.Lines.SelectMany(line => line.Parts).Select(part => part.Programme).Distinct().ToList();
        if (codes.Count == 0)
        {
            return;
        }

        var authorities = await db.Programmes.IgnoreQueryFilters().AsNoTracking().Where(p => codes.Contains(p.Code)).ToDictionaryAsync(p => p.Code, p => p.AuthorityId, cancellationToken);
        foreach (var line in invoice.Lines)
        {
            foreach (var part in line.Parts)
            {
                db.Redemptions.Add(RedemptionOf(invoice, line, part));
                if (part.Deducted)
                {
                    journal.Move(Asset.Cny, part.Amount, Accounts.Of(Accounts.AuthorityReceivable, authorities[part.Programme]), Accounts.Of(Accounts.SellerUnsettled, invoice.SellerId));
                }
            }
        }
    }

    /// <summary>The last day of the payment term.</summary>
    public DateOnly DueOn(DateTimeOffset issuedAt) => settings.Time.Day(issuedAt).AddDays(settings.PaymentDays);

    private Redemption RedemptionOf(Invoice invoice, InvoiceLine line, LinePart part) => new()
    {
        Id = Id<Redemption>.New(invoice.IssuedAt),
        VoucherId = part.VoucherId,
        ProgrammeCode = part.Programme,
        ProgrammeVersion = part.ProgrammeVersion,
        OrderId = line.OrderId,
        InvoiceId = invoice.Id,
        LineId = line.Id,
        SellerId = invoice.SellerId,
        BuyerId = invoice.OrganizationId,
        PayeeId = part.Deducted ? invoice.SellerId : invoice.OrganizationId,
        Deducted = part.Deducted,
        UsedUntil = settings.Time.Day(line.Hours.Runs.Max(run => run.From + (run.Hours - 1)).Start),
        Amount = part.Amount,
    };

    /// <summary>
    /// Makes the buyer owe what the authority rejected. The service was invoiced in full before, VAT included, so the line
    /// carries none and a settlement counts it only as moved from the programmes' part to the buyers'.
    /// </summary>
    public async Task<Invoice> IssueSupplementaryAsync(
        Redemption redemption, Money amount, Id<Organization> authority, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var original = await db.InvoiceLines.IgnoreQueryFilters().AsNoTracking().SingleAsync(line => line.Id == redemption.LineId, cancellationToken);
        var head = new InvoiceHead(
            Id<Invoice>.New(now), await numbers.NextAsync(redemption.SellerId, NumberSeries.Invoice, now, cancellationToken), InvoiceKind.Supplementary,
            redemption.SellerId, redemption.BuyerId, settings.Time.Period(now), now)
        {
            DueOn = DueOn(now),
        };
        var line = new InvoiceLine
        {
            Id = Id<InvoiceLine>.New(now),
            InvoiceId = head.Id,
            Position = 0,
            Kind = LineKind.Adjustment,
            OrderId = original.OrderId,
            LegId = original.LegId,
            UsagePeriod = original.UsagePeriod,
            OffPeak = original.OffPeak,
            Quantity = CardTime.Zero,
            UnitPrice = original.UnitPrice,
            VatRate = Ratio.Zero,
            Amount = amount,
            Net = amount,
            Vat = Money.Zero,
            Payable = amount,
            Hours = LineHours.None,
            UsageVersion = original.UsageVersion,
            Parts = [],
        };
        var invoice = Of(head, [line], Invoice.DigestOf(ContentOf(Of(head, [line], []))), redemption);
        db.Invoices.Add(invoice);
        var account = await db.BuyerAccounts.IgnoreQueryFilters().SingleAsync(a => a.OrganizationId == redemption.BuyerId, cancellationToken);
        account.Owe(amount);
        var paid = account.PayFromDeposit(amount);
        invoice.Pay(paid);
        journal.Move(Asset.Cny, amount, Accounts.Receivable(redemption.BuyerId), Accounts.Of(Accounts.AuthorityReceivable, authority))
            .Move(Asset.Cny, paid, Accounts.Deposit(redemption.BuyerId), Accounts.Receivable(redemption.BuyerId));
        return invoice;
    }

    /// <summary>
    /// Issues a credit note over lines of one invoice: takes it off what the buyer owes or gives it back to the deposit, and
    /// returns to each voucher what no longer stands.
    /// </summary>
    /// <param name="invoice">The one that billed the service.</param>
    /// <param name="id">The note's.</param>
    /// <param name="reason">Its reason.</param>
    /// <param name="note">Its text.</param>
    /// <param name="lines">What is taken off the invoice's lines.</param>
    /// <param name="now">The market's time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="supplementary">The supplementary invoice that it was asked for on, if on one.</param>
    public async Task<CreditNote> CreditAsync(
        Invoice invoice, Id<CreditNote> id, CreditReason reason, string note, IReadOnlyList<CreditNoteLine> lines, DateTimeOffset now, CancellationToken cancellationToken,
        Id<Invoice>? supplementary = null)
    {
        var borneByBuyer = await SplitRejectedAsync(lines, cancellationToken);
        var payable = lines.Sum(line => line.Payable);
        var credit = new CreditNote
        {
            Id = id,
            Number = await numbers.NextAsync(invoice.SellerId, NumberSeries.CreditNote, now, cancellationToken),
            InvoiceId = invoice.Id,
            SupplementaryId = supplementary,
            SellerId = invoice.SellerId,
            OrganizationId = invoice.OrganizationId,
            Period = settings.Time.Period(now),
            Reason = reason,
            Note = note,
            IssuedAt = now,
            Total = lines.Sum(line => line.Amount),
            Net = lines.Sum(line => line.Net),
            Vat = lines.Sum(line => line.Vat),
            VoucherReturned = lines.SelectMany(line => line.Parts).Sum(part => part.Amount),
            Refund = payable + borneByBuyer.Sum(part => part.Amount),
            Lines = [.. lines],
        };
        db.CreditNotes.Add(credit);
        var account = await db.BuyerAccounts.IgnoreQueryFilters().SingleAsync(a => a.OrganizationId == invoice.OrganizationId, cancellationToken);
        var back = invoice.Credit(credit.Total, payable) + await CreditSupplementaryAsync(borneByBuyer, cancellationToken);
        account.Credit(offReceivable: credit.Refund - back, toDeposit: back);
        var journal = JournalEntry.For("credit_note.issued", id.ToString(), now)
            .Move(Asset.Cny, credit.Refund - back, Accounts.Of(Accounts.SellerUnsettled, invoice.SellerId), Accounts.Receivable(invoice.OrganizationId))
            .Move(Asset.Cny, back, Accounts.Of(Accounts.SellerUnsettled, invoice.SellerId), Accounts.Deposit(invoice.OrganizationId));
        foreach (var line in lines)
        {
            foreach (var part in line.Parts)
            {
                await ReturnAsync(invoice, line, part, journal, now, cancellationToken);
            }
        }

        await rewards.ReturnAsync(lines, journal, now, cancellationToken);
        db.JournalEntries.Add(journal);
        return credit;
    }

    /// <summary>A voucher gets back no more than still stands of what it paid: what the authority had rejected goes to who bore it.</summary>
    /// <returns>What the buyer bore, by the line and voucher that it was rejected of.</returns>
    private async Task<IReadOnlyList<(Id<InvoiceLine> Line, Id<Voucher> Voucher, Money Amount)>> SplitRejectedAsync(IReadOnlyList<CreditNoteLine> lines, CancellationToken cancellationToken)
    {
        var ids = lines.Where(line => line.Parts.Count > 0).Select(line => line.InvoiceLineId).ToList();
        var standing = await db.Redemptions.IgnoreQueryFilters().Where(r => ids.Contains(r.LineId)).ToDictionaryAsync(r => (r.LineId, r.VoucherId), cancellationToken);
        var borne = new List<(Id<InvoiceLine>, Id<Voucher>, Money)>();
        foreach (var line in lines)
        {
            line.Parts = [.. line.Parts.Select(part => part.AtMost(standing[(line.InvoiceLineId, part.VoucherId)].Standing))];
            foreach (var part in line.Parts.Where(part => part.Deducted && part.Rejected.IsPositive))
            {
                if (await BearerAsync(standing[(line.InvoiceLineId, part.VoucherId)], cancellationToken) == ClaimBearer.Buyer)
                {
                    borne.Add((line.InvoiceLineId, part.VoucherId, part.Rejected));
                }
            }
        }

        return borne;
    }

    /// <summary>What the buyer bore stands on the supplementary invoice of that rejection.</summary>
    /// <returns>What of it was paid, and goes back to the deposit.</returns>
    private async Task<Money> CreditSupplementaryAsync(IReadOnlyList<(Id<InvoiceLine> Line, Id<Voucher> Voucher, Money Amount)> borne, CancellationToken cancellationToken)
    {
        var back = Money.Zero;
        foreach (var (line, voucher, amount) in borne)
        {
            var supplementary = await db.Invoices.IgnoreQueryFilters().SingleAsync(i => i.RejectedLineId == line && i.RejectedVoucherId == voucher, cancellationToken);
            back += supplementary.Credit(amount, amount);
        }

        return back;
    }

    private async Task<ClaimBearer> BearerAsync(Redemption redemption, CancellationToken cancellationToken) =>
        (await db.ProgrammeVersions.AsNoTracking().SingleAsync(v => v.Code == redemption.ProgrammeCode && v.Number == redemption.ProgrammeVersion, cancellationToken))
        .Rules.BearerOfRejectedClaims();

    private async Task ReturnAsync(Invoice invoice, CreditNoteLine line, ReturnedPart part, JournalEntry journal, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var voucher = (await funding.TrackedAsync([part.VoucherId], cancellationToken))[part.VoucherId];
        var redemption = await db.Redemptions.IgnoreQueryFilters().SingleAsync(r => r.LineId == line.InvoiceLineId && r.VoucherId == part.VoucherId, cancellationToken);
        redemption.Return(part.Amount);
        var went = voucher.Return(part.Amount, settings.Time.Day(now));
        journal.Move(Asset.Vouchers(part.Programme), part.Amount, Accounts.Of(Accounts.VoucherRedeemed, voucher.Id), Accounts.Of(Funding.AccountOf(went), voucher.Id));
        await funding.ReturnToBudgetAsync(voucher, went, part.Amount, now, cancellationToken);
        if (part.Deducted && part.Rejected.IsPositive && await BearerAsync(redemption, cancellationToken) == ClaimBearer.Seller)
        {
            journal.Move(Asset.Cny, part.Rejected, Accounts.Of(Accounts.SellerUnsettled, invoice.SellerId), Accounts.Of(Accounts.SellerProgrammeDue, invoice.SellerId));
        }

        if (part.Deducted)
        {
            var authority = await db.Programmes.IgnoreQueryFilters().Where(p => p.Code == part.Programme).Select(p => p.AuthorityId).SingleAsync(cancellationToken);
            journal.Move(Asset.Cny, part.Amount, Accounts.Of(Accounts.SellerUnsettled, invoice.SellerId), Accounts.Of(Accounts.AuthorityReceivable, authority));
        }
    }
}

/// <summary>What an invoice is known by, before its lines.</summary>
public sealed record InvoiceHead(
    Id<Invoice> Id, string Number, InvoiceKind Kind, Id<Organization> SellerId, Id<Organization> BuyerId, Period Period, DateTimeOffset IssuedAt, Taxpayer SellerTaxpayer = Taxpayer.General)
{
    /// <summary>Stands beside the content: terms of payment may be other ones when the invoice is made again.</summary>
    public DateOnly DueOn { get; init; }
}
