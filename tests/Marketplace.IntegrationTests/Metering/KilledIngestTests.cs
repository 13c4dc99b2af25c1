using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;
using static Marketplace.IntegrationTests.Metering.Metered;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>
/// A stream that comes shuffled, doubled, corrected and cut anyhow, to a process that is killed at random points, gives the
/// readings and the usage of the clean stream, and knows them again as it does.
/// </summary>
public sealed class KilledIngestTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int Kills = 3;
    private const int Minutes = 4 * 60;

    [Theory, EveryDatabase]
    public async Task However_often_it_is_killed_all_is_as_after_the_clean_stream(DatabaseKind database)
    {
        var seed = Environment.TickCount;
        output.WriteLine("seed " + seed.ToString(CultureInfo.InvariantCulture));
        var random = new Random(seed);
        var clean = await MakeAsync(await servers.FreshAsync(database), nodes: 2);
        var stream = Corrected(random);
        await clean.SendAsync([.. stream.Select(reading => reading.Of(clean))]);
        await clean.CheckKeptAsync();

        var disturbed = await MakeAsync(await servers.FreshAsync(database), nodes: 2);
        var left = new Queue<Sent[]>(Cut([.. stream, .. stream.Where(_ => random.Next(3) == 0)], random));
        for (var kills = 0; left.Count > 0; kills++)
        {
            await using var process = await ApiProcess.StartAsync(disturbed.Server.Database.Settings, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Sandbox__Enabled"] = "true" });
            using var http = new HttpClient { BaseAddress = process.Address };
            http.DefaultRequestHeaders.Authorization = new("Bearer", disturbed.Capacity.Provider.Token);
            var point = random.Next(20, 400);
            var killed = kills < Kills ? Task.Run(() => KillAfterAsync(process, point)) : Task.CompletedTask;
            output.WriteLine(kills < Kills ? $"killed after {point} ms, {left.Sum(batch => batch.Length)} readings to go" : "left alone");
            while (left.TryDequeue(out var batch))
            {
                if (await SendAsync(http, disturbed, batch) is not { } answer)
                {
                    // Nobody knows whether it was taken: the same readings come again, cut otherwise.
                    left = new(Cut([.. batch, .. left.SelectMany(other => other)], random));
                    break;
                }

                // A correction that came before what it corrects is sent again later.
                var early = answer.RootElement.GetProperty("rejected").EnumerateArray().ToList();
                Assert.All(early, item => Assert.Equal("usage.replaces_unknown", item.GetProperty("code").GetString()));
                Assert.Equal(0, answer.RootElement.GetProperty("conflicts").GetArrayLength());
                if (early.Count > 0)
                {
                    left.Enqueue([.. early.Select(item => batch[item.GetProperty("index").GetInt32()])]);
                }
            }

            await killed;
        }

        Assert.Equal(await clean.UsageAsync(), await disturbed.UsageAsync());
        Assert.Equal(await ReadingsAsync(clean), await ReadingsAsync(disturbed));
        Assert.Equal(await HoursAsync(clean), await HoursAsync(disturbed));
        await disturbed.CheckKeptAsync();

        // What judging goes by is the same: to both the whole stream is old, and so is what contradicts it.
        object[] again = [.. stream.Select(reading => reading.Of(disturbed))];
        Assert.Equal($"0 {stream.Count} 0", Verdicts(await disturbed.SendAsync(again)));
        Assert.Equal(
            Verdicts(await clean.SendAsync([.. Contradicting(stream).Select(reading => reading.Of(clean))])),
            Verdicts(await disturbed.SendAsync([.. Contradicting(stream).Select(reading => reading.Of(disturbed))])));
        var verified = (await disturbed.Server.Admin.PostAsync("/v1/audit/verifications")).Is(200);
        Assert.All(verified.Items("invariants"), invariant => Assert.True(invariant["holds"]!.GetValue<bool>(), $"seed {seed}: {invariant}"));
    }

    /// <summary>Every identity with other content, every time under another identity, and a second correction of what was corrected.</summary>
    private static IEnumerable<Sent> Contradicting(List<Sent> stream) => stream.SelectMany(sent =>
        (Sent[])[sent with { Cards = (sent.Cards + 1) % 9 }, sent with { Id = "x" + sent.Id, Replaces = null }, .. sent.Replaces is null ? (Sent[])[] : [sent with { Id = "y" + sent.Id }]]);

    /// <summary>All that is stored of each reading, but when and in which batch it came.</summary>
    private static async Task<string> ReadingsAsync(Metered metered)
    {
        await using var db = metered.Server.Database.Open();
        var readings = await db.Readings.AsNoTracking().ToListAsync();
        return string.Join('\n', readings.OrderBy(reading => reading.EventId, StringComparer.Ordinal).Select(reading =>
            $"{Leg(metered, reading.LegId)} {reading.EventId} {reading.From - metered.Start} {reading.To - metered.Start} {reading.Cards} {reading.Milli} {reading.Card} {reading.Status} {reading.Replaces} {reading.Attested} {reading.Stands}"));
    }

    private static async Task<string> HoursAsync(Metered metered)
    {
        await using var db = metered.Server.Database.Open();
        var hours = await db.UsageHours.AsNoTracking().ToListAsync();
        return string.Join('\n', hours.OrderBy(hour => Leg(metered, hour.LegId)).ThenBy(hour => hour.Hour).Select(hour => $"{Leg(metered, hour.LegId)} {hour.Hour.Start - metered.Start} {hour.Amounts}"));
    }

    private static int Leg(Metered metered, Id<Leg> leg) => metered.Legs.ToList().IndexOf(leg.ToString());

    private static async Task KillAfterAsync(ApiProcess process, int milliseconds)
    {
        await Task.Delay(milliseconds);
        await process.KillAsync();
    }

    /// <returns>Null where the process died.</returns>
    private static async Task<JsonDocument?> SendAsync(HttpClient http, Metered metered, Sent[] batch)
    {
        try
        {
            using var content = Party.Content(JsonSerializer.Serialize(batch.Select(reading => reading.Of(metered))), BatchType);
            using var answer = await http.PostAsync("/v1/usage", content);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            return JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        }
        catch (Exception died) when (died is HttpRequestException or IOException)
        {
            return null;
        }
    }

    /// <summary>Readings of two legs, some with chains of corrections.</summary>
    private static List<Sent> Corrected(Random random)
    {
        var stream = new List<Sent>();
        foreach (var leg in (int[])[0, 1])
        {
            for (var at = 0; at < Minutes; at += 5)
            {
                var sent = new Sent($"{leg}/{at}", leg, at, at + 5, random.Next(1, 9), null);
                stream.Add(sent);
                for (var chain = random.Next(4) == 0 ? random.Next(1, 4) : 0; chain > 0; chain--)
                {
                    stream.Add(sent = sent with { Id = sent.Id + "+", Cards = random.Next(0, 9), Replaces = sent.Id });
                }
            }
        }

        return stream;
    }

    private static IEnumerable<Sent[]> Cut(Sent[] readings, Random random)
    {
        random.Shuffle(readings);
        for (int at = 0, size; at < readings.Length; at += size)
        {
            size = Math.Min(random.Next(1, 25), readings.Length - at);
            yield return readings[at..(at + size)];
        }
    }

    private sealed record Sent(string Id, int Leg, int From, int To, int Cards, string? Replaces)
    {
        public object Of(Metered metered) => metered.Event(Id, From, To, Cards, Leg, Replaces);
    }
}
