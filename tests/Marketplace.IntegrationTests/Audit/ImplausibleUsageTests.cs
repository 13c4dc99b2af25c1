using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Audit;

/// <summary>Readings that machines don't give are flagged with the month that they are billed in, once each.</summary>
public sealed class ImplausibleUsageTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Energy_and_busy_time_that_cant_be_are_flagged(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (honest, idle, busy) = (await server.ShopAsync(), await server.ShopAsync(), await server.ShopAsync());
        var month = await server.NextMonthAsync();
        await UseAsync(server, month, (honest, hour => (2000, 8 * 3600)), (idle, hour => (400, 8 * 3600)), (busy, hour => (2400, (8 * 3600) + 1)));
        Assert.Equal(Ids(idle), await FlaggedAsync(server, "usage.energy"));
        Assert.Equal(Ids(busy), await FlaggedAsync(server, "usage.too_busy"));
        Assert.Empty(await FlaggedAsync(server, "usage.same_curves"));
        var flag = (await server.Admin.GetAsync("/v1/audit/flags?code=usage.energy")).Is(200);
        Assert.Equal(month.AddDays(9).ToString("yyyy-MM-dd"), flag["items[0].detail.days[0]"]);
        (await server.Admin.PostAsync("/v1/jobs/look-for-fraud/runs")).Is(200);
        Assert.Single(await FlaggedAsync(server, "usage.energy"));
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task A_day_is_looked_at_when_it_is_over_and_flagged_once_a_month(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (honest, idle) = (await server.ShopAsync(), await server.ShopAsync());
        var start = (await server.NextMonthAsync()).AddDays(9);
        var legs = new List<(Shop Shop, string Leg, int EnergyWh)>();
        foreach (var (shop, energyWh) in new[] { (honest, 2000), (idle, 400) })
        {
            legs.Add((shop, (await (await server.BuyerAsync()).BuyAsync(shop, 8, start, 60))["legs[0].id"], energyWh));
        }

        for (var hour = 0; hour < 60; hour += 6)
        {
            await server.MoveClockAsync(start.AddHours(hour + 6));
            foreach (var (shop, leg, energyWh) in legs)
            {
                Assert.Equal("6", (await shop.SendAsync([.. Enumerable.Range(hour, 6).Select(at =>
                {
                    var reading = shop.Reading(leg, start.AddHours(at), 8);
                    reading["data"]!["energyWh"] = energyWh;
                    return reading;
                })])).Is(200)["accepted"]);
            }

            Assert.Equal(hour < 24 ? [] : Ids(idle), await FlaggedAsync(server, "usage.energy"));
        }

        var flag = (await server.Admin.GetAsync("/v1/audit/flags?code=usage.energy")).Is(200);
        Assert.Equal(start.ToString("yyyy-MM-dd"), flag["items[0].detail.days[0]"]);
        await server.MoveClockAsync(start.AddDays(3).AddHours(6));
        (await server.Admin.PostAsync("/v1/jobs/look-at-usage/runs")).Is(200);
        Assert.Single(await FlaggedAsync(server, "usage.energy"));
        Assert.Empty(server.Faults);
    }

    /// <summary>9,600 readings of 9 s in a day, each of as much energy as fits the field: more than 64 bits hold together.</summary>
    [Theory, EveryDatabase]
    public async Task One_providers_figures_never_keep_others_from_being_looked_at(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (absurd, idle) = (await server.ShopAsync(), await server.ShopAsync());
        var month = await server.NextMonthAsync();
        var start = month.AddDays(9);
        var legs = new List<string>();
        foreach (var shop in new[] { absurd, idle })
        {
            legs.Add((await (await server.BuyerAsync()).BuyAsync(shop, 8, start, 24))["legs[0].id"]);
        }

        await server.MoveClockAsync(start.AddHours(24));
        JsonObject Reading(Shop shop, string leg, int from, int seconds, long energyWh)
        {
            var reading = shop.Reading(leg, start, 8, id: $"{from}");
            (reading["data"]!["from"], reading["data"]!["to"]) = (MarketSetup.Wire(start.AddSeconds(from)), MarketSetup.Wire(start.AddSeconds(from + seconds)));
            reading["data"]!["energyWh"] = energyWh;
            return reading;
        }

        var sent = (await absurd.SendAsync([.. Enumerable.Range(0, 9600).Select(i => Reading(absurd, legs[0], i * 9, 9, 1_000_000_000_000))])).Is(200);
        Assert.Equal("1", (await idle.SendAsync(Reading(idle, legs[1], 0, 3600, 400))).Is(200)["accepted"]);
        await server.MoveClockAsync(start.AddDays(2));
        Assert.Equal(Ids(idle), await FlaggedAsync(server, "usage.energy"));
        Assert.Empty(server.Faults);
        Assert.Equal(("0", "usage.impossible"), (sent["accepted"], sent["rejected[0].code"]));

        // The most that is taken is flagged: 8 cards for an hour, 10 kWh a card and second.
        Assert.Equal("1", (await absurd.SendAsync(Reading(absurd, legs[0], 0, 3600, 288_000_000))).Is(200)["accepted"]);
        Assert.Equal("usage.impossible", (await absurd.SendAsync(Reading(absurd, legs[0], 3600, 3600, 288_000_001))).Is(200)["rejected[0].code"]);
        await server.MoveClockAsync(month.AddMonths(1).AddDays(3));
        Assert.Equal(new[] { absurd.Seller.Id, idle.Seller.Id }.Order(), (await FlaggedAsync(server, "usage.energy")).Order());
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task The_same_curve_on_many_cards_is_flagged_and_curves_that_differ_are_not(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (honest, copied) = (await server.ShopAsync(), await server.ShopAsync());
        var month = await server.NextMonthAsync();
        var (own, same) = (await BuyAsync(server, honest, month), await BuyAsync(server, copied, month));
        await server.MoveClockAsync(month.AddDays(11));
        foreach (var (shop, leg, spread) in new[] { (honest, own, 1), (copied, same, 0) })
        {
            var readings = Enumerable.Range(0, 12).SelectMany(hour => Enumerable.Range(0, 8).Select(card =>
            {
                var reading = shop.Reading(leg, month.AddDays(9).AddHours(hour), 1, id: $"{hour}/{card}");
                reading["data"]!["card"] = $"gpu{card}";
                reading["data"]!["energyWh"] = 200 + (hour * 7 % 5) + (spread * card);
                return reading;
            })).ToArray();
            Assert.Equal("96", (await shop.SendAsync(readings)).Is(200)["accepted"]);
        }

        await server.MoveClockAsync(month.AddMonths(1).AddDays(3));
        Assert.Equal(Ids(copied), await FlaggedAsync(server, "usage.same_curves"));
        Assert.Empty(await FlaggedAsync(server, "usage.energy"));
    }

    [Theory, EveryDatabase]
    public async Task A_leg_that_stops_when_its_vouchers_do_is_flagged(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (stops, stays) = (await server.ShopAsync(), await server.ShopAsync());
        var scheme = await server.SchemeAsync();
        var month = await server.NextMonthAsync();
        var start = month.AddMonths(1).AddDays(-2);
        var legs = new List<(Shop Shop, string Leg)>();
        foreach (var shop in new[] { stops, stays })
        {
            var buyer = await server.BuyerAsync();
            await scheme.IssueAsync(buyer, "100.00");
            legs.Add((shop, (await buyer.BuyAsync(shop, 8, start, 96))["legs[0].id"]));
        }

        await server.MoveClockAsync(start.AddHours(50));
        await stops.UseAsync(legs[0].Leg, start, 50);
        await stays.UseAsync(legs[1].Leg, start, 50);
        await server.MoveClockAsync(start.AddHours(96));
        await stays.UseAsync(legs[1].Leg, start.AddHours(50), 46);
        await server.CloseAsync(month.AddMonths(1));
        await server.MoveClockAsync(month.AddMonths(2).AddDays(3));
        Assert.Equal(Ids(stops), await FlaggedAsync(server, "usage.stops_with_subsidy"));
    }

    private static async Task<string> BuyAsync(MarketplaceServer server, Shop shop, DateTimeOffset month) =>
        (await (await server.BuyerAsync()).BuyAsync(shop, 8, month.AddDays(9), 12))["legs[0].id"];

    /// <summary>Twelve hours of eight cards each, reported with energy and busy seconds, and the month closed and looked at.</summary>
    private static async Task UseAsync(MarketplaceServer server, DateTimeOffset month, params (Shop Shop, Func<int, (int EnergyWh, int BusySeconds)> Of)[] uses)
    {
        var legs = new List<string>();
        foreach (var (shop, _) in uses)
        {
            legs.Add(await BuyAsync(server, shop, month));
        }

        await server.MoveClockAsync(month.AddDays(11));
        foreach (var ((shop, of), leg) in uses.Zip(legs))
        {
            var readings = Enumerable.Range(0, 12).Select(hour =>
            {
                JsonObject reading = shop.Reading(leg, month.AddDays(9).AddHours(hour), 8);
                (reading["data"]!["energyWh"], reading["data"]!["busySeconds"]) = (of(hour).EnergyWh, of(hour).BusySeconds);
                return reading;
            }).ToArray();
            Assert.Equal("12", (await shop.SendAsync(readings)).Is(200)["accepted"]);
        }

        await server.MoveClockAsync(month.AddMonths(1).AddDays(3));
    }

    private static string[] Ids(Shop shop) => [shop.Seller.Id];

    private static async Task<string[]> FlaggedAsync(MarketplaceServer server, string code) =>
        [.. (await server.Admin.GetAsync($"/v1/audit/flags?code={code}")).Is(200).Items().Select(flag => flag["organizationId"]!.GetValue<string>())];
}
