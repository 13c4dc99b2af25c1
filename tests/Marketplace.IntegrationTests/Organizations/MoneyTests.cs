using Marketplace.Domain.Ledger;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Organizations;

/// <summary>Deposits and withdrawals, counted once by the bank's reference.</summary>
public sealed class MoneyTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_reference_counts_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (buyer, other) = (await server.OrganizationAsync("enterprise"), await server.OrganizationAsync("enterprise"));
        Task<Answer> Deposit(Party party, string amount, string reference) => server.Admin.PostAsync($"/v1/organizations/{party.Id}/deposits", new { amount, reference });

        var first = (await Deposit(buyer, "1000.00", "B-1")).Is(201);
        var again = (await Deposit(buyer, "1000.00", "B-1")).Is(201);
        Assert.Equal(first["id"], again["id"]);
        Assert.Equal(first.Text, again.Text);
        (await Deposit(buyer, "1000.01", "B-1")).Is(409, "deposit.reference");
        (await Deposit(other, "5.00", "B-1")).Is(201);
        (await Deposit(buyer, "0.50", "B-2")).Is(201);
        Assert.Equal("1000.50 0.00 1000.50", await buyer.BalanceAsync());
        Assert.Equal("5.00 0.00 5.00", await other.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task A_reference_counts_once_however_many_ask_at_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.OrganizationAsync("enterprise");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = "7.00", reference = "same" })));
        Assert.Single(answers.Select(answer => answer.Is(201)["id"]).Distinct());
        Assert.Equal("7.00 0.00 7.00", await buyer.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task What_is_held_or_was_never_there_is_not_withdrawn(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync("100.00");
        Task<Answer> Withdraw(string amount, string reference) => server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/withdrawals", new { amount, reference });
        var first = (await Withdraw("30.00", "out-1")).Is(201);
        Assert.Equal(first["id"], (await Withdraw("30.00", "out-1")).Is(201)["id"]);
        (await Withdraw("31.00", "out-1")).Is(409, "deposit.reference");
        (await Withdraw("70.01", "out-2")).Is(422, "funds.insufficient");
        Assert.Equal("70.00 0.00 70.00", await buyer.BalanceAsync());
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync("10.00")).Is(201);
        await buyer.OrderAsync(capacity, 1, await server.TomorrowAsync(), 4);
        (await Withdraw("30.01", "out-3")).Is(422, "funds.insufficient");
        (await Withdraw("30.00", "out-3")).Is(201);
        Assert.Equal("40.00 40.00 0.00", await buyer.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task The_books_say_what_the_balance_says(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync("500.00");
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync("10.00")).Is(201);
        var start = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(capacity, 2, start, 3);
        await buyer.OrderAsync(capacity, 1, start, 3);
        (await buyer.PostAsync($"/v1/orders/{order["id"]}/cancel")).Is(200);
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/withdrawals", new { amount = "20.00", reference = "out" })).Is(201);

        await using var db = server.Database.Open();
        var party = Guid.ParseExact(buyer.Id, "N");
        var postings = await db.Postings.AsNoTracking().ToListAsync();
        long Balance(string account) => postings.Where(posting => posting.Account == account && posting.PartyId == party).Sum(posting => -posting.Amount.Fen);
        Assert.Equal(450_00, Balance(Accounts.BuyerDeposit));
        Assert.Equal(30_00, Balance(Accounts.BuyerHeld));
        Assert.All(postings.GroupBy(posting => (posting.EntryId, posting.Asset)), entry => Assert.Equal(0, entry.Sum(posting => posting.Amount.Fen)));
        Assert.Equal("480.00 30.00 450.00", await buyer.BalanceAsync());
    }

    [Theory, EveryDatabase]
    public async Task An_organization_is_registered_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var body = new { name = "once", kind = "enterprise", creditCode = MarketSetup.NewCreditCode(), regionCode = "330100", establishedOn = "2015-01-01" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.Admin.PostAsync("/v1/organizations", body)));
        Assert.Equal(1, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(409, "organization.exists"));
    }
}
