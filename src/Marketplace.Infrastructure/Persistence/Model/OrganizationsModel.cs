using Marketplace.Domain.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class OrganizationsModel(MarketplaceDbContext db)
{
    public void Build(ModelBuilder builder) => builder.Entity<Organization>(organization =>
    {
        organization.Property(o => o.Name).HasMaxLength(200);
        organization.Property(o => o.RegionCode).HasMaxLength(6);
        organization.Property(o => o.Traits).AsJson();
        organization.Property(o => o.Controllers).AsJson();
        organization.HasIndex(o => o.CreditCode).IsUnique();
        organization.HasQueryFilter(o => db.SeesAll || o.Id == db.Me);
    });
}
