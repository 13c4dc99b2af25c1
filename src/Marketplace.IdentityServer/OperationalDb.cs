using Duende.IdentityServer.EntityFramework.DbContexts;
using Duende.IdentityServer.EntityFramework.Options;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IdentityServer;

/// <summary>What the library keeps: signing keys, codes and refresh tokens. It is in the market's database, in tables of its own.</summary>
internal sealed class OperationalDb(DbContextOptions<OperationalDb> options) : PersistedGrantDbContext<OperationalDb>(options)
{
    public static void NameTables(OperationalStoreOptions options)
    {
        options.Keys = new("SigningKeys");
        options.PersistedGrants = new("TokenGrants");
        options.DeviceFlowCodes = new("DeviceCodes");
        options.ServerSideSessions = new("SignInSessions");
        options.PushedAuthorizationRequests = new("PushedRequests");
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        Naming.SnakeCase(modelBuilder.Model);
    }
}
