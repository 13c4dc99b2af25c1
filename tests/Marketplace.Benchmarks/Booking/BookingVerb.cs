using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Npgsql;

namespace Marketplace.Benchmarks.Booking;

/// <summary>
/// How many orders a second several processes book on one PostgreSQL, against what pgbench makes of the same server, and whether
/// a card-hour was sold twice.
/// </summary>
internal static class BookingVerb
{
    public const string Usage = "[--processes 4] [--buyers 8] [--seconds 20] [--nodes 400] [--contended 0.02] [--postgres CONNECTION] [--quick]";

    private const string LostRace = "lost a race";

    /// <summary>Each hour of each reservation, added up by card: nothing of the product's code is asked.</summary>
    private const string SoldTwice = """
        SELECT count(*) FROM (
            SELECT node_id, card, hour FROM reservations CROSS JOIN LATERAL generate_series(from_hour, to_hour - 1) AS hour
            GROUP BY node_id, card, hour HAVING sum(milli) > 1000) AS twice
        """;

    /// <summary>Legs whose reservations aren't what was sold.</summary>
    private const string HalfBooked = """
        SELECT count(*) FROM legs WHERE cancelled_at IS NULL AND cards <> (
            SELECT count(*) FROM reservations AS r
            WHERE r.leg_id = legs.id AND r.node_id = legs.node_id AND r.milli = legs.milli_per_card AND r.from_hour = legs.from_hour AND r.to_hour = legs.to_hour)
        """;

    public static async Task<int> RunAsync(Options options)
    {
        var quick = options.Has("--quick");
        var (processes, buyers, seconds) = (options.Number("--processes", quick ? 2 : 4), options.Number("--buyers", 8), options.Number("--seconds", quick ? 3 : 20));
        var (nodes, contended) = (options.Number("--nodes", 400), options.Share("--contended", 0.02));
        if (options.Text("--postgres") is null)
        {
            Verb.Require(PostgresCluster.WhyNot());
        }

        await using var cluster = new PostgresCluster();
        var server = new NpgsqlConnectionStringBuilder(options.Text("--postgres") ?? await cluster.ConnectionStringAsync());
        var shop = new NpgsqlConnectionStringBuilder(server.ToString()) { Database = $"booking_{Guid.NewGuid():N}" };
        var bench = new NpgsqlConnectionStringBuilder(server.ToString()) { Database = $"pgbench_{Guid.NewGuid():N}", Pooling = false };
        await ExecuteAsync(server, $"CREATE DATABASE {bench.Database}");
        try
        {
            var rush = await RushAsync(new(DatabaseProvider.PostgreSql, shop.ToString(), null), processes, buyers, nodes, contended, seconds);
            var (twice, half) = (await CountAsync(shop, SoldTwice), await CountAsync(shop, HalfBooked));
            await Report.SayAsync($"Booked {rush.OrdersPerSecond:0.0} orders a second; pgbench next.");
            var tps = await PgBench.RunAsync(bench, buyers, seconds);
            await Report.WriteAsync(new
            {
                processes,
                buyers,
                nodes,
                contendedNodes = Contended(nodes, contended),
                seconds = Math.Round(rush.Elapsed.TotalSeconds, 1),
                processors = Environment.ProcessorCount,
                ordersPerSecond = Math.Round(rush.OrdersPerSecond, 1),
                pgbenchTps = Math.Round(tps, 1),
                ratio = Math.Round(rush.OrdersPerSecond / tps, 4),
                quotes = rush.Quotes.Report(),
                orders = rush.Orders.Report(),
                refused = rush.Refused,
                outcomes = rush.Outcomes,
                lostRacesPerOrder = Math.Round((double)rush.LostRaces / Math.Max(rush.Placed, 1), 4),
                cardHoursSoldTwice = twice,
                legsNotWhole = half,
            },
            new Figure("orders", rush.OrdersPerSecond, "/s").Against("pgbench, transactions/s", tps),
            new("an order, p50", rush.Orders.Percentile(50), "ms"),
            new("an order, p99", rush.Orders.Percentile(99), "ms"),
            new("a quote, p50", rush.Quotes.Percentile(50), "ms"),
            new("lost races an order", (double)rush.LostRaces / Math.Max(rush.Placed, 1), ""),
            new Figure("orders refused", rush.Orders.Count - rush.Placed, "").AtMost(0),
            new Figure("card-hours sold twice", twice, "").AtMost(0),
            new Figure("legs not whole", half, "").AtMost(0));
            return twice + half == 0 ? 0 : 1;
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {bench.Database} WITH (FORCE)");
            await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {shop.Database} WITH (FORCE)");
        }
    }

    private static int Contended(int nodes, double share) => share == 0 ? 0 : Math.Max(1, (int)Math.Round(nodes * share));

    /// <summary>Each buyer wants its own nodes and the contended ones, and every one of them as much.</summary>
    private static async Task<RushResult> RushAsync(DatabaseSettings database, int processes, int buyers, int nodes, double contended, int seconds)
    {
        var started = new List<ApiProcess>();
        var clients = new List<HttpClient>();
        try
        {
            // The first makes the database.
            for (var i = 0; i < processes; i++)
            {
                started.Add(await ApiProcess.StartAsync(database, new Dictionary<string, string> { ["Logging__LogLevel__Marketplace.Infrastructure.Persistence.UnitOfWork"] = "Debug" }));
                clients.Add(new() { BaseAddress = started[i].Address });
            }

            var tomorrow = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
            var (hot, own) = (Contended(nodes, contended), (double)(nodes - Contended(nodes, contended)) / buyers);
            var rush = new Rush(clients, await Fair.OpenAsync(clients[0], buyers, nodes, hot, tomorrow), tomorrow, hot / (hot + own));
            int Lost() => started.Sum(process => process.Output.Count(line => line.Contains(LostRace, StringComparison.Ordinal)));
            var result = await rush.RunAsync(TimeSpan.FromSeconds(Math.Min(15, seconds)), TimeSpan.FromSeconds(seconds), Lost);
            var faults = started.SelectMany(process => process.Faults).ToList();
            return faults.Count == 0 ? result : throw new InvalidOperationException("A process had a fault: " + faults[0]);
        }
        finally
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }

            foreach (var process in started)
            {
                await process.DisposeAsync();
            }
        }
    }

    private static async Task<long> CountAsync(NpgsqlConnectionStringBuilder database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ToString());
        await connection.OpenAsync();
#pragma warning disable CA2100 // Constants.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlConnectionStringBuilder database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ToString());
        await connection.OpenAsync();
#pragma warning disable CA2100 // Constants and names made here.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
