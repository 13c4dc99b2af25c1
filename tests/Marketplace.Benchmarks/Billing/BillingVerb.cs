using System.Diagnostics;
using Marketplace.Application;
using Marketplace.Application.Audit;
using Marketplace.Application.Billing;
using Marketplace.Application.Pipeline;
using Marketplace.Benchmarks.Quotes;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Marketplace.Benchmarks.Billing;

/// <summary>
/// How many orders a second the close of a period bills, beside one SQL statement that sums the same usage by leg; how much
/// memory that takes; and whether every invoice comes out the same again.
/// </summary>
internal static class BillingVerb
{
    public const string Usage = "[--orders 10000] [--database sqlite|postgres] [--postgres CONNECTION] [--workers 1] [--quick]";

    private const double MiB = 1024 * 1024;
    private const string Sum = "SELECT count(*), sum(time) FROM (SELECT leg_id, sum(busy) AS time FROM usage_hours GROUP BY leg_id) AS legs";

    public static async Task<int> RunAsync(Options options)
    {
        var (orders, workers) = (options.Number("--orders", options.Has("--quick") ? 200 : 10_000), options.Number("--workers", 1));
        var kind = options.Text("--database") ?? "sqlite";
        if (kind is not ("sqlite" or "postgres"))
        {
            throw new UsageException("--database is sqlite or postgres.");
        }

        if (kind == "postgres" && options.Text("--postgres") is null)
        {
            Verb.Require(PostgresCluster.WhyNot());
        }

        await using var cluster = new PostgresCluster();
        var folder = Directory.CreateTempSubdirectory("marketplace-billing-");
        try
        {
            var settings = kind == "sqlite"
                ? new DatabaseSettings(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(folder.FullName, "market.db")}", null)
                : new DatabaseSettings(
                    DatabaseProvider.PostgreSql, new NpgsqlConnectionStringBuilder(options.Text("--postgres") ?? await cluster.ConnectionStringAsync()) { Database = $"billing_{Guid.NewGuid():N}" }.ToString(), null);
            await using var services = Services(settings);
            return await MeasureAsync(services, kind, orders, workers);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(ServiceProvider services, string kind, int orders, int workers)
    {
        await FillAsync(services, orders);
        await Report.SayAsync($"{orders} orders with {(long)orders * BillingBook.HoursEach} hours of usage are in the database.");
        var sum = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var took = await SumAsync(services);
            sum = took < sum ? took : sum;
        }

        var lost = 0L;
        using var races = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "marketplace.lost_races")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        races.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref lost, value));
        races.Start();
        using var memory = new Memory();
        var used = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var parts = await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => SendAsync(services, new BillClosedPeriods()))));
        var billed = Stopwatch.GetElapsedTime(started);
        used = Environment.CpuUsage.TotalTime - used;
        var (early, late) = memory.Stop();
        await Report.SayAsync($"Billed in {billed.TotalSeconds:0.0} s.");
        started = Stopwatch.GetTimestamp();
        await SendAsync(services, new SettleBilledPeriods());
        var settled = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        var replay = await SendAsync(services, new ReplayInvoices(BillingBook.Month));
        var replayed = Stopwatch.GetElapsedTime(started);
        await Report.WriteAsync(new
        {
            database = kind,
            orders,
            usageHours = (long)orders * BillingBook.HoursEach,
            workers,
            parts = parts.Select(part => part.Summary),
            processors = Environment.ProcessorCount,
            billSeconds = Math.Round(billed.TotalSeconds, 1),
            ordersPerSecond = Math.Round(orders / billed.TotalSeconds, 1),
            lostRaces = lost,
            processorMillisecondsAnOrder = Math.Round(used.TotalMilliseconds / orders, 2),
            sqlSumSeconds = Math.Round(sum.TotalSeconds, 3),
            timesTheSum = Math.Round(billed / sum, 1),
            managedMiBInFirstHalf = Math.Round(early / MiB),
            managedMiBInSecondHalf = Math.Round(late / MiB),
            peakWorkingSetMiB = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / MiB),
            settleSeconds = Math.Round(settled.TotalSeconds, 1),
            replaySeconds = Math.Round(replayed.TotalSeconds, 1),
            replay.Invoices,
            replay.Identical,
        },
            new Figure("orders billed", orders / billed.TotalSeconds, "/s").Against("the usage summed by leg alone", orders / sum.TotalSeconds),
            new("managed memory in the first half", early / MiB, "MiB"),
            new Figure("… in the second half", late / MiB, "MiB").AtMost(1.2 * early / MiB),
            new("settled", settled.TotalSeconds, "s"),
            new Figure("invoices that came out the same again", replay.Identical, "").Against("invoices", replay.Invoices).RatioAtLeast(1));
        return replay.Invoices > 0 && replay.Identical == replay.Invoices ? 0 : 1;
    }

    private static ServiceProvider Services(DatabaseSettings settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton(BenchmarkMarket.Settings);
        services.AddMarketplaceApplication();
        services.AddMarketplaceInfrastructure(settings, sandbox: false);
        services.AddSingleton<MarketClock>(new StandingClock());
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        return services.BuildServiceProvider();
    }

    private static async Task FillAsync(ServiceProvider services, int orders)
    {
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System;
        var db = scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>();
        await db.Database.MigrateAsync();
        await using var connection = await BulkWriter.OpenAsync(db);
        var writer = new BulkWriter(db, connection);
        var book = new BillingBook(orders);
        var listings = book.Listings();
        var meter = Id<Meter>.New(BillingBook.Now);
        await writer.WriteAsync(book.Organizations);
        await writer.WriteAsync(book.Accounts());
        await writer.WriteAsync(listings);
        foreach (var chunk in book.Orders(listings).Chunk(1_000))
        {
            await writer.WriteAsync(chunk.Select(row => row.Order));
            await writer.WriteAsync(chunk.Select(row => row.Leg));
            await writer.WriteAsync(chunk.SelectMany(row => BillingBook.Usage(row.Leg)));
            await writer.WriteAsync(chunk.SelectMany(row => BillingBook.Readings(row.Leg, meter)));
        }

        await writer.WriteAsync<BillingPeriod>([new() { Period = BillingBook.Month, ClosedAt = BillingBook.Now }]);
        await BulkWriter.ExecuteAsync(connection, "ANALYZE");
    }

    private static async Task<TimeSpan> SumAsync(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var connection = scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>().Database.GetDbConnection();
        await connection.OpenAsync();
        var started = Stopwatch.GetTimestamp();
        await using var command = connection.CreateCommand();
        command.CommandText = Sum;
        await command.ExecuteScalarAsync();
        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task<T> SendAsync<T>(ServiceProvider services, IRequest<T> request)
    {
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System;
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    /// <summary>The most that the managed heap held, garbage included, in each half of the time.</summary>
    private sealed class Memory : IDisposable
    {
        private readonly List<long> _samples = [];
        private readonly Timer _timer;

        public Memory() => _timer = new(_ =>
        {
            lock (_samples)
            {
                _samples.Add(GC.GetTotalMemory(forceFullCollection: false));
            }
        }, null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

        public void Dispose() => _timer.Dispose();

        public (long Early, long Late) Stop()
        {
            _timer.Dispose();
            lock (_samples)
            {
                return (_samples.Take((_samples.Count + 1) / 2).Max(), _samples.Skip(_samples.Count / 2).Max());
            }
        }
    }

    private sealed class StandingClock : MarketClock
    {
        protected override DateTimeOffset Now() => BillingBook.Now;
    }
}
