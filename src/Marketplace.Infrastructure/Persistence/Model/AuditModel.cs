using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Audit;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class AuditModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder)
    {
        builder.Entity<AuditEntry>(entry =>
        {
            entry.Property(e => e.Actor).HasMaxLength(100);
            entry.Property(e => e.Action).HasMaxLength(50);
            entry.Property(e => e.SubjectType).HasMaxLength(50);
            entry.Property(e => e.SubjectId).HasMaxLength(100);
            entry.HasIndex(e => e.SealNumber);
            entry.HasIndex(e => new { e.SubjectId, e.SubjectType });
            entry.HasIndex(e => e.OwnerId);
            entry.HasQueryFilter(e => db.SeesAll || e.OwnerId == db.Me);
        });
        builder.Entity<AuditSeal>(seal =>
        {
            seal.HasKey(s => s.Number);
            seal.Property(s => s.Number).ValueGeneratedNever();
            seal.Property(s => s.Digest).HasMaxLength(32);
            seal.Property(s => s.PreviousDigest).HasMaxLength(32);
            seal.HasQueryFilter(_ => db.SeesAll);
        });
        builder.Entity<FraudFlag>(flag =>
        {
            flag.Property(f => f.Code).HasMaxLength(50);
            flag.Property(f => f.SubjectType).HasMaxLength(50);
            flag.Property(f => f.SubjectId).HasMaxLength(100);
            flag.Property(f => f.Note).HasMaxLength(500);
            flag.Property(f => f.Version).IsConcurrencyToken();
            flag.HasIndex(f => new { f.Code, f.SubjectType, f.SubjectId }).IsUnique();
            flag.HasIndex(f => f.Status);
            flag.HasQueryFilter(_ => db.SeesAll);
        });
        builder.Entity<Proposal>(proposal =>
        {
            proposal.Property(p => p.Operation).HasMaxLength(50);
            proposal.Property(p => p.ProposedBy).HasMaxLength(100);
            proposal.Property(p => p.DecidedBy).HasMaxLength(100);
            proposal.Property(p => p.Key).HasMaxLength(IdempotencyRecord.MaxKeyLength);
            proposal.Property(p => p.Note).HasMaxLength(500);
            proposal.Property(p => p.Version).IsConcurrencyToken();
            proposal.HasIndex(p => new { p.ProposedBy, p.Key }).IsUnique();
            proposal.HasIndex(p => p.Status);
            proposal.HasQueryFilter(_ => db.SeesAll);
        });
        builder.Entity<IdempotencyRecord>(record =>
        {
            record.HasKey(r => new { r.Actor, r.Key });
            record.Property(r => r.Actor).HasMaxLength(100);
            record.Property(r => r.Key).HasMaxLength(IdempotencyRecord.MaxKeyLength);
            record.Property(r => r.RequestHash).HasMaxLength(32);
            record.HasIndex(r => r.At);
        });
        builder.Entity<JobRun>(run =>
        {
            run.HasKey(r => new { r.Job, r.DueAt });
            run.Property(r => r.Job).HasMaxLength(50);
            run.Property(r => r.Summary).HasMaxLength(JobRun.MaxText);
        });
    }
}
