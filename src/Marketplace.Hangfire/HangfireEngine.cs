using global::Hangfire;
using global::Hangfire.InMemory;
using global::Hangfire.PostgreSql;
using Marketplace.Application.Jobs;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Marketplace.Hangfire;

/// <summary>Looks whether one job of the catalogue has work, and runs it if so. One that fails is looked at again by the next tick.</summary>
public sealed class CatalogueTick(JobRunner runner, MarketClock clock)
{
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    [DisableConcurrentExecution("{0}", 0)]
    public Task RunAsync(string job, CancellationToken cancellationToken) => runner.RunDueAsync(job, clock.GetUtcNow(), cancellationToken);

    /// <summary>The same for a job that workers share: each tick may find another worker to take part.</summary>
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public Task JoinAsync(string job, CancellationToken cancellationToken) => runner.JoinDueAsync(job, clock.GetUtcNow(), cancellationToken);
}

public static class HangfireEngine
{
    /// <summary>
    /// How long the lock of a worker that died keeps others away, where it isn't its connection's. One that runs for longer may get
    /// company, which does no harm.
    /// </summary>
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Hangfire as the engine: every job of the catalogue is looked at each so many seconds, by one of the processes on the database where that is a server.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="database">Whose server keeps Hangfire's tables too; SQLite has none, and they are in memory.</param>
    /// <param name="jobNames">The catalogue.</param>
    /// <param name="interval">Whole seconds, less than a minute.</param>
    public static IServiceCollection AddHangfireEngine(this IServiceCollection services, DatabaseSettings database, IEnumerable<string> jobNames, TimeSpan interval)
    {
        services.AddHangfire(hangfire =>
        {
            hangfire.SetDataCompatibilityLevel(CompatibilityLevel.Version_180).UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            _ = database.Provider switch
            {
                DatabaseProvider.SqlServer => (object)hangfire.UseSqlServerStorage(database.ConnectionString),
                DatabaseProvider.PostgreSql => hangfire.UsePostgreSqlStorage(
                    server => server.UseNpgsqlConnection(database.ConnectionString),
                    new PostgreSqlStorageOptions { DistributedLockTimeout = LockTimeout, QueuePollInterval = TimeSpan.FromSeconds(1) }),
                _ => hangfire.UseInMemoryStorage(),
            };
        });
        services.AddHostedService(provider => new Schedule(provider.GetRequiredService<IRecurringJobManager>(), [.. jobNames], interval));
        services.AddHangfireServer(server => server.SchedulePollingInterval = interval);
        return services;
    }

    private sealed class Schedule(IRecurringJobManager manager, IReadOnlyList<string> jobNames, TimeSpan interval) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            foreach (var name in jobNames)
            {
                var every = $"*/{(int)interval.TotalSeconds} * * * * *";
                if (JobCatalogue.Shared.Contains(name))
                {
                    manager.AddOrUpdate<CatalogueTick>(name, tick => tick.JoinAsync(name, CancellationToken.None), every);
                }
                else
                {
                    manager.AddOrUpdate<CatalogueTick>(name, tick => tick.RunAsync(name, CancellationToken.None), every);
                }
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
