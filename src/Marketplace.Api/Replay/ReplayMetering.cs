using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Application.Market;
using Marketplace.Application.Metering;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Api.Replay;

/// <summary>What the centres' meters report: hour by hour, in signed batches, with energy as cards at work draw it.</summary>
internal sealed class ReplayMetering(ReplayStages stages, ReplayMarket market, Draw draw)
{
    private readonly List<Running> _running = [];

    public long Accepted { get; private set; }
    public long Refused { get; private set; }
    public long InputTokens { get; private set; }
    public long OutputTokens { get; private set; }

    /// <summary>Meters a leg from now on.</summary>
    /// <param name="tokens">The requests to models that its buyer sends in its hours; none where it doesn't buy tokens.</param>
    public void Follow(OrderLegAnswer leg, IReadOnlyList<TraceRequest>? tokens = null) => _running.Add(new(leg, market.Centers.Single(center => center.Id == leg.CenterId), tokens) { ReportedTo = leg.From });

    /// <summary>Reports the hours that are over and weren't reported yet.</summary>
    public async Task ReportAsync(DateTimeOffset now)
    {
        var over = Hour.Containing(now);
        foreach (var center in _running.Where(leg => leg.ReportedTo < over).GroupBy(leg => leg.Center).ToList())
        {
            foreach (var batch in center.SelectMany(leg => Events(leg, over)).ToList().Chunk(2000))
            {
                var answer = await SendAsync(center.Key, batch, center.Key.Key);
                Accepted += answer.Accepted;
                Refused += batch.Length - answer.Accepted;
            }
        }

        _running.RemoveAll(leg => leg.ReportedTo >= leg.Leg.To);
    }

    public Task<UsageAnswer> SendAsync(ReplayCenter center, IReadOnlyList<object> events, ECDsa key)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(events);
        return stages.SendAsync("meter", center.Owner, new RecordUsage(UsageBatch.Read(body)!, center.MeterId, Convert.ToBase64String(key.SignData(body, HashAlgorithmName.SHA256))), events.Count);
    }

    public static object Event(ReplayCenter center, Id<Leg> leg, string id, object data, Hour hour) => new
    {
        specversion = "1.0",
        id,
        source = center.Source,
        type = "marketplace.usage",
        subject = leg.ToString(),
        time = (hour + 1).Start,
        data,
    };

    private IEnumerable<object> Events(Running running, Hour over)
    {
        var (leg, watts) = (running.Leg, market.Catalogue[running.Leg.Accelerator].Watts);
        foreach (var hour in new HourRange(running.ReportedTo, Hour.Min(over, leg.To)).Each())
        {
            var seconds = draw.Chance(70) ? 3600 : draw.Between(1800, 3599);
            var energy = watts * (decimal)leg.Cards * leg.MilliPerCard / 1000m * seconds / 3600m * draw.Between(550, 950) / 1000m;
            var (input, output) = Tokens(running, hour);
            yield return Event(center: running.Center, leg.Id, $"{leg.Id}-{hour.Number}", new
            {
                from = hour.Start,
                to = hour.Start.AddSeconds(seconds),
                busySeconds = (long)seconds * leg.Cards * draw.Between(60, 98) / 100,
                energyWh = Math.Round(energy, 3),
                inputTokens = input,
                outputTokens = output,
            }, hour);
        }

        running.ReportedTo = Hour.Min(over, leg.To);
    }

    private (long? Input, long? Output) Tokens(Running running, Hour hour)
    {
        if (running.Tokens is not { Count: > 0 } requests)
        {
            return (null, null);
        }

        var first = requests[0].At;
        var of = requests.Where(request => (int)(request.At - first).TotalHours == hour - running.Leg.From).ToList();
        var (input, output) = (of.Sum(request => request.Input), of.Sum(request => request.Output));
        (InputTokens, OutputTokens) = (InputTokens + input, OutputTokens + output);
        return (input, output);
    }

    private sealed record Running(OrderLegAnswer Leg, ReplayCenter Center, IReadOnlyList<TraceRequest>? Tokens)
    {
        public Hour ReportedTo { get; set; }
    }
}
