using Marketplace.Application.Metering;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

public sealed record ExplainedReading(string Source, string EventId, DateTimeOffset From, DateTimeOffset To, int Cards, int Milli, ReadingStatus Status, bool Attested, DateTimeOffset AcceptedAt, string? Replaces);

/// <summary>An hour of the line and the readings that it rests on, as they counted when the line was made.</summary>
public sealed record ExplainedHour(Hour Hour, string CardHours, long InputTokens, long OutputTokens, IReadOnlyList<ExplainedReading> Readings);

/// <summary>The contract: on what terms the leg was sold.</summary>
public sealed record ExplainedLeg(
    Id<Leg> Id, Id<Order> OrderId, DateTimeOffset PlacedAt, Id<Listing> ListingId, Id<Organization> SellerId, Id<Organization> BuyerId, string Node,
    string Accelerator, int Cards, int MilliPerCard, Hour From, Hour To, Product Product, Price ListingPrice, OffPeak? OffPeak);

/// <summary>How the amount came about, in words with its figures.</summary>
public sealed record ExplainedAmount(string Quantity, Price UnitPrice, Money Amount, Ratio VatRate, Money Net, Money Vat, string Formula);

/// <summary>What a voucher paid, by which rule of which version, and how far the money has come back.</summary>
public sealed record ExplainedPart(
    Id<Voucher> VoucherId, string Programme, int ProgrammeVersion, string Rule, Ratio? Ratio, Money Eligible, Money Limit, Money Amount, bool Deducted,
    ProgrammeRules Rules, Money Returned, Money Rejected, Money Claimed, Money Paid);

/// <summary>What a programme rewarded the provider with for the line's hours, by which rule and of what, and how far the money has come back.</summary>
public sealed record ExplainedReward(
    Id<Voucher> VoucherId, string Programme, int ProgrammeVersion, Id<Organization> ProviderId, string Rule, Ratio? Ratio, Price? PerCardHour, Money OwnMoney, string CardHours,
    Money Share, Money Amount, Money Returned, Money Rejected, Money Claimed, Money Paid);

/// <summary>A programme that was asked about the line, and the rule that ruled it out or kept it from paying all of its share.</summary>
/// <param name="Eligible">What of the line counted under its rules.</param>
public sealed record ExplainedRefusal(string Programme, int ProgrammeVersion, string Code, Money Eligible);

/// <summary>What stood beside the readings of some of the line's hours when it was made.</summary>
/// <param name="Buyer">The buyer's figures for each hour, where these counted in place of the provider's.</param>
/// <param name="ResoldDownSeconds">Outage an hour, in card-seconds, of cards that the leg's holder had sold on.</param>
public sealed record ExplainedFact(Hour From, int Hours, HourStanding Standing, FiguresAnswer? Buyer, long ResoldDownSeconds);

public sealed record ExplainedCredit(string Number, CreditReason Reason, DateTimeOffset IssuedAt, Money Amount, Money Vat, IReadOnlyList<ReturnedPart> Returned);

public sealed record LineExplanation(
    Id<InvoiceLine> LineId, string InvoiceNumber, Period Period, string RatingVersion, LineKind Kind, ExplainedAmount Amount, IReadOnlyList<ExplainedHour> Hours,
    IReadOnlyList<ExplainedFact> Facts, ExplainedLeg Leg, IReadOnlyList<ExplainedPart> Vouchers, IReadOnlyList<ExplainedRefusal> VouchersNotApplied,
    IReadOnlyList<ExplainedReward> Rewards, IReadOnlyList<ExplainedCredit> Credits);

/// <summary>Walks an invoice line down: hours, readings, leg, listing, price; and each voucher part down to its rule.</summary>
public sealed record ExplainLine(Id<Invoice> InvoiceId, Id<InvoiceLine> LineId) : IQuery<LineExplanation>;

public sealed class ExplainLineHandler(IMarketplaceDb db, Funding funding) : IRequestHandler<ExplainLine, LineExplanation>
{
    public async Task<LineExplanation> Handle(ExplainLine request, CancellationToken cancellationToken)
    {
        var invoice = await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == request.InvoiceId, cancellationToken);
        var line = invoice?.Lines.SingleOrDefault(l => l.Id == request.LineId) ?? throw SharedErrors.NotFound("invoice line");
        var leg = await db.Legs.AsNoTracking().SingleAsync(l => l.Id == line.LegId, cancellationToken);
        var placedAt = await db.Orders.Where(o => o.Id == line.OrderId).Select(o => o.PlacedAt).SingleAsync(cancellationToken);
        var facts = await db.InvoiceFacts.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(f => f.InvoiceId == line.InvoiceId && f.OrderId == line.OrderId, cancellationToken);
        return new(
            line.Id, invoice!.Number, invoice.Period, invoice.RatingVersion, line.Kind, AmountOf(line), await HoursAsync(line, cancellationToken),
            FactsOf(line, facts), new(leg.Id, leg.OrderId, placedAt, leg.ListingId, leg.SellerId, leg.BuyerId, leg.NodeName, leg.Accelerator, leg.Cards, leg.MilliPerCard, leg.From, leg.To, leg.Product, leg.PricePerCardHour, leg.OffPeak),
            await PartsAsync(line, cancellationToken), await RefusalsAsync(invoice!, line, facts, cancellationToken),
            await RewardsAsync(line, cancellationToken), await CreditsAsync(line, cancellationToken));
    }

    private static IReadOnlyList<ExplainedFact> FactsOf(InvoiceLine line, InvoiceFacts? facts)
    {
        var hours = line.Hours.Each().Select(hour => hour.Key).ToHashSet();
        return [.. (facts?.Hours ?? []).Where(fact => fact.LegId == line.LegId && fact.Each().Any(hours.Contains)).Select(fact => new ExplainedFact(
            fact.From, fact.Hours, fact.Standing, fact.Buyer is { } buyer ? FiguresAnswer.Of(buyer) : null, fact.ResoldDown.MilliCardSeconds / CardTime.PerCardSecond))];
    }

    /// <summary>Decides again on the facts that were kept: by which rule a programme gave nothing to the line, or less than its share.</summary>
    private async Task<IReadOnlyList<ExplainedRefusal>> RefusalsAsync(Invoice invoice, InvoiceLine line, InvoiceFacts? facts, CancellationToken cancellationToken)
    {
        var place = invoice.Lines.Where(other => other.LegId == line.LegId).OrderBy(other => other.Position).ToList().FindIndex(other => other.Id == line.Id);
        var refusals = new List<ExplainedRefusal>();
        foreach (var allocation in facts?.Allocations ?? [])
        {
            var decided = Funding.Allocate(await funding.WithRulesAsync(allocation, cancellationToken)).Allocation.Decisions;
            refusals.AddRange(decided.Where(decision => decision.LineKey == $"{line.LegId}/{place}" && decision.Code is not null)
                .Select(decision => new ExplainedRefusal(decision.ProgrammeCode, decision.VersionNumber, decision.Code!, decision.Eligible)));
        }

        return refusals;
    }

    private static string UnitsOf(LineUnit unit) => unit switch
    {
        LineUnit.InputTokens => "million input tokens",
        LineUnit.OutputTokens => "million output tokens",
        _ => "card-hours",
    };

    private static ExplainedAmount AmountOf(InvoiceLine line) => new(
        line.QuantityText(), line.UnitPrice, line.Amount, line.VatRate, line.Net, line.Vat,
        $"{line.QuantityText()} {UnitsOf(line.Unit)} × {line.UnitPrice} = {line.Amount}, rounded half up to the fen; VAT = {line.Amount} × {line.VatRate} ÷ (1 + {line.VatRate}) = {line.Vat}");

    private async Task<IReadOnlyList<ExplainedHour>> HoursAsync(InvoiceLine line, CancellationToken cancellationToken)
    {
        var readings = (await (
            from reading in db.Readings
            join meter in db.Meters.IgnoreQueryFilters() on reading.MeterId equals meter.Id
            where reading.LegId == line.LegId && reading.UsageVersion <= line.UsageVersion && (reading.ReplacedAtVersion == null || reading.ReplacedAtVersion > line.UsageVersion)
            orderby reading.From
            select new { reading, meter.Source }).AsNoTracking().ToListAsync(cancellationToken))
            .SelectMany(row => row.reading.ByHour().Select(part => (part.Hour, row.Source, Reading: row.reading, part.Amounts))).ToLookup(row => row.Hour);
        return [.. line.Hours.Each().Select(hour => new ExplainedHour(hour.Key, hour.Value.ToCardHours(), readings[hour.Key].Sum(row => row.Amounts.InputTokens), readings[hour.Key].Sum(row => row.Amounts.OutputTokens), [.. readings[hour.Key].Select(row => new ExplainedReading(
            row.Source, row.Reading.EventId, row.Reading.From, row.Reading.To, row.Reading.Cards, row.Reading.Milli, row.Reading.Status, row.Reading.Attested,
            row.Reading.AcceptedAt, row.Reading.Replaces))]))];
    }

    private async Task<IReadOnlyList<ExplainedPart>> PartsAsync(InvoiceLine line, CancellationToken cancellationToken)
    {
        var redemptions = await db.Redemptions.IgnoreQueryFilters().AsNoTracking().Where(r => r.LineId == line.Id && r.Reward == null).ToDictionaryAsync(r => r.VoucherId, cancellationToken);
        var codes = line.Parts.Select(part => part.Programme).ToList();
        var versions = await db.ProgrammeVersions.AsNoTracking().Where(v => codes.Contains(v.Code)).ToListAsync(cancellationToken);
        return [.. line.Parts.Select(part => new ExplainedPart(
            part.VoucherId, part.Programme, part.ProgrammeVersion, part.Rule, part.Ratio, part.Eligible, part.Limit, part.Amount, part.Deducted,
            versions.Single(v => v.Code == part.Programme && v.Number == part.ProgrammeVersion).Rules,
            redemptions[part.VoucherId].Returned, redemptions[part.VoucherId].Rejected, redemptions[part.VoucherId].Claimed, redemptions[part.VoucherId].Paid))];
    }

    private async Task<IReadOnlyList<ExplainedReward>> RewardsAsync(InvoiceLine line, CancellationToken cancellationToken) =>
        [.. (await db.Redemptions.IgnoreQueryFilters().AsNoTracking().Where(r => r.LineId == line.Id && r.Reward != null).OrderBy(r => r.Id).ToListAsync(cancellationToken))
            .Select(r => new ExplainedReward(
                r.VoucherId, r.ProgrammeCode, r.ProgrammeVersion, r.PayeeId, r.Reward!.Rule, r.Reward.Ratio, r.Reward.PerCardHour, r.Reward.Use.Paid, r.Reward.Use.CardTime.ToCardHours(),
                r.Reward.Share, r.Amount, r.Returned, r.Rejected, r.Claimed, r.Paid))];

    private async Task<IReadOnlyList<ExplainedCredit>> CreditsAsync(InvoiceLine line, CancellationToken cancellationToken) =>
        [.. (await (
            from credit in db.CreditNoteLines
            join note in db.CreditNotes on credit.CreditNoteId equals note.Id
            where credit.InvoiceLineId == line.Id
            orderby note.IssuedAt
            select new { credit, note }).AsNoTracking().ToListAsync(cancellationToken))
            .Select(row => new ExplainedCredit(row.note.Number, row.note.Reason, row.note.IssuedAt, row.credit.Amount, row.credit.Vat, row.credit.Parts))];
}
