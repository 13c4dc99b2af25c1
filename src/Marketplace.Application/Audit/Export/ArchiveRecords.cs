using Marketplace.Domain.Audit;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Application.Audit.Export;

/// <summary>The files of an archive: each but the manifest is a JSON document a line.</summary>
public static class ArchiveFiles
{
    public const int Format = 1;
    public const string About = "about.jsonl";
    public const string Organizations = "organizations.jsonl";
    public const string Invoices = "invoices.jsonl";
    public const string Legs = "legs.jsonl";
    public const string Allocations = "allocations.jsonl";
    public const string Rules = "rules.jsonl";
    public const string CreditNotes = "credit-notes.jsonl";
    public const string Settlements = "settlements.jsonl";
    public const string Commissions = "commission-invoices.jsonl";
    public const string Numbers = "numbers.jsonl";
    public const string Balances = "balances.jsonl";
    public const string Ledger = "ledger.jsonl";
    public const string Seals = "seals.jsonl";
    public const string Manifest = "manifest.json";
}

/// <param name="VatRate">For what the table of rates has no row.</param>
/// <param name="LedgerFrom">The first instant that the ledger's entries are of.</param>
/// <param name="LedgerTo">The first that they aren't of any more.</param>
public sealed record ArchiveAbout(int Format, Period Period, string TimeZone, Ratio VatRate, DateTimeOffset MadeAt, DateTimeOffset LedgerFrom, DateTimeOffset LedgerTo);

public sealed record ArchivedOrganization(Id<Organization> Id, string Name, OrganizationKind Kind, CreditCode CreditCode, Taxpayer Taxpayer);

/// <param name="Content">The text that the digest is over, as it was issued.</param>
/// <param name="Digest">SHA-256 in hexadecimal.</param>
public sealed record ArchivedInvoice(Id<Invoice> Id, string Content, string Digest, string? TaxNumber, Money Paid, Money CreditedTotal, Money CreditedPayable);

/// <summary>What of an invoice's content is looked at.</summary>
public sealed record InvoiceContent(
    Id<Invoice> Id, string Number, InvoiceKind Kind, Id<Organization> SellerId, Id<Organization> OrganizationId, Period Period, Taxpayer SellerTaxpayer, string RatingVersion,
    DateTimeOffset IssuedAt, IReadOnlyList<InvoiceLine> Lines, Money Total, Money Net, Money Vat, Money VoucherTotal, Money Payable);

public sealed record ArchivedHour(Hour Hour, CardTime Busy, CardTime Down, long InputTokens, long OutputTokens, HourStanding Standing)
{
    public static ArchivedHour Of(Hour hour, MeteredHour metered) => new(hour, metered.Busy, metered.Down, metered.InputTokens, metered.OutputTokens, metered.Standing);

    public MeteredHour ToMetered() => new(Busy, Down, InputTokens, OutputTokens) { Standing = Standing };
}

public sealed record BilledHour(Hour Hour, CardTime Time);

public sealed record BilledTokens(Period Period, LineUnit Unit, long Tokens);

/// <summary>What the lines of a leg on an invoice were rated from.</summary>
/// <param name="ReadingsDigest">SHA-256 over the readings that counted by the invoice's usage version.</param>
/// <param name="Metered">The hours that those readings make, by what stood beside them.</param>
/// <param name="Billed">What earlier lines had billed of each hour, less credits.</param>
public sealed record ArchivedLeg(
    Id<Invoice> InvoiceId, Id<Leg> LegId, LegTerms Terms, Supply Supply, long UsageVersion, int Readings, string ReadingsDigest, IReadOnlyList<ArchivedHour> Metered,
    IReadOnlyList<BilledHour> Billed, IReadOnlyList<BilledTokens> BilledTokens);

public sealed record ArchivedRules(string Code, int Number, ProgrammeRules Rules);

public sealed record ArchivedCredit(
    Id<CreditNote> Id, string Number, Id<Invoice> InvoiceId, Id<Organization> SellerId, Id<Organization> OrganizationId, Period Period, CreditReason Reason, string Note,
    DateTimeOffset IssuedAt, Money Total, Money Net, Money Vat, Money VoucherReturned, Money Refund, IReadOnlyList<CreditNoteLine> Lines);

public sealed record ArchivedSettlement(
    Id<Settlement> Id, Id<Organization> SellerId, Period Period, Ratio CommissionRate, Money Gross, Money Commission, Money Net, Money FromBuyers, Money FromProgrammes,
    IReadOnlyList<string> Invoices, IReadOnlyList<string> CreditNotes);

/// <summary>A series of document numbers with those that were found, in their order.</summary>
public sealed record ArchivedNumbers(Id<Organization> SellerId, string Document, int Year, int Last, IReadOnlyList<string> Found);

/// <summary>An account before and after the ledger's entries; debits less credits.</summary>
public sealed record ArchivedBalance(string Account, Guid? PartyId, string Asset, Money Opening, Money Closing);

public sealed record ArchivedPosting(string Account, Guid? PartyId, string Asset, Money Amount);

public sealed record ArchivedEntry(Guid Id, DateTimeOffset At, string Event, string Reference, IReadOnlyList<ArchivedPosting> Postings);

public sealed record ArchivedSeal(AuditSeal Seal, IReadOnlyList<AuditEntry> Entries);

public sealed record ManifestFile(string Name, long Lines, string Sha256);

public sealed record ArchiveManifest(int Format, Period Period, IReadOnlyList<ManifestFile> Files);
