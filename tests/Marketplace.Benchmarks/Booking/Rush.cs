using System.Collections.Concurrent;
using System.Diagnostics;

namespace Marketplace.Benchmarks.Booking;

/// <summary>
/// Buyers who ask for a quote and order on it, each again and again, at whichever process the dice say. Only what begins and
/// ends within the time that is measured counts.
/// </summary>
internal sealed class Rush(IReadOnlyList<HttpClient> processes, IReadOnlyList<Buyer> buyers, DateTimeOffset from, double contended)
{
    private const int HorizonHours = 30 * 24;

    private readonly ConcurrentDictionary<string, int> _outcomes = new();
    private readonly Latencies _quotes = new();
    private readonly Latencies _orders = new();
    private volatile bool _measured;

    /// <param name="warmUp">Before anything counts.</param>
    /// <param name="time">What counts.</param>
    /// <param name="lostRaces">How many the processes have told of so far.</param>
    public async Task<RushResult> RunAsync(TimeSpan warmUp, TimeSpan time, Func<int> lostRaces)
    {
        using var over = new CancellationTokenSource();
        var running = Task.WhenAll(buyers.Select((buyer, i) => Task.Run(() => BuyAsync(buyer, new((ulong)i), over.Token))));
        await Task.WhenAny(running, Task.Delay(warmUp));
        _measured = true;
        var (started, before) = (Stopwatch.GetTimestamp(), lostRaces());
        await Task.WhenAny(running, Task.Delay(time));
        _measured = false;
        var (elapsed, lost) = (Stopwatch.GetElapsedTime(started), lostRaces() - before);
        await over.CancelAsync();
        await running;
        var result = new RushResult(elapsed, _outcomes.ToDictionary(), _quotes, _orders, lost);
        return result.Placed > 0 || result.Outcomes.Keys.All(outcome => outcome.EndsWith(" 201", StringComparison.Ordinal)) ? result
            : throw new InvalidOperationException("Not one order was placed: " + string.Join(", ", _outcomes));
    }

    private async Task BuyAsync(Buyer buyer, SplitMix64 random, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var hours = random.Between(1, 8);
            var demand = new
            {
                accelerators = new[] { random.Chance(contended) ? buyer.Contended : buyer.Own },
                cards = random.Between(1, 4),
                hours,
                from = Fair.Wire(from.AddHours(random.Below(HorizonHours))),
                workload = "training",
                vouchers = "none",
            };
            var quote = await SendAsync(buyer, "/v1/quotes", demand, random, _quotes);
            if (quote.Status == 201)
            {
                await SendAsync(buyer, "/v1/orders", new { quoteId = quote["id"] }, random, _orders);
            }
        }
    }

    private async Task<Answer> SendAsync(Buyer buyer, string path, object body, SplitMix64 random, Latencies latencies)
    {
        var (counts, started) = (_measured, Stopwatch.GetTimestamp());
        var answer = await buyer.Caller.PostAsync(random.Pick(processes), path, body, Guid.NewGuid().ToString("N"));
        if (counts && _measured)
        {
            _outcomes.AddOrUpdate($"{path[4..]} {answer.Code}", 1, (_, count) => count + 1);
            lock (latencies)
            {
                latencies.Add(Stopwatch.GetElapsedTime(started));
            }
        }

        return answer;
    }
}

/// <summary>What came of a rush.</summary>
/// <param name="Elapsed">The time that was measured.</param>
/// <param name="Outcomes">How often each status or code came, by what was asked for.</param>
/// <param name="Quotes">How long quotes took.</param>
/// <param name="Orders">How long orders took.</param>
/// <param name="LostRaces">Transactions that another one got ahead of and that were run again.</param>
internal sealed record RushResult(TimeSpan Elapsed, IReadOnlyDictionary<string, int> Outcomes, Latencies Quotes, Latencies Orders, int LostRaces)
{
    public int Placed => Outcomes.GetValueOrDefault("orders 201");

    public double OrdersPerSecond => Placed / Elapsed.TotalSeconds;

    /// <summary>The share of orders that weren't placed, by the code of the refusal.</summary>
    public IReadOnlyDictionary<string, double> Refused => Outcomes.Where(outcome => outcome.Key.StartsWith("orders ", StringComparison.Ordinal) && outcome.Key != "orders 201")
        .ToDictionary(outcome => outcome.Key["orders ".Length..], outcome => Math.Round((double)outcome.Value / Orders.Count, 5));
}
