using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Marketplace.IntegrationTests.Billing;

/// <summary>A billing run that is killed at random points and started again gives the same books as one that nobody disturbed.</summary>
public sealed class KilledRunTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int Sellers = 6;
    private const int Buyers = 10;
    private const int Kills = 5;

    [Theory, EveryDatabase]
    public async Task A_run_that_is_killed_again_and_again_gives_the_same_books(DatabaseKind database)
    {
        Assert.SkipWhen(database == DatabaseKind.SqlServer, "a copy of the market on SQL Server needs a backup");
        var market = await servers.MakeDatabaseAsync(database);
        var month = await FillAsync(market);
        await CompareAsync(market, servers.Keep(await market.CopyAsync()), month, process => process.KillAsync());
    }

    /// <summary>The process stays, and goes on by itself or when it is asked again.</summary>
    [Theory, EveryDatabase(Except = [DatabaseKind.Sqlite, DatabaseKind.SqlServer])]
    public async Task A_run_whose_database_is_killed_gives_the_same_books(DatabaseKind database)
    {
        Assert.SkipUnless(PostgresCluster.CanCrash, "the server isn't this test's to kill");
        await using var cluster = new PostgresCluster(durable: true);
        await using var market = await TestDatabase.MakeAsync(database, cluster);
        var month = await FillAsync(market);
        await using var disturbed = await market.CopyAsync();
        await CompareAsync(market, disturbed, month, async _ =>
        {
            await cluster.CrashAsync();
            NpgsqlConnection.ClearAllPools();
        });
    }

    /// <summary>Closes, bills and settles the month undisturbed, and on the copy while <paramref name="disturb"/> is done to it.</summary>
    private async Task CompareAsync(TestDatabase market, TestDatabase disturbed, DateTimeOffset month, Func<ApiProcess, Task> disturb)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        var end = month.AddMonths(1).AddHours(36);

        await using (var process = await StartAsync(market))
        {
            using var admin = await SignInAsync(process);
            Assert.True(await MoveClockAsync(admin, end));
        }

        var (disturbances, billedThen) = (0, new List<int> { 0 });
        for (var done = false; !done;)
        {
            await using var process = await StartAsync(disturbed);
            using var admin = await SignInAsync(process);
            var move = MoveClockAsync(admin, end);
            if (disturbances < Kills)
            {
                // Once it got some way on: at a point that nobody chose, in the middle of a transaction or of a start.
                var enough = billedThen[^1] + random.Next(16);
                for (var wait = true; wait && !move.IsCompleted;)
                {
                    await Task.Delay(random.Next(1, 30));
                    await using var progress = disturbed.Open();
                    wait = await progress.Invoices.CountAsync() < enough;
                }

                await Task.Delay(random.Next(40));
                await disturb(process);
                disturbances++;
            }
            else
            {
                Assert.True(await move, $"seed {seed}: it didn't get there by itself");
            }

            done = await move;
            await using var db = disturbed.Open();
            billedThen.Add(await db.Invoices.CountAsync());
            output.WriteLine($"{(done ? "done" : "disturbed")} with {billedThen[^1]} invoices");
        }

        await using var expected = await MarketplaceServer.StartAsync(market);
        await using var actual = await MarketplaceServer.StartAsync(disturbed);
        Assert.InRange(billedThen[^1], 50, Sellers * Buyers);
        Assert.True((await BooksAsync(expected)).SequenceEqual(await BooksAsync(actual)), $"seed {seed}: {string.Join('\n', (await BooksAsync(actual)).Except(await BooksAsync(expected)))}");
        await actual.BooksHoldAsync(month.Period());
        await expected.BooksHoldAsync(month.Period());
    }

    /// <summary>Every seller sold to every buyer, who paid part of it with a voucher and used most of it; two buyers are on credit.</summary>
    /// <returns>The month of the usage.</returns>
    private static async Task<DateTimeOffset> FillAsync(TestDatabase database)
    {
        await using var server = await MarketplaceServer.StartAsync(database);
        var month = await server.NextMonthAsync();
        var scheme = await server.SchemeAsync();
        var shops = new List<Shop>();
        for (var i = 0; i < Sellers; i++)
        {
            shops.Add(await server.ShopAsync($"{i + 3}.{i}7", i % 2 == 0 ? "metered" : "reserved", cards: Buyers));
        }

        var used = new List<(Shop Shop, string Leg, int Hours)>();
        for (var i = 0; i < Buyers; i++)
        {
            var buyer = i < 2 ? await server.OrganizationAsync("enterprise") : await server.BuyerAsync("2000.00");
            (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "1000.00" })).Is(200);
            await scheme.IssueAsync(buyer, $"{40 + (i * 11)}.00");
            foreach (var shop in shops)
            {
                used.Add((shop, (await buyer.BuyAsync(shop, 1, month.AddDays(1), 6))["legs[0].id"], 1 + (i % 5)));
            }
        }

        await server.MoveClockAsync(month.AddDays(2));
        foreach (var (shop, leg, hours) in used)
        {
            await shop.UseAsync(leg, month.AddDays(1), hours, cards: 1, status: hours == 2 ? "down" : "up");
        }

        return month;
    }

    /// <summary>All that money says, without what follows from the order in which it was done: numbers and new ids.</summary>
    private static async Task<IReadOnlyList<string>> BooksAsync(MarketplaceServer server)
    {
        await using var db = server.Database.Open();
        var books = new List<string>();
        foreach (var invoice in await db.Invoices.AsNoTracking().Include(i => i.Lines).ToListAsync())
        {
            books.Add($"invoice {invoice.SellerId} {invoice.OrganizationId} {invoice.Period} {invoice.IssuedAt:O} {invoice.Total} {invoice.Net} {invoice.Vat} {invoice.VoucherTotal} {invoice.Payable} {invoice.Paid} {invoice.Status} "
                + string.Join(" / ", invoice.Lines.OrderBy(l => l.Position).Select(l => $"{l.Kind} {l.LegId} {l.Quantity} {l.UnitPrice} {l.Amount} {l.Payable} {string.Join(',', l.Parts.Select(p => $"{p.VoucherId} {p.Amount}"))}")));
        }

        books.AddRange((await db.Invoices.GroupBy(i => i.SellerId).Select(g => new { g.Key, Numbers = g.Select(i => i.Number).ToList() }).ToListAsync())
            .Select(seller => $"numbers {seller.Key} {string.Join(' ', seller.Numbers.Order())}"));
        books.AddRange((await db.Settlements.AsNoTracking().ToListAsync()).Select(s => $"settlement {s.SellerId} {s.Period} {s.Gross} {s.Commission} {s.Net} {s.FromBuyers} {s.FromProgrammes}"));
        books.AddRange((await db.Vouchers.AsNoTracking().ToListAsync()).Select(v => $"voucher {v.Id} {v.Available} {v.Held} {v.Redeemed} {v.Expired} {v.Revoked}"));
        books.AddRange((await db.BuyerAccounts.AsNoTracking().ToListAsync()).Select(a => $"account {a.OrganizationId} {a.Deposit} {a.Held} {a.Receivable}"));
        books.AddRange((await db.Postings.GroupBy(p => new { p.Account, p.PartyId, p.Asset }).Select(g => new { g.Key, Sum = g.Sum(p => (long)(object)p.Amount) }).ToListAsync())
            .Select(p => $"posted {p.Key.Account} {p.Key.PartyId} {p.Key.Asset} {p.Sum}"));
        books.AddRange((await db.JournalEntries.GroupBy(e => e.Event).Select(g => new { g.Key, Count = g.Count() }).ToListAsync()).Select(e => $"entries {e.Key} {e.Count}"));
        books.AddRange((await db.AuditEntries.GroupBy(e => e.Action).Select(g => new { g.Key, Count = g.Count() }).ToListAsync()).Select(e => $"audit {e.Key} {e.Count}"));
        books.Sort(StringComparer.Ordinal);
        return books;
    }

    /// <summary>A process whose clock the test moves, jobs and all.</summary>
    private static Task<ApiProcess> StartAsync(TestDatabase database) => ApiProcess.StartAsync(database.Settings, new Dictionary<string, string>
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["Sandbox__Enabled"] = "true",
        ["Role"] = "all",
    });

    private static async Task<HttpClient> SignInAsync(ApiProcess process)
    {
        var http = new HttpClient { BaseAddress = process.Address, Timeout = TimeSpan.FromMinutes(2) };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "admin",
            ["client_secret"] = MarketplaceServer.AdminSecret,
        });
        using var answer = await http.PostAsync("/connect/token", form);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await Answer.OfAsync(answer, null)).Is(200)["access_token"]);
        return http;
    }

    /// <returns>Whether it got there; false where the process or its database died on the way.</returns>
    private static async Task<bool> MoveClockAsync(HttpClient admin, DateTimeOffset to)
    {
        try
        {
            using var body = Party.Content($$"""{"now":"{{MarketSetup.Wire(to)}}"}""", "application/json");
            using var answer = await admin.PutAsync("/v1/sandbox/clock", body);
            var moved = await Answer.OfAsync(answer, null);
            if (moved.Code == "database.unavailable")
            {
                return false;
            }

            moved.Is(200);
            return true;
        }
        catch (Exception died) when (died is HttpRequestException or IOException)
        {
            return false;
        }
    }
}
