using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Storm;

/// <summary>Sixteen cards in quarters, and as many buyers with money for some of them only.</summary>
internal static class ScarceMarket
{
    private const int Buyers = 16;

    public static async Task<(string Model, IReadOnlyList<Party> Buyers)> OpenAsync(MarketplaceServer server, DateTimeOffset start)
    {
        var capacity = await server.CapacityAsync(nodes: 4, cards: 4);
        (await capacity.ListAsync("9.99", from: start.AddDays(-1), to: start.AddDays(2), sliceMilli: 250, product: "reserved")).Is(201);
        var buyers = new List<Party>();
        for (var i = 0; i < Buyers; i++)
        {
            buyers.Add(await server.BuyerAsync("300.00"));
        }

        return (capacity.Model, buyers);
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
