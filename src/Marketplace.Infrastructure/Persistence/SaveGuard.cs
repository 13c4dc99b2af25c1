using Marketplace.Domain.Audit;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Marketplace.Infrastructure.Persistence;

/// <summary>
/// What no save may do, whichever handler asks for it: change money, capacity or a rule without an audit entry beside it;
/// change or remove what is only ever added; post an entry that doesn't balance.
/// </summary>
internal static class SaveGuard
{
    private static readonly HashSet<Type> Audited =
    [
        typeof(Organization), typeof(BuyerAccount), typeof(BankTransfer), typeof(Accelerator), typeof(Center), typeof(Node), typeof(Listing), typeof(Bid),
        typeof(ListingNode), typeof(Order), typeof(Contract), typeof(Delivery), typeof(Reservation), typeof(JournalEntry), typeof(Programme), typeof(ProgrammeVersion), typeof(ProgrammeBudget),
        typeof(Voucher), typeof(VoucherHold), typeof(Redemption), typeof(Claim), typeof(Invoice), typeof(CreditNote), typeof(Settlement), typeof(SettlementPayment),
        typeof(CommissionInvoice), typeof(BankReference), typeof(BankRow), typeof(AlertThresholds), typeof(BillingPeriod),
        typeof(Meter), typeof(MeterKey), typeof(Reading), typeof(UsageHour), typeof(Dispute), typeof(BuyerReading), typeof(BuyerHour), typeof(SpotConfirmation),
        typeof(VoucherApplication), typeof(FraudFlag), typeof(Proposal),
    ];

    private static readonly HashSet<Type> AddedOnly =
    [
        typeof(AuditEntry), typeof(AuditSeal), typeof(JournalEntry), typeof(Posting), typeof(BankTransfer), typeof(ProgrammeVersion), typeof(InvoiceLine),
        typeof(InvoiceFacts), typeof(InvoicePayment), typeof(SettlementPayment), typeof(CommissionInvoice), typeof(BankReference), typeof(BankStatement), typeof(Alert),
        typeof(CreditNoteLine), typeof(BilledPair), typeof(Reading), typeof(Contract), typeof(PriceIndexEntry), typeof(PriceIndexDay),
        typeof(ApplicationDecision), typeof(ApplicationObjection), typeof(BuyerReading), typeof(SpotConfirmation),
    ];

    /// <exception cref="InvalidOperationException">The change is a fault of the product's own.</exception>
    public static void Check(ChangeTracker changes)
    {
        var changed = changes.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted).ToList();
        foreach (var entry in changed.Where(entry => entry.State != EntityState.Added && AddedOnly.Contains(entry.Metadata.ClrType)))
        {
            var sealing = entry.Entity is AuditEntry && ChangesOnly(entry, nameof(AuditEntry.SealNumber));
            var correcting = entry.Entity is Reading && ChangesOnly(entry, nameof(Reading.ReplacedAtVersion));
            var correctingBuyer = entry.Entity is BuyerReading && ChangesOnly(entry, nameof(BuyerReading.ReplacedAtVersion));
            if (!sealing && !correcting && !correctingBuyer)
            {
                throw new InvalidOperationException($"{entry.Metadata.ClrType.Name} is only ever added.");
            }
        }

        foreach (var journal in changed.Select(entry => entry.Entity).OfType<JournalEntry>())
        {
            if (journal.Postings.GroupBy(posting => posting.Asset).Any(asset => asset.Sum(posting => (Int128)posting.Amount.Fen) != 0))
            {
                throw new InvalidOperationException($"Entry {journal.Event} of {journal.Reference} doesn't balance.");
            }
        }

        var audited = changed.FirstOrDefault(entry => Audited.Contains(entry.Metadata.ClrType));
        if (audited is not null && !changed.Any(entry => entry is { State: EntityState.Added, Entity: AuditEntry }))
        {
            throw new InvalidOperationException($"{audited.Metadata.ClrType.Name} is changed without an audit entry.");
        }
    }

    private static bool ChangesOnly(EntityEntry entry, string name) => entry.State == EntityState.Modified
        && entry.Properties.Where(property => property.IsModified).All(property => property.Metadata.Name == name);

    private static Int128 Sum(this IEnumerable<Posting> postings, Func<Posting, Int128> amount) =>
        postings.Aggregate(Int128.Zero, (sum, posting) => sum + amount(posting));
}
