using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class LedgerModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder)
    {
        BuildBank(builder);
        builder.Entity<BuyerAccount>(account =>
        {
            account.HasKey(a => a.OrganizationId);
            account.Property(a => a.Version).IsConcurrencyToken();
            account.HasOne<Organization>().WithOne().HasForeignKey<BuyerAccount>(a => a.OrganizationId).OnDelete(DeleteBehavior.Restrict);
            account.ToTable(table => table.HasCheckConstraint("ck_buyer_accounts_sums", "deposit >= 0 AND held >= 0 AND receivable >= 0 AND credit_limit >= 0"));
            account.HasQueryFilter(a => db.SeesAll || a.OrganizationId == db.Me);
        });
        builder.Entity<BankTransfer>(transfer =>
        {
            transfer.Property(t => t.Reference).HasMaxLength(100);
            transfer.HasIndex(t => new { t.OrganizationId, t.Reference }).IsUnique();
            transfer.HasOne<Organization>().WithMany().HasForeignKey(t => t.OrganizationId).OnDelete(DeleteBehavior.Restrict);
            transfer.HasQueryFilter(t => db.SeesAll || t.OrganizationId == db.Me);
        });
        builder.Entity<JournalEntry>(entry =>
        {
            entry.Property(e => e.Event).HasMaxLength(50);
            entry.Property(e => e.Reference).HasMaxLength(100);
            entry.HasIndex(e => new { e.Reference, e.Event }).IsUnique();
            entry.HasMany(e => e.Postings).WithOne().HasForeignKey(p => p.EntryId).OnDelete(DeleteBehavior.Restrict);
            entry.HasQueryFilter(_ => db.SeesAll);
        });
        builder.Entity<Posting>(posting =>
        {
            posting.Property(p => p.Account).HasMaxLength(150);
            posting.HasIndex(p => new { p.PartyId, p.Account, p.Asset });
            posting.HasIndex(p => new { p.Account, p.Asset, p.At });
            posting.HasQueryFilter(_ => db.SeesAll);
        });
    }

    private void BuildBank(ModelBuilder builder)
    {
        builder.Entity<BankReference>(reference =>
        {
            reference.HasKey(r => new { r.OrganizationId, r.Reference });
            reference.Property(r => r.Reference).HasMaxLength(100);
            reference.HasQueryFilter(r => db.SeesAll || r.OrganizationId == db.Me);
        });
        builder.Entity<BankStatement>(statement =>
        {
            statement.Property(s => s.Digest).HasMaxLength(32);
            statement.HasIndex(s => s.Digest).IsUnique();
            statement.HasMany(s => s.Rows).WithOne().HasForeignKey(r => r.StatementId).OnDelete(DeleteBehavior.Restrict);
            statement.HasQueryFilter(_ => db.SeesAll);
        });
        builder.Entity<BankRow>(row =>
        {
            row.Property(r => r.Reference).HasMaxLength(100);
            row.Property(r => r.CounterpartyCode).HasMaxLength(18);
            row.Property(r => r.Remark).HasMaxLength(500);
            row.Property(r => r.Outcome).HasMaxLength(50);
            row.Property(r => r.Note).HasMaxLength(500);
            row.Property(r => r.Version).IsConcurrencyToken();
            row.HasIndex(r => r.Status);
            row.HasIndex(r => r.Amount);
            row.HasIndex(r => r.BookedOn);
            row.HasQueryFilter(_ => db.SeesAll);
        });
        builder.Entity<Alert>(alert =>
        {
            alert.Property(a => a.Code).HasMaxLength(50);
            alert.Property(a => a.Subject).HasMaxLength(100);
            alert.HasIndex(a => new { a.Code, a.Subject }).IsUnique();
            alert.HasIndex(a => a.OrganizationId);
            alert.HasQueryFilter(a => db.SeesAll || a.OrganizationId == db.Me);
        });
        builder.Entity<AlertThresholds>(thresholds =>
        {
            thresholds.HasKey(t => t.OrganizationId);
            thresholds.Property(t => t.Version).IsConcurrencyToken();
            thresholds.HasOne<Organization>().WithOne().HasForeignKey<AlertThresholds>(t => t.OrganizationId).OnDelete(DeleteBehavior.Restrict);
            thresholds.HasQueryFilter(t => db.SeesAll || t.OrganizationId == db.Me);
        });
    }
}
