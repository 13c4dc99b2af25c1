using System.Globalization;
using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Vouchers;

namespace Marketplace.IntegrationTests.Pipeline;

public sealed class SortingTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Every_sort_walks_every_row_once_in_its_order(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var (buyer, scheme) = (await server.BuyerAsync(), await server.SchemeAsync());
        foreach (var face in new[] { "300.00", "100.00", "300.00", "20.00", "1000.00" })
        {
            await scheme.IssueAsync(buyer, face);
        }

        // Two of the sellers sell alike.
        var model = (await server.CapacityAsync()).Model;
        var sellers = new List<Party>();
        foreach (var (price, hours) in new[] { ("9.00", 1), ("10.00", 4), ("10.00", 2), ("100.00", 3), ("9.50", 4) })
        {
            var capacity = await server.CapacityAsync(model: model);
            (await capacity.ListAsync(price, from: month.AddHours(hours), product: "reserved")).Is(201);
            sellers.Add(capacity.Provider);
        }

        foreach (var (cards, hour) in new[] { (2, 30), (1, 31), (8, 24), (8, 24), (8, 24), (1, 40), (8, 24) })
        {
            await buyer.BuyAsync(new(new(buyer, "", model, []), ""), cards, month.AddHours(hour), 2);
        }

        await server.CloseAsync(month);
        await buyer.SortsAsync("/v1/orders?", "total", "from", "to", "placedAt");
        await buyer.SortsAsync("/v1/vouchers?", "face", "expiresOn");
        await buyer.SortsAsync($"/v1/listings?accelerator={Uri.EscapeDataString(model)}&", "pricePerCardHour", "from", "to");
        await buyer.SortsAsync($"/v1/invoices?period={month.Period()}&", "total", "payable", "dueOn");
        await buyer.SortsAsync("/v1/audit/entries?", "at");
        await server.Admin.SortsAsync("/v1/orders?", "total");

        await server.Admin.SortsAsync("/v1/settlements?", "gross", "net", "period");
        await server.Admin.SortsAsync("/v1/commission-invoices?", "total", "period");
        for (var i = 0; i < sellers.Count; i++)
        {
            await sellers[i].ClaimAsync(scheme, month.AddMonths(1).AddDays(i % 2));
        }

        await scheme.Authority.SortsAsync("/v1/claims?", "total", "upTo", "submittedAt");
        foreach (var invoice in await buyer.InvoicesAsync(month.Period()))
        {
            (await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/credit-notes", new
            {
                reason = 4,
                lines = new[] { new { lineId = invoice["lines"]![0]!["id"], amount = invoice.Text("total") is "160.00" ? "2.00" : "10.00" } },
                note = "slow",
            })).Is(201);
        }

        await buyer.SortsAsync("/v1/credit-notes?", "total", "issuedAt");
    }

    [Theory, EveryDatabase]
    public async Task What_parties_ask_for_sorts_too(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (start, shop, buyer, scheme) = (await server.TomorrowAsync(24), await server.ShopAsync(), await server.BuyerAsync(), await server.SchemeAsync());
        foreach (var amount in new[] { "300.00", "20.00", "300.00", "1000.00" })
        {
            await buyer.ApplyAsync(scheme, amount);
        }

        await scheme.Authority.SortsAsync("/v1/applications?", "amount");
        foreach (var (price, hours) in new[] { ("9.00", 1), ("10.00", 4), ("10.00", 2), ("1.50", 4) })
        {
            (await buyer.PostAsync("/v1/bids", new
            {
                accelerators = new[] { shop.Capacity.Model },
                cards = 8,
                hours = 1,
                window = new { earliest = MarketSetup.Wire(start), latestEnd = MarketSetup.Wire(start.AddHours(20)) },
                validUntil = MarketSetup.Wire(start.AddHours(hours)),
                workload = "other",
                maxPricePerCardHour = price,
            })).Is(201);
        }

        await buyer.SortsAsync("/v1/bids?", "maxPricePerCardHour", "validUntil", "createdAt");
        for (var hour = 0; hour < 3; hour++)
        {
            await server.MoveClockAsync(start.AddHours(hour));
            foreach (var leg in (await buyer.BuyAsync(shop, 1, start.AddHours(hour + 1), 1)).Items("legs"))
            {
                await server.MoveClockAsync(start.AddHours(hour + 1));
                var order = (await buyer.GetAsync("/v1/orders?limit=1")).Is(200)["items[0].id"];
                (await buyer.PostAsync($"/v1/orders/{order}/legs/{leg["id"]}/objections", new { reason = "slow", from = MarketSetup.Wire(start.AddHours(hour + 1)) })).Is(201);
            }
        }

        await buyer.SortsAsync("/v1/disputes?", "openedAt", "decideBy");
        var tag = Guid.NewGuid().ToString("N");
        foreach (var (name, year) in new[] { ("gamma", 2001), ("beta", 2020), ("alpha", 2001), ("beta", 1999) })
        {
            (await server.Admin.PostAsync("/v1/organizations", new
            {
                name = $"{tag} {name}",
                kind = "enterprise",
                creditCode = MarketSetup.NewCreditCode(),
                regionCode = "330100",
                establishedOn = $"{year}-05-01",
                traits = Array.Empty<string>(),
            })).Is(201);
        }

        await server.Admin.SortsAsync($"/v1/organizations?name={tag}&", "name", "establishedOn", "createdAt");
        var rows = new[] { (1, "5.00"), (2, "-5.00"), (1, "700.00"), (3, "5.00") }
            .Select((row, i) => string.Create(CultureInfo.InvariantCulture, $"2026-01-0{row.Item1},{row.Item2},{tag}-{i},,"));
        (await server.Admin.PostTextAsync("/v1/bank-statements/", "bookedOn,amount,reference,counterpartyCode,remark\n" + string.Join('\n', rows), "text/csv")).Is(201);
        await server.Admin.SortsAsync($"/v1/bank-statements/rows?reference={tag}&", "amount", "bookedOn");
        await server.Admin.FiltersAsync("/v1/bank-statements/rows", $"reference={tag.ToUpperInvariant()}&from=2026-01-02", row => row.Text("reference").StartsWith(tag, StringComparison.Ordinal) && row.Text("bookedOn") != "2026-01-01");
        await server.Admin.FiltersAsync("/v1/bank-statements/rows", $"reference={tag}&to=2026-01-02", row => row.Text("reference").StartsWith(tag, StringComparison.Ordinal) && row.Text("bookedOn") != "2026-01-03");
    }

    [Theory, EveryDatabase]
    public async Task Proposals_sort_by_their_amount(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database, new Dictionary<string, string> { ["Marketplace:FourEyesAbove"] = "1000.00" });
        var buyer = await server.OrganizationAsync("enterprise");
        foreach (var (amount, i) in new[] { "5000.00", "2000.00", "5000.00", "20000.00" }.Select((amount, i) => (amount, i)))
        {
            (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount, reference = $"r-{i}" })).Is(202);
        }

        await server.Admin.SortsAsync("/v1/proposals?", "amount", "proposedAt");
    }

    [Theory, EveryDatabase]
    public async Task A_seller_sorts_by_what_it_is_told_of_an_order(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (from, buyer, seller) = (await server.TomorrowAsync(24), await server.BuyerAsync(), await server.CapacityAsync());
        var other = await server.CapacityAsync(model: seller.Model, nodes: 8);
        (await seller.ListAsync("1.00")).Is(201);
        (await other.ListAsync("2.00")).Is(201);

        // The second is mostly another's, and so the greater to its buyer and the smaller to this seller.
        await buyer.OrderAsync(seller, 6, from, 1);
        await buyer.OrderAsync(seller, 60, from, 1);
        await seller.Provider.SortsAsync("/v1/orders?", "total");
        Assert.Equal(["2.00", "6.00"], (await seller.Provider.GetAsync("/v1/orders?sort=total")).Is(200).Items().Select(order => order.Text("total")));
    }

    [Theory]
    [InlineData("orders", "total"), InlineData("invoices", "total"), InlineData("listings", "from"), InlineData("vouchers", "face"), InlineData("claims", "total")]
    [InlineData("settlements", "gross"), InlineData("commission-invoices", "period"), InlineData("credit-notes", "total"), InlineData("organizations", "name")]
    [InlineData("applications", "amount"), InlineData("bids", "validUntil"), InlineData("disputes", "decideBy"), InlineData("bank-statements/rows", "bookedOn")]
    [InlineData("proposals", "amount"), InlineData("audit/flags", "at"), InlineData("audit/entries", "at")]
    public async Task What_is_no_column_or_no_rows_cursor_is_refused(string list, string column)
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        foreach (var sort in new[] { "buyerId", "Total", "--total", "-", "total;drop" })
        {
            (await server.Admin.GetAsync($"/v1/{list}?sort={sort}")).IsInvalid("sort");
        }

        (await server.Admin.GetAsync($"/v1/{list}?sort={column}&cursor=x")).IsInvalid("cursor");
        if (column != "at")
        {
            (await server.Admin.GetAsync($"/v1/{list}?sort=-{column}&cursor={new string('0', 32)}")).IsInvalid("cursor");
        }
    }
}
