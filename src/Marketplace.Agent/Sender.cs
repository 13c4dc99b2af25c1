using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Agent;

/// <summary>
/// Sends what is in the spool, one batch after the other, and forgets what has its verdict. Which legs the samples are of is asked
/// when a batch is made: what was ordered while there was no network is reported too.
/// </summary>
internal sealed partial class Sender(AgentSettings settings, Spool spool, Outbox outbox, MarketApi api, TimeProvider time, ILogger<Sender> logger) : BackgroundService
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromHours(1);

    /// <summary>How far this machine's clock may be ahead before a reading from the future is given up.</summary>
    private static readonly TimeSpan FuturePatience = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var file in outbox.Unreadable)
        {
            WasUnreadable(file);
        }

        for (var failures = 0; !stoppingToken.IsCancellationRequested;)
        {
            try
            {
                var sent = await SendNextAsync(stoppingToken);
                failures = 0;
                if (!sent)
                {
                    await Task.Delay(settings.Interval, time, stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                var wait = Wait(failures++, (failure as ApiException)?.RetryAfter);
                Failed(failure.Message, wait);
                await Task.Delay(wait, time, stoppingToken);
            }
        }
    }

    /// <summary>A random share of a span that doubles each time, so that many agents don't come back at once; not less than what the API asks for.</summary>
    internal TimeSpan Wait(int failures, TimeSpan? asked)
    {
        var most = failures < 20 ? FirstRetry * (1 << failures) : settings.RetryMax;
        var wait = (most < settings.RetryMax ? most : settings.RetryMax) * Random.Shared.NextDouble();
        var least = asked is { } span ? span < LongestAsked ? span : LongestAsked : TimeSpan.Zero;
        return wait > least ? wait : least;
    }

    /// <returns>Whether there was anything to send.</returns>
    internal async Task<bool> SendNextAsync(CancellationToken cancellationToken)
    {
        if (outbox.Batch is null && !await MakeAsync(cancellationToken))
        {
            return false;
        }

        if (outbox.Batch is { } batch)
        {
            Take(batch, await api.ReportAsync(batch.Body, cancellationToken));
        }

        spool.Forget(outbox.Position);
        return true;
    }

    private async Task<bool> MakeAsync(CancellationToken cancellationToken)
    {
        var samples = spool.Read(outbox.Position, settings.BatchSize);
        if (samples.Count == 0)
        {
            return false;
        }

        var legs = samples[0].Before is null && samples.Count == 1
            ? []
            : await api.LegsAsync(samples[0].Before?.At ?? samples[0].Sample.At, samples[^1].Sample.At, cancellationToken);
        var readings = new List<Reading>();
        var next = outbox.Position;
        foreach (var sample in samples)
        {
            var more = Readings.Of(sample, legs, settings.MeterSource, settings.MaxGap).ToList();
            if (readings.Count > 0 && readings.Count + more.Count > settings.BatchSize)
            {
                break;
            }

            readings.AddRange(more);
            next = sample.Next;
        }

        if (readings.Count == 0)
        {
            outbox.Advance(next);
        }
        else
        {
            outbox.Keep(new(next, JsonSerializer.SerializeToUtf8Bytes(readings, Json)));
        }

        return true;
    }

    private void Take(Batch batch, Verdicts verdicts)
    {
        var count = batch.Events.GetArrayLength();
        if (verdicts.Rejected.Count == count && verdicts.Rejected.All(one => one.Code == "usage.unknown_meter"))
        {
            // A setting is wrong. The samples stay, and are made into readings again when it is right.
            outbox.Drop();
            throw new ApiException("MeterSource is no meter of the centre.");
        }

        if (verdicts.Rejected.Any(one => one.Code == "usage.future" && End(batch.Events[one.Index]) > time.GetUtcNow() - FuturePatience))
        {
            throw new ApiException("This machine's clock is ahead of the market's.");
        }

        var refused = verdicts.Conflicts.Concat(verdicts.Rejected).Select(one => new Refused(one.Code, one.Detail, batch.Events[one.Index])).ToList();
        outbox.Complete(refused);
        Sent(count, verdicts.Accepted, verdicts.Duplicates);
        foreach (var code in refused.GroupBy(one => one.Code))
        {
            WereRefused(code.Count(), code.Key, code.First().Event.GetProperty("id").GetString()!);
        }
    }

    private static DateTimeOffset End(JsonElement reading) => reading.GetProperty("data").GetProperty("to").GetDateTimeOffset();

    [LoggerMessage(LogLevel.Warning, "{File} couldn't be read and was put aside; what is in the spool is sent again from where that leaves it.")]
    private partial void WasUnreadable(string file);

    [LoggerMessage(LogLevel.Warning, "Not sent: {Why} Trying again in {Wait}.")]
    private partial void Failed(string why, TimeSpan wait);

    [LoggerMessage(LogLevel.Information, "{Count} readings sent: {Accepted} accepted, {Duplicates} there already.")]
    private partial void Sent(int count, int accepted, int duplicates);

    [LoggerMessage(LogLevel.Error, "{Count} readings were refused for good as {Code}, the first {Id}; they are in refused.jsonl.")]
    private partial void WereRefused(int count, string code, string id);
}
