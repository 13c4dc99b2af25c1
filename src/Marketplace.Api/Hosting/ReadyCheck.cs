using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Quartz;

namespace Marketplace.Api.Hosting;

/// <summary>The database answers and has every migration; the job engine runs where this process has one.</summary>
internal sealed class ReadyCheck(MarketplaceDbContext db, IServiceProvider services) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
        {
            return HealthCheckResult.Unhealthy("The database isn't migrated.");
        }

        if (services.GetService<ISchedulerFactory>() is { } factory && (await factory.GetScheduler(cancellationToken)).Status != SchedulerStatus.Running)
        {
            return HealthCheckResult.Unhealthy("The job engine doesn't run.");
        }

        return HealthCheckResult.Healthy();
    }
}
