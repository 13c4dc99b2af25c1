using Marketplace.Application.Jobs;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>
/// Several processes each hold the market in memory and follow one log: whatever one of them commits, and in whatever order, the
/// next quote of every other goes by it.
/// </summary>
public sealed class LiveCapacityTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task What_one_process_changes_the_other_goes_by(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var other = await servers.StartAsync(server.Database);
        var (capacity, holder, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync(), await server.BuyerAsync());
        var (there, start) = (buyer.At(other), await server.TomorrowAsync());
        Task<string> Reason(int cards, object? more = null) => there.WhyNotAsync(capacity.Demand(cards, start, 2, more));
        async Task<string> Total(int cards) => (await there.AskAsync(capacity.Demand(cards, start, 2))).Is(201)["total"];

        Assert.Equal("no_listing", await Reason(1));
        var dear = (await capacity.ListAsync("11.00", nodes: ["n-1"])).Is(201)["id"];
        Assert.Equal("22.00", await Total(1));
        (await capacity.ListAsync("10.00", nodes: ["n-2"], product: "reserved")).Is(201);
        Assert.Equal("20.00", await Total(1));
        var held = await holder.TakeAsync(capacity.Demand(8, start, 2));
        Assert.Equal("22.00", await Total(1));
        (await holder.ResellAsync(held, 4, 0, 1, "1.00")).Is(201);
        Assert.Equal("1.00", (await there.AskAsync(capacity.Demand(1, start, 1))).Is(201)["total"]);
        Assert.Equal("22.00", await Total(1));
        (await capacity.Provider.DeleteAsync($"/v1/listings/{dear}")).Is(204);
        Assert.Equal("sold_out", await Reason(1));
        (await holder.CancelAsync(held)).Is(200);
        Assert.Equal("160.00", await Total(8));
        (await capacity.Provider.PostAsync($"/v1/centers/{capacity.CenterId}/nodes/n-2/withdrawals", new { from = MarketSetup.Wire(start.AddHours(1)), reason = "repair" })).Is(201);
        Assert.Equal("not_offered_then", await Reason(1));
        Assert.Equal("no_accelerator", await there.WhyNotAsync(capacity.Demand(1, start, 1, new { minFp16Tflops = 321 })));
        (await server.Admin.PutAsync($"/v1/accelerators/{capacity.Model}", new { vendor = "Tests", origin = "domestic", fp16Tflops = 321, memoryGiB = 64, watts = 310 })).Is(200);
        (await there.AskAsync(capacity.Demand(1, start, 1, new { minFp16Tflops = 321 }))).Is(201);
        Assert.Empty(other.Faults);
    }

    [Theory, EveryDatabase(Except = [DatabaseKind.SqlServer])]
    public async Task A_change_that_is_committed_after_one_with_a_higher_number_is_found(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync());
        (await capacity.ListAsync()).Is(201);
        var start = await server.TomorrowAsync();
        Task<Answer> Ask(MarketplaceServer at) => buyer.At(at).AskAsync(capacity.Demand(9, start, 1));
        (await Ask(server)).Is(201);
        await using var db = server.Database.Open();
        var last = await LastAsync(db);
        await LogAsync(db, last + 3, await NodeAsync(db, capacity, "n-1"));

        // One process has read up to the higher number, the other has read everything anew after it.
        (await Ask(server)).Is(201);
        var other = await servers.StartAsync(server.Database);
        (await Ask(other)).Is(201);
        await OfferAsync(db, capacity, "n-2", offered: false, last + 1);
        Assert.Equal("sold_out", (await Ask(server)).Is(200)["reasons[0].code"]);
        Assert.Equal("sold_out", (await Ask(other)).Is(200)["reasons[0].code"]);
        await OfferAsync(db, capacity, "n-2", offered: true, last + 2);
        (await Ask(server)).Is(201);
        (await Ask(other)).Is(201);
    }

    [Theory, EveryDatabase(Except = [DatabaseKind.SqlServer])]
    public async Task A_bid_is_tried_on_what_is_committed_after_a_higher_number_too(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync());
        (await capacity.ListAsync()).Is(201);
        await using var db = server.Database.Open();
        await OfferAsync(db, capacity, "n-2", offered: false, await LastAsync(db) + 1);
        var last = await LastAsync(db);
        var bid = (await buyer.BidAsync(capacity.Demand(9, await server.TomorrowAsync(), 1), "10.00")).Is(201);
        await LogAsync(db, last + 2, await NodeAsync(db, capacity, "n-1"));
        (await server.Admin.PostAsync("/v1/jobs/match-bids/runs")).Is(200);
        Assert.Equal("open", await buyer.BidStatusAsync(bid));
        await OfferAsync(db, capacity, "n-2", offered: true, last + 1);
        await server.MoveClockAsync((await server.NowAsync()).AddMinutes(1));
        Assert.Equal("filled", await buyer.BidStatusAsync(bid));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase(Except = [DatabaseKind.SqlServer])]
    public async Task Who_has_read_less_far_than_the_log_reaches_back_reads_everything_anew(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync());
        (await capacity.ListAsync()).Is(201);
        var start = await server.TomorrowAsync();
        (await buyer.AskAsync(capacity.Demand(9, start, 1))).Is(201);

        // The change of n-2 is in the log no more.
        await using var db = server.Database.Open();
        await OfferAsync(db, capacity, "n-2", offered: false, null);
        (await buyer.AskAsync(capacity.Demand(9, start, 1))).Is(201);
        await LogAsync(db, await LastAsync(db) + (2 * ForgetJob.ChangesKept), await NodeAsync(db, capacity, "n-1"));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(9, start, 1)));
    }

    [Theory, EveryDatabase(Except = [DatabaseKind.SqlServer])]
    public async Task The_log_is_forgotten_but_for_its_newest_numbers(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (capacity, buyer) = (await server.CapacityAsync(nodes: 2), await server.BuyerAsync());
        (await capacity.ListAsync()).Is(201);
        await using var db = server.Database.Open();
        var (node, last) = (await NodeAsync(db, capacity, "n-1"), await LastAsync(db));
        var before = await db.CapacityChanges.CountAsync();

        // Some over are too few for a run.
        await LogAsync(db, last + 1 + ForgetJob.ChangesKept, node);
        Assert.Empty((await server.Admin.PostAsync("/v1/jobs/forget/runs")).Is(200).Items());
        Assert.Equal(before + 1, await db.CapacityChanges.CountAsync());
        await LogAsync(db, last + (2 * ForgetJob.ChangesKept), node);
        Assert.Contains((await server.MoveClockAsync((await server.NowAsync()).AddMinutes(1))).Items("jobs"), job => job["job"]!.GetValue<string>() == "forget");
        Assert.Empty((await server.Admin.PostAsync("/v1/jobs/forget/runs")).Is(200).Items());
        Assert.Equal([last + 1 + ForgetJob.ChangesKept, last + (2 * ForgetJob.ChangesKept)], await db.CapacityChanges.Select(change => change.Number).Order().ToListAsync());
        (await buyer.AskAsync(capacity.Demand(16, await server.TomorrowAsync(), 1))).Is(201);
        Assert.Empty(server.Faults);
    }

    private static Task<long> LastAsync(MarketplaceDbContext db) => db.CapacityChanges.MaxAsync(change => change.Number);

    private static Task<Id<Node>> NodeAsync(MarketplaceDbContext db, Capacity capacity, string name)
    {
        var center = Id<Center>.Parse(capacity.CenterId);
        return db.Nodes.Where(node => node.CenterId == center && node.Name == name).Select(node => node.Id).SingleAsync();
    }

    private static async Task LogAsync(MarketplaceDbContext db, long number, Id<Node> node)
    {
        db.CapacityChanges.Add(new() { Number = number, NodeId = node });
        await db.SaveChangesAsync();
        db.ChangeTracker.Clear();
    }

    /// <summary>Takes a node off its listing or puts it back, past every server, under that number in the log or without a line in it.</summary>
    private static async Task OfferAsync(MarketplaceDbContext db, Capacity capacity, string name, bool offered, long? number)
    {
        var node = await NodeAsync(db, capacity, name);
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.ListingNodes.Where(row => row.NodeId == node).ExecuteUpdateAsync(row => row.SetProperty(r => r.Active, offered));
            if (number is { } line)
            {
                await LogAsync(db, line, node);
            }

            await transaction.CommitAsync();
        });
    }
}
