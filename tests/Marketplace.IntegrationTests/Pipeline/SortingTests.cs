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
    public async Task What_providers_run_sorts_too(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (tag, provider) = (Guid.NewGuid().ToString("N"), await server.ProviderAsync());
        foreach (var (model, vendor, tflops, watts) in new[] { ("a", "two", 320.5, 310), ("b", "one", 96, 75), ("c", "two", 1000, 310) })
        {
            (await server.Admin.PutAsync($"/v1/accelerators/{tag} {model}", new { vendor, origin = "domestic", fp16Tflops = tflops, memoryGiB = 64, watts })).Is(200);
        }

        await server.Admin.SortsByAsync("/v1/accelerators?", "model", "model", "vendor", "fp16Tflops", "memoryGiB", "watts");
        var centers = new List<string>();
        foreach (var (name, pue, latency, bandwidth) in new (string, double?, double?, double?)[] { ("east", 1.2, 10, 100), ("west", null, 9.5, null), ("north", 1.15, null, 9), ("east", 1.2, 100, 100) })
        {
            centers.Add((await provider.PostAsync("/v1/centers", new { name, regionCode = "330100", pue, latencyMs = latency, bandwidthGbps = bandwidth })).Is(201)["id"]);
        }

        // The ids in the order in which they were made; one that says nothing stands with the worst.
        await provider.SortsAsync("/v1/centers?", "name");
        await OrderAsync("pue", 2, 0, 3, 1);
        await OrderAsync("-pue", 1, 3, 0, 2);
        await OrderAsync("latencyMs", 1, 0, 3, 2);
        await OrderAsync("-bandwidthGbps", 3, 0, 2, 1);

        (await provider.PostAsync($"/v1/centers/{centers[0]}/nodes", new
        {
            nodes = new[] { ("n-1", "b", 8), ("n-10", "a", 4), ("n-2", "b", 8), ("n-3", "a", 16) }
                .Select(node => new { name = node.Item1, accelerator = $"{tag} {node.Item2}", cards = node.Item3, vcpus = 64, memoryGiB = 512 }),
        })).Is(201);
        await provider.SortsAsync($"/v1/centers/{centers[0]}/nodes?", "name", "accelerator", "cards");
        await provider.FiltersAsync($"/v1/centers/{centers[0]}/nodes", "name=N-1", node => node.Text("name").StartsWith("n-1", StringComparison.Ordinal));
        await provider.FiltersAsync($"/v1/centers/{centers[0]}/nodes", $"accelerator={tag}%20a", node => node.Text("accelerator") == $"{tag} a");
        foreach (var (name, center) in new[] { ("power", 0), ("cards", 1), ("power", 1) })
        {
            (await provider.PostAsync("/v1/meters", new { centerId = centers[center], name })).Is(201);
        }

        await provider.SortsAsync("/v1/meters?", "name", "source");
        await provider.FiltersAsync("/v1/meters", "name=OWE", meter => meter.Text("name") == "power");
        await provider.FiltersAsync("/v1/meters", $"centerId={centers[1]}", meter => meter.Text("centerId") == centers[1]);

        async Task OrderAsync(string sort, params int[] order)
        {
            foreach (var limit in new[] { 1, 2, 500 })
            {
                Assert.Equal(order.Select(i => centers[i]), (await provider.WalkAsync($"/v1/centers?sort={sort}&", limit)).Select(center => center.Text("id")));
            }
        }
    }

    [Theory, EveryDatabase]
    public async Task Quotes_programmes_and_postings_sort_too(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (from, seller, buyer) = (await server.TomorrowAsync(24), await server.CapacityAsync(), await server.BuyerAsync());
        (await seller.ListAsync("1.00")).Is(201);
        foreach (var cards in new[] { 1, 3, 1, 8 })
        {
            (await buyer.QuoteAsync(seller, cards, from, 1)).Is(201);
        }

        await buyer.SortsAsync("/v1/quotes?", "payable");
        Assert.Equal((await buyer.WalkAsync("/v1/quotes?sort=-createdAt&", 1)).Select(quote => quote.Text("id")), (await buyer.WalkAsync("/v1/quotes?", 3)).Select(quote => quote.Text("id")));
        await buyer.OrderAsync(seller, 1, from.AddHours(2), 1);
        await buyer.FiltersAsync("/v1/quotes", "status=used", quote => quote["orderId"] is not null);
        await server.MoveClockAsync((await server.NowAsync()).AddHours(1));
        (await buyer.QuoteAsync(seller, 1, from, 1)).Is(201);
        foreach (var status in new[] { "open", "expired", "used" })
        {
            await buyer.FiltersAsync("/v1/quotes", "status=" + status, quote => quote.Text("status") == status);
        }

        Assert.Empty((await server.Admin.GetAsync($"/v1/quotes?organizationId={seller.Provider.Id}")).Is(200).Items());
        await server.Admin.SortsAsync($"/v1/quotes?organizationId={buyer.Id}&", "payable");
        (await buyer.GetAsync("/v1/quotes?status=old&organizationId=me")).IsInvalid("status");
        var scheme = await server.SchemeAsync();
        await server.SchemeAsync();
        await server.Admin.SortsByAsync("/v1/programmes?", "code", "name", "code");
        await scheme.IssueAsync(buyer, "500.00");
        await buyer.OrderAsync(seller, 2, from, 1);
        await server.MoveClockAsync(from);
        await buyer.OrderAsync(seller, 2, from.AddHours(1), 1);
        await server.Admin.SortsAsync("/v1/ledger/postings?", "at");
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
    [InlineData("accelerators", "watts"), InlineData("programmes", "name")]
    public async Task Nor_is_that_of_no_row_whose_key_is_a_text(string list, string column)
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        (await server.Admin.GetAsync($"/v1/{list}?sort=id")).IsInvalid("sort");
        (await server.Admin.GetAsync($"/v1/{list}?sort={column}&cursor=x")).IsInvalid("cursor");
        (await server.Admin.GetAsync($"/v1/{list}?sort={column}&cursor={Convert.ToHexStringLower("none such"u8)}")).IsInvalid("cursor");
    }

    [Theory]
    [InlineData("orders", "total"), InlineData("invoices", "total"), InlineData("listings", "from"), InlineData("vouchers", "face"), InlineData("claims", "total")]
    [InlineData("settlements", "gross"), InlineData("commission-invoices", "period"), InlineData("credit-notes", "total"), InlineData("organizations", "name")]
    [InlineData("applications", "amount"), InlineData("bids", "validUntil"), InlineData("disputes", "decideBy"), InlineData("bank-statements/rows", "bookedOn")]
    [InlineData("proposals", "amount"), InlineData("audit/flags", "at"), InlineData("audit/entries", "at"), InlineData("centers", "pue"), InlineData("meters", "name")]
    [InlineData("quotes", "payable"), InlineData("gaps", "from"), InlineData("alerts", "code"), InlineData("webhook-deliveries", "type"), InlineData("ledger/postings", "at")]
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
