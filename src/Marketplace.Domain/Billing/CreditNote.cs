using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Domain.Billing;

/// <summary>Why an issued invoice is corrected: the four reasons of a red-letter invoice (红字发票).</summary>
public enum CreditReason
{
    /// <summary>Invoiced wrongly: reverses the whole invoice.</summary>
    InvoicedWrongly = 1,

    /// <summary>Sales return.</summary>
    Returned = 2,

    /// <summary>The service ended early.</summary>
    ServiceEnded = 3,

    /// <summary>Sales allowance; also usage corrected downwards.</summary>
    Allowance = 4,
}

/// <summary>The only way to change an issued invoice.</summary>
public sealed class CreditNote
{
    public required Id<CreditNote> Id { get; init; }
    public required string Number { get; init; }

    /// <summary>The invoice that billed the service, whose VAT it reverses.</summary>
    public required Id<Invoice> InvoiceId { get; init; }

    /// <summary>The supplementary invoice that it was issued on, if on one.</summary>
    public Id<Invoice>? SupplementaryId { get; init; }

    public required Id<Organization> SellerId { get; init; }
    public required Id<Organization> OrganizationId { get; init; }

    /// <summary>The period that it falls in.</summary>
    public required Period Period { get; init; }

    public required CreditReason Reason { get; init; }
    public required string Note { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required Money Total { get; init; }
    public required Money Net { get; init; }
    public required Money Vat { get; init; }

    /// <summary>What goes back to vouchers.</summary>
    public required Money VoucherReturned { get; init; }

    /// <summary>What goes back to the buyer: to the deposit as far as it was paid, else off what is owed.</summary>
    public required Money Refund { get; init; }

    public IList<CreditNoteLine> Lines { get; init; } = [];
    public Id<Settlement>? SettlementId { get; set; }
}

/// <summary>What is taken off one invoice line. All amounts are positive.</summary>
public sealed class CreditNoteLine
{
    public required Id<CreditNoteLine> Id { get; init; }
    public required Id<CreditNote> CreditNoteId { get; init; }
    public required Id<InvoiceLine> InvoiceLineId { get; init; }
    public required Id<Leg> LegId { get; init; }
    public required Money Amount { get; init; }
    public required Money Net { get; init; }
    public required Money Vat { get; init; }
    public required Money Payable { get; init; }

    /// <summary>Hours whose usage was corrected; none where an amount alone is credited.</summary>
    public required LineHours Hours { get; init; }

    /// <summary>Tokens whose count was corrected.</summary>
    public long Tokens { get; init; }

    public required IReadOnlyList<ReturnedPart> Parts { get; set; }
}

/// <summary>What goes back to one voucher.</summary>
/// <param name="VoucherId">Which voucher.</param>
/// <param name="Programme">The programme's code.</param>
/// <param name="Deducted">Whether it had lowered what the buyer paid.</param>
/// <param name="Amount">What goes back to it.</param>
/// <param name="Rejected">What doesn't, since the authority had rejected it before: it goes back to who bore that.</param>
public sealed record ReturnedPart(Id<Voucher> VoucherId, string Programme, bool Deducted, Money Amount, Money Rejected)
{
    /// <summary>The part of the line that no longer stands.</summary>
    public Money Taken => Amount + Rejected;

    /// <summary>Splits off what isn't the voucher's any more.</summary>
    public ReturnedPart AtMost(Money standing) => this with { Amount = Money.Min(Taken, standing), Rejected = Taken - Money.Min(Taken, standing) };
}

/// <summary>
/// What is left of an invoice line after credits. Every credit is the difference between what stood and what stays, so many
/// small ones come to the same as one large one.
/// </summary>
public sealed class StandingLine
{
    private readonly Dictionary<Hour, CardTime> _hours;
    private readonly Dictionary<Hour, CardTime> _down;
    private readonly Dictionary<Id<Voucher>, Money> _parts;

    private StandingLine(InvoiceLine line, IReadOnlyCollection<InvoiceLine> outages, IEnumerable<CreditNoteLine> credits)
    {
        Line = line;
        Outage = outages.Sum(outage => outage.Amount);
        _down = outages.SelectMany(outage => outage.Hours.Each()).ToDictionary(pair => pair.Key, pair => pair.Value);
        _hours = line.Hours.Each().ToDictionary(pair => pair.Key, pair => pair.Value);
        _parts = line.Parts.ToDictionary(part => part.VoucherId, part => part.Amount);
        (Amount, Vat, Payable, Tokens) = (line.Amount, line.Vat, line.Payable, line.Tokens);
        foreach (var credit in credits)
        {
            Amount -= credit.Amount;
            Vat -= credit.Vat;
            Payable -= credit.Payable;
            Tokens -= credit.Tokens;
            AllowedByAmount += credit.Hours.Runs.Count == 0 && credit.Tokens == 0 ? credit.Amount : Money.Zero;
            foreach (var (hour, time) in credit.Hours.Each())
            {
                _hours[hour] -= time;
            }

            foreach (var part in credit.Parts)
            {
                _parts[part.VoucherId] -= part.Taken;
            }
        }
    }

    /// <summary>The lines as they stand, in the order given.</summary>
    /// <param name="lines">All of an invoice's, or all of a leg's: what an outage takes off stands on a line of its own.</param>
    public static IReadOnlyList<StandingLine> Of(IReadOnlyCollection<InvoiceLine> lines, IEnumerable<CreditNoteLine> credits)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var outages = lines.Where(line => line.Kind == LineKind.Outage).ToLookup(line => (line.InvoiceId, line.LegId, line.UsagePeriod, line.OffPeak));
        var credited = credits.ToLookup(credit => credit.InvoiceLineId);
        return [.. lines.Select(line => new StandingLine(
            line, line.Kind == LineKind.Reserved ? [.. outages[(line.InvoiceId, line.LegId, line.UsagePeriod, line.OffPeak)]] : [], credited[line.Id]))];
    }

    public InvoiceLine Line { get; }

    /// <summary>What the outage beside reserved hours takes off them: zero or less.</summary>
    public Money Outage { get; }

    public Money Amount { get; }

    /// <summary>What a credit can still take: the amount that stands, less the outage that was never paid for.</summary>
    public Money Left => Amount + Outage;

    public Money Vat { get; }
    public Money Payable { get; }

    /// <summary>Credited as an amount and not for hours; it stays credited whatever the usage turns out to be.</summary>
    public Money AllowedByAmount { get; }

    /// <summary>Tokens that are billed and weren't credited.</summary>
    public long Tokens { get; }

    public CardTime Of(Hour hour) => _hours.GetValueOrDefault(hour);

    public IEnumerable<KeyValuePair<Hour, CardTime>> Hours => _hours;

    /// <summary>What the buyer paid of his own money for hours that he used himself, and how many those are.</summary>
    /// <param name="resold">How much of an hour he put up for resale.</param>
    public PaidUse OwnUse(Func<Hour, CardTime> resold)
    {
        ArgumentNullException.ThrowIfNull(resold);
        var (own, gone) = (CardTime.Zero, CardTime.Zero);
        foreach (var (hour, billed) in _hours)
        {
            var used = billed + _down.GetValueOrDefault(hour);
            var part = CardTime.Min(resold(hour), used);
            (own, gone) = (own + used - part, gone + part);
        }

        var paid = Left - gone.At(Line.UnitPrice) - _parts.Values.Sum();
        return paid.IsPositive ? new(paid, own) : default;
    }

    /// <summary>A credit of an amount, whatever it is for.</summary>
    /// <exception cref="RuleException"><c>credit_note.exceeds</c>: more than is left of the line.</exception>
    public CreditNoteLine CreditAmount(Money amount, Id<CreditNote> note, DateTimeOffset at) =>
        amount > Left ? throw BillingErrors.CreditExceeds(Line.Id, Money.Max(Left, Money.Zero)) : StayingWith(Amount - amount, LineHours.None, note, at);

    /// <summary>A credit of card time that was billed and wasn't used: what stays is the price of what remains.</summary>
    public CreditNoteLine CreditHours(IReadOnlyDictionary<Hour, CardTime> taken, Id<CreditNote> note, DateTimeOffset at)
    {
        var hours = LineHours.Of(taken.OrderBy(pair => pair.Key));
        var remaining = new CardTime(_hours.Values.Sum(time => time.MilliCardSeconds)) - hours.Total;
        var stays = Money.Max(remaining.At(Line.UnitPrice) - AllowedByAmount, -Outage);
        return StayingWith(Money.Min(stays, Amount), hours, note, at);
    }

    /// <summary>A credit of tokens that were billed and weren't used.</summary>
    public CreditNoteLine CreditTokens(long taken, Id<CreditNote> note, DateTimeOffset at)
    {
        var stays = Money.Max(Line.UnitPrice.Of(Tokens - taken, TokenPrices.Unit) - AllowedByAmount, Money.Zero);
        return StayingWith(Money.Min(stays, Amount), LineHours.None, note, at, taken);
    }

    /// <summary>
    /// A credit of what the buyer bore of a voucher's part that the authority rejected. The other vouchers' parts shrink with the
    /// line, and it by what they had lowered it, so that the buyer has back what was asked for: exactly, or a little more where
    /// another voucher counts in whole yuan and its step makes the line shrink by more than that part's own ratio allows.
    /// </summary>
    /// <param name="voucher">Whose part was rejected.</param>
    /// <param name="borne">At most what is left of that part.</param>
    /// <param name="note">The credit note.</param>
    /// <param name="at">When it is issued.</param>
    public CreditNoteLine CreditRejected(Id<Voucher> voucher, Money borne, Id<CreditNote> note, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(borne, _parts[voucher]);
        var amount = borne;
        while (true)
        {
            var parts = Returned(Amount - amount).ToDictionary(part => part.VoucherId);
            parts[voucher] = parts[voucher] with { Amount = Money.Max(borne, parts[voucher].Amount) };
            var whole = parts.Values.Where(part => part.Deducted || part.VoucherId == voucher).Sum(part => part.Amount);
            if (whole <= amount)
            {
                return Credit(Amount - amount, [.. parts.Values.Where(part => part.Amount.IsPositive)], LineHours.None, note, at);
            }

            amount = whole;
        }
    }

    private CreditNoteLine StayingWith(Money stays, LineHours hours, Id<CreditNote> note, DateTimeOffset at, long tokens = 0) =>
        Credit(stays, [.. Returned(stays).Where(part => part.Amount.IsPositive)], hours, note, at, tokens);

    /// <summary>What goes back to each voucher where so much of the line stays.</summary>
    private IEnumerable<ReturnedPart> Returned(Money stays)
    {
        var staying = Line.Parts.Count == 0 ? [] : Correction.Stays(
            Line.Amount + Outage, stays + Outage, [.. Line.Parts.Select(part => new CapturedPart(part.VoucherId, part.Programme, part.Amount, part.Ratio, part.Eligible, part.Unit))]);
        return Line.Parts.Select((part, i) => new ReturnedPart(part.VoucherId, part.Programme, part.Deducted, _parts[part.VoucherId] - staying[i], Money.Zero));
    }

    private CreditNoteLine Credit(Money stays, IReadOnlyList<ReturnedPart> parts, LineHours hours, Id<CreditNote> note, DateTimeOffset at, long tokens = 0)
    {
        var amount = Amount - stays;
        var vat = Vat - stays.VatIncluded(Line.VatRate);
        return new()
        {
            Id = Id<CreditNoteLine>.New(at),
            CreditNoteId = note,
            InvoiceLineId = Line.Id,
            LegId = Line.LegId,
            Amount = amount,
            Net = amount - vat,
            Vat = vat,
            Payable = amount - parts.Where(part => part.Deducted).Sum(part => part.Amount),
            Hours = hours,
            Tokens = tokens,
            Parts = parts,
        };
    }
}
