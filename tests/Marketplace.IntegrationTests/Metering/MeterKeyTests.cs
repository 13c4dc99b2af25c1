using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.IntegrationTests.Harness;
using static Marketplace.IntegrationTests.Metering.Metered;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>Keys of meters: the next one, the one before it for a while, and one that is taken back.</summary>
public sealed class MeterKeyTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_key_is_good_until_another_takes_its_place_or_it_is_revoked(DatabaseKind database)
    {
        using var first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var third = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = await servers.FreshAsync(database);
        var metered = await MakeAsync(server, hours: 8, publicKeyPem: first.ExportSubjectPublicKeyInfoPem());
        var (provider, path, sent) = (metered.Capacity.Provider, $"/v1/meters/{metered.MeterId}/keys", 0);
        Task<Answer> SendAsync(ECDsa key)
        {
            var body = JsonSerializer.Serialize((object[])[metered.Event($"r{sent}", sent, ++sent)]);
            return SendBodyAsync(provider, body, meter: metered.MeterId, signature: Sign(key, body));
        }

        // Replaced at a stated time: both are good until then.
        var until = (await server.NowAsync()).AddHours(2);
        var rotated = (await provider.PostAsync(path, new { publicKeyPem = second.ExportSubjectPublicKeyInfoPem(), previousUntil = MarketSetup.Wire(until) })).Is(201);
        Assert.Equal(("2", "true"), (rotated["number"], rotated["good"]));
        (await SendAsync(first)).Is(200);
        (await SendAsync(second)).Is(200);
        await server.MoveClockAsync(until);
        (await SendAsync(first)).Is(401, "meter.signature");
        (await SendAsync(second)).Is(200);

        // Replaced at once, where no time is stated.
        (await provider.PostAsync(path, new { publicKeyPem = third.ExportSubjectPublicKeyInfoPem() })).Is(201);
        (await SendAsync(second)).Is(401, "meter.signature");
        (await SendAsync(third)).Is(200);

        // Revoked for good; what it signed stays attested.
        var keys = (await provider.GetAsync(path)).Is(200).Items();
        Assert.Equal(["3 True", "2 False", "1 False"], keys.Select(key => $"{key["number"]} {key["good"]!.GetValue<bool>()}"));
        (await provider.PostAsync($"{path}/{keys[0]["id"]}/revocations", new { reason = "stolen" })).Is(201);
        (await SendAsync(third)).Is(401, "meter.signature");
        (await provider.PostAsync($"{path}/{keys[0]["id"]}/revocations", new { reason = "stolen" })).Is(409, "meter.key_revoked");
        Assert.Equal(4, (await server.Admin.GetAsync("/v1/audit/entries?action=usage.accepted")).Is(200).Items().Count);
        Assert.All((await metered.Buyer.GetAsync($"/v1/orders/{metered.OrderId}/usage")).Is(200).Items(), hour => Assert.True(hour["attested"]!.GetValue<bool>()));
        Assert.Equal("false", (await provider.GetAsync("/v1/meters")).Is(200)["items[0].signs"]);

        // A meter without a good key gets a new one, and signs again.
        (await provider.PostAsync(path, new { publicKeyPem = first.ExportSubjectPublicKeyInfoPem() })).Is(201);
        (await SendAsync(first)).Is(200);
        foreach (var (action, times) in ((string, int)[])[("meter.key_added", 3), ("meter.key_revoked", 1)])
        {
            Assert.Equal(times, (await provider.GetAsync($"/v1/audit/entries?action={action}")).Is(200).Items().Count);
        }
    }

    [Theory, EveryDatabase]
    public async Task A_buyer_replaces_and_revokes_the_keys_of_its_own_meter(DatabaseKind database)
    {
        using var first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = await servers.OnAsync(database);
        var (buyer, provider) = (await server.BuyerAsync(), await server.ProviderAsync());
        var meter = (await buyer.PostAsync("/v1/meters", new { name = "own", publicKeyPem = first.ExportSubjectPublicKeyInfoPem() })).Is(201);
        var path = $"/v1/meters/{meter["id"]}/keys";
        Task<Answer> SendAsync(ECDsa key)
        {
            var content = Party.Content("[]", BatchType);
            content.Headers.Add("Meter-Id", meter["id"]);
            content.Headers.Add("Meter-Signature", Sign(key, "[]"));
            return buyer.SendAsync(HttpMethod.Post, "/v1/buyer-usage", content);
        }

        (await provider.PostAsync(path, new { publicKeyPem = second.ExportSubjectPublicKeyInfoPem() })).Is(404, "not_found");
        (await SendAsync(first)).Is(200);
        var added = (await buyer.PostAsync(path, new { publicKeyPem = second.ExportSubjectPublicKeyInfoPem() })).Is(201);
        Assert.Equal(("2", "true"), (added["number"], added["good"]));
        (await SendAsync(first)).Is(401, "meter.signature");
        (await SendAsync(second)).Is(200);

        var revocation = $"{path}/{added["id"]}/revocations";
        (await provider.PostAsync(revocation, new { reason = "r" })).Is(404, "not_found");
        (await buyer.PostAsync(revocation, new { reason = "stolen" })).Is(201);
        (await SendAsync(second)).Is(401, "meter.signature");
        Assert.Equal(2, (await buyer.GetAsync($"/v1/audit/entries?subjectId={meter["id"]}&limit=50")).Is(200).Items().Count(entry => entry["action"]!.GetValue<string>().StartsWith("meter.key_", StringComparison.Ordinal)));
    }

    [Theory, EveryDatabase]
    public async Task Keys_are_the_owners_and_are_public_ones(DatabaseKind database)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var server = await servers.OnAsync(database);
        var metered = await MakeAsync(server, publicKeyPem: key.ExportSubjectPublicKeyInfoPem());
        var (provider, stranger, path, pem) = (metered.Capacity.Provider, await server.ProviderAsync(), $"/v1/meters/{metered.MeterId}/keys", key.ExportSubjectPublicKeyInfoPem());
        var id = (await provider.GetAsync(path)).Is(200)["items[0].id"];

        foreach (var wrong in (string?[])[null, "", "key", key.ExportPkcs8PrivateKeyPem(), other.ExportSubjectPublicKeyInfoPem()])
        {
            (await provider.PostAsync(path, new { publicKeyPem = wrong })).IsInvalid("publicKeyPem");
        }

        foreach (var days in (int[])[-1, 31])
        {
            (await provider.PostAsync(path, new { publicKeyPem = pem, previousUntil = MarketSetup.Wire((await server.NowAsync()).AddDays(days)) })).IsInvalid("previousUntil");
        }

        (await provider.PostAsync($"{path}/{id}/revocations", new { })).IsInvalid("reason");
        (await provider.PostAsync($"{path}/none/revocations", new { reason = "r" })).Is(404, "not_found");
        (await stranger.GetAsync(path)).Is(404, "not_found");
        (await stranger.PostAsync(path, new { publicKeyPem = pem })).Is(404, "not_found");
        (await stranger.PostAsync($"{path}/{id}/revocations", new { reason = "r" })).Is(404, "not_found");
        (await metered.Buyer.PostAsync(path, new { publicKeyPem = pem })).Is(404, "not_found");
        (await server.Admin.PostAsync(path, new { publicKeyPem = pem })).Is(403, "forbidden");
        (await server.Nobody.GetAsync(path)).Is(401);
        Assert.Single((await provider.GetAsync(path)).Is(200).Items());
    }
}
