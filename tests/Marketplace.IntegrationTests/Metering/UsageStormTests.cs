using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;
using static Marketplace.IntegrationTests.Metering.Metered;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>Many senders at once, on two processes: whatever the order, each reading counts once.</summary>
public sealed class UsageStormTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int Senders = 8;

    [Theory, EveryDatabase]
    public async Task A_stream_that_arrives_twice_and_all_at_once_counts_once(DatabaseKind database)
    {
        var seed = Environment.TickCount;
        output.WriteLine("seed " + seed.ToString(CultureInfo.InvariantCulture));
        var random = new Random(seed);
        var metered = await MakeAsync(await servers.OnAsync(database), nodes: 3);
        var here = metered.Capacity.Provider;
        var there = here.At(await servers.StartAsync(metered.Server.Database));
        var stream = Enumerable.Range(0, 3 * 8 * 24).Select(i => metered.Event($"r{i}", i / 24 * 10, (i / 24 * 10) + 10, cards: 1, leg: i % 3, card: $"{i / 3 % 8}")).ToArray();
        object[] twice = [.. stream, .. stream];
        random.Shuffle(twice);

        var batches = twice.Chunk(random.Next(5, 60)).ToList();
        var (accepted, duplicates) = (0, 0);
        await Parallel.ForEachAsync(batches.Index(), new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (batch, _) =>
        {
            var answer = await TryAsync(() => SendAsync(batch.Index % 2 == 0 ? here : there, batch.Item));
            Assert.Empty(answer.Items("conflicts"));
            Assert.Empty(answer.Items("rejected"));
            Interlocked.Add(ref accepted, int.Parse(answer["accepted"], CultureInfo.InvariantCulture));
            Interlocked.Add(ref duplicates, int.Parse(answer["duplicates"], CultureInfo.InvariantCulture));
        });

        Assert.Equal((stream.Length, stream.Length), (accepted, duplicates));
        Assert.Equal(string.Join('\n', Enumerable.Repeat("0: 28800 0, 1: 28800 0, 2: 28800 0, 3: 28800 0", 3)), await metered.UsageAsync());
        await metered.CheckKeptAsync();
        Assert.Empty(metered.Server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task Of_two_that_cannot_both_be_true_one_is_taken(DatabaseKind database)
    {
        var metered = await MakeAsync(await servers.OnAsync(database), nodes: 2);
        var here = metered.Capacity.Provider;
        var there = here.At(await servers.StartAsync(metered.Server.Database));

        // One identity with other content on either leg; one time under two identities; one reading with two corrections.
        Assert.Equal("1 0 0", Verdicts(await metered.SendAsync(metered.Event("r", 180, 240))));
        var answers = await Task.WhenAll(Enumerable.Range(0, Senders).Select(i => TryAsync(() => SendAsync(
            i % 2 == 0 ? here : there,
            metered.Event("same", 0, 60, cards: i, leg: i % 2), metered.Event($"other {i}", 60, 120, cards: 1), metered.Event($"c{i}", 180, 240, cards: i, replaces: "r")))));

        Assert.Equal(3, answers.Sum(answer => int.Parse(answer["accepted"], CultureInfo.InvariantCulture)));
        Assert.Equal(Senders - 1, answers.Sum(answer => answer.Items("conflicts").Count));
        Assert.Equal(
            [("usage.overlap", Senders - 1), ("usage.replaced_already", Senders - 1)],
            answers.SelectMany(answer => answer.Items("rejected")).CountBy(Code).OrderBy(code => code.Key, StringComparer.Ordinal).Select(code => (code.Key, code.Value)));
        await metered.CheckKeptAsync();
        await using var db = metered.Server.Database.Open();
        Assert.Equal(1, await db.Readings.CountAsync(reading => reading.EventId == "same"));
        Assert.Empty(metered.Server.Faults);
    }

    private static string Code(JsonNode item) => item["code"]!.GetValue<string>();

    /// <summary>A batch that lost against others again and again is sent again, as a sender does.</summary>
    private static async Task<Answer> TryAsync(Func<Task<Answer>> send)
    {
        while (true)
        {
            var answer = await send();
            if (answer.Code != "concurrency.conflict")
            {
                return answer.Is(200);
            }
        }
    }
}
