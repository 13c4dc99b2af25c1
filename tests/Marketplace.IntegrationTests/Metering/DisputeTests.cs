using System.Globalization;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>Hours that a buyer objects to are disputed until somebody, or the deadline, decides.</summary>
public sealed class DisputeTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Objected_hours_are_disputed_until_that_is_decided(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var metered = await Metered.MakeAsync(server, hours: 3);
        (await metered.SendAsync(metered.Event("r", 0, 180, cards: 8))).Is(200);
        Assert.Equal("false false false", await DisputedAsync(metered));
        var dispute = (await ObjectAsync(metered, hour: 1)).Is(201);
        Assert.Equal("open", dispute["status"]);
        Assert.Equal($"/v1/disputes/{dispute["id"]}", dispute.Headers["Location"]);
        Assert.Equal(metered.Start.AddHours(3), Instant(dispute, "to"));
        Assert.Equal(await server.NowAsync(), Instant(dispute, "decideBy").AddDays(-15));
        Assert.Equal("false true true", await DisputedAsync(metered));
        Assert.Equal("false true true", await DisputedAsync(metered, metered.Capacity.Provider));
        (await ObjectAsync(metered, hour: 0)).Is(409, "objection.exists");
        foreach (var party in new[] { metered.Buyer, metered.Capacity.Provider, server.Admin })
        {
            Assert.Equal(dispute["id"], (await party.GetAsync($"/v1/disputes?status=open&orderId={metered.OrderId}")).Is(200)["items[0].id"]);
            Assert.Empty((await party.GetAsync($"/v1/disputes?status=decided&orderId={metered.OrderId}")).Is(200).Items());
        }

        // Decided for the buyer they stay disputed, and the decision stands.
        var path = $"/v1/disputes/{dispute["id"]}/decisions";
        (await server.Admin.PostAsync(path, new { })).IsInvalid("hours", "note");
        (await metered.Buyer.PostAsync(path, new { hours = "buyer", note = "mine" })).Is(403, "forbidden");
        (await server.Admin.PostAsync("/v1/disputes/none/decisions", new { hours = "buyer", note = "x" })).Is(404, "not_found");
        var decided = (await server.Admin.PostAsync(path, new { hours = "buyer", note = "the logs say so" })).Is(201);
        Assert.Equal("decided buyer the logs say so", $"{decided["status"]} {decided["hours"]} {decided["note"]}");
        (await server.Admin.PostAsync(path, new { hours = "provider", note = "no" })).Is(409, "dispute.decided");
        Assert.Equal("false true true", await DisputedAsync(metered));
        Assert.Equal("dispute.decided", (await metered.Buyer.GetAsync($"/v1/audit/entries?subjectId={dispute["id"]}")).Is(200)["items[0].action"]);
        Assert.Empty(server.Faults);
    }

    [Theory, EveryDatabase]
    public async Task Undecided_at_its_deadline_a_dispute_follows_the_provider(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, new Dictionary<string, string> { ["Marketplace:DisputeDays"] = "3" });
        var metered = await Metered.MakeAsync(server, hours: 2);
        (await metered.SendAsync(metered.Event("r", 0, 120, cards: 8))).Is(200);
        var dispute = (await ObjectAsync(metered, hour: 0)).Is(201);
        Assert.Equal("true true", await DisputedAsync(metered));
        var deadline = (await server.NowAsync()).AddDays(3);
        await server.MoveClockAsync(deadline.AddMicroseconds(-1));
        Assert.Equal("open", (await metered.Buyer.GetAsync($"/v1/disputes/{dispute["id"]}")).Is(200)["status"]);
        await server.MoveClockAsync(deadline);
        var decided = (await metered.Buyer.GetAsync($"/v1/disputes/{dispute["id"]}")).Is(200);
        Assert.Equal("decided provider", $"{decided["status"]} {decided["hours"]}");
        Assert.Null(decided.Json!["note"]);
        Assert.Equal("false false", await DisputedAsync(metered));

        // Run again there is nothing left to decide.
        Assert.Empty((await server.Admin.PostAsync("/v1/jobs/decide-disputes/runs")).Is(200).Items());
        Assert.Single((await server.Admin.GetAsync($"/v1/audit/entries?subjectId={dispute["id"]}&action=dispute.decided")).Is(200).Items());
    }

    [Theory, EveryDatabase]
    public async Task An_objection_is_of_hours_that_have_begun_and_comes_in_time(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(shop.Capacity, 2, start, 48);
        var (leg, path) = (order["legs[0].id"], $"/v1/orders/{order["id"]}/legs/{order["legs[0].id"]}");
        Task<Answer> Object(DateTimeOffset from) => buyer.PostAsync(path + "/objections", new { reason = "no route to host", from = MarketSetup.Wire(from) });
        (await Object(start)).Is(409, "objection.not_started");
        (await shop.Seller.PutAsync(path + "/delivery", new { from = MarketSetup.Wire(start.AddHours(2)) })).Is(200);
        await server.MoveClockAsync(start.AddHours(3));
        (await Object(start.AddHours(-1))).Is(422, "objection.outside_leg");
        (await Object(start.AddHours(48))).Is(422, "objection.outside_leg");
        (await Object(start.AddHours(4))).Is(409, "objection.not_started");
        (await buyer.PostAsync(path + "/objections", new { from = MarketSetup.Wire(start.AddMinutes(1)) })).IsInvalid("reason", "from");

        // Handed over an hour after it was declared: the day runs from there, and new access doesn't begin it anew.
        (await shop.Seller.PutAsync(path + "/delivery", new { access = "in" })).Is(200);
        await server.MoveClockAsync(start.AddHours(20));
        (await shop.Seller.PutAsync(path + "/delivery", new { access = "in again" })).Is(200);
        await server.MoveClockAsync(start.AddHours(27).AddMicroseconds(1));
        (await Object(start)).Is(409, "objection.too_late");
        Assert.Empty((await buyer.GetAsync($"/v1/disputes?orderId={order["id"]}")).Is(200).Items());
        Assert.Equal(leg, (await buyer.GetAsync(path + "/delivery")).Is(200)["legId"]);
    }

    [Theory, EveryDatabase]
    public async Task Up_to_the_last_instant_an_objection_is_taken(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, new Dictionary<string, string> { ["Marketplace:ObjectionHours"] = "2" });
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(shop.Capacity, 2, start, 1);
        await server.MoveClockAsync(start.AddHours(2));
        var path = $"/v1/orders/{order["id"]}/legs/{order["legs[0].id"]}/objections";
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => buyer.PostAsync(path, new { reason = "x", from = MarketSetup.Wire(start) })));
        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(409, "objection.exists"));
    }

    [Theory, EveryDatabase]
    public async Task Disputes_are_their_parties_business(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var metered = await Metered.MakeAsync(server, hours: 1);
        var path = $"/v1/orders/{metered.OrderId}/legs/{metered.Legs[0]}/objections";
        var body = new { reason = "x", from = MarketSetup.Wire(metered.Start) };
        (await (await server.BuyerAsync()).PostAsync(path, body)).Is(404, "not_found");
        (await metered.Capacity.Provider.PostAsync(path, body)).Is(403, "forbidden");
        var dispute = (await metered.Buyer.PostAsync(path, body)).Is(201)["id"];
        foreach (var stranger in new[] { await server.BuyerAsync(), await server.ProviderAsync() })
        {
            (await stranger.GetAsync($"/v1/disputes/{dispute}")).Is(404, "not_found");
            Assert.Empty((await stranger.GetAsync("/v1/disputes")).Is(200).Items());
        }

        var next = await server.TomorrowAsync();
        var order = await metered.Buyer.OrderAsync(metered.Capacity, 1, next, 1);
        (await metered.Buyer.PostAsync($"/v1/orders/{order["id"]}/cancel")).Is(200);
        (await metered.Buyer.PostAsync($"/v1/orders/{order["id"]}/legs/{order["legs[0].id"]}/objections", new { reason = "x", from = MarketSetup.Wire(next) })).Is(409, "order.cancelled");
    }

    private static Task<Answer> ObjectAsync(Metered metered, int hour) => metered.Buyer.PostAsync(
        $"/v1/orders/{metered.OrderId}/legs/{metered.Legs[0]}/objections", new { reason = "the cards are slow", from = MarketSetup.Wire(metered.Start.AddHours(hour)) });

    private static async Task<string> DisputedAsync(Metered metered, Party? reader = null) => string.Join(
        ' ', (await (reader ?? metered.Buyer).GetAsync($"/v1/orders/{metered.OrderId}/usage")).Is(200).Items().Select(hour => hour["disputed"]!.ToJsonString()));

    private static DateTimeOffset Instant(Answer answer, string name) => DateTimeOffset.Parse(answer[name], CultureInfo.InvariantCulture);
}
