using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Marketplace.IntegrationTests.Organizations;

/// <summary>Messages to a receiver on this machine: signed, to the parties alone, again until they are taken, and never lost.</summary>
public sealed class WebhookTests(Servers servers) : IClassFixture<Servers>
{
    private const string Job = "/v1/jobs/send-webhooks/runs";

    [Theory, EveryDatabase]
    public async Task The_parties_are_told_and_can_check_who_tells_them(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        await using var receiver = await Receiver.StartAsync();
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync("1.00")).Is(201);
        var (buyer, stranger) = (await server.BuyerAsync(), await server.BuyerAsync());
        var secret = (await buyer.PostAsync("/v1/webhooks", new { url = receiver.Address("buyer"), events = new[] { "order.placed", "dispute.opened" } })).Is(201)["secret"];
        (await capacity.Provider.PostAsync("/v1/webhooks", new { url = receiver.Address("provider") })).Is(201);
        (await stranger.PostAsync("/v1/webhooks", new { url = receiver.Address("stranger") })).Is(201);

        var start = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(capacity, 1, start, 2);
        await server.MoveClockAsync(start.AddMinutes(1));
        var dispute = (await buyer.PostAsync($"/v1/orders/{order["id"]}/legs/{order["legs[0].id"]}/objections", new { reason = "slow", from = MarketSetup.Wire(start) })).Is(201)["id"];
        await server.MoveClockAsync(start.AddMinutes(2));

        string[] told = [$"buyer dispute.opened {dispute}", $"buyer order.placed {order["id"]}", $"provider dispute.opened {dispute}", $"provider order.placed {order["id"]}"];
        Assert.Equal(told, receiver.Got.Select(message => $"{message.Path} {message.Json["type"]} {message.Json["data"]!["id"]}").Order(StringComparer.Ordinal));
        foreach (var message in receiver.Got.Where(message => message.Path == "buyer"))
        {
            Assert.True(message.IsSignedWith(secret));
            Assert.False(message.IsSignedWith("whsec_" + Convert.ToBase64String(new byte[32])));
        }

        Assert.Equal(4, receiver.Got.Select(message => message.Id).Distinct().Count());
        Assert.All((await buyer.GetAsync("/v1/webhook-deliveries?status=delivered")).Is(200).Items(), delivery => Assert.Equal("200", delivery["lastAnswer"]!.GetValue<string>()));
        await buyer.SortsAsync("/v1/webhook-deliveries?", "createdAt", "type");
        Assert.Empty((await stranger.GetAsync("/v1/webhook-deliveries")).Is(200).Items());
        Assert.DoesNotContain("whsec", (await buyer.GetAsync("/v1/webhooks")).Is(200).Text, StringComparison.Ordinal);
        await using var db = server.Database.Open();
        Assert.False(await db.WebhookEvents.AnyAsync());
        Assert.DoesNotContain(secret, await db.Webhooks.Select(webhook => webhook.SealedSecret).ToListAsync());
        Assert.Empty(server.Faults);
    }

    /// <summary>What is told of each type, about which kind of row, and to whom.</summary>
    private static readonly (string Type, string Subject, string Told)[] Types =
    [
        ("order.placed", "order", "buyer seller"), ("order.cancelled", "order", "buyer seller"), ("leg.moved", "leg", "buyer seller"), ("leg.ended", "leg", "buyer seller"),
        ("dispute.opened", "dispute", "buyer seller"), ("dispute.decided", "dispute", "buyer seller"),
        ("invoice.issued", "invoice", "buyer seller"), ("invoice.paid", "invoice", "buyer seller"), ("credit_note.issued", "credit-note", "buyer seller"),
        ("voucher.issued", "voucher", "authority buyer"), ("voucher.revoked", "voucher", "authority buyer"), ("voucher.expired", "voucher", "authority buyer"),
        ("claim.submitted", "claim", "authority seller"), ("claim.decided", "claim", "authority seller"), ("claim.paid", "claim", "authority seller"),
        ("settlement.made", "settlement", "seller"), ("settlement.paid", "settlement", "seller"),
    ];

    [Theory, EveryDatabase]
    public async Task Each_type_is_told_to_its_parties_and_names_the_row_and_no_more(DatabaseKind database)
    {
        Assert.Equal(Domain.Organizations.Webhook.EventTypes.Order(StringComparer.Ordinal), Types.Select(row => row.Type).Order(StringComparer.Ordinal));
        var server = await servers.FreshAsync(database);
        await using var receiver = await Receiver.StartAsync();
        var (shop, scheme) = (await server.ShopAsync(nodes: 2), await server.SchemeAsync(rules: """{"validity": {"months": 2}}"""));
        var (buyer, stranger) = (await server.OrganizationAsync("enterprise"), await server.OrganizationAsync("enterprise"));
        foreach (var (name, party) in ((string, Party)[])[("buyer", buyer), ("seller", shop.Seller), ("authority", scheme.Authority), ("stranger", stranger)])
        {
            (await party.PostAsync("/v1/webhooks", new { url = receiver.Address(name) })).Is(201);
        }

        var told = await LiveAsync(server, shop, scheme, buyer);
        foreach (var (type, subject, parties) in Types)
        {
            var messages = receiver.Got.Where(message => message.Json["type"]!.GetValue<string>() == type).ToList();
            Assert.Equal($"{type} {parties}", $"{type} {string.Join(' ', messages.Select(message => message.Path).Distinct().Order(StringComparer.Ordinal))}");
            Assert.All(messages, message =>
            {
                Assert.Equal(["type", "timestamp", "data"], message.Json.AsObject().Select(field => field.Key));
                Assert.Equal(["subject", "id"], message.Json["data"]!.AsObject().Select(field => field.Key));
                Assert.Equal(subject, message.Json["data"]!["subject"]!.GetValue<string>());
                Assert.EndsWith("Z", message.Json["timestamp"]!.GetValue<string>(), StringComparison.Ordinal);
            });
            Assert.Contains(told[type], messages.Select(message => message.Json["data"]!["id"]!.GetValue<string>()));
        }

        Assert.DoesNotContain(receiver.Got, message => message.Path == "stranger");
        Assert.Empty(server.Faults);
    }

    /// <summary>Two months of business in which everything happens that anybody is told of.</summary>
    /// <returns>For each type, a row that it happened to.</returns>
    private static async Task<IReadOnlyDictionary<string, string>> LiveAsync(MarketplaceServer server, Shop shop, Scheme scheme, Party buyer)
    {
        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "10000.00" })).Is(200);
        var (voucher, revoked) = (await scheme.IssueAsync(buyer, "5000.00"), await scheme.IssueAsync(buyer, "7.00"));
        (await scheme.Authority.PostAsync($"/v1/vouchers/{revoked}/revoke", new { reason = "r" })).Is(200);
        var month = await server.NextMonthAsync();
        var start = month.AddDays(1);
        var cancelled = (await buyer.BuyAsync(shop, 1, month.AddDays(5), 2))["id"];
        (await buyer.PostAsync($"/v1/orders/{cancelled}/cancel")).Is(200);
        var order = await buyer.BuyAsync(shop, 8, start, 10);
        var (leg, node) = (order["legs[0].id"], order["legs[0].node"]);
        Task<Answer> Withdraw(string name, DateTimeOffset from) => shop.Seller.PostAsync(
            $"/v1/centers/{shop.Capacity.CenterId}/nodes/{name}/withdrawals", new { from = MarketSetup.Wire(from), reason = "r" });
        (await Withdraw(node, start.AddHours(4))).Is(201);
        (await Withdraw(shop.Capacity.Nodes.Single(name => name != node), start.AddHours(8))).Is(201);
        await server.MoveClockAsync(start.AddMinutes(1));
        var dispute = (await buyer.PostAsync($"/v1/orders/{order["id"]}/legs/{leg}/objections", new { reason = "slow", from = MarketSetup.Wire(start) })).Is(201)["id"];
        (await server.Admin.PostAsync($"/v1/disputes/{dispute}/decisions", new { hours = "provider", note = "n" })).Is(201);
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(leg, start, 8);
        await server.CloseAsync(month);

        var invoice = await buyer.InvoiceAsync(month.Period());
        (await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/payments", new { amount = invoice["outstanding"], reference = "P" })).Is(201);
        var note = (await server.Admin.PostAsync(
            $"/v1/invoices/{invoice["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = invoice["lines[0].id"], amount = "1.00" } }, note = "n" })).Is(201)["id"];
        var claim = (await shop.Seller.ClaimAsync(scheme, month.AddMonths(1))).Is(201)["id"];
        (await scheme.Authority.PostAsync($"/v1/claims/{claim}/decisions")).Is(201);
        (await server.Admin.PostAsync($"/v1/claims/{claim}/payments", new { reference = "C" })).Is(201);
        var settlement = (await shop.Seller.SettlementAsync(month.Period()))["items[0].id"];
        (await server.Admin.PostAsync($"/v1/settlements/{settlement}/payments", new { reference = "S" })).Is(201);
        await server.MoveClockAsync(month.AddMonths(3));
        return new Dictionary<string, string>
        {
            ["order.placed"] = order["id"],
            ["order.cancelled"] = cancelled,
            ["leg.moved"] = leg,
            ["leg.ended"] = leg,
            ["dispute.opened"] = dispute,
            ["dispute.decided"] = dispute,
            ["invoice.issued"] = invoice["id"],
            ["invoice.paid"] = invoice["id"],
            ["credit_note.issued"] = note,
            ["voucher.issued"] = voucher,
            ["voucher.revoked"] = revoked,
            ["voucher.expired"] = voucher,
            ["claim.submitted"] = claim,
            ["claim.decided"] = claim,
            ["claim.paid"] = claim,
            ["settlement.made"] = settlement,
            ["settlement.paid"] = settlement,
        };
    }

    [Theory, EveryDatabase]
    public async Task What_isnt_taken_is_sent_again_until_it_is_dead_and_then_on_demand(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        await using var receiver = await Receiver.StartAsync();
        var (buyer, id) = await ToldAsync(server, receiver);
        receiver.Status = 500;

        for (var attempts = 1; attempts <= 10; attempts++)
        {
            await server.MoveClockAsync((await server.NowAsync()).AddHours(27));
            Assert.True(receiver.Got.Count >= attempts);
        }

        Assert.Equal(10, receiver.Got.Count);
        Assert.Single(receiver.Got.Select(message => message.Id).Distinct());
        var dead = (await buyer.GetAsync("/v1/webhook-deliveries")).Is(200);
        Assert.Equal(("dead", "10", "500"), (dead["items[0].status"], dead["items[0].attempts"], dead["items[0].lastAnswer"]));

        receiver.Status = 204;
        var resend = (await buyer.PostAsync($"/v1/webhook-deliveries/{dead["items[0].id"]}/resends")).Is(201);
        Assert.Equal("pending", resend["status"]);
        (await server.Admin.PostAsync(Job)).Is(200);
        Assert.Equal("delivered", (await buyer.GetAsync("/v1/webhook-deliveries")).Is(200)["items[0].status"]);

        // Rotated: both secrets sign. Gone: nothing more is sent. Deleted: nothing is left.
        var renewed = (await buyer.PostAsync($"/v1/webhooks/{id.Id}/rotations")).Is(201)["secret"];
        (await buyer.PostAsync($"/v1/webhook-deliveries/{dead["items[0].id"]}/resends")).Is(201);
        receiver.Status = 410;
        (await server.Admin.PostAsync(Job)).Is(200);
        Assert.True(receiver.Got.Last().IsSignedWith(renewed) && receiver.Got.Last().IsSignedWith(id.Secret));
        Assert.NotNull((await buyer.GetAsync("/v1/webhooks")).Is(200).Items()[0]["disabledAt"]);
        Assert.Equal("dead", (await buyer.GetAsync("/v1/webhook-deliveries")).Is(200)["items[0].status"]);
        Assert.Equal(204, (await buyer.DeleteAsync($"/v1/webhooks/{id.Id}")).Status);
        Assert.Empty((await buyer.GetAsync("/v1/webhook-deliveries")).Is(200).Items());
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task A_process_killed_between_the_change_and_the_sending_loses_nothing(DatabaseKind database)
    {
        var market = await servers.MakeDatabaseAsync(database);
        await using var receiver = await Receiver.StartAsync();
        DateTimeOffset now;
        await using (var server = await MarketplaceServer.StartAsync(market))
        {
            // Committed, and gone before any job looked.
            await ToldAsync(server, receiver);
            now = await server.NowAsync();
        }

        Assert.Empty(receiver.Got);
        receiver.Hang = true;
        await using (var process = await ApiProcess.StartAsync(
            market.Settings, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Sandbox__Enabled"] = "true", ["Role"] = "all" }))
        {
            // Killed while the receiver has the message and hasn't answered.
            using var admin = await SignInAsync(process);
            using var body = Party.Content($$"""{"now":"{{MarketSetup.Wire(now.AddSeconds(2))}}"}""", "application/json");
            var sending = admin.PutAsync("/v1/sandbox/clock", body);
            while (receiver.Got.IsEmpty)
            {
                Assert.False(sending.IsCompleted, "the clock was moved and nothing sent");
                await Task.Delay(20);
            }

            await process.KillAsync();
            await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        }

        receiver.Hang = false;
        var next = await servers.StartAsync(market);
        await next.MoveClockAsync(now.AddMinutes(5));
        Assert.Equal(2, receiver.Got.Count);
        Assert.Single(receiver.Got.Select(message => message.Id).Distinct());
        await using var db = market.Open();
        Assert.Equal("Delivered 2", string.Join(", ", (await db.WebhookDeliveries.ToListAsync()).Select(delivery => $"{delivery.State} {delivery.Attempts}")));
        Assert.False(await db.WebhookEvents.AnyAsync());
    }

    [Fact]
    public async Task Addresses_inside_are_refused_where_they_arent_allowed()
    {
        var server = await servers.FreshAsync(DatabaseKind.Sqlite, new Dictionary<string, string> { ["Webhooks:AllowPrivateAddresses"] = "false" });
        var buyer = await server.BuyerAsync();
        foreach (var url in (string[])["http://example.com/", "https://localhost/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://intern/", "https://u:p@example.com/", "ftp://example.com/", "x"])
        {
            (await buyer.PostAsync("/v1/webhooks", new { url })).Is(400, "validation");
        }

        (await buyer.PostAsync("/v1/webhooks", new { url = "https://example.com/", events = new[] { "order.lost" } })).Is(400, "validation");
        (await buyer.PostAsync("/v1/webhooks", new { url = "https://example.com/", events = Array.Empty<string>() })).Is(400, "validation");
        for (var i = 0; i < 10; i++)
        {
            (await buyer.PostAsync("/v1/webhooks", new { url = $"https://example.com/{i}" })).Is(201);
        }

        (await buyer.PostAsync("/v1/webhooks", new { url = "https://example.com/" })).Is(409, "webhook.too_many");
        var other = await server.BuyerAsync();
        var id = (await buyer.GetAsync("/v1/webhooks?limit=1")).Is(200)["items[0].id"];
        (await other.PostAsync($"/v1/webhooks/{id}/rotations")).Is(404, "not_found");
        (await other.DeleteAsync($"/v1/webhooks/{id}")).Is(404, "not_found");
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("2002:0a00:0001::", false)]
    [InlineData("64:ff9b::a00:1", false)]
    public void Addresses_set_apart_are_not_public(string address, bool expected) => Assert.Equal(expected, Infrastructure.Webhooks.PublicAddress.Is(IPAddress.Parse(address)));

    private static async Task<HttpClient> SignInAsync(ApiProcess process)
    {
        var http = new HttpClient { BaseAddress = process.Address };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "admin", ["client_secret"] = ApiProcess.AdminSecret });
        using var answer = await http.PostAsync("/connect/token", form);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await Answer.OfAsync(answer, null)).Is(200)["access_token"]);
        return http;
    }

    /// <summary>A buyer that is told of orders, and has placed one.</summary>
    private static async Task<(Party Buyer, (string Id, string Secret) Webhook)> ToldAsync(MarketplaceServer server, Receiver receiver)
    {
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync("1.00")).Is(201);
        var buyer = await server.BuyerAsync();
        var webhook = (await buyer.PostAsync("/v1/webhooks", new { url = receiver.Address("buyer"), events = new[] { "order.placed" } })).Is(201);
        await buyer.OrderAsync(capacity, 1, await server.TomorrowAsync(), 1);
        return (buyer, (webhook["id"], webhook["secret"]));
    }

    private sealed record Message(string Path, string Id, string Timestamp, string Signatures, string Body)
    {
        public JsonNode Json { get; } = JsonNode.Parse(Body)!;

        /// <summary>As a receiver checks it, from the words of the standard.</summary>
        public bool IsSignedWith(string secret)
        {
            using var hmac = new HMACSHA256(Convert.FromBase64String(secret[6..]));
            var expected = "v1," + Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.{Body}")));
            return Signatures.Split(' ').Contains(expected)
                && (DateTimeOffset.FromUnixTimeSeconds(long.Parse(Timestamp, CultureInfo.InvariantCulture)) - TimeProvider.System.GetUtcNow()).Duration() < TimeSpan.FromMinutes(5);
        }
    }

    private sealed class Receiver(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentQueue<Message> Got { get; } = new();

        public int Status { get; set; } = 200;

        public bool Hang { get; set; }

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var receiver = new Receiver(builder.Build());
            receiver.Map();
            await receiver.Start();
            return receiver;
        }

        public string Address(string path) => $"{app.Urls.First()}/{path}";

        public async ValueTask DisposeAsync() => await app.DisposeAsync();

        private Task Start() => app.StartAsync();

        private void Map() => app.MapPost("/{path}", async (string path, HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            var body = await reader.ReadToEndAsync();
            string Header(string name) => request.Headers[name].ToString();
            Got.Enqueue(new(path, Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), body));
            while (Hang)
            {
                await Task.Delay(20, request.HttpContext.RequestAborted);
            }

            return Results.StatusCode(Status);
        });
    }
}
