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
        builder.Entity<Webhook>(Webhooks);
        builder.Entity<WebhookEvent>(WebhookEvents);
        builder.Entity<WebhookDelivery>(WebhookDeliveries);
    }

    private void Organizations(EntityTypeBuilder<Organization> organization)
    {
        organization.Property(o => o.Name).HasMaxLength(200);
        organization.Property(o => o.RegionCode).HasMaxLength(6);
        organization.Property(o => o.Traits).AsJson();
        organization.Property(o => o.Controllers).AsJson();
        organization.HasIndex(o => o.CreditCode).IsUnique();
        organization.HasIndex(o => o.Name);
        organization.HasIndex(o => o.EstablishedOn);
        organization.HasQueryFilter(o => db.SeesAll || o.Id == db.Me);
    }

    private void Webhooks(EntityTypeBuilder<Webhook> webhook)
    {
        webhook.Property(w => w.Url).HasMaxLength(Webhook.MaxUrlLength);
        webhook.Property(w => w.Events).AsJson();
        webhook.Property(w => w.SealedSecret).HasMaxLength(1000);
        webhook.Property(w => w.SealedFormer).HasMaxLength(1000);
        webhook.Property(w => w.Version).IsConcurrencyToken();
        webhook.HasIndex(w => w.OrganizationId);
        webhook.HasQueryFilter(w => db.SeesAll || w.OrganizationId == db.Me);
    }

    private void WebhookEvents(EntityTypeBuilder<WebhookEvent> happened)
    {
        happened.Property(e => e.Type).HasMaxLength(50);
        happened.Property(e => e.SubjectType).HasMaxLength(50);
        happened.Property(e => e.SubjectId).HasMaxLength(100);
        happened.HasQueryFilter(_ => db.SeesAll);
    }

    private void WebhookDeliveries(EntityTypeBuilder<WebhookDelivery> delivery)
    {
        delivery.Property(d => d.Type).HasMaxLength(50);
        delivery.Property(d => d.Body).HasMaxLength(1000);
        delivery.Property(d => d.LastAnswer).HasMaxLength(WebhookDelivery.MaxErrorLength);
        delivery.Property(d => d.Version).IsConcurrencyToken();
        delivery.HasIndex(d => new { d.State, d.NextAt });
        delivery.HasIndex(d => d.OrganizationId);
        delivery.HasOne<Webhook>().WithMany().HasForeignKey(d => d.WebhookId).OnDelete(DeleteBehavior.Cascade);
        delivery.HasQueryFilter(d => db.SeesAll || d.OrganizationId == db.Me);
    }
}
