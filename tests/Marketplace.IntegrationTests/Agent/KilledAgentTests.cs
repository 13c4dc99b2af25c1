using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Metering;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Agent;

/// <summary>
/// The agent against a live API while both are killed again and again: in the end the usage is exactly what was sampled. Time
/// runs faster than it does: the file that the agent follows gets a sample a minute of its own time, many a second of ours.
/// </summary>
public sealed class KilledAgentTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int Hours = 4;
    private const int Cards = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Usage_is_exactly_what_was_sampled_though_agent_and_api_are_killed()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        var database = await servers.MakeDatabaseAsync(DatabaseKind.Sqlite);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (metered, client) = await OrderAsync(database, key);
        var folder = Directory.CreateTempSubdirectory("agent-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
            var (samples, expected) = Samples(metered.Start, random);
            var address = $"http://127.0.0.1:{FreePort()}";
            var settings = Settings(metered, client, folder, address);
            var file = settings["File"];
            await File.WriteAllTextAsync(file, "timestamp, index, utilization.gpu [%], power.draw [W]\n");
            using var written = new CancellationTokenSource();
            var writing = WriteAsync(file, samples, written);

            var (kills, apiKills) = (0, 0);
            var api = await StartApiAsync(database, address);
            try
            {
                while (!written.IsCancellationRequested || kills < 5)
                {
                    await using (AgentProcess.Start(settings))
                    {
                        await Task.Delay(random.Next(200, 2500));
                        kills++;
                    }

                    if (apiKills < 2 && random.Next(3) == 0)
                    {
                        // Without network for a while, in the middle of whatever it did.
                        await api.DisposeAsync();
                        apiKills++;
                        await using (AgentProcess.Start(settings))
                        {
                            await Task.Delay(random.Next(500, 2000));
                        }

                        api = await StartApiAsync(database, address);
                    }
                }

                await writing;
                await using var last = AgentProcess.Start(settings);
                await WaitAsync(database, expected.Count, () => string.Join('\n', last.Output));
                Assert.Empty(api.Faults);
            }
            finally
            {
                await api.DisposeAsync();
            }

            output.WriteLine($"the agent was killed {kills} times, the API {apiKills} times");
            Assert.False(File.Exists(Path.Combine(folder, "spool", "refused.jsonl")));
            await CheckAsync(database, metered, expected, seed);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>An order, and the client of the agent that meters it: one that may do nothing else.</summary>
    private static async Task<(Metered Metered, Party Client)> OrderAsync(TestDatabase database, ECDsa key)
    {
        await using var server = await MarketplaceServer.StartAsync(database);
        var metered = await Metered.MakeAsync(server, hours: Hours, publicKeyPem: key.ExportSubjectPublicKeyInfoPem());
        return (metered, await metered.Capacity.Provider.ColleagueAsync("meter"));
    }

    /// <summary>A line a card and minute, now and then without one of them, and what usage that has to make.</summary>
    private static (IReadOnlyList<string> Samples, IReadOnlyDictionary<(int Card, DateTimeOffset From), bool> Expected) Samples(DateTimeOffset start, Random random)
    {
        var (samples, expected) = (new List<string>(), new Dictionary<(int, DateTimeOffset), bool>());
        for (var minute = 0; minute <= Hours * 60; minute++)
        {
            var at = start.AddMinutes(minute);
            var lost = random.Next(10) == 0 ? random.Next(Cards) : -1;
            samples.Add(string.Concat(Enumerable.Range(0, Cards).Where(card => card != lost).Select(card => string.Create(
                CultureInfo.InvariantCulture, $"{at.ToLocalTime():yyyy/MM/dd HH:mm:ss}.00{card}, {card}, {random.Next(101)} %, 61.20 W\n"))));
            for (var card = 0; card < Cards && minute > 0; card++)
            {
                expected.Add((card, at.AddMinutes(-1)), card != lost);
            }
        }

        // The newest sample is only over when one after it has begun.
        samples.Add(string.Create(CultureInfo.InvariantCulture, $"{start.AddHours(Hours + 1).ToLocalTime():yyyy/MM/dd HH:mm:ss}.000, 0, 0 %, 61.20 W\n"));
        return (samples, expected);
    }

    private static async Task WriteAsync(string file, IReadOnlyList<string> samples, CancellationTokenSource written)
    {
        foreach (var sample in samples)
        {
            await File.AppendAllTextAsync(file, sample);
            await Task.Delay(30);
        }

        await written.CancelAsync();
    }

    private static Dictionary<string, string> Settings(Metered metered, Party client, string folder, string address) => new()
    {
        ["Api"] = address,
        ["ClientId"] = client.ClientId,
        ["ClientSecret"] = client.ClientSecret,
        ["CenterId"] = metered.Capacity.CenterId,
        ["Node"] = metered.Capacity.Nodes[0],
        ["MeterId"] = metered.MeterId,
        ["MeterSource"] = metered.Source,
        ["KeyFile"] = Path.Combine(folder, "key.pem"),
        ["Folder"] = Path.Combine(folder, "spool"),
        ["File"] = Path.Combine(folder, "gpu.csv"),
        ["Interval"] = "00:00:01",
        ["MaxGap"] = "00:02:00",
        ["BatchSize"] = "100",
        ["RetryMax"] = "00:00:00.5",
    };

    private static Task<ApiProcess> StartApiAsync(TestDatabase database, string address) => ApiProcess.StartAsync(database.Settings, new Dictionary<string, string>
    {
        ["ASPNETCORE_URLS"] = address,
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["Sandbox__Enabled"] = "true",
    });

    private static async Task WaitAsync(TestDatabase database, int readings, Func<string> said)
    {
        using var patience = new CancellationTokenSource(Patience);
        await using var db = database.Open();
        while (await db.Readings.CountAsync() < readings)
        {
            Assert.False(patience.IsCancellationRequested, $"{await db.Readings.CountAsync()} of {readings} readings came\n{said()}");
            await Task.Delay(200);
        }
    }

    private static async Task CheckAsync(TestDatabase database, Metered metered, IReadOnlyDictionary<(int Card, DateTimeOffset From), bool> expected, int seed)
    {
        await using var db = database.Open();
        var readings = await db.Readings.AsNoTracking().ToListAsync();
        Assert.True(readings.Count == expected.Count, $"seed {seed}: {readings.Count} readings of {expected.Count}");
        Assert.All(readings, reading =>
        {
            Assert.Equal(expected[(int.Parse(reading.Card!, CultureInfo.InvariantCulture), reading.From)], reading.Status == ReadingStatus.Up);
            Assert.Equal((TimeSpan.FromMinutes(1), true, true), (reading.To - reading.From, reading.Attested, reading.Stands));
        });

        var leg = Id<Leg>.Parse(metered.Legs[0]);
        var kept = await db.UsageHours.AsNoTracking().Where(hour => hour.LegId == leg).ToDictionaryAsync(hour => hour.Hour.Start);
        foreach (var hour in expected.GroupBy(one => Hour.Containing(one.Key.From).Start))
        {
            Assert.Equal((hour.Count(one => one.Value) * 60L, hour.Count(one => !one.Value) * 60L),
                (kept[hour.Key].Busy.MilliCardSeconds / CardTime.PerCardSecond, kept[hour.Key].Down.MilliCardSeconds / CardTime.PerCardSecond));
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
