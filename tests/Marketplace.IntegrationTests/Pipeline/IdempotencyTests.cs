using System.Data.Common;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>A write with a client's own key happens once, and its record neither outlives nor misses it.</summary>
public sealed class IdempotencyTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task The_same_key_and_body_give_the_same_answer(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var quote = (await buyer.QuoteAsync(capacity, 2, await server.TomorrowAsync(), 3)).Is(201)["id"];
        var first = (await buyer.PostAsync("/v1/orders", new { quoteId = quote }, key: "order-1")).Is(201);
        var again = (await buyer.PostAsync("/v1/orders", new { quoteId = quote }, key: "order-1")).Is(201);
        Assert.False(first.Replayed);
        Assert.True(again.Replayed);
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(first.Headers["Location"], again.Headers["Location"]);
        (await buyer.PostAsync("/v1/orders", new { quoteId = quote }, key: "order-2")).Is(409, "quote.used");
        Assert.Equal("100000.00 60.00 99940.00", await buyer.BalanceAsync());

        // The stored answer is that of the time, whatever happened since.
        (await buyer.PostAsync($"/v1/orders/{first["id"]}/cancel", key: "cancel-1")).Is(200);
        Assert.Equal(first.Text, (await buyer.PostAsync("/v1/orders", new { quoteId = quote }, key: "order-1")).Is(201).Text);
        Assert.True((await buyer.PostAsync($"/v1/orders/{first["id"]}/cancel", key: "cancel-1")).Is(200).Replayed);
        (await buyer.PostAsync($"/v1/orders/{first["id"]}/cancel")).Is(409, "order.cancelled");
    }

    [Theory, EveryDatabase]
    public async Task The_same_key_with_another_request_is_refused(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (one, other) = (await server.ProviderAsync(), await server.ProviderAsync());
        var first = (await one.PostAsync("/v1/centers", new { name = "a", regionCode = "330100" }, key: "k")).Is(201);
        (await one.PostAsync("/v1/centers", new { name = "b", regionCode = "330100" }, key: "k")).Is(422, "idempotency.mismatch");
        (await one.PostAsync("/v1/meters", new { name = "a", centerId = first["id"] }, key: "k")).Is(422, "idempotency.mismatch");

        // What differs in the address only is another request too.
        (await one.PostAsync($"/v1/centers/{first["id"]}/nodes", Nodes(), key: "n")).Is(201);
        var second = (await one.PostAsync("/v1/centers", new { name = "b", regionCode = "330100" })).Is(201);
        (await one.PostAsync($"/v1/centers/{second["id"]}/nodes", Nodes(), key: "n")).Is(422, "idempotency.mismatch");

        // The order of the fields says nothing, and another client's keys are its own.
        Assert.True((await one.PostAsync("/v1/centers", "{\"regionCode\": \"330100\", \"name\":\"a\"}", key: "k")).Is(201).Replayed);
        Assert.NotEqual(first["id"], (await other.PostAsync("/v1/centers", new { name = "a", regionCode = "330100" }, key: "k")).Is(201)["id"]);
        Assert.Equal(2, (await one.GetAsync("/v1/centers")).Is(200).Items().Count);
    }

    [Theory, EveryDatabase]
    public async Task The_same_key_at_once_makes_one_order(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var sibling = await servers.StartAsync(server.Database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var quote = (await buyer.QuoteAsync(capacity, 1, await server.TomorrowAsync(), 1)).Is(201)["id"];
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => buyer.At(i % 2 == 0 ? server : sibling).PostAsync("/v1/orders", new { quoteId = quote }, key: "once")));
        Assert.Single(answers.Select(answer => answer.Is(201).Text).Distinct());
        Assert.Equal(11, answers.Count(answer => answer.Replayed));
        Assert.Single((await buyer.GetAsync("/v1/orders")).Is(200).Items());
        Assert.Equal("100000.00 10.00 99990.00", await buyer.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task A_refused_write_leaves_its_key_unused(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync("1.00");
        var quote = (await buyer.QuoteAsync(capacity, 1, await server.TomorrowAsync(), 1)).Is(201)["id"];
        (await buyer.PostAsync("/v1/orders", new { quoteId = quote }, key: "k")).Is(422, "funds.insufficient");
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "9.00", reference = "more" })).Is(201);
        Assert.False((await buyer.PostAsync("/v1/orders", new { quoteId = quote }, key: "k")).Is(201).Replayed);
    }

    [Theory, EveryDatabase]
    public async Task A_crash_before_the_commit_keeps_neither_key_nor_work(DatabaseKind database)
    {
        var crash = new CrashAtCommit();
        var server = await servers.StartAsync(
            await servers.MakeDatabaseAsync(database), services: services => services.ConfigureDbContext<MarketplaceDbContext>(options => options.AddInterceptors(crash)));
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var quote = (await buyer.QuoteAsync(capacity, 1, await server.TomorrowAsync(), 1)).Is(201)["id"];
        crash.Armed = true;
        var failed = (await buyer.PostAsync("/v1/orders", new { quoteId = quote }, key: "k")).Is(500, "internal");
        Assert.DoesNotContain("crash", failed.Text, StringComparison.OrdinalIgnoreCase);
        crash.Armed = false;
        await using (var db = server.Database.Open())
        {
            Assert.Equal(0, await db.IdempotencyRecords.CountAsync());
            Assert.Equal(0, await db.Orders.CountAsync());
            Assert.Equal(0, await db.Reservations.CountAsync());
            Assert.Equal(0, await db.AuditEntries.CountAsync(entry => entry.Action == "order.placed"));
        }

        Assert.Equal("100000.00 0.00 100000.00", await buyer.BalanceAsync());
        Assert.False((await buyer.PostAsync("/v1/orders", new { quoteId = quote }, key: "k")).Is(201).Replayed);
    }

    [Theory, EveryDatabase]
    public async Task A_secret_told_once_is_told_again_to_its_key_and_stands_nowhere_in_the_clear(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        var first = (await party.PostAsync($"/v1/organizations/{party.Id}/clients", new { name = "x" }, key: "c")).Is(201);
        Assert.Equal(first["clientSecret"], (await party.PostAsync($"/v1/organizations/{party.Id}/clients", new { name = "x" }, key: "c")).Is(201)["clientSecret"]);
        await using var db = server.Database.Open();
        Assert.All(await db.IdempotencyRecords.ToListAsync(), record => Assert.DoesNotContain(first["clientSecret"], record.Answer!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("tab\tinside")]
    [InlineData("密钥")]
    public async Task A_malformed_key_is_refused(string key)
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var provider = await server.ProviderAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/centers") { Content = Party.Content("""{"name":"a","regionCode":"330100"}""", "application/json") };
        request.Headers.Authorization = new("Bearer", provider.Token);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 };
        using var http = new HttpClient(handler) { BaseAddress = server.Http.BaseAddress };
        using var response = await http.SendAsync(request);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Empty((await provider.GetAsync("/v1/centers")).Is(200).Items());
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var provider = await server.ProviderAsync();
        (await provider.PostAsync("/v1/centers", new { name = "a", regionCode = "330100" }, key: new string('k', 201))).Is(400, "idempotency.key");
        (await provider.PostAsync("/v1/centers", new { name = "a", regionCode = "330100" }, key: new string('k', 200))).Is(201);
    }

    private static object Nodes() => new { nodes = new[] { new { name = "n", accelerator = "A100", cards = 1, vcpus = 1, memoryGiB = 1 } } };

    /// <summary>Fails where a process would have died: everything is written, nothing committed.</summary>
    private sealed class CrashAtCommit : DbTransactionInterceptor
    {
        public bool Armed { get; set; }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
            Armed ? throw new InvalidOperationException("crash on purpose") : ValueTask.FromResult(result);
    }
}
