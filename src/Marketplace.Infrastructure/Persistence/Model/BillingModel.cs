using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class BillingModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder)
    {
        builder.Entity<BillingPeriod>(period =>
        {
            period.HasKey(p => p.Period);
            period.Property(p => p.Period).ValueGeneratedNever();
            period.Property(p => p.Version).IsConcurrencyToken();
        });
        builder.Entity<BilledPair>(pair =>
        {
            pair.HasKey(p => new { p.Period, p.SellerId, p.OrganizationId });
            pair.HasQueryFilter(_ => db.SeesAll);
        });
        builder.Entity<NumberSeries>(series =>
        {
            series.HasKey(s => new { s.SellerId, s.Document, s.Year });
            series.Property(s => s.Document).HasMaxLength(20);
            series.Property(s => s.Version).IsConcurrencyToken();
        });
        builder.Entity<Invoice>(Invoices);
        builder.Entity<InvoiceLine>(Lines);
        builder.Entity<InvoiceFacts>(Facts);
        builder.Entity<InvoicePayment>(Payments);
        builder.Entity<CreditNote>(CreditNotes);
        builder.Entity<CreditNoteLine>(CreditNoteLines);
        builder.Entity<Settlement>(Settlements);
        builder.Entity<SettlementPayment>(payment =>
        {
            payment.Property(p => p.Reference).HasMaxLength(100);
            payment.HasIndex(p => new { p.SellerId, p.Reference }).IsUnique();
            payment.HasOne<Settlement>().WithMany().HasForeignKey(p => p.SettlementId).OnDelete(DeleteBehavior.Restrict);
            payment.HasQueryFilter(p => db.SeesAll || p.SellerId == db.Me);
        });
        builder.Entity<CommissionInvoice>(invoice =>
        {
            invoice.Property(i => i.Number).HasMaxLength(20);
            invoice.HasIndex(i => new { i.IssuerId, i.Number }).IsUnique();
            invoice.HasIndex(i => i.SettlementId).IsUnique();
            invoice.HasOne<Settlement>().WithOne().HasForeignKey<CommissionInvoice>(i => i.SettlementId).OnDelete(DeleteBehavior.Restrict);
            invoice.HasOne<Organization>().WithMany().HasForeignKey(i => i.SellerId).OnDelete(DeleteBehavior.Restrict);
            invoice.ToTable(table => table.HasCheckConstraint("ck_commission_invoices_sums", "total = net + vat"));
            invoice.HasQueryFilter(i => db.SeesAll || i.SellerId == db.Me);
        });
    }

    private void Invoices(EntityTypeBuilder<Invoice> invoice)
    {
        invoice.Property(i => i.Number).HasMaxLength(20);
        invoice.Property(i => i.RatingVersion).HasMaxLength(10);
        invoice.Property(i => i.TaxNumber).HasMaxLength(50);
        invoice.Property(i => i.ContentDigest).HasMaxLength(32);
        invoice.Property(i => i.Version).IsConcurrencyToken();
        invoice.HasIndex(i => new { i.SellerId, i.Number }).IsUnique();
        invoice.HasIndex(i => new { i.OrganizationId, i.Period });
        invoice.HasIndex(i => new { i.Period, i.SellerId });
        invoice.HasIndex(i => i.SettlementId);
        invoice.HasIndex(i => new { i.RejectedLineId, i.RejectedVoucherId }).IsUnique();
        invoice.HasIndex(i => new { i.RemindedAt, i.DueOn });
        invoice.HasIndex(i => i.DueOn);
        invoice.HasIndex(i => i.Total);
        invoice.HasIndex(i => i.Payable);
        invoice.HasOne<Organization>().WithMany().HasForeignKey(i => i.SellerId).OnDelete(DeleteBehavior.Restrict);
        invoice.HasOne<Organization>().WithMany().HasForeignKey(i => i.OrganizationId).OnDelete(DeleteBehavior.Restrict);
        invoice.HasOne<Settlement>().WithMany().HasForeignKey(i => i.SettlementId).OnDelete(DeleteBehavior.Restrict);
        invoice.HasMany(i => i.Lines).WithOne().HasForeignKey(l => l.InvoiceId).OnDelete(DeleteBehavior.Restrict);
        invoice.ToTable(table => table.HasCheckConstraint("ck_invoices_sums", "total = net + vat AND paid >= 0"));
        invoice.HasQueryFilter(i => db.SeesAll || i.OrganizationId == db.Me || i.SellerId == db.Me);
    }

    private void Lines(EntityTypeBuilder<InvoiceLine> line)
    {
        line.Property(l => l.Hours).AsJson();
        line.Property(l => l.Parts).AsJson();
        line.HasIndex(l => l.LegId);
        line.HasOne<Leg>().WithMany().HasForeignKey(l => l.LegId).OnDelete(DeleteBehavior.Restrict);
        line.ToTable(table => table.HasCheckConstraint("ck_invoice_lines_sums", "amount = net + vat"));
        line.HasQueryFilter(l => db.SeesAll || db.Invoices.Any(i => i.Id == l.InvoiceId && (i.OrganizationId == db.Me || i.SellerId == db.Me)));
    }

    private void Facts(EntityTypeBuilder<InvoiceFacts> facts)
    {
        facts.HasKey(f => new { f.InvoiceId, f.OrderId });
        facts.Property(f => f.Allocations).AsJson();
        facts.Property(f => f.Hours).AsJson();
        facts.HasOne<Invoice>().WithMany().HasForeignKey(f => f.InvoiceId).OnDelete(DeleteBehavior.Restrict);
        facts.HasQueryFilter(_ => db.SeesAll);
    }

    private void Payments(EntityTypeBuilder<InvoicePayment> payment)
    {
        payment.Property(p => p.Reference).HasMaxLength(100);
        payment.HasIndex(p => new { p.OrganizationId, p.Reference }).IsUnique();
        payment.HasOne<Invoice>().WithMany().HasForeignKey(p => p.InvoiceId).OnDelete(DeleteBehavior.Restrict);
        payment.HasQueryFilter(p => db.SeesAll || p.OrganizationId == db.Me);
    }

    private void CreditNotes(EntityTypeBuilder<CreditNote> note)
    {
        note.Property(n => n.Number).HasMaxLength(20);
        note.Property(n => n.Note).HasMaxLength(500);
        note.HasIndex(n => new { n.SellerId, n.Number }).IsUnique();
        note.HasIndex(n => n.InvoiceId);
        note.HasIndex(n => n.SupplementaryId);
        note.HasIndex(n => n.SettlementId);
        note.HasIndex(n => n.Total);
        note.HasOne<Invoice>().WithMany().HasForeignKey(n => n.InvoiceId).OnDelete(DeleteBehavior.Restrict);
        note.HasOne<Settlement>().WithMany().HasForeignKey(n => n.SettlementId).OnDelete(DeleteBehavior.Restrict);
        note.HasMany(n => n.Lines).WithOne().HasForeignKey(l => l.CreditNoteId).OnDelete(DeleteBehavior.Restrict);
        note.ToTable(table => table.HasCheckConstraint("ck_credit_notes_sums", "total = net + vat AND refund <= total"));
        note.HasQueryFilter(n => db.SeesAll || n.OrganizationId == db.Me || n.SellerId == db.Me);
    }

    private void CreditNoteLines(EntityTypeBuilder<CreditNoteLine> line)
    {
        line.Property(l => l.Hours).AsJson();
        line.Property(l => l.Parts).AsJson();
        line.HasIndex(l => l.LegId);
        line.HasOne<InvoiceLine>().WithMany().HasForeignKey(l => l.InvoiceLineId).OnDelete(DeleteBehavior.Restrict);
        line.HasQueryFilter(l => db.SeesAll || db.CreditNotes.Any(n => n.Id == l.CreditNoteId && (n.OrganizationId == db.Me || n.SellerId == db.Me)));
    }

    private void Settlements(EntityTypeBuilder<Settlement> settlement)
    {
        settlement.Property(s => s.PaymentReference).HasMaxLength(100);
        settlement.Property(s => s.Version).IsConcurrencyToken();
        settlement.HasIndex(s => new { s.SellerId, s.Period }).IsUnique();
        settlement.HasOne<Organization>().WithMany().HasForeignKey(s => s.SellerId).OnDelete(DeleteBehavior.Restrict);
        settlement.ToTable(table => table.HasCheckConstraint("ck_settlements_sums", "net = gross - commission AND net = from_buyers + from_programmes"));
        settlement.HasQueryFilter(s => db.SeesAll || s.SellerId == db.Me);
    }
}
