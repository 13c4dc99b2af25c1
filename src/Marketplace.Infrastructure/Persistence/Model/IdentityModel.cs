using Marketplace.Infrastructure.Identity;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Persistence.Model;

internal sealed class IdentityModel
{
    public void Build(ModelBuilder builder)
    {
        builder.Entity<ApiClient>(client =>
        {
            client.HasKey(c => c.ClientId);
            client.Property(c => c.ClientId).HasMaxLength(100);
            client.Property(c => c.Name).HasMaxLength(100);
            client.Property(c => c.SecretHash).HasMaxLength(200);
            client.HasIndex(c => c.OrganizationId);
        });
        builder.Entity<StoredKey>(key => key.HasKey(k => k.Name));
        builder.Entity<StoredKey>().Property(k => k.Name).HasMaxLength(200);
        builder.Entity<SandboxTime>(time => time.Property(t => t.Id).ValueGeneratedNever());
        builder.Entity<SandboxTime>().Property(t => t.Version).IsConcurrencyToken();
    }
}
