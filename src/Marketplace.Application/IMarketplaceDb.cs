using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application;

/// <summary>
/// The database. Every set answers the caller's own rows only; <c>IgnoreQueryFilters</c> marks the few places that must see
/// beyond them, such as matching. Commands don't save: the pipeline does, once.
/// </summary>
public interface IMarketplaceDb
{
    DbSet<Organization> Organizations { get; }
    DbSet<OrganizationController> OrganizationControllers { get; }
    DbSet<Webhook> Webhooks { get; }
    DbSet<WebhookEvent> WebhookEvents { get; }
    DbSet<WebhookDelivery> WebhookDeliveries { get; }
    DbSet<BuyerAccount> BuyerAccounts { get; }
    DbSet<BankTransfer> BankTransfers { get; }
    DbSet<Accelerator> Accelerators { get; }
    DbSet<Center> Centers { get; }
    DbSet<Node> Nodes { get; }
    DbSet<Listing> Listings { get; }
    DbSet<ListingNode> ListingNodes { get; }
    DbSet<Quote> Quotes { get; }
    DbSet<Bid> Bids { get; }
    DbSet<Enquiry> Enquiries { get; }
    DbSet<Order> Orders { get; }
    DbSet<Leg> Legs { get; }
    DbSet<Contract> Contracts { get; }
    DbSet<Delivery> Deliveries { get; }
    DbSet<PriceIndexEntry> PriceIndex { get; }
    DbSet<PriceIndexDay> PriceIndexDays { get; }
    DbSet<Reservation> Reservations { get; }
    DbSet<CapacityChange> CapacityChanges { get; }
    DbSet<Meter> Meters { get; }
    DbSet<MeterKey> MeterKeys { get; }
    DbSet<Reading> Readings { get; }
    DbSet<UsageHour> UsageHours { get; }
    DbSet<BuyerReading> BuyerReadings { get; }
    DbSet<BuyerHour> BuyerHours { get; }
    DbSet<SpotConfirmation> SpotConfirmations { get; }
    DbSet<UsageGap> UsageGaps { get; }
    DbSet<Dispute> Disputes { get; }
    DbSet<Programme> Programmes { get; }
    DbSet<ProgrammeVersion> ProgrammeVersions { get; }
    DbSet<ProgrammeBudget> ProgrammeBudgets { get; }
    DbSet<VoucherApplication> VoucherApplications { get; }
    DbSet<Voucher> Vouchers { get; }
    DbSet<VoucherHold> VoucherHolds { get; }
    DbSet<Redemption> Redemptions { get; }
    DbSet<Claim> Claims { get; }
    DbSet<BillingPeriod> BillingPeriods { get; }
    DbSet<BilledPair> BilledPairs { get; }
    DbSet<NumberSeries> NumberSeries { get; }
    DbSet<Invoice> Invoices { get; }
    DbSet<InvoiceLine> InvoiceLines { get; }
    DbSet<InvoiceFacts> InvoiceFacts { get; }
    DbSet<InvoicePayment> InvoicePayments { get; }
    DbSet<CreditNote> CreditNotes { get; }
    DbSet<CreditNoteLine> CreditNoteLines { get; }
    DbSet<Settlement> Settlements { get; }
    DbSet<SettlementPayment> SettlementPayments { get; }
    DbSet<CommissionInvoice> CommissionInvoices { get; }
    DbSet<BankReference> BankReferences { get; }
    DbSet<BankStatement> BankStatements { get; }
    DbSet<BankRow> BankRows { get; }
    DbSet<Alert> Alerts { get; }
    DbSet<AlertThresholds> AlertThresholds { get; }
    DbSet<JournalEntry> JournalEntries { get; }
    DbSet<Posting> Postings { get; }
    DbSet<AuditEntry> AuditEntries { get; }
    DbSet<AuditSeal> AuditSeals { get; }
    DbSet<FraudFlag> FraudFlags { get; }
    DbSet<Proposal> Proposals { get; }
    DbSet<IdempotencyRecord> IdempotencyRecords { get; }
    DbSet<JobRun> JobRuns { get; }

    Task<int> SaveChangesAsync(CancellationToken cancellationToken);
}
