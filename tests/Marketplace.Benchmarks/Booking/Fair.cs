using System.Globalization;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.Benchmarks.Booking;

/// <summary>A buyer and the models of the nodes that nobody else wants, and that all want.</summary>
internal sealed record Buyer(Caller Caller, string Own, string Contended);

/// <summary>
/// A market for so many buyers: each has nodes of a model that it alone asks for, and some nodes are of a model that all do.
/// </summary>
internal static class Fair
{
    private const int CardsPerNode = 8;

    public static async Task<IReadOnlyList<Buyer>> OpenAsync(HttpClient http, int buyers, int nodes, int contended, DateTimeOffset from)
    {
        var admin = await Caller.SignInAsync(http, "admin", ApiProcess.AdminSecret);
        var models = Enumerable.Range(0, buyers).Select(i => $"Own {i}").Append("Contended").ToList();
        foreach (var model in models)
        {
            (await admin.PutAsync(http, $"/v1/accelerators/{model}", new { vendor = "Benchmark", origin = "domestic", fp16Tflops = 320, memoryGiB = 64, watts = 310 })).Made();
        }

        var (provider, _) = await JoinAsync(http, admin, "provider", 0);
        var center = (await provider.PostAsync(http, "/v1/centers", new { name = "centre", regionCode = "330100" })).Made()["id"];
        var made = Enumerable.Range(0, nodes).Select(i => new
        {
            name = $"n-{i}",
            accelerator = i < contended ? models[^1] : models[i % buyers],
            cards = CardsPerNode,
            vcpus = 24 * CardsPerNode,
            memoryGiB = 192 * CardsPerNode,
        });
        (await provider.PostAsync(http, $"/v1/centers/{center}/nodes", new { nodes = made })).Made();
        (await provider.PostAsync(http, "/v1/listings", new { centerId = center, from = Wire(from), to = Wire(from.AddDays(365)), product = "metered", pricePerCardHour = "10.00" })).Made();
        var joined = new List<Buyer>();
        for (var i = 0; i < buyers; i++)
        {
            var (buyer, id) = await JoinAsync(http, admin, "enterprise", i + 1);
            (await admin.PostAsync(http, $"/v1/organizations/{id}/deposits", new { amount = "1000000000.00", reference = "benchmark" })).Made();
            joined.Add(new(buyer, models[i], models[^1]));
        }

        return joined;
    }

    public static string Wire(DateTimeOffset instant) => instant.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static async Task<(Caller Caller, string Id)> JoinAsync(HttpClient http, Caller admin, string kind, int number)
    {
        var body = $"91330100{number:000000000}";
        var id = (await admin.PostAsync(http, "/v1/organizations", new { name = $"{kind} {number}", kind, creditCode = body + CreditCode.CheckDigit(body), regionCode = "330100", establishedOn = "2015-01-01", traits = Array.Empty<string>() })).Made()["id"];
        var client = (await admin.PostAsync(http, $"/v1/organizations/{id}/clients", new { name = $"{kind} {number}" })).Made();
        return (await Caller.SignInAsync(http, client["clientId"], client["clientSecret"]), id);
    }
}
