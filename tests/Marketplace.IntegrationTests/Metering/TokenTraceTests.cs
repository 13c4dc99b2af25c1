using System.Globalization;
using Marketplace.IntegrationTests.Harness;
using static Marketplace.IntegrationTests.Metering.Metered;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>
/// Requests to language models as token usage: every token of them is there, to the unit. They are those of the Azure LLM
/// inference traces (Patel et al., "Splitwise", ISCA 2024) where MARKETPLACE_TEST_LLM_TRACE names the file, else made up.
/// </summary>
public sealed class TokenTraceTests(Servers servers) : IClassFixture<Servers>
{
    private static readonly string? Trace = Environment.GetEnvironmentVariable("MARKETPLACE_TEST_LLM_TRACE");

    [Theory, EveryDatabase]
    public async Task Every_token_of_a_trace_is_there(DatabaseKind database)
    {
        var requests = Read(Trace is { Length: > 0 } file ? File.ReadLines(file) : MadeUp(new(7))).ToList();
        var began = requests.Min(request => request.At);
        began = began.AddTicks(-(began.Ticks % TimeSpan.TicksPerSecond));
        var seconds = (int)(requests.Max(request => request.At) - began).TotalSeconds + 1;
        var metered = await MakeAsync(await servers.OnAsync(database), hours: (seconds / 3600) + 1);

        // A second's requests are one reading; those of the later half of the day come first, and all of it twice.
        var events = requests.GroupBy(request => (int)(request.At - began).TotalSeconds).Select(second => (object)new
        {
            specversion = "1.0",
            id = $"s{second.Key}",
            source = metered.Source,
            type = "marketplace.usage",
            subject = metered.Legs[0],
            data = new
            {
                from = MarketSetup.Wire(metered.Start.AddSeconds(second.Key)),
                to = MarketSetup.Wire(metered.Start.AddSeconds(second.Key + 1)),
                inputTokens = second.Sum(request => request.Input),
                outputTokens = second.Sum(request => request.Output),
            },
        }).Reverse().ToArray();
        foreach (var batch in events.Chunk(1000).Concat(events.Chunk(777)))
        {
            var answer = (await metered.SendAsync(batch)).Is(200);
            Assert.Equal(batch.Length, answer.Json!["accepted"]!.GetValue<int>() + answer.Json["duplicates"]!.GetValue<int>());
        }

        var usage = (await metered.Buyer.GetAsync($"/v1/orders/{metered.OrderId}/usage?limit=500")).Is(200).Items();
        Assert.Equal(
            (requests.Sum(request => request.Input), requests.Sum(request => request.Output)),
            (usage.Sum(hour => hour["inputTokens"]!.GetValue<long>()), usage.Sum(hour => hour["outputTokens"]!.GetValue<long>())));
        await metered.CheckKeptAsync();
    }

    private static IEnumerable<(DateTime At, long Input, long Output)> Read(IEnumerable<string> lines) => lines.Skip(1).Select(line => line.Split(',')).Select(fields => (
        DateTime.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[2], CultureInfo.InvariantCulture)));

    /// <summary>The columns of the trace; arrivals and lengths are drawn.</summary>
    private static IEnumerable<string> MadeUp(Random random)
    {
        yield return "TIMESTAMP,ContextTokens,GeneratedTokens";
        var at = new DateTime(2023, 11, 16, 18, 17, 3, DateTimeKind.Unspecified);
        for (var i = 0; i < 2_000; i++)
        {
            at = at.AddMilliseconds(random.Next(0, 3_000));
            yield return string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm:ss.fffffff},{random.Next(3, 8_000)},{random.Next(1, 1_500)}");
        }
    }
}
