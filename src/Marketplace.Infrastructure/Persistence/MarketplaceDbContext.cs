using Marketplace.Application;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Marketplace.Infrastructure.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>
/// The one model of every database. What a feature's tables look like stands in <c>Persistence/Model</c>; here is what holds
/// for all: who sees which rows, how values are stored, and what may never be saved.
/// </summary>
public sealed class MarketplaceDbContext(DbContextOptions<MarketplaceDbContext> options, RequestContext context)
    : IdentityUserContext<Person, Guid>(options), IMarketplaceDb
{
    public DbSet<Organization> Organizations => Set<Organization>();
    public DbSet<OrganizationController> OrganizationControllers => Set<OrganizationController>();
    public DbSet<Webhook> Webhooks => Set<Webhook>();
    public DbSet<WebhookEvent> WebhookEvents => Set<WebhookEvent>();
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();
    public DbSet<BuyerAccount> BuyerAccounts => Set<BuyerAccount>();
    public DbSet<BankTransfer> BankTransfers => Set<BankTransfer>();
    public DbSet<Accelerator> Accelerators => Set<Accelerator>();
    public DbSet<Center> Centers => Set<Center>();
    public DbSet<Node> Nodes => Set<Node>();
    public DbSet<Listing> Listings => Set<Listing>();
    public DbSet<ListingNode> ListingNodes => Set<ListingNode>();
    public DbSet<Quote> Quotes => Set<Quote>();
    public DbSet<Bid> Bids => Set<Bid>();
    public DbSet<Enquiry> Enquiries => Set<Enquiry>();
    public DbSet<Order> Orders => Set<Order>();
    public DbSet<Leg> Legs => Set<Leg>();
    public DbSet<Contract> Contracts => Set<Contract>();
    public DbSet<Delivery> Deliveries => Set<Delivery>();
    public DbSet<PriceIndexEntry> PriceIndex => Set<PriceIndexEntry>();
    public DbSet<PriceIndexDay> PriceIndexDays => Set<PriceIndexDay>();
    public DbSet<Reservation> Reservations => Set<Reservation>();
    public DbSet<CapacityChange> CapacityChanges => Set<CapacityChange>();
    public DbSet<Meter> Meters => Set<Meter>();
    public DbSet<MeterKey> MeterKeys => Set<MeterKey>();
    public DbSet<Reading> Readings => Set<Reading>();
    public DbSet<UsageHour> UsageHours => Set<UsageHour>();
    public DbSet<BuyerReading> BuyerReadings => Set<BuyerReading>();
    public DbSet<BuyerHour> BuyerHours => Set<BuyerHour>();
    public DbSet<SpotConfirmation> SpotConfirmations => Set<SpotConfirmation>();
    public DbSet<UsageGap> UsageGaps => Set<UsageGap>();
    public DbSet<Dispute> Disputes => Set<Dispute>();
    public DbSet<ProgrammeVersion> ProgrammeVersions => Set<ProgrammeVersion>();
    public DbSet<Programme> Programmes => Set<Programme>();
    public DbSet<ProgrammeBudget> ProgrammeBudgets => Set<ProgrammeBudget>();
    public DbSet<VoucherApplication> VoucherApplications => Set<VoucherApplication>();
    public DbSet<Voucher> Vouchers => Set<Voucher>();
    public DbSet<VoucherHold> VoucherHolds => Set<VoucherHold>();
    public DbSet<Redemption> Redemptions => Set<Redemption>();
    public DbSet<Claim> Claims => Set<Claim>();
    public DbSet<BillingPeriod> BillingPeriods => Set<BillingPeriod>();
    public DbSet<BilledPair> BilledPairs => Set<BilledPair>();
    public DbSet<NumberSeries> NumberSeries => Set<NumberSeries>();
    public DbSet<Invoice> Invoices => Set<Invoice>();
    public DbSet<InvoiceLine> InvoiceLines => Set<InvoiceLine>();
    public DbSet<InvoiceFacts> InvoiceFacts => Set<InvoiceFacts>();
    public DbSet<InvoicePayment> InvoicePayments => Set<InvoicePayment>();
    public DbSet<CreditNote> CreditNotes => Set<CreditNote>();
    public DbSet<CreditNoteLine> CreditNoteLines => Set<CreditNoteLine>();
    public DbSet<Settlement> Settlements => Set<Settlement>();
    public DbSet<SettlementPayment> SettlementPayments => Set<SettlementPayment>();
    public DbSet<CommissionInvoice> CommissionInvoices => Set<CommissionInvoice>();
    public DbSet<BankReference> BankReferences => Set<BankReference>();
    public DbSet<BankStatement> BankStatements => Set<BankStatement>();
    public DbSet<BankRow> BankRows => Set<BankRow>();
    public DbSet<Alert> Alerts => Set<Alert>();
    public DbSet<AlertThresholds> AlertThresholds => Set<AlertThresholds>();
    public DbSet<JournalEntry> JournalEntries => Set<JournalEntry>();
    public DbSet<Posting> Postings => Set<Posting>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<AuditSeal> AuditSeals => Set<AuditSeal>();
    public DbSet<FraudFlag> FraudFlags => Set<FraudFlag>();
    public DbSet<Proposal> Proposals => Set<Proposal>();
    public DbSet<IdempotencyRecord> IdempotencyRecords => Set<IdempotencyRecord>();
    public DbSet<JobRun> JobRuns => Set<JobRun>();
    internal DbSet<ApiClient> ApiClients => Set<ApiClient>();
    internal DbSet<StoredKey> StoredKeys => Set<StoredKey>();
    internal DbSet<SandboxTime> SandboxTimes => Set<SandboxTime>();

    /// <summary>The caller whose rows the query filters let through.</summary>
    internal Id<Organization> Me => context.Caller.OrganizationId;

    internal bool SeesAll => context.Caller.SeesAll;

    internal bool IsSqlServer => Database.IsSqlServer();

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        // Once for the guard, the lists and the save: each would look through all that is tracked for itself.
        ChangeTracker.DetectChanges();
        ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            SaveGuard.Check(ChangeTracker);
            CapacityChanges.AddRange(ChangesOfCapacity());
            await AddWebhookEventsAsync(cancellationToken);
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = true;
        }
    }

    /// <summary>
    /// What organizations want to be told of is what the audit entries of this save say, so no handler can forget it. While nobody
    /// has a webhook, nothing is written.
    /// </summary>
    private async Task AddWebhookEventsAsync(CancellationToken cancellationToken)
    {
        var happened = ChangeTracker.Entries<AuditEntry>().Where(entry => entry.State == EntityState.Added).Select(entry => entry.Entity)
            .Where(entry => Webhook.EventTypes.Contains(entry.Action)).ToList();
        if (happened.Count > 0 && await Webhooks.IgnoreQueryFilters().AnyAsync(cancellationToken))
        {
            WebhookEvents.AddRange(happened.Select(entry => new WebhookEvent
            {
                Id = Id<WebhookEvent>.New(entry.At),
                At = entry.At,
                Type = entry.Action,
                SubjectType = entry.SubjectType,
                SubjectId = entry.SubjectId,
                OwnerId = entry.OwnerId,
            }));
        }
    }

    /// <summary>Tells every process which nodes to look at again; a node that was only added isn't on offer yet.</summary>
    private List<CapacityChange> ChangesOfCapacity()
    {
        var nodes = ChangeTracker.Entries<Node>().Where(entry => entry.State == EntityState.Modified)
            .Select(entry => new CapacityChange { NodeId = entry.Entity.Id }).ToList();
        if (ChangeTracker.Entries<Accelerator>().Any(entry => entry.State is EntityState.Added or EntityState.Modified))
        {
            nodes.Add(new() { NodeId = null });
        }

        return nodes;
    }

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.ConfigureWarnings(warnings => warnings

        // A row's owner is always there when the row is; filtering the owner's table as well changes nothing.
        .Ignore(CoreEventId.PossibleIncorrectRequiredNavigationWithQueryFilterInteractionWarning)

        // A lost race is run again, and a failure that isn't handled is logged where it ends up: here it would be told twice.
        .Log(
            (RelationalEventId.CommandError, LogLevel.Debug), (RelationalEventId.ConnectionError, LogLevel.Debug),
            (CoreEventId.SaveChangesFailed, LogLevel.Debug), (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug)));

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        var bytes = !Database.IsNpgsql();
        configurationBuilder.Properties<Money>().HaveConversion<MoneyConverter>();
        configurationBuilder.Properties<Price>().HaveConversion<PriceConverter>();
        configurationBuilder.Properties<Ratio>().HaveConversion<RatioConverter>();
        configurationBuilder.Properties<CardTime>().HaveConversion<CardTimeConverter>();
        configurationBuilder.Properties<Hour>().HaveConversion<HourConverter>();
        configurationBuilder.Properties<Period>().HaveConversion<PeriodConverter>();
        configurationBuilder.Properties<Asset>().HaveConversion<AssetConverter>().HaveMaxLength(60);
        configurationBuilder.Properties<CreditCode>().HaveConversion<CreditCodeConverter>().HaveMaxLength(18);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<InstantConverter>();
        configurationBuilder.Properties<decimal>().HavePrecision(18, 6);
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(20);
        if (bytes)
        {
            configurationBuilder.Properties<Guid>().HaveConversion<GuidBytesConverter>();
        }

        foreach (var entity in IdTypes.All)
        {
            configurationBuilder.Properties(typeof(Id<>).MakeGenericType(entity))
                .HaveConversion((bytes ? typeof(IdBytesConverter<>) : typeof(IdConverter<>)).MakeGenericType(entity));
        }
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        new Model.IdentityModel().Build(builder);
        new Model.OrganizationsModel(this).Build(builder);
        new Model.MarketModel(this).Build(builder);
        new Model.MeteringModel(this).Build(builder);
        new Model.VouchersModel(this).Build(builder);
        new Model.BillingModel(this).Build(builder);
        new Model.LedgerModel(this).Build(builder);
        new Model.AuditModel(this).Build(builder);
        Naming.SnakeCase(builder.Model);
    }
}
