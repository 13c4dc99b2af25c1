using Marketplace.Domain.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class OrganizationsModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder)
    {
        builder.Entity<Organization>(Organizations);
        builder.Entity<OrganizationController>(controller =>
        {
            controller.HasKey(c => new { c.Controller, c.OrganizationId });
            controller.Property(c => c.Controller).HasMaxLength(200);
            controller.HasOne<Organization>().WithMany().HasForeignKey(c => c.OrganizationId).OnDelete(DeleteBehavior.Cascade);
            controller.HasQueryFilter(c => db.SeesAll || c.OrganizationId == db.Me);
        });
    }

    private void Organizations(EntityTypeBuilder<Organization> organization)
    {
        organization.Property(o => o.Name).HasMaxLength(200);
        organization.Property(o => o.RegionCode).HasMaxLength(6);
        organization.Property(o => o.Traits).AsJson();
        organization.Property(o => o.Controllers).AsJson();
        organization.HasIndex(o => o.CreditCode).IsUnique();
        organization.HasQueryFilter(o => db.SeesAll || o.Id == db.Me);
    }
}
