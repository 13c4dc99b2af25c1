using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Marketplace.IdentityServer;

/// <summary>The database answers, has the market's accounts and the tables of keys and grants.</summary>
internal sealed class ReadyCheck(MarketplaceDbContext market, OperationalDb operational) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if ((await operational.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            return HealthCheckResult.Unhealthy("The database isn't migrated.");
        }

        await market.Users.AnyAsync(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
