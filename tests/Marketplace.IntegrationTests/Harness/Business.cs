using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>
/// Months of business on a server whose clock only goes forward: a test takes the next month for itself, and closes it. Its
/// parties are its own, so that what other tests did in the same database is none of its figures.
/// </summary>
public static class Business
{
    public static readonly TimeSpan Shanghai = TimeSpan.FromHours(8);

    /// <summary>The start of the next month, in Shanghai.</summary>
    public static async Task<DateTimeOffset> NextMonthAsync(this MarketplaceServer server)
    {
        var now = (await server.NowAsync()).ToOffset(Shanghai);
        return new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, Shanghai).AddMonths(1);
    }

    /// <summary>A month as requests name it.</summary>
    public static string Period(this DateTimeOffset month) => month.ToOffset(Shanghai).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>Moves the clock to noon of the second day after a month: closed, billed and settled by then.</summary>
    public static Task<Answer> CloseAsync(this MarketplaceServer server, DateTimeOffset month) => server.MoveClockAsync(month.AddMonths(1).AddHours(36));

    /// <summary>A centre of a model of its own, all of it listed for the year to come, with a meter.</summary>
    public static async Task<Shop> ShopAsync(
        this MarketplaceServer server, string price = "20.00", string product = "metered", int nodes = 1, int cards = 8, Party? provider = null, string? model = null,
        object? offPeak = null)
    {
        var capacity = await server.CapacityAsync(nodes, cards, provider, model);
        var now = new DateTimeOffset((await server.NowAsync()).UtcDateTime.Date, TimeSpan.Zero);
        (await capacity.ListAsync(price, from: now, to: now.AddDays(365), product: product, offPeak: offPeak)).Is(201);
        return await capacity.MeteredAsync();
    }

    /// <summary>A node of eight cards that sells tokens by lease from a month on, at 2.00 a million of input and 8.00 a million of output, with a meter.</summary>
    public static async Task<Shop> TokenShopAsync(this MarketplaceServer server, DateTimeOffset month, int nodes = 1)
    {
        var capacity = await server.CapacityAsync(nodes, 8);
        (await capacity.Provider.PostAsync("/v1/listings", new
        {
            centerId = capacity.CenterId,
            from = MarketSetup.Wire(month),
            to = MarketSetup.Wire(month.AddDays(60)),
            product = "tokens",
            supply = "lease",
            tokenPrices = new { inputPerMillion = "2.00", outputPerMillion = "8.00" },
        })).Is(201);
        return await capacity.MeteredAsync();
    }

    private static async Task<Shop> MeteredAsync(this Capacity capacity) =>
        new(capacity, (await capacity.Provider.PostAsync("/v1/meters", new { centerId = capacity.CenterId, name = "meter" })).Is(201)["source"]);

    /// <summary>A programme of an authority of its own: 30 % of everything for every enterprise, but for what is given.</summary>
    public static async Task<Scheme> SchemeAsync(this MarketplaceServer server, string budget = "1000000.00", string rules = "{}", object? budgets = null)
    {
        var authority = await server.OrganizationAsync("authority");
        var plain = JsonNode.Parse(
            """
            {"mode": "deduct", "payee": "seller", "applicant": {"kinds": ["enterprise"]}, "rates": [{"ratio": "0.30"}],
             "validity": {"months": 12}, "stacking": {"policy": "stack"}, "relatedParties": "forbid", "resale": "forbid"}
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(rules)!.AsObject())
        {
            plain[name] = value?.DeepClone();
        }

        var code = "p" + Guid.NewGuid().ToString("N")[..12];
        var body = new JsonObject { ["code"] = code, ["name"] = code, ["authorityId"] = authority.Id, ["rules"] = plain };
        _ = budgets is null ? body["budget"] = budget : body["budgets"] = JsonSerializer.SerializeToNode(budgets);
        (await server.Admin.PostAsync("/v1/programmes", body)).Is(201);
        return new(authority, code);
    }

    /// <summary>A quote with whatever vouchers fit, and the order on it.</summary>
    public static async Task<Answer> BuyAsync(this Party buyer, Shop shop, int cards, DateTimeOffset from, int hours, object? vouchers = null) =>
        (await buyer.TryBuyAsync(shop, cards, from, hours, vouchers)).Is(201);

    public static async Task<Answer> TryBuyAsync(this Party buyer, Shop shop, int cards, DateTimeOffset from, int hours, object? vouchers = null)
    {
        var quote = (await buyer.QuoteWithAsync(shop, cards, from, hours, vouchers)).Is(201);
        return await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] });
    }

    public static Task<Answer> QuoteWithAsync(this Party buyer, Shop shop, int cards, DateTimeOffset from, int hours, object? vouchers = null) => buyer.PostAsync(
        "/v1/quotes",
        new { accelerators = new[] { shop.Capacity.Model }, cards, hours, from = MarketSetup.Wire(from), workload = "training", vouchers = vouchers ?? "auto" });

    /// <summary>A quote for the tokens that are expected of eight cards, with whatever vouchers fit, and the order on it.</summary>
    public static async Task<Answer> BuyTokensAsync(this Party buyer, Shop shop, DateTimeOffset from, int hours, long input, long output)
    {
        var quote = (await buyer.PostAsync("/v1/quotes", new
        {
            accelerators = new[] { shop.Capacity.Model },
            cards = 8,
            hours,
            from = MarketSetup.Wire(from),
            workload = "inference",
            product = "tokens",
            vouchers = "auto",
            expectedTokens = new { input, output },
        })).Is(201);
        return (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(201);
    }

    public static async Task<IReadOnlyList<JsonNode>> InvoicesAsync(this Party party, string period) => (await party.GetAsync($"/v1/invoices?period={period}")).Is(200).Items();

    /// <summary>The one invoice that a party has of a period.</summary>
    public static async Task<Answer> InvoiceAsync(this Party party, string period)
    {
        var id = Assert.Single(await party.InvoicesAsync(period))["id"]!.GetValue<string>();
        return (await party.GetAsync($"/v1/invoices/{id}")).Is(200);
    }

    public static async Task<Answer> SettlementAsync(this Party seller, string period)
    {
        var all = (await seller.GetAsync($"/v1/settlements?period={period}")).Is(200);
        Assert.Single(all.Items());
        return all;
    }

    /// <summary>Available, held, redeemed, expired and revoked.</summary>
    public static async Task<string> VoucherAsync(this Party party, string voucher)
    {
        var answer = (await party.GetAsync($"/v1/vouchers/{voucher}")).Is(200);
        return string.Join(' ', ((string[])["available", "held", "redeemed", "expired", "revoked"]).Select(name => answer[name]));
    }

    /// <summary>All of the deposit, what is held of it, and what is owed.</summary>
    public static async Task<string> MoneyAsync(this Party party)
    {
        var balance = (await party.GetAsync($"/v1/organizations/{party.Id}/balance")).Is(200);
        return $"{balance["deposit"]} {balance["held"]} {balance["receivable"]}";
    }

    public static Task<Answer> ClaimAsync(this Party payee, Scheme scheme, DateTimeOffset upTo) =>
        payee.PostAsync("/v1/claims", new { programme = scheme.Code, upTo = upTo.ToOffset(Shanghai).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) });

    /// <summary>What the ledger has of an account of one party, debits less credits.</summary>
    public static async Task<string> PostedAsync(this MarketplaceServer server, string account, string party)
    {
        var sum = 0m;
        string? cursor = null;
        do
        {
            var page = (await server.Admin.GetAsync($"/v1/ledger/postings?account={account}&partyId={party}&limit=200{(cursor is null ? "" : "&cursor=" + cursor)}")).Is(200);
            sum += page.Items().Sum(item => decimal.Parse(item["amount"]!.GetValue<string>(), CultureInfo.InvariantCulture));
            cursor = page.Json!["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        return sum.ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>Moves the time without the jobs on the way, as if no process had been there to run them.</summary>
    public static Task SandboxTo(this MarketplaceDbContext db, DateTimeOffset to)
    {
        var micro = (to.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        return db.Database.ExecuteSqlAsync($"UPDATE sandbox_times SET now = {micro}");
    }

    /// <summary>What an auditor asks for: invariants and chain hold, every asset's debits are its credits, replays are identical.</summary>
    public static async Task BooksHoldAsync(this MarketplaceServer server, params string[] periods)
    {
        var verification = (await server.Admin.PostAsync("/v1/audit/verifications")).Is(200);
        Assert.Empty(verification.Items("invariants").Where(invariant => !invariant["holds"]!.GetValue<bool>()).Select(invariant => invariant.ToJsonString()));
        Assert.Equal("true", verification["chain.holds"]);
        var trial = (await server.Admin.GetAsync("/v1/ledger/trial-balance")).Is(200);
        Assert.All(trial.Items("assets"), asset => Assert.Equal(asset["debit"]!.GetValue<string>(), asset["credit"]!.GetValue<string>()));
        foreach (var period in periods)
        {
            var replay = (await server.Admin.PostAsync("/v1/audit/replays", new { period })).Is(200);
            Assert.Equal(replay["invoices"], replay["identical"]);
            Assert.Empty(replay.Items("differing"));
        }

        Assert.Empty(server.Faults);
    }
}

/// <summary>What a seller sells, and the meter that reports its use.</summary>
public sealed record Shop(Capacity Capacity, string Source)
{
    public const string Batch = "application/cloudevents-batch+json";

    public Party Seller => Capacity.Provider;

    /// <summary>One reading an hour, each accepted.</summary>
    public async Task UseAsync(string leg, DateTimeOffset from, int hours, int cards = 8, string status = "up") =>
        Assert.Equal(hours.ToString(CultureInfo.InvariantCulture), (await SendAsync([.. Enumerable.Range(0, hours).Select(i => Reading(leg, from.AddHours(i), cards, status))])).Is(200)["accepted"]);

    /// <summary>A reading that takes the place of an hour's first one.</summary>
    public async Task CorrectAsync(string leg, DateTimeOffset hour, int cards, int time = 1, string status = "up") => Assert.Equal(
        "1", (await SendAsync(Reading(leg, hour, cards, status, IdOf(leg, hour) + "-" + time, time == 1 ? IdOf(leg, hour) : IdOf(leg, hour) + "-" + (time - 1)))).Is(200)["accepted"]);

    public Task<Answer> SendAsync(params JsonObject[] readings) => Seller.PostTextAsync("/v1/usage", new JsonArray([.. readings]).ToJsonString(), Batch);

    public JsonObject Reading(string leg, DateTimeOffset from, int cards, string status = "up", string? id = null, string? replaces = null)
    {
        var data = new JsonObject { ["from"] = MarketSetup.Wire(from), ["to"] = MarketSetup.Wire(from.AddHours(1)), ["cards"] = cards, ["status"] = status };
        if (replaces is not null)
        {
            data["replaces"] = replaces;
        }

        return new()
        {
            ["specversion"] = "1.0",
            ["id"] = id ?? IdOf(leg, from),
            ["source"] = Source,
            ["type"] = "marketplace.usage",
            ["subject"] = leg,
            ["time"] = MarketSetup.Wire(from.AddHours(1)),
            ["data"] = data,
        };
    }

    private static string IdOf(string leg, DateTimeOffset hour) => $"{leg}-{hour.ToUnixTimeSeconds()}";
}

/// <summary>A programme and its authority.</summary>
public sealed record Scheme(Party Authority, string Code)
{
    public async Task<string> IssueAsync(Party buyer, string amount) => (await TryIssueAsync(buyer, amount)).Is(201)["id"];

    public Task<Answer> TryIssueAsync(Party buyer, string amount) => Authority.PostAsync($"/v1/programmes/{Code}/vouchers", new { organizationId = buyer.Id, amount });

    /// <summary>Issued, redeemed, claimed, paid and remaining.</summary>
    public async Task<string> MoneyAsync()
    {
        var programme = (await Authority.GetAsync($"/v1/programmes/{Code}")).Is(200);
        return string.Join(' ', ((string[])["issued", "redeemed", "claimed", "paid", "remaining"]).Select(name => programme[name]));
    }
}
