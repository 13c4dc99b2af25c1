using System.Globalization;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Metering;

/// <summary>However a stream of readings arrives, the usage is that of the stream.</summary>
public class UsageStreamTests(ITestOutputHelper output)
{
    private const int Seeds = 60;
    private const int LegHours = 5;

    [Fact]
    public void Shuffled_doubled_cut_and_corrected_streams_give_the_usage_of_the_clean_one()
    {
        var first = Environment.TickCount;
        for (var seed = first; seed < first + Seeds; seed++)
        {
            output.WriteLine("seed " + seed.ToString(CultureInfo.InvariantCulture));
            var random = new Random(seed);
            var world = new MeteringWorld();
            var legs = Enumerable.Range(0, 3).Select(_ => world.AddLeg(random.Next(1, 9), random.Next(2) == 0 ? 1000 : 250, LegHours)).ToList();
            var stream = legs.SelectMany(leg => Stream(world, leg, random)).ToList();

            SendAnyhow(world, stream, random);

            var replaced = stream.Where(sent => sent.Replaces is not null).Select(sent => (sent.Source, sent.Replaces)).ToHashSet();
            foreach (var leg in legs)
            {
                var counting = stream.Where(sent => sent.LegId == leg.Id && !replaced.Contains((sent.Source, sent.EventId)));
                Assert.Equal(BySecond(leg, counting), Plain(world.Hours.Values.Where(hour => hour.LegId == leg.Id).ToDictionary(hour => hour.Hour, hour => hour.Amounts)));
                Assert.Equal(world.Kept(leg), world.AsOf(leg, leg.UsageVersion));
            }
        }
    }

    /// <summary>Readings that fit beside each other, and corrections that fit in the place of what they correct.</summary>
    private static List<UsageEvent> Stream(MeteringWorld world, Leg leg, Random random)
    {
        var stream = new List<UsageEvent>();
        var ofB = random.Next(0, leg.Cards);
        foreach (var (source, cards) in ((string, int)[])[(world.MeterA.Source, leg.Cards - ofB), (world.MeterB.Source, ofB)])
        {
            var byCard = random.Next(2) == 0;
            for (var card = 0; card < (byCard ? cards : Math.Min(cards, 1)); card++)
            {
                for (int at = random.Next(0, 600), to; at < LegHours * 3600; at = to + (random.Next(3) == 0 ? random.Next(0, 900) : 0))
                {
                    to = Math.Min(at + random.Next(1, 9000), LegHours * 3600);
                    stream.Add(Random(new(source, $"{leg.Id}/{stream.Count}", leg.Id, MeteringWorld.Start.AddSeconds(at), MeteringWorld.Start.AddSeconds(to))
                    {
                        Card = byCard ? $"{card}" : null,
                        Cards = byCard ? null : cards,
                    }, random));
                }
            }
        }

        foreach (var original in stream.Where(_ => random.Next(4) == 0).ToList())
        {
            var last = original;
            for (var chain = random.Next(1, 4); chain > 0; chain--)
            {
                var seconds = (int)(last.To - last.From).TotalSeconds;
                var from = last.From.AddSeconds(random.Next(0, seconds));
                last = Random(last with
                {
                    EventId = $"{leg.Id}/{stream.Count}",
                    Replaces = last.EventId,
                    From = from,
                    To = from.AddSeconds(random.Next(1, (int)(last.To - from).TotalSeconds + 1)),
                    Cards = last.Cards is { } cards ? random.Next(0, cards + 1) : random.Next(2) == 0 ? null : 0,
                }, random);
                stream.Add(last);
            }
        }

        return stream;
    }

    private static UsageEvent Random(UsageEvent sent, Random random) => sent with
    {
        Status = random.Next(6) == 0 ? ReadingStatus.Down : ReadingStatus.Up,
        InputTokens = sent.Cards == 0 || random.Next(2) == 0 ? null : random.Next(0, 1_000_000),
        OutputTokens = sent.Cards == 0 || random.Next(2) == 0 ? null : random.Next(0, 1_000_000),
    };

    /// <summary>
    /// Sends in any order, some of it more than once, in batches of any size; what was sent before that which it corrects is
    /// sent again, as a sender does. Of every version the usage is noted, and must be had again at the end.
    /// </summary>
    private static void SendAnyhow(MeteringWorld world, List<UsageEvent> stream, Random random)
    {
        var noted = new List<(Leg Leg, long Version, string Usage)>();
        var taken = new HashSet<UsageEvent>();
        var waiting = stream.Concat(stream.Where(_ => random.Next(3) == 0)).ToList();
        while (waiting.Count > 0)
        {
            var queue = waiting.ToArray();
            random.Shuffle(queue);
            waiting = [];
            foreach (var batch in Cut(queue, random))
            {
                var judgements = world.Send(batch);
                for (var i = 0; i < batch.Length; i++)
                {
                    if (judgements[i].Refusal is { } refusal)
                    {
                        Assert.Equal("usage.replaces_unknown", refusal.Code);
                        waiting.Add(batch[i]);
                    }
                    else
                    {
                        Assert.Equal(taken.Add(batch[i]) ? Verdict.Accepted : Verdict.Duplicate, judgements[i].Verdict);
                    }
                }

                noted.AddRange(world.Legs.Values.Select(leg => (leg, leg.UsageVersion, world.Kept(leg))));
            }
        }

        Assert.All(noted, note => Assert.Equal(note.Usage, world.AsOf(note.Leg, note.Version)));
    }

    private static IEnumerable<UsageEvent[]> Cut(UsageEvent[] queue, Random random)
    {
        for (var at = 0; at < queue.Length;)
        {
            var size = Math.Min(random.Next(1, 40), queue.Length - at);
            yield return queue[at..(at + size)];
            at += size;
        }
    }

    /// <summary>The usage by hour, counted second by second.</summary>
    private static string BySecond(Leg leg, IEnumerable<UsageEvent> counting)
    {
        var hours = new SortedDictionary<int, (long Busy, long Down, long Input, long Output, int Readings)>();
        foreach (var sent in counting)
        {
            var milli = (sent.Cards ?? 1) * leg.MilliPerCard;
            var touched = new HashSet<int>();
            for (var second = sent.From; second < sent.To; second = second.AddSeconds(1))
            {
                var hour = (int)((second - MeteringWorld.Start).TotalSeconds / 3600);
                var (busy, down, input, output, readings) = hours.GetValueOrDefault(hour);
                var starts = second == sent.From && sent.Status == ReadingStatus.Up;
                hours[hour] = (
                    busy + (sent.Status == ReadingStatus.Up ? milli : 0), down + (sent.Status == ReadingStatus.Down ? milli : 0),
                    input + (starts ? sent.InputTokens ?? 0 : 0), output + (starts ? sent.OutputTokens ?? 0 : 0), readings + (touched.Add(hour) ? 1 : 0));
            }
        }

        return string.Join('\n', hours.Select(hour => $"{hour.Key} {hour.Value}"));
    }

    private static string Plain(Dictionary<Hour, UsageAmounts> hours) => string.Join('\n', hours.OrderBy(hour => hour.Key).Select(hour =>
        $"{hour.Key - Hour.StartingAt(MeteringWorld.Start)!.Value} {(hour.Value.Busy.MilliCardSeconds, hour.Value.Down.MilliCardSeconds, hour.Value.InputTokens, hour.Value.OutputTokens, hour.Value.Readings)}"));
}
