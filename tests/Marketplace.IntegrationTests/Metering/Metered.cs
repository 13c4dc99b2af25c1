using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>An order whose hours are over, and a meter that can report them.</summary>
internal sealed record Metered(Capacity Capacity, Party Buyer, string OrderId, IReadOnlyList<string> Legs, string MeterId, string Source, DateTimeOffset Start)
{
    public const string BatchType = "application/cloudevents-batch+json";

    public MarketplaceServer Server => Capacity.Provider.Server;

    public static async Task<Metered> MakeAsync(MarketplaceServer server, int nodes = 1, int hours = 4, string? publicKeyPem = null)
    {
        var capacity = await server.CapacityAsync(nodes, cards: 8);
        (await capacity.ListAsync("1.00")).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(capacity, nodes * 8, start, hours);
        var meter = (await capacity.Provider.PostAsync("/v1/meters", new { centerId = capacity.CenterId, name = "m", publicKeyPem })).Is(201);
        await server.MoveClockAsync(start.AddHours(hours));
        return new(capacity, buyer, order["id"], [.. order.Items("legs").Select(leg => leg["id"]!.GetValue<string>())], meter["id"], meter["source"], start);
    }

    /// <summary>An event of this meter; times in minutes from the start.</summary>
    public object Event(string id, double from, double to, int? cards = null, int leg = 0, string? replaces = null, string? status = null, string? card = null, string? source = null, string? subject = null) => new
    {
        specversion = "1.0",
        id,
        source = source ?? Source,
        type = "marketplace.usage",
        subject = subject ?? Legs[leg],
        time = MarketSetup.Wire(Start.AddMinutes(to)),
        data = new { from = MarketSetup.Wire(Start.AddMinutes(from)), to = MarketSetup.Wire(Start.AddMinutes(to)), cards, replaces, status, card },
    };

    public Task<Answer> SendAsync(params object[] events) => SendAsync(Capacity.Provider, events);

    public static Task<Answer> SendAsync(Party sender, params object[] events) => SendBodyAsync(sender, JsonSerializer.Serialize(events));

    public static Task<Answer> SendBodyAsync(Party sender, string body, string? type = BatchType, string? meter = null, string? signature = null, string? key = null)
    {
        var content = Party.Content(body, type);
        if (meter is not null)
        {
            content.Headers.Add("Meter-Id", meter);
        }

        if (signature is not null)
        {
            content.Headers.Add("Meter-Signature", signature);
        }

        return sender.SendAsync(HttpMethod.Post, "/v1/usage", content, key);
    }

    public static string Sign(ECDsa key, string body, DSASignatureFormat form = DSASignatureFormat.Rfc3279DerSequence) =>
        Convert.ToBase64String(key.SignData(Encoding.UTF8.GetBytes(body), HashAlgorithmName.SHA256, form));

    /// <summary>The usage as <paramref name="reader"/> sees it: hour from the start, card-seconds, down seconds; a leg a line.</summary>
    public async Task<string> UsageAsync(Party? reader = null)
    {
        var usage = (await (reader ?? Buyer).GetAsync($"/v1/orders/{OrderId}/usage?limit=500")).Is(200).Items();
        return string.Join('\n', usage.GroupBy(hour => hour["legId"]!.GetValue<string>()).OrderBy(leg => Legs.ToList().IndexOf(leg.Key)).Select(leg =>
            string.Join(", ", leg.Select(hour => $"{(hour["hour"]!.GetValue<DateTimeOffset>() - Start).TotalHours}: {hour["cardSeconds"]} {hour["downSeconds"]}"))));
    }

    /// <summary>What is kept by hour is what the readings make, for every leg.</summary>
    public async Task CheckKeptAsync()
    {
        await using var db = Server.Database.Open();
        foreach (var id in Legs.Select(Id<Leg>.Parse))
        {
            var leg = await db.Legs.SingleAsync(l => l.Id == id);
            var readings = await db.Readings.Where(reading => reading.LegId == id).ToListAsync();
            var kept = await db.UsageHours.Where(hour => hour.LegId == id).ToListAsync();
            Assert.Equal(Usage.AsOf(readings, leg.UsageVersion), kept.OrderBy(hour => hour.Hour).ToDictionary(hour => hour.Hour, hour => hour.Amounts));
        }
    }

    public static string Verdicts(Answer answer) =>
        $"{answer.Is(200)["accepted"]} {answer["duplicates"]} {answer.Items("conflicts").Count} {string.Join(' ', answer.Items("rejected").Select(item => item["code"]!.GetValue<string>()))}".TrimEnd();
}
