using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Ledger;

/// <summary>
/// A few hundred random operations in one market. A second ledger, which knows nothing but what the API answered, must come
/// to the same trial balance, and to the same balances of every buyer and voucher.
/// </summary>
public sealed class LedgerPropertyTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int Months = 4;
    private static readonly string[] Wanted = ["order over a month's end", "withdrawal done"];

    [Theory, EveryDatabase]
    public async Task An_independent_ledger_agrees_whatever_is_done(DatabaseKind database)
    {
        var seed = Seed.Next();
        var server = await servers.FreshAsync(database);
        var history = new LedgerHistory(server, new(seed));
        try
        {
            await history.BeginAsync();
            for (var month = 0; month < Months || (month < 3 * Months && !Wanted.All(history.Done.ContainsKey)); month++)
            {
                await history.MonthAsync();
            }

            await server.BooksHoldAsync([.. history.Months]);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new Xunit.Sdk.XunitException($"MARKETPLACE_SEED={seed}", failure);
        }

        output.WriteLine($"seed {seed}: {string.Join(", ", history.Done.Select(pair => $"{pair.Key} {pair.Value}"))}");

        // Without these the sequence would prove little.
        Assert.True(history.Ledger.Invoices > 3 && history.Ledger.Credits > 0, $"seed {seed}: {history.Ledger.Invoices} invoices, {history.Ledger.Credits} credit notes");
        Assert.All(Wanted, what => Assert.Contains(what, history.Done.Keys));
    }
}
