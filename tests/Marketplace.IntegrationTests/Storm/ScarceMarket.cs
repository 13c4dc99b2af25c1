using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>
/// Sixteen cards in quarters, and as many buyers with money for some of them only. A programme pays a third; its budget is for fewer
/// vouchers than are asked of it at once.
/// </summary>
internal static class ScarceMarket
{
    private const int Buyers = 16;
    private const int Vouchers = 12;

    public static async Task<(string Model, IReadOnlyList<Party> Buyers)> OpenAsync(MarketplaceServer server, DateTimeOffset start)
    {
        var capacity = await server.CapacityAsync(nodes: 4, cards: 4);
        (await capacity.ListAsync("9.99", from: start.AddDays(-1), to: start.AddDays(2), sliceMilli: 250, product: "reserved")).Is(201);
        var buyers = new List<Party>();
        for (var i = 0; i < Buyers; i++)
        {
            buyers.Add(await server.BuyerAsync("300.00"));
        }

        await GrantAsync(server, buyers);
        return (capacity.Model, buyers);
    }

    private static async Task GrantAsync(MarketplaceServer server, List<Party> buyers)
    {
        var authority = await server.OrganizationAsync("authority");
        (await server.Admin.PostAsync("/v1/programmes", new
        {
            code = "storm",
            name = "storm",
            authorityId = authority.Id,
            budget = $"{Vouchers * 100}.00",
            rules = new
            {
                mode = "deduct",
                payee = "seller",
                applicant = new { kinds = new[] { "enterprise" } },
                rates = new[] { new { ratio = "0.333333" } },
                validity = new { months = 12 },
                stacking = new { policy = "stack" },
                relatedParties = "forbid",
                resale = "release",
            },
        })).Is(201);
        var granted = await Task.WhenAll(buyers.Select(buyer => server.Admin.PostAsync("/v1/programmes/storm/vouchers", new { organizationId = buyer.Id, amount = "100.00" })));
        Assert.Equal(Vouchers, granted.Count(answer => answer.Status == 201));
        Assert.All(granted.Where(answer => answer.Status != 201), answer => answer.Is(422, "programme.exhausted"));
    }
}

/// <summary>A client for each process.</summary>
internal sealed class Clients(IEnumerable<Uri> addresses) : IDisposable
{
    public IReadOnlyList<HttpClient> All { get; } = [.. addresses.Select(address => new HttpClient { BaseAddress = address })];

    public void Dispose()
    {
        foreach (var client in All)
        {
            client.Dispose();
        }
    }
}
