using System.Text.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Billing;

/// <summary>
/// Makes an invoice again from what it rests on: the contract, the readings that counted when it was issued, what had been
/// billed by then, what stood beside the readings, and the rules and facts of its vouchers. Nothing is taken from its own lines but their ids.
/// </summary>
public sealed class Replayer(IMarketplaceDb db, Rater rater, VatRates vat, Funding funding, MarketplaceSettings settings)
{
    /// <returns>Null where the invoice comes out the same, byte for byte; else the first place where it doesn't.</returns>
    public async Task<string?> FirstDifferenceAsync(Invoice invoice, CancellationToken cancellationToken)
    {
        var issued = Invoicing.ContentOf(invoice);
        if (!Invoice.DigestOf(issued).AsSpan().SequenceEqual(invoice.ContentDigest))
        {
            return "contentDigest";
        }

        if (invoice.Kind == InvoiceKind.Supplementary)
        {
            // It follows from a decision and not from usage; the digest is all there is to it.
            return null;
        }

        if (invoice.RatingVersion != RatingV1.Version)
        {
            return "ratingVersion";
        }

        var again = await ComposeAsync(invoice, cancellationToken);
        return again is null ? "lines" : Difference(JsonDocument.Parse(issued).RootElement, JsonDocument.Parse(Invoicing.ContentOf(again)).RootElement, "");
    }

    private async Task<Invoice?> ComposeAsync(Invoice invoice, CancellationToken cancellationToken)
    {
        var legIds = invoice.Lines.Select(line => line.LegId).Distinct().ToList();
        var legs = await db.Legs.AsNoTracking().Where(leg => legIds.Contains(leg.Id)).ToListAsync(cancellationToken);
        var orderIds = legs.Select(leg => leg.OrderId).Distinct().ToList();
        var orders = await db.Orders.AsNoTracking().Where(order => orderIds.Contains(order.Id)).ToDictionaryAsync(order => order.Id, cancellationToken);
        var facts = await db.InvoiceFacts.AsNoTracking().Where(f => f.InvoiceId == invoice.Id).ToDictionaryAsync(f => f.OrderId, cancellationToken);
        var rated = await RateAsync(invoice, legs, facts.Values.SelectMany(fact => fact.Hours).ToLookup(fact => fact.LegId), cancellationToken);
        var billed = new List<BilledOrder>();
        foreach (var order in rated.Where(leg => leg.Rated.Lines.Count > 0).GroupBy(leg => leg.Leg.OrderId).OrderBy(group => group.Key))
        {
            if (!facts.TryGetValue(order.Key, out var fact))
            {
                return null;
            }

            var lines = order.OrderBy(leg => leg.Leg.Position)
                .SelectMany(leg => leg.Rated.Lines.Select((line, i) => (Key: $"{leg.Leg.Id}/{i}", leg.Leg, Line: line))).ToDictionary(line => line.Key, line => (line.Leg, line.Line));
            var fundable = order.SelectMany(leg => leg.Rated.Lines.Select((line, i) => (Key: $"{leg.Leg.Id}/{i}", Amount: leg.Fundable(line)))).ToDictionary(line => line.Key, line => line.Amount);
            var fundings = new List<FundingResult>();
            foreach (var allocation in fact.Allocations)
            {
                var request = await funding.WithRulesAsync(allocation, cancellationToken);
                fundings.Add(Funding.Allocate(request with
                {
                    Lines = [.. request.Lines.Select(line => fundable.TryGetValue(line.Key, out var amount) ? line with { Amount = amount } : line)],
                }));
            }

            billed.Add(new(orders[order.Key], lines, fundings));
        }

        var head = new InvoiceHead(invoice.Id, invoice.Number, invoice.Kind, invoice.SellerId, invoice.OrganizationId, invoice.Period, invoice.IssuedAt, invoice.SellerTaxpayer);
        var ids = invoice.Lines.OrderBy(line => line.Position).Select(line => line.Id).ToList();
        return Invoicing.Compose(head, billed, await vat.OfAsync(legs, invoice.SellerTaxpayer, cancellationToken), position => position < ids.Count ? ids[position] : Id<InvoiceLine>.None);
    }

    /// <summary>What the lines of an invoice were rated from, leg by leg.</summary>
    public async Task<IReadOnlyList<RatingInput>> InputsAsync(Invoice invoice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(invoice);
        var legIds = invoice.Lines.Select(line => line.LegId).Distinct().ToList();
        var facts = await db.InvoiceFacts.AsNoTracking().Where(f => f.InvoiceId == invoice.Id).ToListAsync(cancellationToken);
        return await InputsAsync(
            invoice, await db.Legs.AsNoTracking().Where(leg => legIds.Contains(leg.Id)).ToListAsync(cancellationToken),
            facts.SelectMany(fact => fact.Hours).ToLookup(fact => fact.LegId), cancellationToken);
    }

    /// <summary>Which hours were attested is kept with the request of the allocation; rating doesn't ask.</summary>
    private async Task<IReadOnlyList<RatedUsage>> RateAsync(Invoice invoice, IReadOnlyList<Leg> legs, ILookup<Id<Leg>, HourFact> facts, CancellationToken cancellationToken) =>
        [.. (await InputsAsync(invoice, legs, facts, cancellationToken))
            .Select(input => rater.Rate(input.Leg, invoice.Period, input.Metered, input.Facts, input.Before, unattested: new HashSet<Hour>()))];

    private async Task<IReadOnlyList<RatingInput>> InputsAsync(Invoice invoice, IReadOnlyList<Leg> legs, ILookup<Id<Leg>, HourFact> facts, CancellationToken cancellationToken)
    {
        var legIds = legs.Select(leg => leg.Id).ToList();
        var readings = (await db.Readings.AsNoTracking().Where(reading => legIds.Contains(reading.LegId)).ToListAsync(cancellationToken)).ToLookup(reading => reading.LegId);
        var earlier = await (
            from line in db.InvoiceLines.AsNoTracking()
            join other in db.Invoices on line.InvoiceId equals other.Id
            where legIds.Contains(line.LegId) && other.Kind == InvoiceKind.Regular && other.Period < invoice.Period
            orderby line.Id descending
            select line).ToListAsync(cancellationToken);
        var credits = await (
            from line in db.CreditNoteLines.AsNoTracking()
            join note in db.CreditNotes on line.CreditNoteId equals note.Id
            where legIds.Contains(line.LegId) && note.IssuedAt <= invoice.IssuedAt
            select line).ToListAsync(cancellationToken);
        return [.. legs.Select(leg =>
        {
            var version = invoice.Lines.First(line => line.LegId == leg.Id).UsageVersion;
            leg.UsageVersion = version;
            var counted = readings[leg.Id].Where(reading => reading.CountsAt(version)).ToList();
            var usage = Usage.AsOf(counted, version);
            var before = StandingLine.Of([.. earlier.Where(line => line.LegId == leg.Id)], credits);
            return new RatingInput(
                leg, usage.Where(hour => hour.Key < settings.Time.Hours(invoice.Period).To)
                    .ToDictionary(hour => hour.Key, hour => new MeteredHour(hour.Value.Busy, hour.Value.Down, hour.Value.InputTokens, hour.Value.OutputTokens)),
                [.. facts[leg.Id]], before, counted.Count, Reading.Digest(counted));
        })];
    }

    private static string? Difference(JsonElement left, JsonElement right, string path)
    {
        if (left.ValueKind != right.ValueKind)
        {
            return path;
        }

        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                return left.EnumerateObject().Select(property => right.TryGetProperty(property.Name, out var other)
                    ? Difference(property.Value, other, path.Length == 0 ? property.Name : $"{path}.{property.Name}") : $"{path}.{property.Name}").FirstOrDefault(found => found is not null);
            case JsonValueKind.Array:
                return left.GetArrayLength() != right.GetArrayLength()
                    ? path
                    : left.EnumerateArray().Zip(right.EnumerateArray()).Select((pair, i) => Difference(pair.First, pair.Second, $"{path}[{i}]")).FirstOrDefault(found => found is not null);
            default:
                return left.GetRawText() == right.GetRawText() ? null : path;
        }
    }
}

/// <summary>What a leg's lines on an invoice were rated from.</summary>
/// <param name="Leg">With the usage version that was rated.</param>
/// <param name="Metered">Usage by hour at that version.</param>
/// <param name="Facts">What stood beside that usage.</param>
/// <param name="Before">The lines that had billed the leg, less their credits, the newest first.</param>
/// <param name="Readings">How many readings counted.</param>
/// <param name="ReadingsDigest">SHA-256 over them.</param>
public sealed record RatingInput(
    Leg Leg, IReadOnlyDictionary<Hour, MeteredHour> Metered, IReadOnlyList<HourFact> Facts, IReadOnlyList<StandingLine> Before, int Readings, byte[] ReadingsDigest);
