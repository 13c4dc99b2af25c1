using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Application.Audit.Verification;
using Marketplace.Application.Json;
using Marketplace.Application.Vouchers;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Audit.Export;

/// <summary>
/// Checks an archive without a database: the manifest's hashes, the digests and sums of documents, rating and allocation done
/// again, gapless numbers, balanced entries that lead from the opening to the closing balances, and the seals' chain.
/// </summary>
public sealed class ArchiveVerifier : IDisposable
{
    private readonly ZipArchive _zip;
    private readonly ArchiveAbout _about;
    private readonly BusinessTime _time;

    /// <exception cref="InvalidDataException">It isn't an archive of this format.</exception>
    public ArchiveVerifier(Stream archive)
    {
        _zip = new(archive, ZipArchiveMode.Read, leaveOpen: true);
        _about = Rows<ArchiveAbout>(ArchiveFiles.About).SingleOrDefault() is { Format: ArchiveFiles.Format } about ? about : throw new InvalidDataException("The archive says nothing of itself that this version knows.");
        _time = new(TimeZoneInfo.FindSystemTimeZoneById(_about.TimeZone));
    }

    public Period Period => _about.Period;

    public void Dispose() => _zip.Dispose();

    public IReadOnlyList<InvariantAnswer> Run()
    {
        var answers = new List<InvariantAnswer> { Hashes() };
        var invoices = new Dictionary<Id<Invoice>, InvoiceContent>();
        answers.Add(Invoices(invoices));
        answers.Add(Ratings(invoices));
        answers.Add(Allocations(invoices));
        answers.Add(Credits());
        answers.Add(Numbers(invoices));
        answers.Add(Settlements());
        answers.Add(Ledger(invoices));
        answers.Add(Seals());
        return answers;
    }

    private IEnumerable<T> Rows<T>(string file)
    {
        var entry = _zip.GetEntry(file) ?? throw new InvalidDataException($"{file} is missing.");
        using var reader = new StreamReader(entry.Open());
        while (reader.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<T>(line, MarketJson.Options) ?? throw new InvalidDataException($"{file} has an empty line.");
        }
    }

    private InvariantAnswer Hashes()
    {
        var findings = new Findings("archive.hashes");
        using var stream = (_zip.GetEntry(ArchiveFiles.Manifest) ?? throw new InvalidDataException("The manifest is missing.")).Open();
        var manifest = JsonSerializer.Deserialize<ArchiveManifest>(stream, MarketJson.Options)!;
        foreach (var file in manifest.Files)
        {
            using var content = _zip.GetEntry(file.Name)?.Open();
            findings.Expect(content is not null && Convert.ToHexStringLower(SHA256.HashData(content)) == file.Sha256, () => $"{file.Name} isn't what the manifest says.");
        }

        findings.Expect(_zip.Entries.Count == manifest.Files.Count + 1, () => "The archive has files that the manifest doesn't name.");
        return findings.Answer();
    }

    private InvariantAnswer Invoices(Dictionary<Id<Invoice>, InvoiceContent> invoices)
    {
        var findings = new Findings("invoices.unchanged");
        foreach (var row in Rows<ArchivedInvoice>(ArchiveFiles.Invoices))
        {
            var invoice = JsonSerializer.Deserialize<InvoiceContent>(row.Content, MarketJson.Options)!;
            invoices.Add(row.Id, invoice);
            findings.Expect(invoice.Id == row.Id && Convert.ToHexStringLower(Invoice.DigestOf(row.Content)) == row.Digest, () => $"Invoice {invoice.Number} of {invoice.SellerId} was changed.");
            findings.Expect(
                invoice.Total == invoice.Lines.Sum(l => l.Amount) && invoice.Payable == invoice.Lines.Sum(l => l.Payable) && invoice.Net + invoice.Vat == invoice.Total
                && invoice.Lines.All(l => l.Amount == l.Payable + l.Parts.Where(p => p.Deducted).Sum(p => p.Amount) && l.Net + l.Vat == l.Amount && l.Vat == l.Amount.VatIncluded(l.VatRate)),
                () => $"Invoice {invoice.Number} of {invoice.SellerId} doesn't add up.");
        }

        return findings.Answer();
    }

    /// <summary>Every line of usage comes out of terms and metered hours again, at its rate of VAT.</summary>
    private InvariantAnswer Ratings(Dictionary<Id<Invoice>, InvoiceContent> invoices)
    {
        var findings = new Findings("rating.is_a_function");
        var rated = new HashSet<(Id<Invoice>, Id<Leg>)>();
        foreach (var row in Rows<ArchivedLeg>(ArchiveFiles.Legs))
        {
            rated.Add((row.InvoiceId, row.LegId));
            var invoice = invoices.GetValueOrDefault(row.InvoiceId);
            var lines = invoice?.Lines.Where(line => line.LegId == row.LegId).OrderBy(line => line.Position).ToList() ?? [];
            var again = invoice is null ? [] : Rate(row, invoice.Period).Lines;
            findings.Expect(
                lines.Count > 0 && lines.Count == again.Count && lines.Zip(again).All(pair => Same(pair.First, pair.Second, row, invoice!.SellerTaxpayer)),
                () => $"Leg {row.LegId} on invoice {invoice?.Number} comes out otherwise.");
        }

        foreach (var invoice in invoices.Values.Where(i => i.Kind == InvoiceKind.Regular))
        {
            findings.Expect(invoice.RatingVersion == RatingV1.Version && invoice.Lines.All(line => rated.Contains((invoice.Id, line.LegId))), () => $"The archive hasn't what invoice {invoice.Number} was rated from.");
        }

        return findings.Answer();
    }

    private RatedLeg Rate(ArchivedLeg row, Period period)
    {
        var metered = row.Metered.ToDictionary(hour => hour.Hour, hour => hour.ToMetered());
        return row.Terms.Product == Product.Tokens
            ? TokenRatingV1.Rate(row.Terms, period, metered, row.BilledTokens.ToDictionary(billed => (billed.Period, billed.Unit), billed => billed.Tokens), _time)
            : RatingV1.Rate(row.Terms, period, metered, row.Billed.ToDictionary(billed => billed.Hour, billed => billed.Time), _time);
    }

    private bool Same(InvoiceLine line, RatedLine rated, ArchivedLeg leg, Taxpayer taxpayer) =>
        (line.Kind, line.UsagePeriod, line.OffPeak, line.UnitPrice, line.Unit, line.Tokens, line.Amount) == (rated.Kind, rated.Band.Period, rated.Band.OffPeak, rated.Band.UnitPrice, rated.Unit, rated.Tokens, rated.Amount)
        && line.Hours.Equals(rated.Hours) && line.UsageVersion == leg.UsageVersion
        && line.VatRate == VatTable.RateOf(leg.Supply, taxpayer, _time.Day(_time.EndOf(line.UsagePeriod).AddTicks(-1)), _about.VatRate);

    /// <summary>What vouchers pay of each line comes out of the rules and the facts again.</summary>
    private InvariantAnswer Allocations(Dictionary<Id<Invoice>, InvoiceContent> invoices)
    {
        var findings = new Findings("vouchers.by_their_rules");
        var rules = Rows<ArchivedRules>(ArchiveFiles.Rules).ToDictionary(row => (row.Code, row.Number), row => row.Rules);
        foreach (var facts in Rows<InvoiceFacts>(ArchiveFiles.Allocations))
        {
            var invoice = invoices.GetValueOrDefault(facts.InvoiceId);
            var again = facts.Allocations
                .Select(request => request with { Programmes = [.. request.Programmes.Select(programme => programme with { Rules = rules[(programme.Code, programme.VersionNumber)] })] })
                .SelectMany(request => Funding.Allocate(request).Allocation.Parts).GroupBy(part => (part.LineKey, part.VoucherId)).ToDictionary(group => group.Key, group => group.Sum(part => part.Amount));
            var stands = (invoice?.Lines.Where(line => line.OrderId == facts.OrderId) ?? []).GroupBy(line => line.LegId)
                .SelectMany(leg => leg.OrderBy(line => line.Position).SelectMany((line, i) => line.Parts.Select(part => (Key: ($"{leg.Key}/{i}", part.VoucherId), part.Amount))))
                .GroupBy(part => part.Key).ToDictionary(group => group.Key, group => group.Sum(part => part.Amount));
            findings.Expect(
                invoice is not null && again.Count == stands.Count && again.All(part => stands.GetValueOrDefault(part.Key) == part.Value),
                () => $"The vouchers of order {facts.OrderId} on invoice {invoice?.Number} come out otherwise.");
        }

        return findings.Answer();
    }

    private InvariantAnswer Credits()
    {
        var findings = new Findings("credit_notes.sums");
        foreach (var note in Rows<ArchivedCredit>(ArchiveFiles.CreditNotes))
        {
            findings.Expect(
                note.Total == note.Net + note.Vat && note.Total == note.Lines.Sum(line => line.Amount) && note.Vat == note.Lines.Sum(line => line.Vat)
                && note.VoucherReturned == note.Lines.SelectMany(line => line.Parts).Sum(part => part.Amount)
                && note.Lines.All(line => line.Amount == line.Payable + line.Parts.Where(part => part.Deducted).Sum(part => part.Taken)),
                () => $"Credit note {note.Number} of {note.SellerId} doesn't add up.");
        }

        return findings.Answer();
    }

    private InvariantAnswer Numbers(Dictionary<Id<Invoice>, InvoiceContent> invoices)
    {
        var findings = new Findings("numbers.gapless");
        foreach (var row in Rows<ArchivedNumbers>(ArchiveFiles.Numbers))
        {
            var series = new NumberSeries { SellerId = row.SellerId, Document = row.Document, Year = row.Year };
            var expected = Enumerable.Range(0, row.Last).Select(_ => series.Next()).ToList();
            var missing = expected.Except(row.Found).FirstOrDefault();
            findings.Expect(missing is null && row.Found.Count == expected.Count, () => $"Number {missing} of {row.SellerId} ({row.Document}) is missing.");
        }

        foreach (var twice in invoices.Values.GroupBy(i => (i.SellerId, i.Number)))
        {
            findings.Expect(twice.Count() == 1, () => $"Number {twice.Key.Number} of {twice.Key.SellerId} stands on {twice.Count()} invoices.");
        }

        return findings.Answer();
    }

    private InvariantAnswer Settlements()
    {
        var findings = new Findings("settlements.sums");
        var commissions = Rows<CommissionInvoice>(ArchiveFiles.Commissions).ToDictionary(c => c.SettlementId);
        foreach (var row in Rows<ArchivedSettlement>(ArchiveFiles.Settlements))
        {
            var invoiced = commissions.GetValueOrDefault(row.Id);
            findings.Expect(
                row.Gross.Share(row.CommissionRate) == row.Commission && row.Net == row.Gross - row.Commission && row.Net == row.FromBuyers + row.FromProgrammes
                && (invoiced?.Total ?? Money.Zero) == row.Commission && (invoiced is null || (invoiced.Net + invoiced.Vat == invoiced.Total && invoiced.Vat == invoiced.Total.VatIncluded(invoiced.VatRate))),
                () => $"The settlement of {row.SellerId} doesn't add up.");
        }

        return findings.Answer();
    }

    private InvariantAnswer Ledger(Dictionary<Id<Invoice>, InvoiceContent> invoices)
    {
        var findings = new Findings("ledger.balances");
        var byReference = invoices.ToDictionary(pair => pair.Key.ToString(), pair => pair.Value);
        var balances = new Dictionary<(string, Guid?, string), Money>();
        var closing = new Dictionary<(string, Guid?, string), Money>();
        foreach (var row in Rows<ArchivedBalance>(ArchiveFiles.Balances))
        {
            (balances[(row.Account, row.PartyId, row.Asset)], closing[(row.Account, row.PartyId, row.Asset)]) = (row.Opening, row.Closing);
        }

        foreach (var asset in closing.GroupBy(row => row.Key.Item3))
        {
            findings.Expect(asset.Sum(row => row.Value).IsZero, () => $"The closing balances of {asset.Key} come to {asset.Sum(row => row.Value)}.");
        }

        foreach (var entry in Rows<ArchivedEntry>(ArchiveFiles.Ledger))
        {
            findings.Expect(entry.Postings.GroupBy(p => p.Asset).All(asset => asset.Sum(p => p.Amount).IsZero), () => $"Entry {entry.Event} of {entry.Reference} doesn't balance.");
            foreach (var posting in entry.Postings)
            {
                var key = (posting.Account, posting.PartyId, posting.Asset);
                balances[key] = balances.GetValueOrDefault(key) + posting.Amount;
            }

            if (entry.Event == "invoice.issued" && byReference.TryGetValue(entry.Reference, out var invoice))
            {
                var earned = -entry.Postings.Where(p => p.Account == Domain.Ledger.Accounts.SellerUnsettled).Sum(p => p.Amount);
                findings.Expect(earned == invoice.Total, () => $"The ledger has {earned} for invoice {invoice.Number}, which comes to {invoice.Total}.");
            }
        }

        foreach (var (key, balance) in balances)
        {
            findings.Expect(closing.GetValueOrDefault(key) == balance, () => $"The entries lead {key} to {balance}, the balances say {closing.GetValueOrDefault(key)}.");
        }

        return findings.Answer();
    }

    private InvariantAnswer Seals()
    {
        var findings = new Findings("audit.sealed");
        AuditSeal? previous = null;
        foreach (var row in Rows<ArchivedSeal>(ArchiveFiles.Seals))
        {
            var before = previous ?? (row.Seal.Number == 1 ? null : new() { Number = row.Seal.Number - 1, At = row.Seal.At, Entries = 0, PreviousDigest = [], Digest = row.Seal.PreviousDigest });
            findings.Expect(row.Seal.Holds(row.Entries, before), () => $"Seal {row.Seal.Number} doesn't fit its entries or the seal before it.");
            previous = row.Seal;
        }

        return findings.Answer();
    }
}
