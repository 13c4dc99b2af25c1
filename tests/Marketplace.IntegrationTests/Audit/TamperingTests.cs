using Marketplace.Application.Billing;
using Marketplace.Domain.Audit;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Vouchers;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Audit;

/// <summary>
/// Rows changed by hand, past the product: each is found by verification, under the name of the invariant that it breaks, and
/// once it is undone everything holds again.
/// </summary>
public sealed class TamperingTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task What_is_changed_by_hand_is_found(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var deal = await Deal.MakeAsync(server);
        (await deal.CreditAsync("100.00")).Is(201);
        var claim = (await deal.ClaimAsync()).Is(201);
        (await deal.DecideAsync(claim)).Is(201);
        (await deal.PayAsync(claim)).Is(201);
        (await server.Admin.PostAsync($"/v1/settlements/{(await deal.Seller.SettlementAsync(deal.Month.Period()))["items[0].id"]}/payments", new { reference = "S" })).Is(201);

        // An order that is still ahead: two cards of a node at the same time.
        var shop = await server.ShopAsync(cards: 2);
        var ahead = (await server.NextMonthAsync()).AddDays(1);
        await deal.Buyer.BuyAsync(shop, 1, ahead, 2);
        var leg = Id<Domain.Market.Leg>.Parse((await deal.Buyer.BuyAsync(shop, 1, ahead, 2))["legs[0].id"]);
        await server.MoveClockAsync((await server.NowAsync()).AddHours(2));
        await server.BooksHoldAsync(deal.Month.Period());

        Task Found(string change, string undo, params string[] invariants) => FoundAsync(server, change, undo, invariants);

        // Invoices, and what they rest on.
        await Found("UPDATE invoice_lines SET amount = amount + 1, net = net + 1", "UPDATE invoice_lines SET amount = amount - 1, net = net - 1", "invoices.unchanged", "billing.is_a_function");
        await Found("UPDATE invoice_lines SET payable = payable - 1", "UPDATE invoice_lines SET payable = payable + 1", "invoices.unchanged", "billing.is_a_function");
        await Found("UPDATE invoices SET number = '2026-000009'", "UPDATE invoices SET number = '2026-000001'", "invoices.unchanged", "billing.is_a_function");
        await Found("UPDATE readings SET cards = cards - 1", "UPDATE readings SET cards = cards + 1", "readings.count_once", "readings.as_accepted", "billing.is_a_function");
        await Found("UPDATE readings SET energy_milli_wh = 1", "UPDATE readings SET energy_milli_wh = NULL", "readings.as_accepted");
        await Found("CREATE TABLE kept AS SELECT * FROM readings; DELETE FROM readings", "INSERT INTO readings SELECT * FROM kept; DROP TABLE kept", "readings.count_once", "readings.as_accepted", "billing.is_a_function");
        await Found("CREATE TABLE kept AS SELECT * FROM readings; UPDATE kept SET event_id = event_id || ' added', usage_version = 0, cards = 0; INSERT INTO readings SELECT * FROM kept", "DELETE FROM readings WHERE event_id LIKE '% added'; DROP TABLE kept", "readings.count_once", "readings.as_accepted");
        await Found("UPDATE readings SET replaced_at_version = 1", "UPDATE readings SET replaced_at_version = NULL", "readings.count_once", "readings.as_accepted", "billing.is_a_function");
        await Found("UPDATE usage_hours SET busy = busy - 1", "UPDATE usage_hours SET busy = busy + 1", "readings.count_once");
        await Found("UPDATE legs SET price_per_card_hour = price_per_card_hour + 1", "UPDATE legs SET price_per_card_hour = price_per_card_hour - 1", "billing.is_a_function");
        await Found("UPDATE programme_versions SET rules = replace(rules, '0.30', '0.29')", "UPDATE programme_versions SET rules = replace(rules, '0.29', '0.30')", "billing.is_a_function");
        await Found("UPDATE number_series SET last = last + 1", "UPDATE number_series SET last = last - 1", "invoices.unchanged");

        // Contracts.
        await Found("UPDATE contracts SET text = replace(text, 'CNY', 'USD')", "UPDATE contracts SET text = replace(text, 'USD', 'CNY')", "contracts.stand");
        await Found("CREATE TABLE kept AS SELECT * FROM contracts; DELETE FROM contracts", "INSERT INTO contracts SELECT * FROM kept; DROP TABLE kept", "contracts.stand");

        // Money.
        await Found("UPDATE postings SET amount = amount + 1 WHERE account = 'buyer.deposit'", "UPDATE postings SET amount = amount - 1 WHERE account = 'buyer.deposit'", "journal.balanced", "buyers.accounts");
        await Found("UPDATE postings SET account = 'buyer.lent' WHERE account = 'buyer.deposit'", "UPDATE postings SET account = 'buyer.deposit' WHERE account = 'buyer.lent'", "buyers.accounts");
        await Found("UPDATE postings SET account = 'voucher.held' WHERE account = 'voucher.paid'", "UPDATE postings SET account = 'voucher.paid' WHERE account = 'voucher.held' AND entry_id IN (SELECT id FROM journal_entries WHERE event = 'claim.paid')", "vouchers.balanced");
        await Found("UPDATE buyer_accounts SET deposit = deposit + 1", "UPDATE buyer_accounts SET deposit = deposit - 1", "buyers.accounts");
        await Found("UPDATE legs SET deposit_held = deposit_held + 1", "UPDATE legs SET deposit_held = deposit_held - 1", "buyers.accounts", "holds.released");
        await Found("UPDATE settlements SET gross = gross + 1, commission = commission + 1", "UPDATE settlements SET gross = gross - 1, commission = commission - 1", "jobs.effect_once", "platform.accounts");
        await Found("UPDATE settlements SET paid_at = NULL", "UPDATE settlements SET paid_at = at", "sellers.accounts", "platform.accounts");
        await Found("UPDATE redemptions SET paid = paid - 1", "UPDATE redemptions SET paid = paid + 1", "authorities.accounts", "platform.accounts");

        // Balanced, and put where it doesn't belong.
        await Found(Booked("deposit.received", "custody.cash", "platform.commission"), Booked("deposit.received", "platform.commission", "custody.cash"), "platform.accounts");
        await Found(Booked("settlement.made", "seller.programme_due", "seller.unsettled_too"), Booked("settlement.made", "seller.unsettled_too", "seller.programme_due"), "sellers.accounts");
        await Found(Booked("credit_note.issued", "seller.unsettled", "seller.payable"), Booked("credit_note.issued", "seller.payable", "seller.unsettled"), "sellers.accounts");
        await Found(Booked("claim.paid", "authority.receivable", "authority.forgiven"), Booked("claim.paid", "authority.forgiven", "authority.receivable"), "authorities.accounts");

        // Vouchers.
        await Found("UPDATE vouchers SET available = available + 1, redeemed = redeemed - 1", "UPDATE vouchers SET available = available - 1, redeemed = redeemed + 1", "vouchers.balanced", "vouchers.redeemed_on_invoices");
        await Found("UPDATE vouchers SET available = available - 1, held = held + 1", "UPDATE vouchers SET available = available + 1, held = held - 1", "vouchers.balanced");
        await Found("UPDATE voucher_holds SET \"left\" = \"left\" - 1 WHERE \"left\" > 0", "UPDATE voucher_holds SET \"left\" = \"left\" + 1 WHERE \"left\" > 0", "vouchers.balanced");
        await Found("UPDATE redemptions SET returned = returned - 1", "UPDATE redemptions SET returned = returned + 1", "vouchers.redeemed_on_invoices", "programmes.within_ratio", "authorities.accounts");
        await Found("CREATE TABLE kept AS SELECT id, expires_on FROM vouchers; UPDATE vouchers SET expires_on = '2000-01-01'", "UPDATE vouchers SET expires_on = (SELECT expires_on FROM kept WHERE kept.id = vouchers.id); DROP TABLE kept", "vouchers.within_validity");
        await Found("UPDATE programme_budgets SET issued = issued + 1", "UPDATE programme_budgets SET issued = issued - 1", "programmes.within_budget");

        // Capacity.
        await Found("CREATE TABLE kept AS SELECT * FROM reservations; DELETE FROM reservations WHERE card = 0", "DELETE FROM reservations; INSERT INTO reservations SELECT * FROM kept; DROP TABLE kept", "orders.whole");
        await Found("CREATE TABLE kept AS SELECT * FROM reservations; UPDATE kept SET card = card + 100; INSERT INTO reservations SELECT * FROM kept", "DELETE FROM reservations WHERE card >= 100; DROP TABLE kept", "orders.whole");
        await Found("UPDATE reservations SET card = 0 WHERE card = 1 AND leg_id IN (SELECT id FROM legs WHERE cards = 1)", $"UPDATE reservations SET card = 1 WHERE leg_id = {Literal(database, leg.Value)}", "capacity.sold_once");

        // Audit.
        await Found("UPDATE audit_entries SET details = replace(details, '5000.00', '5000.01') WHERE action = 'voucher.issued'", "UPDATE audit_entries SET details = replace(details, '5000.01', '5000.00') WHERE action = 'voucher.issued'", "chain");
        await Found("UPDATE audit_entries SET at = at + 1 WHERE action = 'voucher.issued'", "UPDATE audit_entries SET at = at - 1 WHERE action = 'voucher.issued'", "chain");
        await Found("UPDATE audit_entries SET seal_number = seal_number + 1 WHERE action = 'voucher.issued'", "UPDATE audit_entries SET seal_number = seal_number - 1 WHERE action = 'voucher.issued'", "chain");
        await Found("CREATE TABLE kept AS SELECT * FROM audit_entries WHERE action = 'invoice.issued'; DELETE FROM audit_entries WHERE action = 'invoice.issued'", "INSERT INTO audit_entries SELECT * FROM kept; DROP TABLE kept", "chain", "audit.complete");
        await Found("CREATE TABLE kept AS SELECT * FROM audit_seals WHERE number = (SELECT max(number) FROM audit_seals); DELETE FROM audit_seals WHERE number = (SELECT max(number) FROM audit_seals)", "INSERT INTO audit_seals SELECT * FROM kept; DROP TABLE kept", "chain");
        await Found("CREATE TABLE kept AS SELECT * FROM audit_seals WHERE number = 1; DELETE FROM audit_seals WHERE number = 1", "INSERT INTO audit_seals SELECT * FROM kept; DROP TABLE kept", "chain");
        await Found("UPDATE audit_seals SET entries = entries + 1 WHERE number = 2", "UPDATE audit_seals SET entries = entries - 1 WHERE number = 2", "chain");
    }

    [Theory, EveryDatabase]
    public async Task A_claim_of_who_has_not_paid_is_found(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var deal = await Deal.MakeAsync(server, """{"mode": "reimburse", "payee": "buyer"}""");
        (await deal.Buyer.ClaimAsync(deal.Scheme, deal.Month.AddMonths(1))).Is(201);
        await FoundAsync(server, "UPDATE invoices SET paid = paid - 1", "UPDATE invoices SET paid = paid + 1", "claims.after_payment", "buyers.accounts");
    }

    [Theory, EveryDatabase]
    public async Task An_entry_that_was_smuggled_under_a_seal_is_found(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        await server.BuyerAsync();
        await server.MoveClockAsync((await server.NowAsync()).AddHours(2));
        await server.BooksHoldAsync();
        await using (var db = server.Database.Open())
        {
            var (old, at) = (await db.AuditEntries.FirstAsync(entry => entry.SealNumber == 1), await server.NowAsync());
            db.AuditEntries.Add(new()
            {
                Id = Id<AuditEntry>.New(at),
                At = at,
                Actor = old.Actor,
                OwnerId = old.OwnerId,
                Action = old.Action,
                SubjectType = old.SubjectType,
                SubjectId = old.SubjectId,
                Details = old.Details,
                SealNumber = 1,
            });
            await db.SaveChangesAsync();
        }

        Assert.Equal(["chain"], await BrokenAsync(server));
        Assert.Equal("1", (await server.Admin.PostAsync("/v1/audit/verifications"))["chain.firstBroken"]);
    }

    [Theory, EveryDatabase]
    public async Task Replays_find_a_changed_invoice_and_a_changed_reading_by_where_they_differ_first(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var deal = await Deal.MakeAsync(server);
        async Task<string> Differs()
        {
            var replay = (await server.Admin.PostAsync("/v1/audit/replays", new { period = deal.Month.Period() })).Is(200);
            Assert.Equal(("1", "0"), (replay["invoices"], replay["identical"]));
            Assert.Equal(deal.Invoice["id"], replay["differing[0].invoiceId"]);
            return replay["differing[0].firstDifference"];
        }

        await RunAsync(server.Database, "UPDATE readings SET cards = cards - 1");
        Assert.StartsWith("lines[0].quantity", await Differs(), StringComparison.Ordinal);
        await RunAsync(server.Database, "UPDATE readings SET cards = cards + 1");
        await server.BooksHoldAsync(deal.Month.Period());
        await RunAsync(server.Database, "UPDATE invoice_lines SET amount = amount - 1000, net = net - 1000, payable = payable - 1000; UPDATE invoices SET total = total - 1000, net = net - 1000, payable = payable - 1000");
        Assert.Equal("contentDigest", await Differs());

        // A forger who knows how the digest is made isn't believed either.
        await using (var db = server.Database.Open())
        {
            var invoice = await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleAsync();
            var digest = Invoice.DigestOf(Invoicing.ContentOf(invoice));
            await db.Invoices.ExecuteUpdateAsync(set => set.SetProperty(i => i.ContentDigest, digest));
        }

        Assert.StartsWith("lines[0].amount", await Differs(), StringComparison.Ordinal);
        Assert.Contains("billing.is_a_function", await BrokenAsync(server));
    }

    /// <summary>What one kind of event posted to an account, posted to another.</summary>
    private static string Booked(string what, string from, string to) =>
        $"UPDATE postings SET account = '{to}' WHERE account = '{from}' AND entry_id IN (SELECT id FROM journal_entries WHERE event = '{what}')";

    private static string Literal(DatabaseKind database, Guid id) => database == DatabaseKind.Sqlite ? $"X'{id:N}'" : $"'{id}'";

    private static async Task FoundAsync(MarketplaceServer server, string change, string undo, params string[] invariants)
    {
        await RunAsync(server.Database, change);
        Assert.Equal(invariants.Order(StringComparer.Ordinal), await BrokenAsync(server));
        await RunAsync(server.Database, undo);
        Assert.Empty(await BrokenAsync(server));
    }

    private static async Task RunAsync(TestDatabase database, string sql)
    {
        await using var db = database.Open();
        foreach (var statement in sql.Split(';'))
        {
#pragma warning disable EF1002 // The statements are this test's own.
            var rows = await db.Database.ExecuteSqlRawAsync(statement);

            // A table made or dropped has no rows to count; every other statement that changes none tests nothing.
            Assert.True(rows != 0 || statement.TrimStart().StartsWith("CREATE", StringComparison.Ordinal) || statement.TrimStart().StartsWith("DROP", StringComparison.Ordinal), statement);
#pragma warning restore EF1002
        }
    }

    private static async Task<IEnumerable<string>> BrokenAsync(MarketplaceServer server)
    {
        var verification = (await server.Admin.PostAsync("/v1/audit/verifications")).Is(200);
        var broken = verification.Items("invariants").Where(invariant => !invariant["holds"]!.GetValue<bool>()).Select(invariant =>
        {
            Assert.NotEmpty(invariant["violations"]!.AsArray());
            return invariant["name"]!.GetValue<string>();
        });
        return broken.Concat(verification["chain.holds"] == "true" ? [] : ["chain"]).Order(StringComparer.Ordinal);
    }
}
