using System.Diagnostics;
using Marketplace.Application.Pipeline;
using Marketplace.Benchmarks.Quotes;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Marketplace.Benchmarks.Ingest;

/// <summary>
/// How many readings a second come in through HTTP from two processes, against the bulk insert of the same rows into a table with
/// the same key, on an empty table and on a full one; and what memory it takes.
/// </summary>
internal static class IngestVerb
{
    public const string Usage = "[--database sqlite|postgres|POSTGRES-CONNECTION] [--rows 10000000] [--batches 200] [--batch 1000] [--legs 16] [--quick] [--sender]";

    private const int Senders = 2;

    /// <summary>Batches of each sender before the clock runs: until then the process compiles its own code again and again.</summary>
    private const int WarmUp = 200;

    private const double MiB = 1024 * 1024;

    public static async Task<int> RunAsync(Options options)
    {
        if (options.Has("--sender"))
        {
            return await Sender.ServeAsync();
        }

        var quick = options.Has("--quick");
        var shape = new Shape(options.Number("--rows", quick ? 100_000 : 10_000_000), options.Number("--batches", quick ? 20 : 200), options.Number("--batch", 1000), options.Number("--legs", 16), quick ? 10 : WarmUp);
        var database = options.Text("--database") ?? "sqlite";
        if (database == "postgres")
        {
            Verb.Require(PostgresCluster.WhyNot());
        }

        await using var cluster = new PostgresCluster();
        var folder = Directory.CreateTempSubdirectory("marketplace-ingest-").FullName;
        var settings = database == "sqlite"
            ? new DatabaseSettings(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(folder, "market.db")}", null)
            : new DatabaseSettings(DatabaseProvider.PostgreSql, $"{(database == "postgres" ? await cluster.ConnectionStringAsync() : database)};Database=ingest_{Guid.NewGuid():N}", null);
        try
        {
            await MeasureAsync(settings, shape);
            return 0;
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            SqliteConnection.ClearAllPools();
            await using var db = Open(settings);
            await db.Database.EnsureDeletedAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(DatabaseSettings settings, Shape shape)
    {
        await using var api = await ApiProcess.StartAsync(settings, new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Sandbox__Enabled"] = "true",
            ["Sandbox__Now"] = "2026-01-04T16:00:00Z",
        });
        using var http = new HttpClient { BaseAddress = api.Address, Timeout = TimeSpan.FromMinutes(5) };
        var each = (shape.WarmUp + (2 * shape.Batches)) * shape.BatchSize;
        var centres = await Centre.OpenAsync(http, Senders, shape.Legs, Stream.Hours(shape.Legs, each));
        await Report.SayAsync("The market is set up.");
        await SendAsync(api, centres, shape, 0, shape.WarmUp);
        var raw = new List<Raw> { await RawAsync(settings, centres, shape) };
        var empty = await SendAsync(api, centres, shape, shape.WarmUp, shape.Batches);
        await Report.SayAsync($"{empty.PerSecond:0} readings a second on an empty table, {raw[0].InOne:0} raw; filling.");
        await FillAsync(settings, centres, shape);
        raw.Add(await RawAsync(settings, centres, shape));
        var full = await SendAsync(api, centres, shape, shape.WarmUp + shape.Batches, shape.Batches);
        var goal = settings.Provider == DatabaseProvider.Sqlite ? 0.4 : 0.5;
        await Report.WriteAsync(new
        {
            database = settings.Provider.ToString(),
            processors = Environment.ProcessorCount,
            senders = Senders,
            batch = shape.BatchSize,
            legs = shape.Legs,
            readings = Senders * shape.Batches * shape.BatchSize,
            rows = shape.Rows,
            empty = Figures(empty, raw[0]),
            full = Figures(full, raw[1]),
            fullPerEmpty = Math.Round(full.PerSecond / empty.PerSecond, 3),
        },
            new Figure("readings, empty table", empty.PerSecond, "/s").Against("rows in one bulk insert", raw[0].InOne).RatioAtLeast(goal),
            new Figure("… beside an insert for each batch", empty.PerSecond, "/s").Against("rows", raw[0].InBatches),
            new Figure("readings, full table", full.PerSecond, "/s").Against("readings, empty table", empty.PerSecond).RatioAtLeast(0.85),
            new("processor time of the API a reading", full.CpuMicroseconds, "µs"),
            new Figure("working set afterwards", full.After / MiB, "MiB").Against("before", empty.Before / MiB));
    }

    private static object Figures(Run run, Raw raw) => new
    {
        perSecond = Math.Round(run.PerSecond),
        rawPerSecond = Math.Round(raw.InOne),
        rawInBatchesPerSecond = Math.Round(raw.InBatches),
        ratio = Math.Round(run.PerSecond / raw.InOne, 3),
        ratioToRawInBatches = Math.Round(run.PerSecond / raw.InBatches, 3),
        workingSetBeforeMiB = Math.Round(run.Before / MiB),
        workingSetAfterMiB = Math.Round(run.After / MiB),
        apiCpuMicrosecondsAReading = Math.Round(run.CpuMicroseconds, 1),
    };

    private static async Task<Run> SendAsync(ApiProcess api, IReadOnlyList<Centre> centres, Shape shape, int firstBatch, int batches)
    {
        var senders = new List<Sender>();
        try
        {
            foreach (var centre in centres)
            {
                senders.Add(await Sender.StartAsync(new(api.Address, centre.Token, centre.Stream, firstBatch * shape.BatchSize, batches, shape.BatchSize)));
            }

            using var process = Process.GetProcessById(api.Id);
            var (before, cpu, started) = (process.WorkingSet64, process.TotalProcessorTime, Stopwatch.GetTimestamp());
            await Task.WhenAll(senders.Select(sender => sender.RunAsync()));
            var (elapsed, readings) = (Stopwatch.GetElapsedTime(started), centres.Count * batches * shape.BatchSize);
            process.Refresh();
            return new(readings / elapsed.TotalSeconds, before, process.WorkingSet64, (process.TotalProcessorTime - cpu).TotalMicroseconds / readings);
        }
        finally
        {
            senders.ForEach(sender => sender.Dispose());
        }
    }

    /// <summary>The rows of one run into a table with the columns and the key of the product's, over one connection with the product's settings.</summary>
    private static async Task<Raw> RawAsync(DatabaseSettings settings, IReadOnlyList<Centre> centres, Shape shape)
    {
        await using var db = Open(settings);
        await db.Database.OpenConnectionAsync();
        var (connection, rates) = (db.Database.GetDbConnection(), new List<double>());
        var writer = new BulkWriter(db, connection);
        foreach (var chunk in (int[])[shape.Batches * shape.BatchSize, shape.BatchSize])
        {
            await BulkWriter.ExecuteAsync(connection, db.Database.IsNpgsql() ? "CREATE TABLE raw_readings (LIKE readings)" : "CREATE TABLE raw_readings AS SELECT * FROM readings LIMIT 0");
            await BulkWriter.ExecuteAsync(connection, "CREATE UNIQUE INDEX raw_key ON raw_readings (meter_id, event_id)");
            var started = Stopwatch.GetTimestamp();
            foreach (var centre in centres)
            {
                var legs = centre.Stream.Legs.Select(Id<Leg>.Parse).ToList();
                for (var first = 0; first < shape.Batches * shape.BatchSize; first += chunk)
                {
                    await writer.WriteAsync(centre.Stream.Rows(first, chunk, Id<Meter>.Parse(centre.MeterId), i => legs[i]), "raw_readings");
                }
            }

            rates.Add(centres.Count * shape.Batches * shape.BatchSize / Stopwatch.GetElapsedTime(started).TotalSeconds);
            await BulkWriter.ExecuteAsync(connection, "DROP TABLE raw_readings");
        }

        return new(rates[0], rates[1]);
    }

    /// <summary>What the same meters reported before, of legs that are long over.</summary>
    private static async Task FillAsync(DatabaseSettings settings, IReadOnlyList<Centre> centres, Shape shape)
    {
        await using var db = Open(settings);
        await using var connection = await BulkWriter.OpenAsync(db);
        var writer = new BulkWriter(db, connection);

        // Whole minutes of all cards: the next chunk goes on where this one ends.
        var chunk = 500_000 / (shape.Legs * Stream.Cards) * (shape.Legs * Stream.Cards);
        foreach (var centre in centres)
        {
            for (var first = 0; first < shape.Rows / Senders; first += chunk)
            {
                var (count, before) = (Math.Min(chunk, (shape.Rows / Senders) - first), centre.Stream.From.AddDays(-400).AddMinutes(first / (shape.Legs * Stream.Cards)));
                var legs = Enumerable.Range(0, shape.Legs).Select(_ => Id<Leg>.New(before)).ToList();
                await writer.WriteAsync((centre.Stream with { From = before }).Rows(0, count, Id<Meter>.Parse(centre.MeterId), i => legs[i]));
            }
        }

        if (db.Database.IsNpgsql())
        {
            await BulkWriter.ExecuteAsync(connection, "VACUUM ANALYZE readings");
            await BulkWriter.ExecuteAsync(connection, "CHECKPOINT");
        }
        else
        {
            await BulkWriter.ExecuteAsync(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        }

        await Report.SayAsync("Filled.");
    }

    private static MarketplaceDbContext Open(DatabaseSettings settings)
    {
        var options = new DbContextOptionsBuilder<MarketplaceDbContext>();
        settings.Configure(options);
        return new(options.Options, new RequestContext { Caller = Application.Pipeline.Caller.System });
    }

    /// <param name="Rows">In the table before the second run.</param>
    /// <param name="Batches">Of each sender in each run.</param>
    /// <param name="BatchSize">Readings a batch.</param>
    /// <param name="Legs">Of each sender, in every batch.</param>
    /// <param name="WarmUp">Batches of each sender before the clock runs.</param>
    private sealed record Shape(int Rows, int Batches, int BatchSize, int Legs, int WarmUp);

    private sealed record Run(double PerSecond, long Before, long After, double CpuMicroseconds);

    /// <param name="InOne">Rows a second, all in one transaction.</param>
    /// <param name="InBatches">Rows a second with a transaction for each batch.</param>
    private sealed record Raw(double InOne, double InBatches);
}
