using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class MeteringModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder)
    {
        builder.Entity<Meter>(Meters);
        builder.Entity<MeterKey>(MeterKeys);
        builder.Entity<Reading>(Readings);
        builder.Entity<UsageHour>(UsageHours);
        builder.Entity<BuyerReading>(BuyerReadings);
        builder.Entity<BuyerHour>(BuyerHours);
        builder.Entity<SpotConfirmation>(Confirmations);
        builder.Entity<UsageGap>(Gaps);
        builder.Entity<Dispute>(Disputes);
    }

    private void Meters(EntityTypeBuilder<Meter> meter)
    {
        meter.Property(m => m.Name).HasMaxLength(100);
        meter.Property(m => m.Source).HasMaxLength(100);
        meter.HasIndex(m => m.Source).IsUnique();
        meter.HasOne<Center>().WithMany().HasForeignKey(m => m.CenterId).OnDelete(DeleteBehavior.Restrict);
        meter.HasQueryFilter(m => db.SeesAll || m.OwnerId == db.Me);
    }

    private void MeterKeys(EntityTypeBuilder<MeterKey> key)
    {
        key.Property(k => k.PublicKeyPem).HasMaxLength(MeterKey.MaxPem);
        key.HasIndex(k => new { k.MeterId, k.Number }).IsUnique();
        key.HasOne<Meter>().WithMany().HasForeignKey(k => k.MeterId).OnDelete(DeleteBehavior.Restrict);
        key.HasQueryFilter(k => db.SeesAll || db.Meters.Any(meter => meter.Id == k.MeterId && meter.OwnerId == db.Me));
    }

    /// <summary>
    /// The largest table. Its key is the identity of the event, with the meter for its source (16 bytes for 55), so that
    /// what makes a reading count once costs no second index. No foreign keys: ingestion has read meter and leg in the same
    /// transaction, neither is ever removed, and checking each row again costs a look-up a row.
    /// </summary>
    private void Readings(EntityTypeBuilder<Reading> reading)
    {
        reading.HasKey(r => new { r.MeterId, r.EventId });
        reading.Property(r => r.EventId).HasMaxLength(UsageEvent.MaxText);
        reading.Property(r => r.Replaces).HasMaxLength(UsageEvent.MaxText);
        reading.Property(r => r.Card).HasMaxLength(UsageEvent.MaxCardText);
        reading.Property(r => r.ContentHash).HasMaxLength(32);
        reading.Property(r => r.From).HasColumnName("from_at");
        reading.Property(r => r.To).HasColumnName("to_at");

        // By end and not by start: readings that come late to an interval are few, those that came before it are many.
        reading.HasIndex(r => new { r.LegId, r.To });
        reading.ToTable(table =>
        {
            table.HasCheckConstraint("ck_readings_interval", "from_at < to_at");
            table.HasCheckConstraint("ck_readings_cards", "cards >= 0 AND milli BETWEEN 1 AND 1000");
        });
        reading.HasQueryFilter(r => db.SeesAll || db.Legs.Any(leg => leg.Id == r.LegId && (leg.BuyerId == db.Me || leg.SellerId == db.Me)));
        if (db.IsSqlServer)
        {
            // Its default collation takes e1 for E1. And rows in the order of random ids would be written all over the table.
            reading.Property(r => r.EventId).UseCollation("Latin1_General_100_BIN2");
            reading.Property(r => r.Replaces).UseCollation("Latin1_General_100_BIN2");
            reading.HasKey(r => new { r.MeterId, r.EventId }).IsClustered(false);
            reading.HasIndex(r => new { r.LegId, r.To }).IsClustered();
        }
    }

    /// <summary>As the provider's readings, and far fewer: few buyers have meters of their own.</summary>
    private void BuyerReadings(EntityTypeBuilder<BuyerReading> reading)
    {
        reading.HasKey(r => new { r.MeterId, r.EventId });
        reading.Property(r => r.EventId).HasMaxLength(UsageEvent.MaxText);
        reading.Property(r => r.Replaces).HasMaxLength(UsageEvent.MaxText);
        reading.Property(r => r.Card).HasMaxLength(UsageEvent.MaxCardText);
        reading.Property(r => r.ContentHash).HasMaxLength(32);
        reading.Property(r => r.From).HasColumnName("from_at");
        reading.Property(r => r.To).HasColumnName("to_at");
        reading.HasIndex(r => new { r.LegId, r.To });
        reading.HasQueryFilter(r => db.SeesAll || db.Legs.Any(leg => leg.Id == r.LegId && leg.BuyerId == db.Me));
        if (db.IsSqlServer)
        {
            // As for readings: its default collation takes e1 for E1.
            reading.Property(r => r.EventId).UseCollation("Latin1_General_100_BIN2");
            reading.Property(r => r.Replaces).UseCollation("Latin1_General_100_BIN2");
        }
    }

    private void BuyerHours(EntityTypeBuilder<BuyerHour> hour)
    {
        hour.HasKey(h => new { h.LegId, h.Hour });
        hour.Ignore(h => h.Figures);
        hour.HasOne<Leg>().WithMany().HasForeignKey(h => h.LegId).OnDelete(DeleteBehavior.Restrict);
        hour.ToTable(table => table.HasCheckConstraint(
            "ck_buyer_hours_amounts", "busy >= 0 AND down >= 0 AND input_tokens >= 0 AND output_tokens >= 0 AND readings > 0"));
        hour.HasQueryFilter(h => db.SeesAll || db.Legs.Any(leg => leg.Id == h.LegId && leg.BuyerId == db.Me));
    }

    private void Confirmations(EntityTypeBuilder<SpotConfirmation> confirmation)
    {
        confirmation.Property(c => c.Note).HasMaxLength(500);
        confirmation.HasIndex(c => new { c.LegId, c.From });
        confirmation.HasIndex(c => c.OrderId);
        confirmation.HasOne<Leg>().WithMany().HasForeignKey(c => c.LegId).OnDelete(DeleteBehavior.Restrict);
        confirmation.ToTable(table => table.HasCheckConstraint("ck_spot_confirmations_hours", "from_hour < to_hour"));
        confirmation.HasQueryFilter(c => db.SeesAll || db.Legs.Any(leg => leg.Id == c.LegId && (leg.BuyerId == db.Me || leg.SellerId == db.Me)));
    }

    private void Gaps(EntityTypeBuilder<UsageGap> gap)
    {
        gap.Property(g => g.Version).IsConcurrencyToken();
        gap.Property(g => g.To).HasColumnName("to_hour");
        gap.HasIndex(g => new { g.LegId, g.ClosedAt });
        gap.HasIndex(g => new { g.ClosedAt, g.CenterId });
        gap.HasOne<Leg>().WithMany().HasForeignKey(g => g.LegId).OnDelete(DeleteBehavior.Restrict);
        gap.HasQueryFilter(g => db.SeesAll || g.ProviderId == db.Me);
    }

    private void Disputes(EntityTypeBuilder<Dispute> dispute)
    {
        dispute.Property(d => d.Reason).HasMaxLength(500);
        dispute.Property(d => d.Note).HasMaxLength(500);
        dispute.Property(d => d.Differences).AsJson();
        dispute.Property(d => d.Version).IsConcurrencyToken();
        dispute.HasIndex(d => d.OrderId);
        dispute.HasIndex(d => new { d.Status, d.DecideBy });
        dispute.HasOne<Leg>().WithMany().HasForeignKey(d => d.LegId).OnDelete(DeleteBehavior.Restrict);
        dispute.ToTable(table => table.HasCheckConstraint("ck_disputes_hours", "from_hour < to_hour"));
        dispute.HasQueryFilter(d => db.SeesAll || d.BuyerId == db.Me || d.SellerId == db.Me || d.ProviderId == db.Me);
    }

    private void UsageHours(EntityTypeBuilder<UsageHour> hour)
    {
        hour.HasKey(h => new { h.LegId, h.Hour });
        hour.Ignore(h => h.Amounts);
        hour.HasOne<Leg>().WithMany().HasForeignKey(h => h.LegId).OnDelete(DeleteBehavior.Restrict);
        hour.ToTable(table => table.HasCheckConstraint(
            "ck_usage_hours_amounts", "busy >= 0 AND down >= 0 AND attested >= 0 AND input_tokens >= 0 AND output_tokens >= 0 AND readings > 0"));
        hour.HasQueryFilter(h => db.SeesAll || db.Legs.Any(leg => leg.Id == h.LegId && (leg.BuyerId == db.Me || leg.SellerId == db.Me)));
    }
}
