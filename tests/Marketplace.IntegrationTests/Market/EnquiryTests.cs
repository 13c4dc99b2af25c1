using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>Every demand that a quote is asked for is known, filled or not, for two years.</summary>
public sealed class EnquiryTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task What_is_asked_for_is_recorded_with_what_came_of_it(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        var buyer = await server.BuyerAsync();
        var start = await server.TomorrowAsync();
        var quote = (await buyer.QuoteAsync(capacity, 2, start, 3)).Is(201)["id"];
        (await buyer.QuoteAsync(capacity, 9, start, 1)).Is(200);
        (await buyer.QuoteAsync(capacity, 0, start, 1)).Is(400);

        // A request that is repeated is one that was asked once.
        var body = new { accelerators = new[] { capacity.Model }, cards = 1, hours = 1, from = MarketSetup.Wire(start), workload = "other" };
        var first = (await buyer.PostAsync("/v1/quotes", body, key: "once")).Is(201)["id"];
        Assert.True((await buyer.PostAsync("/v1/quotes", body, key: "once")).Is(201).Replayed);
        await using var db = server.Database.Open();
        var me = Id<Organization>.Parse(buyer.Id);
        var enquiries = await db.Enquiries.Where(enquiry => enquiry.BuyerId == me).OrderBy(enquiry => enquiry.Id).ToListAsync();
        Assert.Equal(
            [$"2 {quote} ", "9  sold_out", $"1 {first} "], enquiries.Select(enquiry => $"{enquiry.Demand.Cards} {enquiry.QuoteId} {enquiry.UnfillableReason}"));
        Assert.Equal(3, enquiries[0].Demand.Hours);

        // Quotes are forgotten after a week, what was asked for after two years.
        var asked = await server.NowAsync();
        await server.MoveClockAsync(asked.AddDays(700));
        Assert.Equal(0, await db.Quotes.CountAsync());
        Assert.Equal(3, await db.Enquiries.CountAsync());
        await server.MoveClockAsync(asked.AddDays(733));
        Assert.Equal(0, await db.Enquiries.CountAsync());
        Assert.Empty(server.Faults);
    }
}
