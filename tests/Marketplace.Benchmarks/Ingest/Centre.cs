using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.Benchmarks.Booking;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.Benchmarks.Ingest;

/// <summary>A provider's centre with a meter, all of it bought by one buyer for some hours that are over.</summary>
internal sealed record Centre(Caller Provider, string Token, string MeterId, Stream Stream)
{
    /// <summary>Sets such centres up and moves the sandbox's clock past their hours.</summary>
    public static async Task<IReadOnlyList<Centre>> OpenAsync(HttpClient http, int centres, int legs, int hours)
    {
        var (admin, _) = await SignInAsync(http, "admin", ApiProcess.AdminSecret);
        var from = DateTimeOffset.Parse((await GetAsync(http, admin, "/v1/sandbox/clock"))["now"]!.GetValue<string>(), CultureInfo.InvariantCulture).AddHours(1);
        var (buyer, _, buyerId) = await JoinAsync(http, admin, "enterprise", 0);
        (await admin.PostAsync(http, $"/v1/organizations/{buyerId}/deposits", new { amount = "1000000000.00", reference = "benchmark" })).Made();
        var opened = new List<Centre>();
        for (var i = 1; i <= centres; i++)
        {
            var model = $"Model {i}";
            (await admin.PutAsync(http, $"/v1/accelerators/{model}", new { vendor = "Benchmark", origin = "domestic", fp16Tflops = 320, memoryGiB = 64, watts = 310 })).Made();
            var (provider, token, _) = await JoinAsync(http, admin, "provider", i);
            var center = (await provider.PostAsync(http, "/v1/centers", new { name = "centre", regionCode = "330100" })).Made()["id"];
            var nodes = Enumerable.Range(0, legs).Select(n => new { name = $"n-{n}", accelerator = model, cards = Stream.Cards, vcpus = 192, memoryGiB = 1536 });
            (await provider.PostAsync(http, $"/v1/centers/{center}/nodes", new { nodes })).Made();
            (await provider.PostAsync(http, "/v1/listings", new { centerId = center, from = Fair.Wire(from), to = Fair.Wire(from.AddHours(hours)), product = "metered", pricePerCardHour = "1.00" })).Made();
            var quote = (await buyer.PostAsync(http, "/v1/quotes", new { accelerators = new[] { model }, cards = legs * Stream.Cards, hours, from = Fair.Wire(from), workload = "training", vouchers = "none" })).Made();
            var order = (await buyer.PostAsync(http, "/v1/orders", new { quoteId = quote["id"] })).Made();
            var meter = (await provider.PostAsync(http, "/v1/meters", new { centerId = center, name = "m" })).Made();
            opened.Add(new(provider, token, meter["id"], new(meter["source"], [.. order.Body!["legs"]!.AsArray().Select(leg => leg!["id"]!.GetValue<string>())], from)));
        }

        (await admin.PutAsync(http, "/v1/sandbox/clock", new { now = Fair.Wire(from.AddHours(hours)) })).Made();
        return opened;
    }

    private static async Task<(Caller Caller, string Token)> SignInAsync(HttpClient http, string clientId, string secret)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = clientId, ["client_secret"] = secret });
        using var answer = await http.PostAsync("/connect/token", form);
        var token = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["access_token"]!.GetValue<string>();
        return (new(token), token);
    }

    private static async Task<JsonNode> GetAsync(HttpClient http, Caller caller, string path) => (await caller.GetAsync(http, path)).Made().Body!;

    private static async Task<(Caller Caller, string Token, string Id)> JoinAsync(HttpClient http, Caller admin, string kind, int number)
    {
        var body = $"91330100{number:000000000}";
        var id = (await admin.PostAsync(http, "/v1/organizations", new { name = $"{kind} {number}", kind, creditCode = body + CreditCode.CheckDigit(body), regionCode = "330100", establishedOn = "2015-01-01", traits = Array.Empty<string>() })).Made()["id"];
        var client = (await admin.PostAsync(http, $"/v1/organizations/{id}/clients", new { name = kind })).Made();
        var (caller, token) = await SignInAsync(http, client["clientId"], client["clientSecret"]);
        return (caller, token, id);
    }
}
