using System.Diagnostics;
using System.Globalization;
using Marketplace.Application;
using Marketplace.Application.Pipeline;
using Marketplace.Application.Vouchers;
using Marketplace.Benchmarks.Quotes;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using Marketplace.Infrastructure;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Marketplace.Benchmarks.Vouchers;

/// <summary>How long it takes to say what proposed rules would have paid of past orders, and in how much memory.</summary>
internal static class SimulationVerb
{
    public const string Usage = "[--database postgres|POSTGRES-CONNECTION] [--orders 100000] [--runs 3] [--seed 1] [--quick]";

    private const double MiB = 1024 * 1024;

    /// <summary>By origin of chip, with a cap by year and a floor on a year's spend: rules that ask for the history as well.</summary>
    private static readonly ProgrammeRules Rules = new()
    {
        Mode = ProgrammeMode.Deduct,
        Payee = Payee.Seller,
        Applicant = new() { Kinds = [OrganizationKind.Enterprise] },
        Rates = [new() { When = new() { Origins = [Domain.Market.ChipOrigin.Domestic] }, Ratio = Ratio.Parse("0.30") }, new() { Ratio = Ratio.Parse("0.20") }],
        Caps = new() { PerApplicantYear = Money.Parse("800000.00") },
        Floors = new() { SpendPerYear = Money.Parse("100000.00") },
        Validity = new() { Months = 12 },
        RelatedParties = RelatedPartyRule.Forbid,
        Resale = ResaleRule.Forbid,
    };

    public static async Task<int> RunAsync(Options options)
    {
        var (orders, runs, seed) = (options.Number("--orders", options.Has("--quick") ? 2_000 : 100_000), options.Number("--runs", 3), options.Number("--seed", 1));
        var database = options.Text("--database") ?? "postgres";
        if (database == "postgres")
        {
            Verb.Require(PostgresCluster.WhyNot());
        }

        await using var cluster = new PostgresCluster();
        await using var services = Services($"{(database == "postgres" ? await cluster.ConnectionStringAsync() : database)};Database=simulation_{Guid.NewGuid():N}");
        try
        {
            await FillAsync(services, new PastOrders(seed).Take(orders));
            await Report.SayAsync($"{orders} orders are in the database.");
            var measured = new List<SimulationRun>();
            for (var run = 0; run < runs; run++)
            {
                measured.Add(await MeasureAsync(services));
            }

            using var process = Process.GetCurrentProcess();
            await Report.WriteAsync(new { orders, seed, processors = Environment.ProcessorCount, peakWorkingSetMiB = Math.Round(process.PeakWorkingSet64 / MiB, 1), runs = measured },
                new Figure(string.Create(CultureInfo.InvariantCulture, $"what rules would have paid of {orders:#,0} orders, first run"), measured[0].Seconds, "s").AtMost(30),
                new("… fastest run", measured.Min(run => run.Seconds), "s"),
                new("managed memory, at most", measured.Max(run => run.MostManagedMiB), "MiB"));
            return 0;
        }
        finally
        {
            await using var scope = services.CreateAsyncScope();
            await Open(scope).Database.EnsureDeletedAsync();
        }
    }

    /// <summary>One request, as the endpoint sends it.</summary>
    private static async Task<SimulationRun> MeasureAsync(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        Open(scope);
        var before = LiveBytes();
        long most = 0;
        using var watch = new Timer(_ => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false)), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        var started = Stopwatch.GetTimestamp();
        var answer = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new SimulateProgramme(Rules, null, null, null));
        var took = Stopwatch.GetElapsedTime(started);
        return new(Math.Round(took.TotalSeconds, 2), answer.Orders, answer.OrdersPaid, $"{answer.PublicMoney}", Math.Round(Math.Max(most - before, 0) / MiB, 1));
    }

    private static long LiveBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task FillAsync(ServiceProvider services, IEnumerable<Domain.Market.Order> orders)
    {
        await using var scope = services.CreateAsyncScope();
        var db = Open(scope);
        await db.Database.MigrateAsync();
        await using var connection = await BulkWriter.OpenAsync(db);
        await new BulkWriter(db, connection).WriteAsync(orders);
        await BulkWriter.ExecuteAsync(connection, "ANALYZE");
    }

    private static MarketplaceDbContext Open(AsyncServiceScope scope)
    {
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System;
        return scope.ServiceProvider.GetRequiredService<MarketplaceDbContext>();
    }

    private static ServiceProvider Services(string connection)
    {
        var services = new ServiceCollection();
        services.AddSingleton(BenchmarkMarket.Settings);
        services.AddMarketplaceApplication();
        services.AddMarketplaceInfrastructure(new(DatabaseProvider.PostgreSql, connection, null), sandbox: false);
        services.AddSingleton<MarketClock>(new StandingClock());
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        return services.BuildServiceProvider();
    }

    private sealed record SimulationRun(double Seconds, long Orders, long OrdersPaid, string PublicMoney, double MostManagedMiB);

    private sealed class StandingClock : MarketClock
    {
        protected override DateTimeOffset Now() => PastOrders.Start.AddYears(1);
    }
}
