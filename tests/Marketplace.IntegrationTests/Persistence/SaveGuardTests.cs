using Marketplace.Domain.Audit;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Persistence;

/// <summary>What no handler may save, even by mistake.</summary>
public sealed class SaveGuardTests(Servers servers) : IClassFixture<Servers>
{
    private static readonly DateTimeOffset Now = MarketplaceServer.Start;

    [Theory, EveryDatabase]
    public async Task A_change_of_money_or_capacity_needs_an_audit_entry(DatabaseKind database)
    {
        await using var db = await OpenAsync(database);
        (await db.BuyerAccounts.FirstAsync()).Receive(Money.Parse("1.00"));
        await RefusedAsync(db, "audit entry");
        (await db.Nodes.FirstAsync()).Touch();
        await RefusedAsync(db, "audit entry");
        db.Reservations.Remove(await db.Reservations.FirstAsync());
        await RefusedAsync(db, "audit entry");
        (await db.BuyerAccounts.FirstAsync()).Receive(Money.Parse("1.00"));
        db.AuditEntries.Add(Entry());
        await db.SaveChangesAsync();
    }

    [Theory, EveryDatabase]
    public async Task An_entry_of_the_journal_balances_in_each_asset(DatabaseKind database)
    {
        await using var db = await OpenAsync(database);
        var party = Guid.NewGuid();
        Guid? none = null;
        JournalEntry Unbalanced(string reference)
        {
            var entry = JournalEntry.For("test", reference, Now).Move(Asset.Cny, Money.Parse("1.00"), (Accounts.CustodyCash, none), (Accounts.BuyerDeposit, party));
            db.Add(entry);
            db.AuditEntries.Add(Entry());
            return entry;
        }

        var first = Unbalanced("one side");
        typeof(Posting).GetProperty(nameof(Posting.Amount))!.SetValue(first.Postings[0], Money.Parse("1.01"));
        await RefusedAsync(db, "balance");
        var second = Unbalanced("two assets");
        typeof(Posting).GetProperty(nameof(Posting.Asset))!.SetValue(second.Postings[0], Asset.Vouchers("p"));
        await RefusedAsync(db, "balance");
        Unbalanced("in order");
        await db.SaveChangesAsync();
    }

    [Theory, EveryDatabase]
    public async Task What_is_only_ever_added_is_neither_changed_nor_removed(DatabaseKind database)
    {
        await using var db = await OpenAsync(database);
        foreach (var make in new Func<Task<object>>[]
        {
            async () => await db.Postings.FirstAsync(),
            async () => await db.JournalEntries.FirstAsync(),
            async () => await db.BankTransfers.FirstAsync(),
            async () => await db.AuditEntries.FirstAsync(),
        })
        {
            db.Remove(await make());
            db.AuditEntries.Add(Entry());
            await RefusedAsync(db, "only ever added");
            db.Entry(await make()).State = EntityState.Modified;
            db.AuditEntries.Add(Entry());
            await RefusedAsync(db, "only ever added");
        }

        // Sealing is the one change of an audit entry.
        (await db.AuditEntries.FirstAsync()).SealNumber = 1;
        await db.SaveChangesAsync();
    }

    private async Task<MarketplaceDbContext> OpenAsync(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync()).Is(201);
        await (await server.BuyerAsync()).OrderAsync(capacity, 1, await server.TomorrowAsync(), 1);
        return server.Database.Open();
    }

    private static AuditEntry Entry() => new()
    {
        Id = Id<AuditEntry>.New(Now),
        At = Now,
        Actor = "test",
        Action = "test",
        SubjectType = "test",
        SubjectId = "test",
        Details = "{}",
    };

    private static async Task RefusedAsync(MarketplaceDbContext db, string why)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        db.ChangeTracker.Clear();
    }
}
