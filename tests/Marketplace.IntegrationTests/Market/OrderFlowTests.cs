using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>Listing, quote, order, cancel: with the figures that stand at each step.</summary>
public sealed class OrderFlowTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task From_a_listing_to_an_order_and_back(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync(nodes: 2, cards: 8);
        var listing = (await capacity.ListAsync("10.00", offPeak: new { fromHour = 22, toHour = 8, factor = "0.5" })).Is(201);
        Assert.Equal("16", listing["cards"]);
        Assert.Equal($"/v1/listings/{listing["id"]}", listing.Headers["Location"]);
        var buyer = await server.BuyerAsync("10000.00");
        var evening = await server.TomorrowAsync(hours: 20);

        // Ten cards over two nodes, 20:00 to 10:00: four hours at 10, ten at 5.
        var quote = (await buyer.QuoteAsync(capacity, cards: 10, evening, hours: 14)).Is(201);
        Assert.Equal("900.00", quote["total"]);
        Assert.Equal("900.00", quote["payable"]);
        Assert.Equal("0.00", quote["publicMoney"]);
        Assert.Equal("open", quote["status"]);
        Assert.Equal(["720.00", "180.00"], quote.Items("legs").Select(leg => leg["amount"]!.GetValue<string>()));
        Assert.Equal([8, 2], quote.Items("legs").Select(leg => leg["cards"]!.GetValue<int>()));
        Assert.Equal("10000.00 0.00 10000.00", await buyer.BalanceAsync());

        var order = (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(201);
        Assert.Equal($"/v1/orders/{order["id"]}", order.Headers["Location"]);
        Assert.Equal("confirmed", order["status"]);
        Assert.Equal("900.00", order["total"]);
        Assert.Equal("900.00", order["depositHeld"]);
        Assert.Equal(quote.Items("legs").Select(leg => leg["id"]!.GetValue<string>()), order.Items("legs").Select(leg => leg["id"]!.GetValue<string>()));
        Assert.Equal("10000.00 900.00 9100.00", await buyer.BalanceAsync());
        Assert.Equal("used", (await buyer.GetAsync($"/v1/quotes/{quote["id"]}")).Is(200)["status"]);

        // Six cards are left then, and all sixteen after.
        var full = (await buyer.QuoteAsync(capacity, cards: 7, evening, hours: 1)).Is(200);
        Assert.Equal("unfillable", full["status"]);
        Assert.Equal("sold_out", full["reasons[0].code"]);
        (await buyer.QuoteAsync(capacity, cards: 6, evening, hours: 1)).Is(201);
        (await buyer.QuoteAsync(capacity, cards: 16, evening.AddHours(14), hours: 1)).Is(201);

        var cancelled = (await buyer.PostAsync($"/v1/orders/{order["id"]}/cancel")).Is(200);
        Assert.Equal("cancelled", cancelled["status"]);
        Assert.Equal("0.00", cancelled["depositHeld"]);
        Assert.Equal("10000.00 0.00 10000.00", await buyer.BalanceAsync());
        (await buyer.PostAsync($"/v1/orders/{order["id"]}/cancel")).Is(409, "order.cancelled");
        (await buyer.QuoteAsync(capacity, cards: 16, evening, hours: 14)).Is(201);
        await using var db = server.Database.Open();
        Assert.Equal(0, await db.Reservations.CountAsync(reservation => db.Legs.Any(leg => leg.Id == reservation.LegId && leg.Accelerator == capacity.Model)));
        Assert.Empty(server.Faults);
    }
}
