using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class MeteringModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder) => builder.Entity<Meter>(meter =>
    {
        meter.Property(m => m.Name).HasMaxLength(100);
        meter.Property(m => m.Source).HasMaxLength(100);
        meter.Property(m => m.PublicKeyPem).HasMaxLength(1000);
        meter.HasIndex(m => m.Source).IsUnique();
        meter.HasOne<Center>().WithMany().HasForeignKey(m => m.CenterId).OnDelete(DeleteBehavior.Restrict);
        meter.HasQueryFilter(m => db.SeesAll || m.OwnerId == db.Me);
    });
}
