using System.Globalization;
using System.Security.Cryptography;
using Marketplace.Domain.Shared;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>What tests put into a market before they test it.</summary>
public static class MarketSetup
{
    /// <summary>Registers an organization and signs a client of it in.</summary>
    /// <param name="server">Where.</param>
    /// <param name="kind"><c>provider</c>, <c>enterprise</c> or <c>authority</c>.</param>
    /// <param name="deposit">What it pays in, such as <c>"1000.00"</c>.</param>
    /// <param name="regionCode">GB/T 2260.</param>
    /// <param name="traits">What programmes ask for.</param>
    public static async Task<Party> OrganizationAsync(
        this MarketplaceServer server, string kind, string? deposit = null, string regionCode = "330100", params string[] traits)
    {
        var name = $"{kind} {Guid.NewGuid():N}";
        var id = (await server.Admin.PostAsync("/v1/organizations", new { name, kind, creditCode = NewCreditCode(), regionCode, establishedOn = "2015-01-01", traits }))
            .Is(201)["id"];
        var client = (await server.Admin.PostAsync($"/v1/organizations/{id}/clients", new { name })).Is(201);
        if (deposit is not null)
        {
            (await server.Admin.PostAsync($"/v1/organizations/{id}/deposits", new { amount = deposit, reference = "first" })).Is(201);
        }

        return await server.SignInAsync(name, client["clientId"], client["clientSecret"], id);
    }

    /// <summary>Another client of the party's organization, with a duty of its own; of the platform's with a role too.</summary>
    public static async Task<Party> ColleagueAsync(this Party party, string duty, string? role = null)
    {
        var id = party.Id.Length > 0 ? party.Id : (await party.GetAsync("/v1/organizations?kind=platform")).Is(200)["items[0].id"];
        var client = (await party.PostAsync($"/v1/organizations/{id}/clients", new { name = duty, role, duty })).Is(201);
        return await party.Server.SignInAsync($"{party.Name} {duty}", client["clientId"], client["clientSecret"], id);
    }

    public static Task<Party> ProviderAsync(this MarketplaceServer server) => server.OrganizationAsync("provider");

    public static Task<Party> BuyerAsync(this MarketplaceServer server, string deposit = "100000.00") => server.OrganizationAsync("enterprise", deposit);

    /// <summary>
    /// A provider with a centre of nodes of an accelerator model that no other test knows, so that tests on one database
    /// don't meet in the market.
    /// </summary>
    public static async Task<Capacity> CapacityAsync(this MarketplaceServer server, int nodes = 1, int cards = 8, Party? provider = null, string? model = null)
    {
        provider ??= await server.ProviderAsync();
        if (model is null)
        {
            model = $"Test {Guid.NewGuid():N}";
            (await server.Admin.PutAsync($"/v1/accelerators/{model}", new { vendor = "Tests", origin = "domestic", fp16Tflops = 320, memoryGiB = 64, watts = 310 })).Is(200);
        }

        var center = (await provider.PostAsync("/v1/centers", new { name = "centre", regionCode = "330100", pue = 1.2 })).Is(201)["id"];
        var names = Enumerable.Range(1, nodes).Select(i => $"n-{i}").ToList();
        (await provider.PostAsync($"/v1/centers/{center}/nodes", new { nodes = names.Select(name => new { name, accelerator = model, cards, vcpus = 192, memoryGiB = 1536 }) })).Is(201);
        return new(provider, center, model, names);
    }

    public static async Task<DateTimeOffset> NowAsync(this MarketplaceServer server) =>
        DateTimeOffset.Parse((await server.Admin.GetAsync("/v1/sandbox/clock")).Is(200)["now"], CultureInfo.InvariantCulture);

    public static async Task<Answer> MoveClockAsync(this MarketplaceServer server, DateTimeOffset to) =>
        (await server.Admin.PutAsync("/v1/sandbox/clock", new { now = Wire(to) })).Is(200);

    /// <summary>The start of the day after the market's, in Shanghai, and so many hours on.</summary>
    public static async Task<DateTimeOffset> TomorrowAsync(this MarketplaceServer server, int hours = 0)
    {
        var shanghai = TimeSpan.FromHours(8);
        return new DateTimeOffset((await server.NowAsync()).ToOffset(shanghai).Date.AddDays(1).AddHours(hours), shanghai);
    }

    public static string Wire(DateTimeOffset instant) => instant.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFzzz", CultureInfo.InvariantCulture);

    public static async Task<string> BalanceAsync(this Party party)
    {
        var balance = (await party.GetAsync($"/v1/organizations/{party.Id}/balance")).Is(200);
        return $"{balance["deposit"]} {balance["held"]} {balance["available"]}";
    }

    /// <summary>Asks for whole cards of a capacity's model.</summary>
    public static Task<Answer> QuoteAsync(this Party buyer, Capacity capacity, int cards, DateTimeOffset from, int hours) => buyer.PostAsync(
        "/v1/quotes", new { accelerators = new[] { capacity.Model }, cards, hours, from = Wire(from), workload = "training", vouchers = "none" });

    /// <summary>A quote and the order on it.</summary>
    public static async Task<Answer> OrderAsync(this Party buyer, Capacity capacity, int cards, DateTimeOffset from, int hours)
    {
        var quote = (await buyer.QuoteAsync(capacity, cards, from, hours)).Is(201);
        return (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(201);
    }

    /// <summary>A code that is well formed and new.</summary>
    public static string NewCreditCode()
    {
        const string alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        var body = "91330100" + RandomNumberGenerator.GetString(alphabet, 9);
        return body + CreditCode.CheckDigit(body);
    }
}

/// <summary>A provider's centre and its nodes.</summary>
public sealed record Capacity(Party Provider, string CenterId, string Model, IReadOnlyList<string> Nodes)
{
    /// <summary>Lists all nodes, or those named, from the start of the sandbox's year on.</summary>
    public Task<Answer> ListAsync(
        string pricePerCardHour = "10.00", DateTimeOffset? from = null, DateTimeOffset? to = null, string[]? nodes = null, object? offPeak = null,
        string product = "metered", int? sliceMilli = null) => Provider.PostAsync("/v1/listings", new Dictionary<string, object?>
        {
            ["centerId"] = CenterId,
            ["nodes"] = nodes,
            ["from"] = MarketSetup.Wire(from ?? MarketplaceServer.Start),
            ["to"] = MarketSetup.Wire(to ?? MarketplaceServer.Start.AddDays(365)),
            ["product"] = product,
            ["pricePerCardHour"] = pricePerCardHour,
            ["offPeak"] = offPeak,
            ["sliceMilli"] = sliceMilli,
        });
}
