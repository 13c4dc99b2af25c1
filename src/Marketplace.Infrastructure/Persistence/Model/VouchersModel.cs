using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Vouchers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class VouchersModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder)
    {
        builder.Entity<Programme>(Programmes);
        builder.Entity<ProgrammeVersion>(Versions);
        builder.Entity<ProgrammeBudget>(Budgets);
        builder.Entity<VoucherApplication>(Applications);
        builder.Entity<ApplicationDocument>(document =>
        {
            document.Property(d => d.Id).ValueGeneratedNever();
            document.Property(d => d.Kind).HasMaxLength(50);
            document.Property(d => d.Sha256).HasMaxLength(64);
            document.Property(d => d.Uri).HasMaxLength(500);
            document.HasIndex(d => d.Sha256);
        });
        builder.Entity<ApplicationDecision>(decision =>
        {
            decision.Property(d => d.Id).ValueGeneratedNever();
            decision.Property(d => d.Note).HasMaxLength(500);
            decision.Property(d => d.Actor).HasMaxLength(100);
        });
        builder.Entity<ApplicationObjection>(objection =>
        {
            objection.Property(o => o.Id).ValueGeneratedNever();
            objection.Property(o => o.Reason).HasMaxLength(500);
            objection.HasIndex(o => new { o.ApplicationId, o.OrganizationId }).IsUnique();
        });
        builder.Entity<Voucher>(Vouchers);
        builder.Entity<VoucherHold>(Holds);
        builder.Entity<Redemption>(Redemptions);
        builder.Entity<Claim>(Claims);
        builder.Entity<ClaimItem>(item =>
        {
            item.Property(i => i.Reason).HasMaxLength(500);
            item.HasOne<Redemption>().WithMany().HasForeignKey(i => i.RedemptionId).OnDelete(DeleteBehavior.Restrict);
        });
    }

    private void Programmes(EntityTypeBuilder<Programme> programme)
    {
        programme.HasKey(p => p.Code);
        programme.Property(p => p.Code).HasMaxLength(Programme.MaxCodeLength);
        programme.Property(p => p.Name).HasMaxLength(200);
        programme.HasOne<Organization>().WithMany().HasForeignKey(p => p.AuthorityId).OnDelete(DeleteBehavior.Restrict);
        programme.HasQueryFilter(p => db.SeesAll || p.AuthorityId == db.Me);
    }

    /// <summary>Rules are public: whoever is to be paid by them may read them.</summary>
    private static void Versions(EntityTypeBuilder<ProgrammeVersion> version)
    {
        version.HasKey(v => new { v.Code, v.Number });
        version.Property(v => v.Code).HasMaxLength(Programme.MaxCodeLength);
        version.Property(v => v.Rules).AsJson();
        version.HasOne<Programme>().WithMany().HasForeignKey(v => v.Code).OnDelete(DeleteBehavior.Restrict);
    }

    private void Budgets(EntityTypeBuilder<ProgrammeBudget> budget)
    {
        budget.HasKey(b => new { b.Code, b.Year });
        budget.Property(b => b.Code).HasMaxLength(Programme.MaxCodeLength);
        budget.Property(b => b.Version).IsConcurrencyToken();
        budget.HasOne<Programme>().WithMany().HasForeignKey(b => b.Code).OnDelete(DeleteBehavior.Restrict);
        budget.ToTable(table => table.HasCheckConstraint("ck_programme_budgets_issued", "issued >= 0 AND issued <= amount"));
        budget.HasQueryFilter(b => db.SeesAll || db.Programmes.Any(p => p.Code == b.Code && p.AuthorityId == db.Me));
    }

    /// <summary>A draft is nobody's but the applicant's; what is on public notice is read past the filter.</summary>
    private void Applications(EntityTypeBuilder<VoucherApplication> application)
    {
        application.Property(a => a.ProgrammeCode).HasMaxLength(Programme.MaxCodeLength);
        application.Property(a => a.Declarations).AsJson();
        application.Property(a => a.PublicMoneyFromOutside).AsJson();
        application.Property(a => a.ContractNumber).HasMaxLength(100);
        application.Property(a => a.RejectedFor).HasMaxLength(50);
        application.Property(a => a.Version).IsConcurrencyToken();
        application.HasIndex(a => new { a.OrganizationId, a.ProgrammeCode });
        application.HasIndex(a => a.AuthorityId);
        application.HasIndex(a => new { a.Status, a.PublicUntil });
        application.HasIndex(a => a.ContractNumber);
        application.HasOne<Organization>().WithMany().HasForeignKey(a => a.OrganizationId).OnDelete(DeleteBehavior.Restrict);
        application.HasOne<Programme>().WithMany().HasForeignKey(a => a.ProgrammeCode).OnDelete(DeleteBehavior.Restrict);
        application.HasOne<Voucher>().WithMany().HasForeignKey(a => a.VoucherId).OnDelete(DeleteBehavior.Restrict);
        application.HasMany(a => a.Documents).WithOne().HasForeignKey(d => d.ApplicationId).OnDelete(DeleteBehavior.Cascade);
        application.HasMany(a => a.Decisions).WithOne().HasForeignKey(d => d.ApplicationId).OnDelete(DeleteBehavior.Restrict);
        application.HasMany(a => a.Objections).WithOne().HasForeignKey(o => o.ApplicationId).OnDelete(DeleteBehavior.Restrict);
        application.ToTable(table => table.HasCheckConstraint("ck_voucher_applications_granted", "granted >= 0 AND granted <= amount"));
        application.HasQueryFilter(a => db.SeesAll || a.OrganizationId == db.Me || (a.AuthorityId == db.Me && a.Status != ApplicationStatus.Draft));
    }

    private void Vouchers(EntityTypeBuilder<Voucher> voucher)
    {
        voucher.Property(v => v.ProgrammeCode).HasMaxLength(Programme.MaxCodeLength);
        voucher.Property(v => v.Version).IsConcurrencyToken();
        voucher.HasIndex(v => new { v.OrganizationId, v.ProgrammeCode });
        voucher.HasIndex(v => new { v.ProgrammeCode, v.BudgetYear });
        voucher.HasIndex(v => v.ExpiresOn);
        voucher.HasIndex(v => v.Face);
        voucher.HasOne<Organization>().WithMany().HasForeignKey(v => v.OrganizationId).OnDelete(DeleteBehavior.Restrict);
        voucher.HasOne<ProgrammeVersion>().WithMany().HasForeignKey(v => new { v.ProgrammeCode, v.VersionNumber }).OnDelete(DeleteBehavior.Restrict);
        voucher.ToTable(table => table.HasCheckConstraint(
            "ck_vouchers_balances",
            "face = available + held + redeemed + expired + revoked AND available >= 0 AND held >= 0 AND redeemed >= 0 AND expired >= 0 AND revoked >= 0"));
        voucher.HasQueryFilter(v => db.SeesAll || v.OrganizationId == db.Me || db.Programmes.Any(p => p.Code == v.ProgrammeCode && p.AuthorityId == db.Me));
    }

    private void Holds(EntityTypeBuilder<VoucherHold> hold)
    {
        hold.HasKey(h => new { h.VoucherId, h.LegId });
        hold.Property(h => h.Shares).AsJson();
        hold.Property(h => h.Version).IsConcurrencyToken();
        hold.HasIndex(h => h.LegId);
        hold.HasIndex(h => h.OrderId);
        hold.HasOne<Voucher>().WithMany().HasForeignKey(h => h.VoucherId).OnDelete(DeleteBehavior.Restrict);
        hold.HasOne<Leg>().WithMany().HasForeignKey(h => h.LegId).OnDelete(DeleteBehavior.Restrict);
        hold.ToTable(table => table.HasCheckConstraint("ck_voucher_holds_left", "\"left\" >= 0 AND \"left\" <= amount"));
        hold.HasQueryFilter(h => db.SeesAll || db.Vouchers.Any(v => v.Id == h.VoucherId && v.OrganizationId == db.Me));
    }

    private void Redemptions(EntityTypeBuilder<Redemption> redemption)
    {
        redemption.Property(r => r.ProgrammeCode).HasMaxLength(Programme.MaxCodeLength);
        redemption.Property(r => r.Reward).AsJson();
        redemption.Property(r => r.Version).IsConcurrencyToken();
        redemption.HasIndex(r => new { r.LineId, r.VoucherId }).IsUnique();
        redemption.HasIndex(r => new { r.PayeeId, r.ProgrammeCode, r.UsedUntil });
        redemption.HasIndex(r => r.ProgrammeCode);
        redemption.HasIndex(r => r.OrderId);
        redemption.HasOne<Voucher>().WithMany().HasForeignKey(r => r.VoucherId).OnDelete(DeleteBehavior.Restrict);
        redemption.HasOne<InvoiceLine>().WithMany().HasForeignKey(r => r.LineId).OnDelete(DeleteBehavior.Restrict);
        redemption.ToTable(table => table.HasCheckConstraint("ck_redemptions_standing", "returned >= 0 AND rejected >= 0 AND returned + rejected <= amount"));
        redemption.HasQueryFilter(r => db.SeesAll || r.PayeeId == db.Me || r.BuyerId == db.Me || db.Programmes.Any(p => p.Code == r.ProgrammeCode && p.AuthorityId == db.Me));
    }

    private void Claims(EntityTypeBuilder<Claim> claim)
    {
        claim.Property(c => c.ProgrammeCode).HasMaxLength(Programme.MaxCodeLength);
        claim.Property(c => c.PaymentReference).HasMaxLength(100);
        claim.Property(c => c.Funders).AsJson();
        claim.Property(c => c.Version).IsConcurrencyToken();
        claim.HasIndex(c => c.PayeeId);
        claim.HasIndex(c => c.AuthorityId);
        claim.HasOne<Programme>().WithMany().HasForeignKey(c => c.ProgrammeCode).OnDelete(DeleteBehavior.Restrict);
        claim.HasMany(c => c.Items).WithOne().HasForeignKey(i => i.ClaimId).OnDelete(DeleteBehavior.Restrict);
        claim.HasQueryFilter(c => db.SeesAll || c.PayeeId == db.Me || c.AuthorityId == db.Me);
    }
}
