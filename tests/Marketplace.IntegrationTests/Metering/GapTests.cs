using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Pipeline;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>Legs that nobody reports of, told to their provider until somebody does.</summary>
public sealed class GapTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_silent_leg_is_told_to_its_provider_until_readings_come(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, new Dictionary<string, string> { ["Marketplace:GapHours"] = "2" });
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var leg = (await buyer.OrderAsync(shop.Capacity, 8, start, 12))["legs[0].id"];
        await server.MoveClockAsync(start.AddHours(1));
        await shop.UseAsync(leg, start, 1);
        await server.MoveClockAsync(start.AddHours(3).AddMicroseconds(-1));
        Assert.Empty(await GapsAsync(shop.Seller));
        await server.MoveClockAsync(start.AddHours(4));
        var gap = Assert.Single(await GapsAsync(shop.Seller, $"?status=open&centerId={shop.Capacity.CenterId}"));
        Assert.Equal((leg, start.AddHours(1), start.AddHours(3)), (gap["legId"]!.GetValue<string>(), gap["from"]!.GetValue<DateTimeOffset>(), gap["foundAt"]!.GetValue<DateTimeOffset>()));
        Assert.Null(gap["to"]);

        // It is told once; nobody else's business; and closed by the first reading after it, though hours before that stay silent.
        (await server.Admin.PostAsync("/v1/jobs/find-gaps/runs")).Is(200);
        Assert.Single(await GapsAsync(shop.Seller));
        Assert.Empty(await GapsAsync(await server.ProviderAsync()));
        Assert.Empty(await GapsAsync(buyer));
        await shop.UseAsync(leg, start.AddHours(2), 2);
        await server.MoveClockAsync(start.AddHours(5));
        var closed = Assert.Single(await GapsAsync(shop.Seller, "?status=closed"));
        Assert.Equal(start.AddHours(2), closed["to"]!.GetValue<DateTimeOffset>());

        // The next silence is a gap of its own, also when the leg ends in it.
        await server.MoveClockAsync(start.AddHours(13));
        Assert.Equal(start.AddHours(4), Assert.Single(await GapsAsync(shop.Seller, "?status=open"))["from"]!.GetValue<DateTimeOffset>());
        await shop.UseAsync(leg, start.AddHours(4), 8);
        await server.MoveClockAsync(start.AddHours(14));
        Assert.Equal(2, (await GapsAsync(shop.Seller, "?status=closed")).Count);
        Assert.Empty(await GapsAsync(shop.Seller, "?status=open"));
        await shop.Seller.SortsAsync("/v1/gaps?", "foundAt", "from");
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task A_silence_between_readings_is_told_until_late_ones_fill_it(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, new Dictionary<string, string> { ["Marketplace:GapHours"] = "2" });
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var leg = (await buyer.OrderAsync(shop.Capacity, 8, start, 20))["legs[0].id"];
        await server.MoveClockAsync(start.AddHours(14));

        // Silent from its beginning, and then of hours 0 to 2, 6 and 7, 9, and 11 on.
        await shop.UseAsync(leg, start.AddHours(3), 3);
        await shop.UseAsync(leg, start.AddHours(8), 1);
        await shop.UseAsync(leg, start.AddHours(10), 1);
        await server.MoveClockAsync(start.AddHours(15));
        Assert.Equal("0-3 6-8 11-", await OpenAsync(shop, start));

        // An hour of the first is left, which isn't worth telling; the second is cut to nothing, the third goes on behind the 12th.
        await shop.UseAsync(leg, start, 2);
        await shop.UseAsync(leg, start.AddHours(7), 1);
        await shop.UseAsync(leg, start.AddHours(12), 1);
        await server.MoveClockAsync(start.AddHours(16));
        Assert.Equal("13-", await OpenAsync(shop, start));
        Assert.Equal(3, (await GapsAsync(shop.Seller, "?status=closed")).Count);

        // What was said of two hours on time is moved behind them: the leg was never silent to its end, and is told all the same.
        await shop.UseAsync(leg, start.AddHours(13), 3);
        await server.MoveClockAsync(start.AddHours(17.5));
        await SendAsync("two", 16, 17.5);
        await server.MoveClockAsync(start.AddHours(18.75));
        await SendAsync("half", 18, 18.5);
        Assert.Equal("", await OpenAsync(shop, start));
        await SendAsync("moved", 18.5, 18.75, replaces: "two");
        await server.MoveClockAsync(start.AddHours(18.8));
        Assert.Equal("16-18", await OpenAsync(shop, start));
        await shop.UseAsync(leg, start.AddHours(16), 2);
        await server.MoveClockAsync(start.AddHours(18.9));
        Assert.Equal("", await OpenAsync(shop, start));
        Assert.Empty(server.Faults);

        async Task SendAsync(string id, double from, double to, string? replaces = null)
        {
            var reading = shop.Reading(leg, start, 8, id: id, replaces: replaces);
            (reading["data"]!["from"], reading["data"]!["to"]) = (MarketSetup.Wire(start.AddHours(from)), MarketSetup.Wire(start.AddHours(to)));
            Assert.Equal("1", (await shop.SendAsync(reading)).Is(200)["accepted"]);
        }
    }

    private static async Task<string> OpenAsync(Shop shop, DateTimeOffset start) => string.Join(' ', (await GapsAsync(shop.Seller, "?status=open"))
        .Select(gap => (From: (gap["from"]!.GetValue<DateTimeOffset>() - start).TotalHours, To: (gap["to"]?.GetValue<DateTimeOffset>() - start)?.TotalHours)).OrderBy(gap => gap.From).Select(gap => $"{gap.From}-{gap.To}"));

    private static async Task<IReadOnlyList<System.Text.Json.Nodes.JsonNode>> GapsAsync(Party party, string query = "") => (await party.GetAsync("/v1/gaps" + query)).Is(200).Items();
}
