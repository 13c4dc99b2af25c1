using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.IntegrationTests.Market;

/// <summary>How a centre delivers what it sells, from what its meters said.</summary>
public sealed class ReliabilityTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_centre_is_judged_by_down_readings_orders_and_disputes(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync());
        var path = $"/v1/centers/{shop.Capacity.CenterId}/reliability";
        var unknown = (await buyer.GetAsync(path)).Is(200);
        Assert.Null(unknown.Json!["availability"]);
        Assert.Empty(unknown.Items("months"));

        // Across the month's end: ten hours in each of the two months, of which one and three are down.
        var edge = await server.NextMonthAsync();
        var order = await buyer.OrderAsync(shop.Capacity, 4, edge.AddHours(-10), 20);
        var gone = await buyer.OrderAsync(shop.Capacity, 4, edge.AddHours(-10), 20);
        (await buyer.PostAsync($"/v1/orders/{gone["id"]}/cancel")).Is(200);
        await server.MoveClockAsync(edge.AddHours(-5));
        await shop.UseAsync(order["legs[0].id"], edge.AddHours(-10), 1, cards: 4, status: "down");
        Assert.Equal("0.80 0.80 0 0", await MonthAsync(0));
        await server.MoveClockAsync(edge.AddHours(10));
        await shop.UseAsync(order["legs[0].id"], edge, 2, cards: 4, status: "down");
        await shop.UseAsync(order["legs[0].id"], edge.AddHours(2), 2, cards: 2, status: "down");
        var dispute = (await buyer.PostAsync($"/v1/orders/{order["id"]}/legs/{order["legs[0].id"]}/objections", new { reason = "down", from = MarketSetup.Wire(edge) })).Is(201)["id"];
        Assert.Equal("0.80 0.70 1 0", await MonthAsync(0));
        (await server.Admin.PostAsync($"/v1/disputes/{dispute}/decisions", new { hours = "buyer", note = "it was" })).Is(201);
        Assert.Equal("0.80 0.70 1 1", await MonthAsync(0));
        Assert.Equal("0.80 0.90 0 0", await MonthAsync(1));
        (await shop.Seller.GetAsync(path)).Is(200);
        (await buyer.GetAsync("/v1/centers/none/reliability")).Is(404, "not_found");
        (await server.Nobody.GetAsync(path)).Is(401);

        // Half a year on, the matcher is told of the later month only; later still, of none.
        Assert.Equal("0.80", await JudgedAsync(server, shop));
        await server.MoveClockAsync(edge.AddMonths(5).AddDays(1));
        Assert.Equal("0.70", await JudgedAsync(server, shop));
        await server.MoveClockAsync(edge.AddMonths(6).AddDays(1));
        Assert.Equal("", await JudgedAsync(server, shop));
        Assert.Equal(2, (await buyer.GetAsync(path)).Is(200).Items("months").Count);

        async Task<string> MonthAsync(int i)
        {
            var seen = (await buyer.GetAsync(path)).Is(200);
            Assert.Equal(edge.AddMonths(seen.Items("months").Count - 2 - i).Period(), seen[$"months[{i}].month"]);
            return $"{seen["availability"]} {seen[$"months[{i}].availability"]} {seen[$"months[{i}].ordersCompleted"]} {seen[$"months[{i}].disputesLost"]}";
        }
    }

    /// <summary>What <see cref="CenterAvailability"/> tells of the shop's centre, asked for it and for all.</summary>
    private static async Task<string> JudgedAsync(MarketplaceServer server, Shop shop)
    {
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = Caller.System;
        var center = Id<Center>.Parse(shop.Capacity.CenterId);
        var availability = scope.ServiceProvider.GetRequiredService<CenterAvailability>();
        var one = await availability.ReadAsync([center], CancellationToken.None);
        var all = await availability.ReadAsync(null, CancellationToken.None);
        Assert.Equal(one.GetValueOrDefault(center), all.GetValueOrDefault(center));
        return one.TryGetValue(center, out var ratio) ? ratio.ToString() : "";
    }
}
