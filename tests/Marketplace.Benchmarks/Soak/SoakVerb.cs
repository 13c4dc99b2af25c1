using System.Diagnostics;
using System.Globalization;
using Marketplace.Benchmarks.Booking;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Npgsql;

namespace Marketplace.Benchmarks.Soak;

/// <summary>Whether API processes and a worker keep their memory, handles and latency at a steady load over a long time.</summary>
internal static class SoakVerb
{
    public const string Usage = "[--minutes 30] [--rate 10] [--processes 2] [--quick]";

    private const double MiB = 1024 * 1024;
    private const int Buyers = 8;

    /// <summary>How many times in a run the processes are looked at.</summary>
    private const int Looks = 100;

    public static async Task<int> RunAsync(Options options)
    {
        var time = options.Has("--quick") ? TimeSpan.FromSeconds(10) : TimeSpan.FromMinutes(options.Number("--minutes", 30));
        var (rate, processes) = (options.Number("--rate", 10), options.Number("--processes", 2));
        Verb.Require(PostgresCluster.WhyNot());

        await using var cluster = new PostgresCluster();
        var database = new DatabaseSettings(
            DatabaseProvider.PostgreSql, new NpgsqlConnectionStringBuilder(await cluster.ConnectionStringAsync()) { Database = $"soak_{Guid.NewGuid():N}" }.ToString(), null);
        var started = new List<ApiProcess>();
        try
        {
            // The first makes the database.
            foreach (var role in Enumerable.Repeat("api", processes).Append("worker"))
            {
                started.Add(await ApiProcess.StartAsync(database, new Dictionary<string, string> { ["Role"] = role }));
            }

            return await MeasureAsync(started, started.Take(processes).Select(process => process.Address), time, rate);
        }
        finally
        {
            foreach (var process in started)
            {
                await process.DisposeAsync();
            }
        }
    }

    private static async Task<int> MeasureAsync(List<ApiProcess> processes, IEnumerable<Uri> addresses, TimeSpan time, int rate)
    {
        var clients = addresses.Select(address => new HttpClient { BaseAddress = address }).ToList();
        var tomorrow = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        var load = new SteadyLoad(clients, await Fair.OpenAsync(clients[0], Buyers, nodes: 80, contended: 8, tomorrow), tomorrow);
        await Report.SayAsync("The market is set up.");
        using var over = new CancellationTokenSource();
        var running = load.RunAsync(rate, over.Token);
        var looks = new List<Look>();
        for (var i = 0; i < Looks && !running.IsCompleted; i++)
        {
            await Task.WhenAny(running, Task.Delay(time / Looks));
            looks.Add(Look.At(processes, load.TakeLatencies()));
        }

        await over.CancelAsync();
        await running;
        var (early, late) = (Part.Of(looks[(Looks / 5)..(Looks * 2 / 5)]), Part.Of(looks[(Looks * 4 / 5)..]));
        var faults = processes.SelectMany(process => process.Faults).ToList();
        await Report.WriteAsync(
            new { minutes = time.TotalMinutes, rate, processes = processes.Count, outcomes = load.Outcomes, late = load.Late, faults, looks },
            new("minutes", Math.Round(time.TotalMinutes, 1), ""),
            new("journeys", load.Journeys, ""),
            new Figure("answers that weren't expected", load.Unexpected, "").AtMost(0),
            new Figure("faults logged", faults.Count, "").AtMost(0),
            new Figure("working sets, the last fifth of the time", late.WorkingSet / MiB, "MiB").Against("second fifth", early.WorkingSet / MiB).AtMost(1.1 * early.WorkingSet / MiB),
            new Figure("open files and sockets, most at once", late.Handles, "").Against("second fifth", early.Handles).AtMost((1.1 * early.Handles) + 10),
            new Figure("threads, most at once", late.Threads, "").Against("second fifth", early.Threads).AtMost((1.1 * early.Threads) + 10),
            new Figure("a request, p99", late.P99, "ms").Against("second fifth", early.P99));
        return load.Unexpected + faults.Count == 0 ? 0 : 1;
    }

    /// <summary>The processes at one time, added up; latencies since the look before.</summary>
    private sealed record Look(long WorkingSet, int Handles, int Threads, Latencies Latencies)
    {
        public static Look At(IEnumerable<ApiProcess> processes, Latencies latencies)
        {
            var (memory, handles, threads) = (0L, 0, 0);
            foreach (var id in processes.Select(process => process.Id))
            {
                using var process = Process.GetProcessById(id);
                memory += process.WorkingSet64;
                threads += process.Threads.Count;
                handles += Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/fd")).Count();
            }

            return new(memory, handles, threads, latencies);
        }
    }

    /// <summary>A part of the time: the mean of memory, the most of what comes and goes.</summary>
    private sealed record Part(double WorkingSet, int Handles, int Threads, double P99)
    {
        public static Part Of(IReadOnlyList<Look> looks)
        {
            var latencies = new Latencies();
            foreach (var look in looks)
            {
                latencies.AddRange(look.Latencies);
            }

            return new(looks.Average(look => look.WorkingSet), looks.Max(look => look.Handles), looks.Max(look => look.Threads), latencies.Percentile(99));
        }
    }
}
