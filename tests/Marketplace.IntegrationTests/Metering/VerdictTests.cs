using System.Globalization;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;
using static Marketplace.IntegrationTests.Metering.Metered;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>
/// The product looks readings up by name only where it has to. Its verdicts are those of the judge that knows every reading there is.
/// </summary>
public sealed class VerdictTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int Batches = 60;
    private const int Minutes = 4 * 60;

    [Theory, EveryDatabase]
    public async Task Every_verdict_is_that_of_who_knows_all_readings(DatabaseKind database)
    {
        var seed = Environment.TickCount;
        output.WriteLine("seed " + seed.ToString(CultureInfo.InvariantCulture));
        var random = new Random(seed);
        var metered = await MakeAsync(await servers.OnAsync(database), nodes: 2);
        var sent = new List<Sent>();
        var seen = new HashSet<string>();
        for (var i = 0; i < Batches; i++)
        {
            var batch = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Next(sent, random)).ToList();
            var expected = await JudgeAsync(metered, batch);

            var answer = await metered.SendAsync([.. batch.Select(one => metered.Event(one.Id, one.From, one.To, one.Cards, one.Leg, one.Replaces))]);

            var verdicts = Enumerable.Repeat("taken", batch.Count).ToArray();
            foreach (var item in answer.Items("conflicts").Concat(answer.Items("rejected")))
            {
                verdicts[item["index"]!.GetValue<int>()] = item["code"]!.GetValue<string>();
            }

            Assert.True(expected.Select(one => one is "Accepted" or "Duplicate" ? "taken" : one is "Conflict" ? MeteringErrors.Conflict : one).SequenceEqual(verdicts), $"seed {seed}, batch {i}: {string.Join(' ', expected)}; {string.Join(' ', verdicts)}");
            Assert.Equal(expected.Count(one => one == "Accepted").ToString(CultureInfo.InvariantCulture), answer["accepted"]);
            Assert.Equal(expected.Count(one => one == "Duplicate").ToString(CultureInfo.InvariantCulture), answer["duplicates"]);
            seen.UnionWith(expected);
        }

        // A seed without one of these tells little.
        Assert.Superset(new HashSet<string> { "Accepted", "Duplicate", "Conflict", "usage.overlap", "usage.replaced_already" }, seen);
        await metered.CheckKeptAsync();
        Assert.Empty(metered.Server.Faults);
    }

    /// <summary>What was sent before, as it was or under its name with something else; corrections; and new readings, which may overlap.</summary>
    private static Sent Next(List<Sent> sent, Random random)
    {
        var before = sent.Count == 0 ? null : sent[random.Next(sent.Count)];
        var (leg, at) = (random.Next(2), random.Next(Minutes - 5));
        var fresh = new Sent($"e{sent.Count}", leg, at, at + random.Next(1, 6), random.Next(0, 9), null);
        var next = (before, random.Next(10)) switch
        {
            ({ }, < 3) => before,
            ({ }, 3) => fresh with { Id = before.Id },
            ({ }, < 7) => fresh with { Leg = before.Leg, From = before.From, To = before.To, Replaces = before.Id },
            _ => fresh,
        };
        sent.Add(next);
        return next;
    }

    private static async Task<IReadOnlyList<string>> JudgeAsync(Metered metered, IReadOnlyList<Sent> batch)
    {
        await using var db = metered.Server.Database.Open();
        var ids = metered.Legs.Select(Id<Leg>.Parse).ToList();
        var judge = new ReadingJudge(
            metered.Start.AddMinutes(Minutes), await db.Meters.AsNoTracking().Where(meter => meter.Source == metered.Source).ToDictionaryAsync(meter => meter.Source),
            await db.Legs.AsNoTracking().Where(leg => ids.Contains(leg.Id)).ToDictionaryAsync(leg => leg.Id), signer: null);
        await db.Readings.AsNoTracking().ForEachAsync(judge.Know);
        return [.. judge.Judge([.. batch.Select(one => one.Of(metered))]).Select(judgement => judgement.Refusal?.Code ?? judgement.Verdict.ToString())];
    }

    private sealed record Sent(string Id, int Leg, int From, int To, int Cards, string? Replaces)
    {
        public UsageEvent Of(Metered metered) =>
            new(metered.Source, Id, Id<Leg>.Parse(metered.Legs[Leg]), metered.Start.AddMinutes(From), metered.Start.AddMinutes(To)) { Cards = Cards, Replaces = Replaces };
    }
}
