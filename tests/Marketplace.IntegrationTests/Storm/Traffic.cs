using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>
/// Buyers that all want the same few cards at once: each asks for quotes and orders on them, leaves bids, resells parts of what it
/// has and cancels some of its orders; every write under a key that it sends again, to whichever process answers, until it knows
/// how the write ended.
/// </summary>
internal sealed class Traffic(IReadOnlyList<HttpClient> processes, IReadOnlyList<Party> buyers, string model, DateTimeOffset from, int seed)
{
    private const int WindowHours = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The outcome of a request that got none.</summary>
    public const string NoAnswer = "no answer";

    private static readonly string[] Expected =
    [
        "capacity.taken", "funds.insufficient", "quote.expired", "concurrency.conflict", "order.resold", "order.cancelled", "resale.more_than_held", "bid.closed",
        "listing.withdrawn", "voucher.insufficient",
    ];

    /// <summary>Orders that a process has said are placed, with the legs that it said.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<string>> Placed { get; } = new();

    /// <summary>Orders that a process has said are cancelled.</summary>
    public ConcurrentDictionary<string, bool> Cancelled { get; } = new();

    /// <summary>Bids that a process has said are made.</summary>
    public ConcurrentDictionary<string, bool> Bids { get; } = new();

    /// <summary>Parts of legs that a process has said are up for resale.</summary>
    public ConcurrentDictionary<string, bool> Resales { get; } = new();

    /// <summary>How often each answer came.</summary>
    public ConcurrentDictionary<string, int> Outcomes { get; } = new();

    /// <summary>Goes on until so many orders are placed, or the time is over.</summary>
    public Task RunAsync(int orders, TimeSpan atMost)
    {
        var started = Stopwatch.GetTimestamp();
        return RunAsync(() => Placed.Count < orders && Stopwatch.GetElapsedTime(started) < atMost);
    }

    /// <summary>Goes on for as long as it is told.</summary>
    public Task RunAsync(Func<bool> more) => Task.WhenAll(buyers.Select((buyer, i) => Task.Run(() => BuyAsync(buyer, new(seed + i), more))));

    private async Task BuyAsync(Party buyer, Random random, Func<bool> more)
    {
        var (standing, bids, resales) = (new List<Answer>(), new List<string>(), new List<string>());
        while (more())
        {
            switch (random.Next(10))
            {
                case < 2 when standing.Count > 0:
                    await CancelAsync(buyer, standing, random);
                    break;
                case < 4 when standing.Count > 0:
                    await ResellAsync(buyer, standing[random.Next(standing.Count)], resales, random);
                    break;
                case 4 when random.Next(2) == 0:
                    await BidAsync(buyer, bids, random);
                    break;
                case 5 when bids.Count > 0:
                    await LookAsync(buyer, bids, standing, random);
                    break;
                case 6 when resales.Count > 0 && random.Next(3) == 0:
                    await WriteAsync(buyer, HttpMethod.Delete, $"/v1/listings/{Take(resales, random)}", null, random);
                    break;
                default:
                    await OrderAsync(buyer, standing, random);
                    break;
            }
        }
    }

    private async Task OrderAsync(Party buyer, List<Answer> standing, Random random)
    {
        var quote = await WriteAsync(buyer, HttpMethod.Post, "/v1/quotes", AnyDemand(random), random);
        if (quote.Status != 201)
        {
            return;
        }

        var placed = await WriteAsync(buyer, HttpMethod.Post, "/v1/orders", new { quoteId = quote["id"] }, random);
        if (placed.Status == 201)
        {
            Placed[placed["id"]] = [.. placed.Items("legs").Select(leg => leg["id"]!.GetValue<string>())];
            standing.Add(placed);
        }
    }

    private async Task CancelAsync(Party buyer, List<Answer> standing, Random random)
    {
        var order = standing[random.Next(standing.Count)];
        var cancelled = await WriteAsync(buyer, HttpMethod.Post, $"/v1/orders/{order["id"]}/cancel", new { }, random);
        if (cancelled.Status == 200)
        {
            standing.Remove(order);
            Cancelled[order["id"]] = true;
        }
    }

    /// <summary>A part of an order's first leg, below or above what the provider asks.</summary>
    private async Task ResellAsync(Party buyer, Answer order, List<string> resales, Random random)
    {
        var (start, end) = (DateTimeOffset.Parse(order["legs[0].from"]), DateTimeOffset.Parse(order["legs[0].to"]));
        var hours = (int)(end - start).TotalHours;
        var (first, cards) = (random.Next(hours), random.Next(1, int.Parse(order["legs[0].cards"]) + 1));
        var listing = await WriteAsync(
            buyer, HttpMethod.Post, "/v1/resales",
            new
            {
                orderId = order["id"],
                legId = order["legs[0].id"],
                cards,
                from = MarketSetup.Wire(start.AddHours(first)),
                to = MarketSetup.Wire(start.AddHours(random.Next(first + 1, hours + 1))),
                pricePerCardHour = random.Next(2) == 0 ? "8.00" : "11.00",
            },
            random);
        if (listing.Status == 201)
        {
            Resales[listing["id"]] = true;
            resales.Add(listing["id"]);
        }
    }

    private async Task BidAsync(Party buyer, List<string> bids, Random random)
    {
        var bid = await WriteAsync(buyer, HttpMethod.Post, "/v1/bids", AnyDemand(random, random.Next(2) == 0 ? "10.00" : "12.00"), random);
        if (bid.Status == 201)
        {
            Bids[bid["id"]] = true;
            bids.Add(bid["id"]);
        }
    }

    /// <summary>Takes a bid back, or finds the order that filled it.</summary>
    private async Task LookAsync(Party buyer, List<string> bids, List<Answer> standing, Random random)
    {
        var id = Take(bids, random);
        var closed = await WriteAsync(buyer, HttpMethod.Delete, $"/v1/bids/{id}", null, random);
        var bid = await WriteAsync(buyer, HttpMethod.Get, $"/v1/bids/{id}", null, random);
        Outcomes.AddOrUpdate($"bids {closed.Status} {bid["status"]}", 1, (_, count) => count + 1);
        if (bid["status"] == "filled")
        {
            standing.Add(await WriteAsync(buyer, HttpMethod.Get, $"/v1/orders/{bid["orderId"]}", null, random));
        }
    }

    private object AnyDemand(Random random, string? limit = null)
    {
        var start = random.Next(WindowHours);
        return new
        {
            accelerators = new[] { model },
            cards = random.Next(1, 7),
            milliPerCard = random.Next(4) switch { 0 => 250, 1 => 500, _ => 1000 },
            hours = random.Next(1, Math.Min(5, WindowHours - start + 1)),
            from = MarketSetup.Wire(from.AddHours(start)),
            workload = "training",
            vouchers = "auto",
            maxPricePerCardHour = limit,
        };
    }

    private static string Take(List<string> ids, Random random)
    {
        var at = random.Next(ids.Count);
        var id = ids[at];
        ids.RemoveAt(at);
        return id;
    }

    /// <summary>Sends until there is an answer. A process that was killed gave none, and the write may have happened or not.</summary>
    private async Task<Answer> WriteAsync(Party buyer, HttpMethod method, string path, object? body, Random random)
    {
        var (key, began) = (Guid.NewGuid().ToString("N"), Stopwatch.GetTimestamp());
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Party.Content(JsonSerializer.Serialize(body), "application/json") };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", buyer.Token);
                if (body is not null)
                {
                    request.Headers.Add("Idempotency-Key", key);
                }

                using var response = await processes[random.Next(processes.Count)].SendAsync(request);
                var answer = await Answer.OfAsync(response, null);
                Outcomes.AddOrUpdate($"{path.Split('/')[2]} {answer.Status} {answer.Code}{(answer.Replayed ? " replayed" : "")}", 1, (_, count) => count + 1);
                if (answer.Code == "database.unavailable")
                {
                    throw new HttpRequestException("The database isn't there.");
                }

                return answer.Status < 300 || Expected.Contains(answer.Code) ? answer : throw new Xunit.Sdk.XunitException($"{path} was answered with {answer}");
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException && Stopwatch.GetElapsedTime(began) < Patience)
            {
                Outcomes.AddOrUpdate(NoAnswer, 1, (_, count) => count + 1);
                await Task.Delay(50);
            }
        }
    }
}
