using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Audit;

/// <summary>Every change leaves an entry, and what happens to sealed entries past the product is found.</summary>
public sealed class AuditTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Each_command_leaves_its_entry(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        var listing = (await capacity.ListAsync()).Is(201)["id"];
        (await capacity.Provider.PostAsync("/v1/meters", new { centerId = capacity.CenterId, name = "m" })).Is(201);
        var buyer = await server.BuyerAsync();
        var order = await buyer.OrderAsync(capacity, 1, await server.TomorrowAsync(), 1);
        (await buyer.PostAsync($"/v1/orders/{order["id"]}/cancel")).Is(200);
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/withdrawals", new { amount = "1.00", reference = "out" })).Is(201);
        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "5.00" })).Is(200);
        (await capacity.Provider.DeleteAsync($"/v1/listings/{listing}")).Is(204);
        (await capacity.Provider.PostAsync($"/v1/centers/{capacity.CenterId}/nodes/n-1/withdrawals", new { from = MarketSetup.Wire(MarketplaceServer.Start.AddYears(1)), reason = "sold" })).Is(201);

        Assert.Equal(
            ["node.withdrawn", "listing.withdrawn", "contract.concluded", "meter.registered", "listing.created", "nodes.added", "center.created", "client.created", "organization.registered"],
            await ActionsAsync(capacity.Provider));
        Assert.Equal(
            ["credit.set", "deposit.withdrawn", "order.cancelled", "order.placed", "quote.made", "deposit.received", "client.created", "organization.registered"],
            await ActionsAsync(buyer));
        var placed = Assert.Single((await buyer.GetAsync("/v1/audit/entries?action=order.placed")).Is(200).Items());
        Assert.Equal(buyer.ClientId, placed["actor"]!.GetValue<string>());
        Assert.Equal(order["id"], placed["subjectId"]!.GetValue<string>());
        Assert.Equal("10.00", placed["details"]!["total"]!.GetValue<string>());
        Assert.Contains((await server.Admin.GetAsync($"/v1/audit/entries?subjectType=accelerator&subjectId={Uri.EscapeDataString(capacity.Model)}")).Is(200).Items(), entry => entry["action"]!.GetValue<string>() == "accelerator.put");
    }

    [Theory, EveryDatabase]
    public async Task A_refused_command_leaves_none(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync();
        var before = await ActionsAsync(buyer);
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/withdrawals", new { amount = "999999.00", reference = "out" })).Is(422);
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "1.00", reference = "first" })).Is(409);
        Assert.Equal(before, await ActionsAsync(buyer));
    }

    [Theory, EveryDatabase]
    public async Task Seals_hold_over_what_nobody_touched(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        for (var i = 1; i <= 3; i++)
        {
            await server.BuyerAsync();
            await server.MoveClockAsync(MarketplaceServer.Start.AddHours(i));
        }

        await using var db = server.Database.Open();
        Assert.Equal((3, null), await CheckAsync(db));
        Assert.False(await db.AuditEntries.AnyAsync(entry => entry.SealNumber == null));
        var seals = (await server.Admin.GetAsync("/v1/audit/seals?limit=2")).Is(200);
        Assert.Equal(["3", "2"], seals.Items().Select(seal => seal["number"]!.ToJsonString()));
        Assert.Equal(seals["items[1].digest"], seals["items[0].previousDigest"]);
        Assert.Equal("1", (await server.Admin.GetAsync($"/v1/audit/seals?cursor={seals["next"]}")).Is(200)["items[0].number"]);
    }

    [Theory, EveryDatabase]
    public async Task Processes_that_seal_at_once_leave_one_chain(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var sibling = await servers.StartAsync(server.Database);
        await server.BuyerAsync();
        await using var db = server.Database.Open();

        // Past the product: its own clock would seal on the way.
        await db.Database.ExecuteSqlRawAsync("UPDATE sandbox_times SET now = now + 120000000");
        await Task.WhenAll(new[] { server, sibling, server, sibling }.Select(each => each.Admin.PostAsync("/v1/jobs/seal-audit/runs")));
        var (sealsMade, broken) = await CheckAsync(db);
        Assert.Null(broken);
        Assert.True(sealsMade >= 1);
        Assert.False(await db.AuditEntries.AnyAsync(entry => entry.SealNumber == null));
    }

    [Theory, EveryDatabase]
    public async Task A_changed_entry_breaks_its_seal(DatabaseKind database) =>
        await TamperAsync(database, (db, _) => db.Database.ExecuteSqlRawAsync("UPDATE audit_entries SET details = '[]' WHERE action = 'deposit.received' AND seal_number = 2"));

    [Theory, EveryDatabase]
    public async Task A_changed_time_actor_or_owner_breaks_its_seal(DatabaseKind database)
    {
        await TamperAsync(database, (db, _) => db.Database.ExecuteSqlRawAsync("UPDATE audit_entries SET at = at + 1 WHERE action = 'deposit.received' AND seal_number = 2"));
        await TamperAsync(database, (db, _) => db.Database.ExecuteSqlRawAsync("UPDATE audit_entries SET actor = 'somebody' WHERE action = 'deposit.received' AND seal_number = 2"));
        await TamperAsync(database, (db, _) => db.Database.ExecuteSqlRawAsync("UPDATE audit_entries SET owner_id = NULL WHERE action = 'deposit.received' AND seal_number = 2"));
    }

    [Theory, EveryDatabase]
    public async Task A_removed_entry_breaks_its_seal(DatabaseKind database) =>
        await TamperAsync(database, (db, _) => db.Database.ExecuteSqlRawAsync("DELETE FROM audit_entries WHERE action = 'deposit.received' AND seal_number = 2"));

    [Theory, EveryDatabase]
    public async Task An_added_entry_breaks_the_seal_that_it_claims(DatabaseKind database) => await TamperAsync(database, async (db, kind) =>
    {
        object id = kind == DatabaseKind.PostgreSql ? Guid.NewGuid() : Guid.NewGuid().ToByteArray();
        Assert.Equal(1, await db.Database.ExecuteSqlRawAsync(
            "INSERT INTO audit_entries (id, at, actor, owner_id, action, subject_type, subject_id, details, seal_number) "
            + "SELECT {0}, at, actor, owner_id, action, subject_type, subject_id, details, seal_number FROM audit_entries WHERE action = 'deposit.received' AND seal_number = 2", id));
        return 1;
    });

    [Theory, EveryDatabase]
    public async Task An_entry_moved_to_another_seal_breaks_both(DatabaseKind database) =>
        await TamperAsync(database, (db, _) => db.Database.ExecuteSqlRawAsync("UPDATE audit_entries SET seal_number = 3 WHERE action = 'deposit.received' AND seal_number = 2"));

    [Theory, EveryDatabase]
    public async Task A_removed_seal_breaks_the_next_one(DatabaseKind database) =>
        await TamperAsync(database, (db, _) => db.Database.ExecuteSqlRawAsync("DELETE FROM audit_seals WHERE number = 2"), broken: 3);

    /// <summary>Three seals, one hand in the tables, and the first seal that doesn't hold any more.</summary>
    private async Task TamperAsync(DatabaseKind database, Func<MarketplaceDbContext, DatabaseKind, Task<int>> change, long broken = 2)
    {
        var server = await servers.FreshAsync(database);
        for (var i = 1; i <= 3; i++)
        {
            await server.BuyerAsync();
            await server.MoveClockAsync(MarketplaceServer.Start.AddHours(i));
        }

        await using var db = server.Database.Open();
        Assert.True(await change(db, database) > 0, "Nothing was tampered with.");
        Assert.Equal(broken, (await CheckAsync(db)).Broken);
    }

    /// <summary>How many seals there are, and the first that doesn't hold.</summary>
    private static async Task<(int Seals, long? Broken)> CheckAsync(MarketplaceDbContext db)
    {
        var seals = await db.AuditSeals.AsNoTracking().OrderBy(seal => seal.Number).ToListAsync();
        var entries = (await db.AuditEntries.AsNoTracking().ToListAsync()).ToLookup(entry => entry.SealNumber);
        for (var i = 0; i < seals.Count; i++)
        {
            if (!seals[i].Holds(entries[seals[i].Number], i == 0 ? null : seals[i - 1]))
            {
                return (seals.Count, seals[i].Number);
            }
        }

        return (seals.Count, null);
    }

    private static async Task<IEnumerable<string>> ActionsAsync(Party party) =>
        (await party.GetAsync("/v1/audit/entries?limit=500")).Is(200).Items().Select(entry => entry["action"]!.GetValue<string>());
}
