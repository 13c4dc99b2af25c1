using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Marketplace.Infrastructure.Jobs;

/// <summary>Looks whether one job of the catalogue has work, and runs it if so. Which one stands in the trigger's data.</summary>
[DisallowConcurrentExecution]
public sealed class CatalogueTick(JobRunner runner, MarketClock clock) : Quartz.IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        await runner.RunDueAsync(context.JobDetail.Key.Name, clock.GetUtcNow(), cancellationToken);
    }
}

/// <summary>The same for a job that workers share: each tick may find another worker to take part.</summary>
public sealed class SharedTick(JobRunner runner, MarketClock clock) : Quartz.IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        await runner.JoinDueAsync(context.JobDetail.Key.Name, clock.GetUtcNow(), cancellationToken);
    }
}

public static class QuartzEngine
{
    /// <summary>
    /// Quartz as the engine: every job of the catalogue is looked at each so many seconds, by one of the processes on the database
    /// where that is a server.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="database">Whose server keeps Quartz's tables too; SQLite has none, and they are in memory.</param>
    /// <param name="jobNames">The catalogue.</param>
    /// <param name="interval">Whole seconds.</param>
    public static IServiceCollection AddQuartzEngine(this IServiceCollection services, DatabaseSettings database, IEnumerable<string> jobNames, TimeSpan interval)
    {
        services.AddQuartz("marketplace", quartz =>
        {
            if (database.Provider != DatabaseProvider.Sqlite)
            {
                quartz.UsePersistentStore(store =>
                {
                    _ = database.Provider == DatabaseProvider.PostgreSql
                        ? store.UsePostgres(database.ConnectionString)
                        : store.UseSqlServer(database.ConnectionString);
                    store.ProvisionSchema();
                    store.UseClustering(_ => { });
                });
            }

            foreach (var name in jobNames)
            {
                _ = JobCatalogue.Shared.Contains(name)
                    ? quartz.AddJob<SharedTick>(job => job.WithIdentity(name).StoreDurably())
                    : quartz.AddJob<CatalogueTick>(job => job.WithIdentity(name).StoreDurably());
                quartz.AddTrigger(trigger => trigger.WithIdentity(name).ForJob(name)
                    .WithSimpleSchedule(schedule => schedule.WithInterval(interval).RepeatForever()));
            }
        });
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        return services;
    }
}
