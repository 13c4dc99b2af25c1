using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>
/// Buyers that all want the same few cards at once: each asks for quotes, orders on them and cancels some of its orders, every
/// write under a key that it sends again, to whichever process answers, until it knows how the write ended.
/// </summary>
internal sealed class Traffic(IReadOnlyList<HttpClient> processes, IReadOnlyList<Party> buyers, string model, DateTimeOffset from, int seed)
{
    private const int WindowHours = 12;
    private const int MaxTries = 60;
    private static readonly string[] Expected = ["capacity.taken", "funds.insufficient", "quote.expired", "concurrency.conflict"];

    /// <summary>Orders that a process has said are placed, with the legs that it said.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<string>> Placed { get; } = new();

    /// <summary>Orders that a process has said are cancelled.</summary>
    public ConcurrentDictionary<string, bool> Cancelled { get; } = new();

    /// <summary>How often each answer came.</summary>
    public ConcurrentDictionary<string, int> Outcomes { get; } = new();

    /// <summary>Goes on until so many orders are placed, or the time is over.</summary>
    public Task RunAsync(int orders, TimeSpan atMost)
    {
        var started = Stopwatch.GetTimestamp();
        return Task.WhenAll(buyers.Select((buyer, i) => Task.Run(() => BuyAsync(buyer, new(seed + i), () => Placed.Count < orders && Stopwatch.GetElapsedTime(started) < atMost))));
    }

    private async Task BuyAsync(Party buyer, Random random, Func<bool> more)
    {
        var standing = new List<string>();
        while (more())
        {
            if (standing.Count > 0 && random.Next(3) == 0)
            {
                var order = standing[random.Next(standing.Count)];
                var cancelled = await WriteAsync(buyer, $"/v1/orders/{order}/cancel", new { }, random);
                if (cancelled.Status == 200)
                {
                    standing.Remove(order);
                    Cancelled[order] = true;
                }

                continue;
            }

            var start = random.Next(WindowHours);
            var quote = await WriteAsync(
                buyer, "/v1/quotes",
                new
                {
                    accelerators = new[] { model },
                    cards = random.Next(1, 7),
                    milliPerCard = random.Next(4) switch { 0 => 250, 1 => 500, _ => 1000 },
                    hours = random.Next(1, Math.Min(5, WindowHours - start + 1)),
                    from = MarketSetup.Wire(from.AddHours(start)),
                    workload = "training",
                },
                random);
            if (quote.Status != 201)
            {
                continue;
            }

            var placed = await WriteAsync(buyer, "/v1/orders", new { quoteId = quote["id"] }, random);
            if (placed.Status == 201)
            {
                Placed[placed["id"]] = [.. placed.Items("legs").Select(leg => leg["id"]!.GetValue<string>())];
                standing.Add(placed["id"]);
            }
        }
    }

    /// <summary>Sends until there is an answer. A process that was killed gave none, and the write may have happened or not.</summary>
    private async Task<Answer> WriteAsync(Party buyer, string path, object body, Random random)
    {
        var key = Guid.NewGuid().ToString("N");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Party.Content(JsonSerializer.Serialize(body), "application/json") };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", buyer.Token);
                request.Headers.Add("Idempotency-Key", key);
                using var response = await processes[random.Next(processes.Count)].SendAsync(request);
                var answer = await Answer.OfAsync(response, null);
                Outcomes.AddOrUpdate($"{path.Split('/')[2]} {answer.Status} {answer.Code}{(answer.Replayed ? " replayed" : "")}", 1, (_, count) => count + 1);
                return answer.Status < 300 || Expected.Contains(answer.Code) ? answer : throw new Xunit.Sdk.XunitException($"{path} was answered with {answer}");
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException && attempt < MaxTries)
            {
                await Task.Delay(20);
            }
        }
    }
}
