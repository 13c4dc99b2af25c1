using System.Globalization;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>
/// One of everything that an address can name: a month's business between a provider and an enterprise with a voucher, billed
/// and claimed, its delivery objected to in vain, and a fresh quote and a delivered order after it. With strangers to all of it.
/// </summary>
public sealed record World(
    MarketplaceServer Server, Capacity Capacity, Party Buyer, Party Authority, Party OtherProvider, Party OtherBuyer, Party OtherAuthority, string Listing, string Quote,
    string OpenQuote, string Order, string Leg, string Dispute, string Meter, string Programme, string Voucher, string Invoice, string Line, string Claim,
    string Application, string Bid)
{
    /// <summary>A client and a person of the party's, by the party's id.</summary>
    public required IReadOnlyDictionary<string, (string Client, string Person)> Accounts { get; init; }

    public required string Settlement { get; init; }

    public Party Provider => Capacity.Provider;

    public IReadOnlyList<Party> Strangers => [OtherProvider, OtherBuyer, OtherAuthority];

    public static async Task<World> MakeAsync(MarketplaceServer server)
    {
        var capacity = await server.CapacityAsync();
        var listing = (await capacity.ListAsync()).Is(201)["id"];
        var meter = (await capacity.Provider.PostAsync("/v1/meters", new { centerId = capacity.CenterId, name = "meter" })).Is(201);
        var (buyer, authority) = (await server.BuyerAsync(), await server.OrganizationAsync("authority"));
        var programme = $"p-{Guid.NewGuid():N}"[..12];
        (await server.Admin.PostAsync("/v1/programmes", new
        {
            code = programme,
            name = programme,
            authorityId = authority.Id,
            budget = "100000.00",
            rules = new
            {
                mode = "deduct",
                payee = "seller",
                applicant = new { kinds = new[] { "enterprise" } },
                rates = new[] { new { ratio = "0.30" } },
                validity = new { months = 12 },
                stacking = new { policy = "stack" },
                relatedParties = "forbid",
                resale = "forbid",
            },
        })).Is(201);
        var voucher = (await server.Admin.PostAsync($"/v1/programmes/{programme}/vouchers", new { organizationId = buyer.Id, amount = "5000.00" })).Is(201)["id"];

        // An hour is bought, used, billed after the month, and its voucher part claimed.
        var start = await server.TomorrowAsync();
        var quote = (await buyer.PostAsync("/v1/quotes", new { accelerators = new[] { capacity.Model }, cards = 1, hours = 1, from = MarketSetup.Wire(start), workload = "training", vouchers = "auto" })).Is(201);
        var billed = (await buyer.PostAsync("/v1/orders", new { quoteId = quote["id"] })).Is(201);
        await server.MoveClockAsync(start.AddHours(1));
        object[] readings =
        [
            new
            {
                specversion = "1.0", id = "r-1", source = meter["source"], type = "marketplace.usage", subject = billed["legs[0].id"], time = MarketSetup.Wire(start.AddHours(1)),
                data = new { from = MarketSetup.Wire(start), to = MarketSetup.Wire(start.AddHours(1)), cards = 1 },
            },
        ];
        var reported = await capacity.Provider.PostTextAsync("/v1/usage", System.Text.Json.JsonSerializer.Serialize(readings), "application/cloudevents-batch+json");
        Assert.Equal("1", reported.Is(200)["accepted"]);
        var dispute = (await buyer.PostAsync(
            $"/v1/orders/{billed["id"]}/legs/{billed["legs[0].id"]}/objections", new { reason = "slow", from = MarketSetup.Wire(start) })).Is(201)["id"];
        (await server.Admin.PostAsync($"/v1/disputes/{dispute}/decisions", new { hours = "provider", note = "as sold" })).Is(201);
        var month = new DateTimeOffset(start.Year, start.Month, 1, 0, 0, 0, start.Offset);
        await server.MoveClockAsync(month.AddMonths(1).AddHours(25));
        var invoice = (await buyer.GetAsync($"/v1/invoices?period={start.ToString("yyyy-MM", CultureInfo.InvariantCulture)}")).Is(200)["items[0].id"];
        var line = (await buyer.GetAsync($"/v1/invoices/{invoice}")).Is(200)["lines[0].id"];
        var claim = (await capacity.Provider.PostAsync("/v1/claims", new { programme, upTo = month.AddMonths(1).AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) })).Is(201)["id"];

        var next = await server.TomorrowAsync();
        var order = await buyer.OrderAsync(capacity, 1, next, 1);
        (await capacity.Provider.PutAsync($"/v1/orders/{order["id"]}/legs/{order["legs[0].id"]}/delivery", new { access = "key", note = "n" })).Is(200);
        var accounts = new Dictionary<string, (string, string)>();
        foreach (var party in new[] { capacity.Provider, buyer, authority })
        {
            var userName = $"u-{Guid.NewGuid():N}";
            accounts.Add(party.Id, (
                (await party.PostAsync($"/v1/organizations/{party.Id}/clients", new { name = "spare" })).Is(201)["clientId"],
                (await party.PostAsync($"/v1/organizations/{party.Id}/people", new { userName, email = userName + "@firm.example" })).Is(201)["id"]));
        }

        return new(
            server, capacity, buyer, authority, await server.ProviderAsync(), await server.BuyerAsync(), await server.OrganizationAsync("authority"), listing, quote["id"],
            (await buyer.QuoteAsync(capacity, 1, next, 1)).Is(201)["id"], order["id"], order["legs[0].id"], dispute, meter["id"], programme, voucher, invoice, line, claim,
            (await buyer.PostAsync($"/v1/programmes/{programme}/applications", new { amount = "1.00", declarations = new { ownUse = true, unrelated = true, noDuplicate = true } })).Is(201)["id"],
            (await buyer.PostAsync("/v1/bids", new { accelerators = new[] { capacity.Model }, cards = 8, hours = 1, from = MarketSetup.Wire(next), workload = "other", maxPricePerCardHour = "99.00" })).Is(201)["id"])
        {
            Accounts = accounts,
            Settlement = (await capacity.Provider.GetAsync("/v1/settlements")).Is(200)["items[0].id"],
        };
    }

    /// <summary>An address of the document with the ids of this world in it.</summary>
    public string Address(string template) => string.Join('/', template.Split('/').Select((part, i) => part switch
    {
        "{id}" => template.Split('/')[2] switch
        {
            "organizations" => Buyer.Id,
            "centers" => Capacity.CenterId,
            "listings" => Listing,
            "quotes" => OpenQuote,
            "orders" => Order,
            "vouchers" => Voucher,
            "invoices" => Invoice,
            "claims" => Claim,
            "settlements" => Settlement,
            "meters" => Meter,
            "applications" => Application,
            "bids" => Bid,
            "disputes" => Dispute,
            _ => "0199b0a8d1c57b0f8a5d0c4f3e2d1c0b",
        },
        "{clientId}" => Accounts[Buyer.Id].Client,
        "{personId}" => Accounts[Buyer.Id].Person,
        "{lineId}" => Line,
        "{legId}" => Leg,
        "{code}" => Programme,
        "{model}" => Capacity.Model,
        "{name}" => i == 3 ? "seal-audit" : "n-1",
        _ => part,
    }));

    /// <summary>The party whose row an address of this world names.</summary>
    public Party Owner(string template) => template.Split('/')[2] switch { "centers" or "claims" or "meters" => Provider, "programmes" => Authority, _ => Buyer };
}
