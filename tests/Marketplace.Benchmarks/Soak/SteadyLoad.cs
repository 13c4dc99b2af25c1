using System.Collections.Concurrent;
using System.Diagnostics;
using Marketplace.Benchmarks.Booking;

namespace Marketplace.Benchmarks.Soak;

/// <summary>
/// So many journeys a second, whether or not the ones before have ended: a buyer asks for a quote, orders on it, looks at the order and
/// at its list of them, and cancels it, so that the market stays as it is.
/// </summary>
internal sealed class SteadyLoad(IReadOnlyList<HttpClient> processes, IReadOnlyList<Buyer> buyers, DateTimeOffset from)
{
    private const int HorizonHours = 30 * 24;

    /// <summary>Journeys under way beyond which none is begun: the load is more than the machine can bear, and says so.</summary>
    private const int Most = 100;

    private readonly ConcurrentDictionary<string, int> _outcomes = new();
    private readonly SplitMix64 _random = new(1);
    private Latencies _latencies = new();
    private int _underWay;

    public IReadOnlyDictionary<string, int> Outcomes => _outcomes;

    public int Journeys { get; private set; }

    /// <summary>Journeys that weren't begun, because too many were under way.</summary>
    public int Late { get; private set; }

    /// <summary>Answers that weren't what a buyer alone on its nodes gets.</summary>
    public int Unexpected => _outcomes.Where(outcome => !outcome.Key.Contains(" 20", StringComparison.Ordinal)).Sum(outcome => outcome.Value);

    /// <summary>Those since they were taken last.</summary>
    public Latencies TakeLatencies() => Interlocked.Exchange(ref _latencies, new());

    public async Task RunAsync(int rate, CancellationToken over)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        while (!over.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            if (Volatile.Read(ref _underWay) >= Most)
            {
                Late++;
                continue;
            }

            Journeys++;
            Interlocked.Increment(ref _underWay);
            _ = GoAsync(_random.Pick(processes), _random.Pick(buyers), from.AddHours(_random.Below(HorizonHours)));
        }

        while (Volatile.Read(ref _underWay) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }

    private async Task GoAsync(HttpClient process, Buyer buyer, DateTimeOffset start)
    {
        var demand = new { accelerators = new[] { buyer.Own }, cards = 1, hours = 1, from = Fair.Wire(start), workload = "training", vouchers = "none" };
        try
        {
            if (await TimedAsync("quote", () => buyer.Caller.PostAsync(process, "/v1/quotes", demand, Key())) is { Status: 201 } quote
                && await TimedAsync("order", () => buyer.Caller.PostAsync(process, "/v1/orders", new { quoteId = quote["id"] }, Key())) is { Status: 201 } order)
            {
                await TimedAsync("look", () => buyer.Caller.GetAsync(process, $"/v1/orders/{order["id"]}"));
                await TimedAsync("list", () => buyer.Caller.GetAsync(process, "/v1/orders?limit=20"));
                await TimedAsync("cancel", () => buyer.Caller.PostAsync(process, $"/v1/orders/{order["id"]}/cancel", new { }, Key()));
            }
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task<Answer> TimedAsync(string what, Func<Task<Answer>> ask)
    {
        var started = Stopwatch.GetTimestamp();
        Answer answer;
        try
        {
            answer = await ask();
        }
        catch (HttpRequestException)
        {
            answer = new(0, null);
        }

        var latencies = Volatile.Read(ref _latencies);
        lock (latencies)
        {
            latencies.Add(Stopwatch.GetElapsedTime(started));
        }

        _outcomes.AddOrUpdate($"{what} {answer.Code}", 1, (_, count) => count + 1);
        return answer;
    }

    private static string Key() => Guid.NewGuid().ToString("N");
}
