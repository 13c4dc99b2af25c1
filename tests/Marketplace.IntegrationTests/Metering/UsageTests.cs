using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;
using static Marketplace.IntegrationTests.Metering.Metered;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>Batches of usage over HTTP: what is taken, what isn't, and what it comes to.</summary>
public sealed class UsageTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_reading_counts_once_and_a_correction_in_its_place(DatabaseKind database)
    {
        var metered = await MakeAsync(await servers.OnAsync(database));

        Assert.Equal("2 0 0", Verdicts(await metered.SendAsync(metered.Event("r1", 0, 60), metered.Event("r2", 60, 150, cards: 4))));
        Assert.Equal("0 1 1 usage.overlap", Verdicts(await metered.SendAsync(metered.Event("r1", 0, 60), metered.Event("r2", 60, 150, cards: 5), metered.Event("r3", 149, 151))));
        Assert.Equal("0: 28800 0, 1: 14400 0, 2: 7200 0", await metered.UsageAsync());

        Assert.Equal("1 0 0", Verdicts(await metered.SendAsync(metered.Event("c1", 0, 60, cards: 3, replaces: "r1"))));
        Assert.Equal("0 0 0 usage.replaced_already", Verdicts(await metered.SendAsync(metered.Event("c2", 0, 60, cards: 2, replaces: "r1"))));
        Assert.Equal("2 0 0", Verdicts(await metered.SendAsync(
            metered.Event("c4", 90, 120, cards: 2, replaces: "c3"), metered.Event("c3", 90, 150, replaces: "r2", status: "down"))));
        Assert.Equal("0: 10800 0, 1: 3600 0", await metered.UsageAsync());
        Assert.Equal("1 0 0", Verdicts(await metered.SendAsync(metered.Event("d1", 180, 240, status: "down"))));
        Assert.Equal("0: 10800 0, 1: 3600 0, 3: 0 28800", await metered.UsageAsync(metered.Capacity.Provider));

        await metered.CheckKeptAsync();
        await using var db = metered.Server.Database.Open();
        var leg = Id<Leg>.Parse(metered.Legs[0]);
        Assert.Equal(4, (await db.Legs.SingleAsync(l => l.Id == leg)).UsageVersion);
        Assert.Equal("0: 28800, 1: 14400, 2: 7200", string.Join(", ", Usage.AsOf(await db.Readings.Where(r => r.LegId == leg).ToListAsync(), 1)
            .Select(hour => $"{(hour.Key.Start - metered.Start).TotalHours}: {hour.Value.Busy.MilliCardSeconds / 1000}")));
        Assert.Empty(metered.Server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task Each_item_gets_its_verdict_and_the_others_count(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var metered = await MakeAsync(server);

        var answer = await metered.SendAsync(
            metered.Event("good", 0, 60), 7, metered.Event("bad", 60, 60), metered.Event("E1", 60, 120), metered.Event("e1", 120, 180),
            metered.Event("stranger", 0, 60, subject: Id<Leg>.New(MarketplaceServer.Start).ToString()), metered.Event("no leg", 0, 60, subject: "leg"),
            metered.Event("no meter", 0, 60, source: "urn:nobody"), metered.Event("outside", -60, 0), metered.Event("nine", 180, 240, cards: 9),
            metered.Event("good", 0, 59));

        Assert.Equal(
            "3 0 1 usage.schema usage.schema usage.unknown_leg usage.unknown_leg usage.unknown_meter usage.outside_leg usage.exceeds_leg", Verdicts(answer));
        Assert.Equal("data.to must be after from.", answer["rejected[1].detail"]);
        Assert.Equal(("good", "usage.conflict", "10"), (answer["conflicts[0].id"], answer["conflicts[0].code"], answer["conflicts[0].index"]));
        Assert.Equal("0: 28800 0, 1: 28800 0, 2: 28800 0", await metered.UsageAsync());

        var ahead = await metered.Buyer.OrderAsync(metered.Capacity, 8, metered.Start.AddHours(24), 2);
        Assert.Equal("0 0 0 usage.future", Verdicts(await metered.SendAsync(metered.Event("ahead", 24 * 60, (24 * 60) + 1, subject: ahead["legs[0].id"]))));
        Assert.Equal("0 0 0", Verdicts(await metered.SendAsync()));
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task What_is_no_batch_is_refused(DatabaseKind database)
    {
        var provider = await (await servers.OnAsync(database)).ProviderAsync();

        (await SendBodyAsync(provider, "[]")).Is(200);
        (await SendBodyAsync(provider, "[]", BatchType + "; charset=utf-8")).Is(200);
        (await SendBodyAsync(provider, "[]", "application/json")).Is(415, "media_type");
        (await SendBodyAsync(provider, "[]", null)).Is(415, "media_type");
        (await SendBodyAsync(provider, "{}")).Is(400, "json.malformed");
        (await SendBodyAsync(provider, "[")).Is(400, "json.malformed");
        (await SendBodyAsync(provider, "")).Is(400, "json.malformed");
        (await SendBodyAsync(provider, $"[{string.Join(',', Enumerable.Repeat("1", 10_001))}]")).Is(413, "body.too_large");
        var answer = (await SendBodyAsync(provider, $"[{string.Join(',', Enumerable.Repeat("1", 10_000))}]")).Is(200);
        Assert.Equal(10_000, answer.Items("rejected").Count);
        (await SendBodyAsync((await servers.OnAsync(database)).Nobody, "[]")).Is(401);
        (await SendBodyAsync(await provider.Server.BuyerAsync(), "[]")).Is(403, "forbidden");
    }

    [Theory, EveryDatabase]
    public async Task A_signature_attests_and_a_wrong_one_lets_nothing_in(DatabaseKind database)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var metered = await MakeAsync(await servers.OnAsync(database), publicKeyPem: key.ExportSubjectPublicKeyInfoPem());
        var provider = metered.Capacity.Provider;
        var unsigned = (await provider.PostAsync("/v1/meters", new { centerId = metered.Capacity.CenterId, name = "without key" })).Is(201);
        var body = JsonSerializer.Serialize((object[])[metered.Event("r1", 0, 60, cards: 6), metered.Event("u1", 60, 120, cards: 2, source: unsigned["source"])]);

        (await SendBodyAsync(provider, body, meter: metered.MeterId, signature: Sign(other, body))).Is(401, "meter.signature");
        (await SendBodyAsync(provider, body + " ", meter: metered.MeterId, signature: Sign(key, body))).Is(401, "meter.signature");
        (await SendBodyAsync(provider, body, meter: unsigned["id"], signature: Sign(key, body))).Is(401, "meter.signature");
        (await SendBodyAsync(provider, body, meter: "nobody", signature: Sign(key, body))).Is(401, "meter.signature");
        (await SendBodyAsync(provider, body, meter: metered.MeterId, signature: "not base64!")).Is(401, "meter.signature");
        (await SendBodyAsync(provider, body, meter: metered.MeterId)).Is(401, "meter.signature");
        (await SendBodyAsync(provider, body, signature: Sign(key, body))).Is(401, "meter.signature");
        (await SendBodyAsync(await metered.Server.ProviderAsync(), body, meter: metered.MeterId, signature: Sign(key, body))).Is(401, "meter.signature");
        Assert.Equal("", await metered.UsageAsync());

        Assert.Equal("2 0 0", Verdicts(await SendBodyAsync(provider, body, meter: metered.MeterId, signature: Sign(key, body))));
        var next = JsonSerializer.Serialize((object[])[metered.Event("r2", 120, 180)]);
        Assert.Equal("1 0 0", Verdicts(await SendBodyAsync(provider, next, meter: metered.MeterId, signature: Sign(key, next, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))));
        var usage = (await metered.Buyer.GetAsync($"/v1/orders/{metered.OrderId}/usage")).Is(200).Items();
        Assert.Equal([true, false, true], usage.Select(hour => hour["attested"]!.GetValue<bool>()));
    }

    [Theory, EveryDatabase]
    public async Task Strangers_neither_see_nor_report_usage(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var metered = await MakeAsync(server);
        Assert.Equal("1 0 0", Verdicts(await metered.SendAsync(metered.Event("r1", 0, 60))));
        var stranger = await MakeAsync(server);

        Assert.Equal("0 0 0 usage.unknown_meter usage.unknown_leg usage.unknown_meter", Verdicts(await stranger.SendAsync(
            metered.Event("r1", 0, 60), metered.Event("r2", 60, 120, source: stranger.Source), stranger.Event("r3", 0, 60, source: metered.Source))));
        foreach (var party in (Party[])[stranger.Capacity.Provider, stranger.Buyer])
        {
            (await party.GetAsync($"/v1/orders/{metered.OrderId}/usage")).Is(404, "not_found");
        }

        (await server.Nobody.GetAsync($"/v1/orders/{metered.OrderId}/usage")).Is(401);
        Assert.Equal("0: 28800 0", await metered.UsageAsync(server.Admin));
        (await server.Admin.GetAsync("/v1/orders/none/usage")).Is(404, "not_found");
    }

    [Theory, EveryDatabase]
    public async Task A_seller_sees_the_usage_of_its_own_legs(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var first = await server.CapacityAsync();
        var second = await server.CapacityAsync(model: first.Model);
        (await first.ListAsync("1.00")).Is(201);
        (await second.ListAsync("2.00")).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(first, 16, start, 1);
        await server.MoveClockAsync(start.AddHours(1));
        foreach (var leg in order.Items("legs"))
        {
            var capacity = leg["sellerId"]!.GetValue<string>() == first.Provider.Id ? first : second;
            var source = (await capacity.Provider.PostAsync("/v1/meters", new { centerId = capacity.CenterId, name = "m" })).Is(201)["source"];
            var metered = new Metered(capacity, buyer, order["id"], [leg["id"]!.GetValue<string>()], "", source, start);
            Assert.Equal("1 0 0", Verdicts(await metered.SendAsync(metered.Event("r1", 0, 60))));
            Assert.Equal("0: 28800 0", await metered.UsageAsync(capacity.Provider));
        }

        var all = (await buyer.GetAsync($"/v1/orders/{order["id"]}/usage?limit=1")).Is(200);
        var rest = (await buyer.GetAsync($"/v1/orders/{order["id"]}/usage?limit=1&cursor={all["next"]}")).Is(200);
        Assert.Equal(order.Items("legs").Select(leg => leg["id"]!.GetValue<string>()).Order(StringComparer.Ordinal), [all["items[0].legId"], rest["items[0].legId"]]);
        Assert.Equal("null", rest.Json!["next"]?.ToJsonString() ?? "null");
        (await buyer.GetAsync($"/v1/orders/{order["id"]}/usage?limit=0&cursor=here")).IsInvalid("limit", "cursor");
    }

    [Theory, EveryDatabase]
    public async Task Ten_thousand_readings_are_one_batch(DatabaseKind database)
    {
        var metered = await MakeAsync(await servers.OnAsync(database), hours: 21);
        var batch = Enumerable.Range(0, 10_000).Select(i => metered.Event($"r{i}", i / 8, (i / 8) + 1, cards: 1, card: $"{i % 8}")).ToArray();

        Assert.Equal("10000 0 0", Verdicts(await metered.SendAsync(batch)));
        Assert.Equal("0 10000 0", Verdicts(await metered.SendAsync(batch)));

        var usage = (await metered.Buyer.GetAsync($"/v1/orders/{metered.OrderId}/usage")).Is(200).Items();
        Assert.Equal(1250 * 60 * 8, usage.Sum(hour => hour["cardSeconds"]!.GetValue<long>()));
        Assert.Equal(21, usage.Count);
        await metered.CheckKeptAsync();
        await using var db = metered.Server.Database.Open();
        var leg = Id<Leg>.Parse(metered.Legs[0]);
        Assert.Equal(1, (await db.Legs.SingleAsync(l => l.Id == leg)).UsageVersion);
    }

    [Theory, EveryDatabase]
    public async Task An_audit_entry_vouches_for_the_readings_of_a_batch(DatabaseKind database)
    {
        var metered = await MakeAsync(await servers.OnAsync(database), nodes: 2);
        var body = JsonSerializer.Serialize((object[])[metered.Event("r1", 0, 60), metered.Event("r2", 0, 60, leg: 1), metered.Event("r3", 0, 60, leg: 1), 0]);
        var answer = (await SendBodyAsync(metered.Capacity.Provider, body, key: "usage-1")).Is(200);
        var again = (await SendBodyAsync(metered.Capacity.Provider, body, key: "usage-1")).Is(200);
        Assert.Equal((true, answer.Text), (again.Replayed, again.Text));
        (await SendBodyAsync(metered.Capacity.Provider, "[]", key: "usage-1")).Is(422, "idempotency.mismatch");
        Assert.Equal("0 2 0 usage.overlap usage.schema", Verdicts(await SendBodyAsync(metered.Capacity.Provider, body)));

        var entry = Assert.Single((await metered.Capacity.Provider.GetAsync("/v1/audit/entries?action=usage.accepted")).Is(200).Items());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))), entry["subjectId"]!.GetValue<string>());
        var details = entry["details"]!;
        Assert.Equal((2, 0, 2), (details["accepted"]!.GetValue<int>(), details["conflicts"]!.GetValue<int>(), details["rejected"]!.GetValue<int>()));
        await using var db = metered.Server.Database.Open();
        foreach (var leg in details["legs"]!.AsArray())
        {
            var id = Id<Leg>.Parse(leg!["id"]!.GetValue<string>());
            var readings = await db.Readings.Where(reading => reading.LegId == id && reading.UsageVersion == leg["version"]!.GetValue<long>()).ToListAsync();
            Assert.Equal(leg["readings"]!.GetValue<int>(), readings.Count);
            Assert.Equal(leg["digest"]!.GetValue<string>(), Convert.ToHexStringLower(Reading.Digest(readings)));
        }
    }

    [Theory, EveryDatabase]
    public async Task Readings_come_late_but_not_after_ninety_days(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var metered = await MakeAsync(server);
        await server.MoveClockAsync(metered.Start.AddHours(2).AddDays(90));

        Assert.Equal("1 0 0 usage.too_late", Verdicts(await metered.SendAsync(metered.Event("r1", 0, 60), metered.Event("r2", 60, 120))));
        Assert.Equal("1: 28800 0", await metered.UsageAsync());
    }
}
