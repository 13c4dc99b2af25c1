using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Organizations;

public sealed class NameTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Sellers_and_centres_have_names_for_everybody_and_enterprises_for_who_deals_with_them(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var (buyer, stranger) = (await server.BuyerAsync(), await server.BuyerAsync());
        var ids = $"/v1/names?id={capacity.Provider.Id}&id={capacity.CenterId}&id={buyer.Id}&id=nothing";
        Assert.Equal(2, Count(await stranger.GetAsync(ids)));
        Assert.Equal(2, Count(await capacity.Provider.GetAsync(ids)));
        Assert.Equal(3, Count(await buyer.GetAsync(ids)));
        Assert.Equal(3, Count(await server.Admin.GetAsync(ids)));

        // A contract makes them known to each other, and to nobody else.
        (await buyer.OrderAsync(capacity, 1, await server.TomorrowAsync(), 1)).Is(201);
        Assert.Equal(3, Count(await capacity.Provider.GetAsync(ids)));
        Assert.Equal(2, Count(await stranger.GetAsync(ids)));
    }

    [Theory, EveryDatabase]
    public async Task Ids_are_asked_for_within_bounds(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        (await server.Admin.GetAsync("/v1/names")).IsInvalid("id");
        (await server.Admin.GetAsync("/v1/names?" + string.Join('&', Enumerable.Repeat("id=x", 101)))).IsInvalid("id");
    }

    [Theory, EveryDatabase]
    public async Task Orders_are_found_by_how_they_stand(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        (await buyer.OrderAsync(capacity, 1, start, 2)).Is(201);
        var cancelled = (await buyer.OrderAsync(capacity, 1, start, 2)).Is(201)["id"];
        (await buyer.PostAsync($"/v1/orders/{cancelled}/cancel")).Is(200);
        await AssertAsync("confirmed", "cancelled");
        await server.MoveClockAsync(start.AddHours(1));
        await AssertAsync("running", "cancelled");
        await server.MoveClockAsync(start.AddHours(2));
        await AssertAsync("completed", "cancelled");

        async Task AssertAsync(params string[] expected)
        {
            foreach (var status in new[] { "confirmed", "running", "completed", "cancelled" })
            {
                var found = (await buyer.GetAsync($"/v1/orders?status={status}")).Is(200).Json!["items"]!.AsArray();
                Assert.Equal(expected.Contains(status) ? [status] : [], found.Select(order => order!["status"]!.GetValue<string>()));
            }
        }
    }

    private static int Count(Answer answer) => answer.Is(200).Json!["items"]!.AsArray().Count;
}
