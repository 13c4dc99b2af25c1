using System.Globalization;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>Access to a leg goes from its seller to its buyer, and nobody else gets to see it.</summary>
public sealed class DeliveryTests(Servers servers) : IClassFixture<Servers>
{
    private const string Access = "ssh root@10.0.0.1\npassword: correct-horse-battery";

    [Theory, EveryDatabase]
    public async Task The_buyer_alone_is_shown_the_access(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer, path, start) = await SoldAsync(server);
        (await buyer.GetAsync(path)).Is(404, "not_found");
        var now = await server.NowAsync();
        var put = (await capacity.Provider.PutAsync(path, new { access = Access, note = "ask for Li" })).Is(200);
        Assert.Equal("delivered", put["status"]);
        Assert.Equal(start, DateTimeOffset.Parse(put["from"], CultureInfo.InvariantCulture));
        Assert.Equal(now, DateTimeOffset.Parse(put["handedOverAt"], CultureInfo.InvariantCulture));
        var shown = (await buyer.GetAsync(path)).Is(200);
        Assert.Equal(Access, shown["access"]);
        Assert.Equal("no-store", shown.Headers["Cache-Control"]);
        foreach (var other in new[] { capacity.Provider, server.Admin })
        {
            var seen = (await other.GetAsync(path)).Is(200);
            Assert.Equal("ask for Li", seen["note"]);
            Assert.Null(seen.Json!["access"]);
        }

        // Nowhere else either: answers of the seller, audit entries, the row itself.
        Assert.DoesNotContain("horse", put.Text, StringComparison.Ordinal);
        var entries = (await server.Admin.GetAsync("/v1/audit/entries?action=delivery.declared")).Is(200);
        Assert.DoesNotContain("horse", entries.Text, StringComparison.Ordinal);
        Assert.Contains("sealedAccessDigest", entries.Text, StringComparison.Ordinal);
        await using var db = server.Database.Open();
        Assert.All(await db.Deliveries.ToListAsync(), row => Assert.DoesNotContain("horse", row.SealedAccess ?? "", StringComparison.Ordinal));
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task Access_can_be_replaced_and_stays_where_it_is_left_out(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer, path, start) = await SoldAsync(server);
        var first = (await capacity.Provider.PutAsync(path, new { access = "one" })).Is(200);
        await server.MoveClockAsync(start.AddMinutes(-30));
        var second = (await capacity.Provider.PutAsync(path, new { access = "two", note = "changed" })).Is(200);
        Assert.Equal(first["handedOverAt"], second["handedOverAt"]);
        (await capacity.Provider.PutAsync(path, new { note = "as before" })).Is(200);
        var shown = (await buyer.GetAsync(path)).Is(200);
        Assert.Equal("two as before", $"{shown["access"]} {shown["note"]}");
    }

    [Theory, EveryDatabase]
    public async Task A_later_hour_is_declared_before_the_leg_starts(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer, path, start) = await SoldAsync(server);
        Task<Answer> Declare(DateTimeOffset from) => capacity.Provider.PutAsync(path, new { from = MarketSetup.Wire(from), note = "cables" });
        (await Declare(start.AddHours(-1))).Is(422, "delivery.outside_leg");
        (await Declare(start.AddHours(4))).Is(422, "delivery.outside_leg");
        (await Declare(start.AddMinutes(90))).IsInvalid("from");
        var late = (await Declare(start.AddHours(2))).Is(200);
        Assert.Equal("late", late["status"]);
        Assert.Null(late.Json!["handedOverAt"]);
        Assert.Equal("delivered", (await Declare(start)).Is(200)["status"]);
        (await Declare(start.AddHours(1))).Is(200);
        await server.MoveClockAsync(start);
        (await Declare(start.AddHours(2))).Is(409, "delivery.started");
        (await Declare(start)).Is(409, "delivery.started");
        (await capacity.Provider.PutAsync(path, new { access = "in" })).Is(200);
        var shown = (await buyer.GetAsync(path)).Is(200);
        Assert.Equal("late", shown["status"]);
        Assert.Equal(start.AddHours(1), DateTimeOffset.Parse(shown["from"], CultureInfo.InvariantCulture));
        await server.MoveClockAsync(start.AddHours(4));
        (await capacity.Provider.PutAsync(path, new { access = "too late" })).Is(409, "delivery.ended");
    }

    [Theory, EveryDatabase]
    public async Task What_is_no_delivery_is_refused(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, buyer, path, _) = await SoldAsync(server);
        (await capacity.Provider.PutAsync(path, new { note = "nothing" })).IsInvalid("access");
        (await capacity.Provider.PutAsync(path, new { access = " ", note = "" })).IsInvalid("access", "note");
        (await capacity.Provider.PutAsync(path, new { access = new string('x', 4001) })).IsInvalid("access");
        (await capacity.Provider.PutAsync(path, new { access = "bell \a" })).IsInvalid("access");
        (await buyer.PutAsync(path, new { access = "mine" })).Is(404, "not_found");
        (await (await server.ProviderAsync()).PutAsync(path, new { access = "theirs" })).Is(404, "not_found");
        (await server.Admin.PutAsync(path, new { access = "for them" })).Is(403, "forbidden");
        (await capacity.Provider.PutAsync(path, new { access = "good" })).Is(200);
        (await (await server.BuyerAsync()).GetAsync(path)).Is(404, "not_found");
        (await (await server.ProviderAsync()).GetAsync(path)).Is(404, "not_found");
        (await buyer.PostAsync(path[..path.IndexOf("/legs", StringComparison.Ordinal)] + "/cancel")).Is(200);
        (await capacity.Provider.PutAsync(path, new { access = "late" })).Is(409, "order.cancelled");
    }

    /// <summary>A card sold for four hours of tomorrow.</summary>
    private static async Task<(Capacity Capacity, Party Buyer, string Path, DateTimeOffset Start)> SoldAsync(MarketplaceServer server)
    {
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(capacity, 1, start, 4);
        return (capacity, buyer, $"/v1/orders/{order["id"]}/legs/{order["legs[0].id"]}/delivery", start);
    }
}
