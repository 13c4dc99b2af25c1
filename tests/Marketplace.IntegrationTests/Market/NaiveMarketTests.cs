using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

/// <summary>
/// A random history of listings, orders, cancellations, resales and withdrawn nodes, in the product over HTTP and in a naive market beside it. At
/// every step they agree on what can be had, what it costs at least before rounding, what is refused, and who holds which card.
/// </summary>
public sealed class NaiveMarketTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int Steps = 260;
    private static readonly string[] Wanted = ["quote 201", "quote 200", "order 201", "cancel 200", "resale 201", "bought of a holder", "sold cards withdrawn"];

    [Theory, EveryDatabase]
    public async Task The_market_does_as_a_naive_one_does(DatabaseKind database)
    {
        var seed = Seed.Next();
        var history = new MarketHistory(await servers.FreshAsync(database), new(seed));
        try
        {
            await history.BeginAsync();
            for (var step = 0; step < Steps || (step < 3 * Steps && !Wanted.All(history.Outcomes.ContainsKey)); step++)
            {
                await history.StepAsync();
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new Xunit.Sdk.XunitException($"MARKETPLACE_SEED={seed}, after:\n{string.Join('\n', history.Told.TakeLast(12))}", failure);
        }

        output.WriteLine($"seed {seed}: {string.Join(", ", history.Outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal).Select(outcome => $"{outcome.Key} {outcome.Value}"))}");

        // It was a history: each of these came.
        Assert.All(Wanted, outcome => Assert.Contains(outcome, history.Outcomes.Keys));
        await history.Server.BooksHoldAsync();
    }
}
