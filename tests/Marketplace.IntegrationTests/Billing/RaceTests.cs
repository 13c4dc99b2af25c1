using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Vouchers;

namespace Marketplace.IntegrationTests.Billing;

/// <summary>What several do at once, on two servers that share a database, counts as if one had done it after the other.</summary>
public sealed class RaceTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task No_more_is_issued_than_the_budget_and_each_who_got_one_can_order_with_it(DatabaseKind database)
    {
        var (server, second) = await PairAsync(database);
        var scheme = await server.SchemeAsync("2000.00");
        var shop = await server.ShopAsync(nodes: 8);
        var month = await server.NextMonthAsync();
        var buyers = new List<Party>();
        for (var i = 0; i < 8; i++)
        {
            buyers.Add(await server.BuyerAsync());
        }

        var issued = await Task.WhenAll(buyers.Select((buyer, i) =>
            (i % 2 == 0 ? scheme.Authority : scheme.Authority.At(second)).PostAsync($"/v1/programmes/{scheme.Code}/vouchers", new { organizationId = buyer.Id, amount = "500.00" })));
        Assert.Equal(4, issued.Count(answer => answer.Status == 201));
        Assert.All(issued.Where(answer => answer.Status != 201), answer => answer.Is(422, "programme.exhausted"));
        Assert.Equal("2000.00 0.00 0.00 0.00 0.00", await scheme.MoneyAsync());
        var orders = await Task.WhenAll(buyers.Select((buyer, i) => (i % 2 == 0 ? buyer : buyer.At(second)).BuyAsync(shop, 8, month.AddDays(1), 10)));
        Assert.Equal(4 * 480m, orders.Sum(order => decimal.Parse(order["publicMoney"])));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task One_voucher_never_holds_more_than_its_face(DatabaseKind database)
    {
        var (server, second) = await PairAsync(database);
        var (scheme, shop, buyer) = (await server.SchemeAsync(), await server.ShopAsync(nodes: 8), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "1000.00");
        var month = await server.NextMonthAsync();
        var quotes = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            quotes.Add((await buyer.QuoteWithAsync(shop, 8, month.AddDays(1), 10)).Is(201)["id"]);
        }

        var orders = await Task.WhenAll(quotes.Select((quoteId, i) => (i % 2 == 0 ? buyer : buyer.At(second)).PostAsync("/v1/orders", new { quoteId })));
        Assert.Equal(2, orders.Count(order => order.Status == 201));
        Assert.All(orders.Where(order => order.Status != 201), order => order.Is(409, "voucher.insufficient"));
        Assert.Equal("40.00 960.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("100000.00 2240.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task A_claim_is_made_decided_and_paid_once(DatabaseKind database)
    {
        var (server, second) = await PairAsync(database);
        var deal = await Deal.MakeAsync(server);
        async Task<Answer> Once(Func<MarketplaceServer, Task<Answer>> call, int status, string code)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => call(i % 2 == 0 ? server : second)));
            Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Is(status, code));
            return Assert.Single(answers, answer => answer.Status == 201);
        }

        var claim = await Once(s => deal.Seller.At(s).ClaimAsync(deal.Scheme, deal.Month.AddMonths(1)), 422, "claim.empty");
        Assert.Equal("480.00", claim["total"]);
        await Once(s => deal.Scheme.Authority.At(s).PostAsync($"/v1/claims/{claim["id"]}/decisions"), 409, "claim.decided");
        await Once(s => s.Admin.PostAsync($"/v1/claims/{claim["id"]}/payments", new { reference = Guid.NewGuid() }), 409, "claim.paid");
        Assert.Equal("5000.00 480.00 480.00 480.00 995000.00", await deal.Scheme.MoneyAsync());
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Credit_notes_at_once_never_take_more_than_the_line(DatabaseKind database)
    {
        var (server, second) = await PairAsync(database);
        var deal = await Deal.MakeAsync(server);
        var notes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 == 0 ? server : second).Admin.PostAsync(
            $"/v1/invoices/{deal.Invoice["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = deal.Invoice["lines[0].id"], amount = "500.00" } }, note = "n" })));
        Assert.Equal(3, notes.Count(note => note.Status == 201));
        Assert.All(notes.Where(note => note.Status != 201), note => note.Is(422, "credit_note.exceeds"));
        Assert.Equal(["R000001", "R000002", "R000003"], notes.Where(note => note.Status == 201).Select(note => "R" + note["number"].Split('-')[1]).Order());
        Assert.Equal("4970.00 0.00 30.00 0.00 0.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("99930.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_payment_counts_once_by_its_reference_and_never_beyond_what_is_owed(DatabaseKind database)
    {
        var (server, second) = await PairAsync(database);
        var (shop, buyer) = (await server.ShopAsync("10.00"), await server.OrganizationAsync("enterprise"));
        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "1000.00" })).Is(200);
        var month = await server.NextMonthAsync();
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(1), 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(leg, month.AddDays(1), 10);
        await server.CloseAsync(month);
        var invoice = (await buyer.InvoiceAsync(month.Period()))["id"];
        Task<Answer[]> Pay(string amount, Func<int, string> reference) => Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            (i % 2 == 0 ? server : second).Admin.PostAsync($"/v1/invoices/{invoice}/payments", new { amount, reference = reference(i) })));
        Assert.All(await Pay("100.00", _ => "same"), answer => answer.Is(201));
        Assert.Equal("0.00 0.00 700.00", await buyer.MoneyAsync());
        var others = await Pay("300.00", i => "B-" + i);
        Assert.Equal(2, others.Count(answer => answer.Status == 201));
        Assert.All(others.Where(answer => answer.Status != 201), answer => answer.Is(422, "invoice.overpaid"));
        Assert.Equal("0.00 0.00 100.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_period_that_four_clients_bill_at_once_on_two_servers_is_billed_once(DatabaseKind database)
    {
        var (server, second) = await PairAsync(database);
        var scheme = await server.SchemeAsync();
        Shop[] shops = [await server.ShopAsync("10.00"), await server.ShopAsync("7.77")];
        var month = await server.NextMonthAsync();
        var legs = new List<(Shop Shop, string Leg)>();
        var buyers = new List<Party>();
        for (var i = 0; i < 6; i++)
        {
            var buyer = await server.BuyerAsync();
            buyers.Add(buyer);
            await scheme.IssueAsync(buyer, "50.00");
            foreach (var shop in shops)
            {
                legs.Add((shop, (await buyer.BuyAsync(shop, 1, month.AddDays(1), 5))["legs[0].id"]));
            }
        }

        await server.MoveClockAsync(month.AddDays(2));
        foreach (var (shop, leg) in legs)
        {
            await shop.UseAsync(leg, month.AddDays(1), 5, cards: 1);
        }

        await server.MoveClockAsync(month.AddMonths(1).AddHours(1));
        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? server : second).Admin.PostAsync("/v1/billing-runs", new { period = month.Period() })));
        Assert.All(runs, run => Assert.Equal("billed", run.Is(200)["status"]));
        foreach (var shop in shops)
        {
            var invoices = await shop.Seller.InvoicesAsync(month.Period());
            Assert.Equal(buyers.Select(buyer => buyer.Id).Order(), invoices.Select(invoice => invoice["organizationId"]!.GetValue<string>()).Order());
            Assert.Equal(Enumerable.Range(1, 6).Select(i => $"{month.AddMonths(1):yyyy}-{i:000000}"), invoices.Select(invoice => invoice["number"]!.GetValue<string>()).Order());
            await shop.Seller.SettlementAsync(month.Period());
        }

        foreach (var buyer in buyers)
        {
            var total = (await buyer.InvoicesAsync(month.Period())).Sum(invoice => decimal.Parse(invoice["total"]!.GetValue<string>()));
            Assert.Equal(88.85m, total);
        }

        await server.BooksHoldAsync(month.Period());
    }

    /// <summary>Each month vouchers pay all of 480.00, so that commission stands against what programmes pay: 912.00 are due of two.</summary>
    [Theory, EveryDatabase]
    public async Task Of_two_settlements_at_once_a_seller_gets_no_more_than_stands_for_it(DatabaseKind database)
    {
        var (server, second) = await PairAsync(database);
        var (scheme, buyer) = (await server.SchemeAsync(rules: """{"rates": [{"ratio": "1.00"}]}"""), await server.BuyerAsync());
        await scheme.IssueAsync(buyer, "10000.00");
        Shop[] shops = [await server.ShopAsync(), await server.ShopAsync(), await server.ShopAsync(), await server.ShopAsync()];
        var first = await server.NextMonthAsync();
        var settlements = new List<string>();
        foreach (var month in (DateTimeOffset[])[first, first.AddMonths(1)])
        {
            var legs = new List<string>();
            foreach (var shop in shops)
            {
                legs.Add((await buyer.BuyAsync(shop, 8, month.AddDays(3), 3))["legs[0].id"]);
            }

            await server.MoveClockAsync(month.AddDays(4));
            foreach (var (shop, leg) in shops.Zip(legs))
            {
                await shop.UseAsync(leg, month.AddDays(3), 3);
            }

            await server.CloseAsync(month);
            foreach (var shop in shops)
            {
                settlements.Add((await shop.Seller.SettlementAsync(month.Period()))["items[0].id"]);
            }
        }

        foreach (var shop in shops)
        {
            var claim = (await shop.Seller.ClaimAsync(scheme, first.AddMonths(2))).Is(201);
            (await scheme.Authority.PostAsync($"/v1/claims/{claim["id"]}/decisions")).Is(201);
            (await server.Admin.PostAsync($"/v1/claims/{claim["id"]}/payments", new { reference = "T-" + claim["id"] })).Is(201);
            Assert.Equal("-912.00", await server.PostedAsync("seller.payable", shop.Seller.Id));
        }

        var paid = await Task.WhenAll(settlements.Select((id, i) => (i < shops.Length ? server : second).Admin.PostAsync(
            $"/v1/settlements/{id}/payments", new { part = "programmes", reference = "S-" + i })));
        Assert.All(paid, answer => answer.Is(201));
        foreach (var shop in shops)
        {
            Assert.Equal("0.00", await server.PostedAsync("seller.payable", shop.Seller.Id));
        }

        await server.BooksHoldAsync(first.Period(), first.AddMonths(1).Period());
    }

    private async Task<(MarketplaceServer, MarketplaceServer)> PairAsync(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        return (server, await servers.StartAsync(server.Database));
    }
}
