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
            client.Property(c => c.PreviousSecretHash).HasMaxLength(200);
            client.Property(c => c.Stamp).HasMaxLength(32);
            client.HasIndex(c => c.OrganizationId);
        });
        builder.Entity<Person>(person =>
        {
            // As little as can be is known of a person.
            person.Ignore(p => p.PhoneNumber);
            person.Ignore(p => p.PhoneNumberConfirmed);
            person.HasIndex(p => p.OrganizationId);
        });
        builder.Entity<StoredKey>(key => key.HasKey(k => k.Name));
        builder.Entity<StoredKey>().Property(k => k.Name).HasMaxLength(200);
        builder.Entity<SandboxTime>(time => time.Property(t => t.Id).ValueGeneratedNever());
        builder.Entity<SandboxTime>().Property(t => t.Version).IsConcurrencyToken();
    }
}
