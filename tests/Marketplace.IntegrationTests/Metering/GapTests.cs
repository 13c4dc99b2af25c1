using Marketplace.IntegrationTests.Harness;

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
        Assert.Empty(server.Faults);
    }

    private static async Task<IReadOnlyList<System.Text.Json.Nodes.JsonNode>> GapsAsync(Party party, string query = "") => (await party.GetAsync("/v1/gaps" + query)).Is(200).Items();
}
