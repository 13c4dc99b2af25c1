using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Pipeline;

namespace Marketplace.IntegrationTests.Ledger;

/// <summary>Money between the custodian's bank and the books: each reference once, each row of a statement booked or waiting.</summary>
public sealed class MoneyInAndOutTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_sellers_parts_are_paid_out_and_commission_is_invoiced_and_withdrawn(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync(), await server.SchemeAsync(), await server.BuyerAsync());
        await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, month.AddDays(9), 10);
        await server.CloseAsync(month);
        var settlement = (await shop.Seller.SettlementAsync(month.Period()))["items[0].id"];
        Task<Answer> Pay(string part, string reference) => server.Admin.PostAsync($"/v1/settlements/{settlement}/payments", new { part, reference });

        (await Pay("programmes", "P-1")).Is(409, "settlement.nothing_due");
        (await Pay("buyers", "P-1")).Is(201);
        (await Pay("buyers", "P-1")).Is(201);
        (await Pay("programmes", "P-1")).Is(409, "settlement.reference");
        var claim = (await shop.Seller.ClaimAsync(scheme, month.AddMonths(1).AddDays(-1))).Is(201)["id"];
        (await scheme.Authority.PostAsync($"/v1/claims/{claim}/decisions")).Is(201);
        (await server.Admin.PostAsync($"/v1/claims/{claim}/payments", new { reference = "C-1" })).Is(201);
        Assert.Equal("480.00", (await Pay("programmes", "P-2")).Is(201)["programmesPaid"]);
        Assert.Equal("0.00", await server.PostedAsync("seller.payable", shop.Seller.Id));
        (await Pay("programmes", "P-3")).Is(409, "settlement.nothing_due");

        var commission = (await shop.Seller.GetAsync($"/v1/commission-invoices?period={month.Period()}")).Is(200);
        Assert.Equal("C2026-000001 80.00 75.47 4.53", $"{commission["items[0].number"]} {commission["items[0].total"]} {commission["items[0].net"]} {commission["items[0].vat"]}");
        (await server.Admin.PostAsync("/v1/ledger/commission-withdrawals", new { amount = "80.01", reference = "W-1" })).Is(422, "commission.insufficient");
        (await server.Admin.PostAsync("/v1/ledger/commission-withdrawals", new { amount = "80.00", reference = "W-1" })).Is(201);
        (await server.Admin.PostAsync("/v1/ledger/commission-withdrawals", new { amount = "80.00", reference = "W-1" })).Is(201);
        var statement = (await server.Admin.GetAsync($"/v1/ledger/statements?partyId={shop.Seller.Id}")).Is(200);
        Assert.All(statement.Items("accounts"), account => Assert.Equal("0.00", account["closing"]!.GetValue<string>()));
        await server.BooksHoldAsync(month.Period());

        // An auditor's archive of the month holds offline, and one with a changed row doesn't.
        await Archives.HoldsAndBreaksAsync(server, month.Period());
        (await server.Admin.GetAsync($"/v1/audit/exports/{month.AddMonths(5).Period()}")).Is(409, "period.not_settled");
    }

    [Theory, EveryDatabase]
    public async Task Rows_of_a_bank_statement_are_booked_once_or_wait_for_a_person(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var buyer = await server.BuyerAsync(deposit: "100.00");
        var code = (await server.Admin.GetAsync($"/v1/organizations/{buyer.Id}")).Is(200)["creditCode"];
        Task<Answer> Import(string rows) => server.Admin.PostTextAsync("/v1/bank-statements/", "bookedOn,amount,reference,counterpartyCode,remark\n" + rows, "text/csv");

        (await Import("2026-01-05,1.5,B-1,,x\n2026-01-05,10.00,,,")).IsInvalid("row 2.amount", "row 3.reference");
        (await Import($"2026-01-05,250.00,B-1,{code},top up, January\n2026-01-05,250.00,B-1,a,{code},top up\n2026-01-05,9.00,B-2,,\"a, b\"")).IsInvalid("row 2.cells", "row 3.cells");
        var rows = $"2026-01-05,100.00,first,{code},known\n2026-01-05,250.00,B-1,{code},top up\n2026-01-05,9.00,B-2,91330100MA2000000X,stranger\n2026-01-05,-30.00,B-3,{code},back";
        var first = (await Import(rows)).Is(201);
        Assert.Equal("2 2: known, deposit, counterparty.unknown, settlement.none", $"{first["matched"]} {first["unmatched"]}: {string.Join(", ", first.Items("rows").Select(row => row["outcome"]))}");
        Assert.Equal("350.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Equal(first["id"], (await Import(rows)).Is(201)["id"]);
        Assert.Equal("350.00 0.00 0.00", await buyer.MoneyAsync());

        var waiting = (await server.Admin.GetAsync("/v1/bank-statements/rows?status=unmatched")).Is(200);
        Task<Answer> Resolve(string reference, object body) => server.Admin.PostAsync(
            $"/v1/bank-statements/rows/{waiting.Items().Single(row => row["reference"]!.GetValue<string>() == reference)["id"]}/resolutions", body);
        (await Resolve("B-3", new { @as = "deposit", organizationId = buyer.Id, note = "n" })).IsInvalid("as");
        (await Resolve("B-3", new { @as = "withdrawal", organizationId = buyer.Id, note = "sent back" })).Is(201);
        (await Resolve("B-3", new { @as = "none", note = "again" })).Is(409, "bank_row.resolved");
        (await Resolve("B-2", new { @as = "none", note = "sent back to the stranger" })).Is(201);
        Assert.Equal("320.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Empty((await server.Admin.GetAsync("/v1/bank-statements/rows?status=unmatched")).Is(200).Items());
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/withdrawals", new { amount = "1.00", reference = "B-1" })).Is(409);
        await server.BooksHoldAsync();
    }

    /// <summary>Two sellers' invoices of 1120.00 to one buyer have the same number, and one authority owes 480.00 for each.</summary>
    [Theory, EveryDatabase]
    public async Task Rows_for_invoices_claims_and_settlements_are_booked_where_one_fits(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (scheme, buyer) = (await server.SchemeAsync(), await server.OrganizationAsync("enterprise"));
        Shop[] shops = [await server.ShopAsync(), await server.ShopAsync()];
        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "10000.00" })).Is(200);
        await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var legs = new List<string>();
        foreach (var shop in shops)
        {
            legs.Add((await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"]);
        }

        await server.MoveClockAsync(month.AddDays(10));
        foreach (var (shop, leg) in shops.Zip(legs))
        {
            await shop.UseAsync(leg, month.AddDays(9), 10);
        }

        await server.CloseAsync(month);
        var invoices = await buyer.InvoicesAsync(month.Period());
        var number = Assert.Single(invoices.Select(invoice => invoice["number"]!.GetValue<string>()).Distinct());
        var claims = new List<string>();
        foreach (var shop in shops)
        {
            claims.Add((await shop.Seller.ClaimAsync(scheme, month.AddMonths(1))).Is(201)["id"]);
            (await scheme.Authority.PostAsync($"/v1/claims/{claims[^1]}/decisions")).Is(201);
        }

        async Task<string> CodeOf(Party party) => (await server.Admin.GetAsync($"/v1/organizations/{party.Id}")).Is(200)["creditCode"];
        var (payer, authority, seller) = (await CodeOf(buyer), await CodeOf(scheme.Authority), await CodeOf(shops[0].Seller));
        async Task<string> Import(params string[] rows)
        {
            var statement = "bookedOn,amount,reference,counterpartyCode,remark\n" + string.Join('\n', rows.Select(row => "2026-03-03," + row));
            return string.Join(' ', (await server.Admin.PostTextAsync("/v1/bank-statements/", statement, "text/csv")).Is(201).Items("rows").Select(row => row["outcome"]!.GetValue<string>()));
        }

        async Task<Answer> Resolve(string reference, object body)
        {
            var waiting = (await server.Admin.GetAsync("/v1/bank-statements/rows?status=unmatched")).Is(200).Items();
            return await server.Admin.PostAsync($"/v1/bank-statements/rows/{waiting.Single(row => row["reference"]!.GetValue<string>() == reference)["id"]}/resolutions", body);
        }

        // Which of the two it pays, the number doesn't say; once one is paid, it does, in parts as well.
        Assert.Equal(
            "invoice.none invoice.none invoice.none", await Import($"1120.00,B-1,{payer},for {number}", $"1120.01,B-2,{payer},{number}", $"1.00,B-3,{payer},2019-000001"));
        (await Resolve("B-1", new { @as = "payment", note = "n" })).IsInvalid("invoiceId");
        (await Resolve("B-1", new { @as = "settlement", settlementId = claims[0], note = "n" })).IsInvalid("as");
        (await Resolve("B-1", new { @as = "payment", invoiceId = invoices[0]["id"], note = "said so by telephone" })).Is(201);
        Assert.Equal("payment payment known", await Import($"100.00,B-4,{payer},part of {number}", $"1020.00,B-5,{payer},rest of {number}", $"1120.00,B-1,{payer},"));
        Assert.Equal("amount.differs invoice.none", await Import($"99.00,B-4,{payer},", $"1.00,B-6,{payer},{number}"));
        Assert.Equal("0.00 0.00 0.00", await buyer.MoneyAsync());

        // An authority's money is a claim's, where one claim is decided and of that amount.
        Assert.Equal("claim.none claim.none", await Import($"480.00,A-1,{authority},", $"479.00,A-2,{authority},"));
        (await Resolve("A-1", new { @as = "claim", note = "n" })).IsInvalid("claimId");
        (await Resolve("A-2", new { @as = "claim", claimId = claims[0], note = "n" })).Is(422, "bank_row.amount");
        (await Resolve("A-1", new { @as = "claim", claimId = claims[0], note = "its number is in the letter" })).Is(201);
        (await server.Admin.PostAsync($"/v1/claims/{claims[1]}/payments", new { reference = "A-1" })).Is(409, "bank.reference");
        Assert.Equal("claim known", await Import($"480.00,A-3,{authority},", $"480.00,A-1,{authority},"));
        Assert.Equal("paid", (await scheme.Authority.GetAsync($"/v1/claims/{claims[1]}")).Is(200)["status"]);
        Assert.Equal("0.00", await server.PostedAsync("authority.receivable", scheme.Authority.Id));

        // What goes out is the one unpaid settlement of that amount.
        var settlements = await Task.WhenAll(shops.Select(async shop => (await shop.Seller.SettlementAsync(month.Period()))["items[0].id"]));
        Assert.Equal("settlement settlement.none counterparty.unknown settlement.none", await Import($"-1040.00,S-1,{seller},", $"-1040.00,S-2,{seller},", "-1040.00,S-3,,", $"-5.00,S-4,{seller},"));
        (await Resolve("S-4", new { @as = "settlement", settlementId = settlements[1], note = "n" })).Is(422, "bank_row.amount");
        (await Resolve("S-3", new { @as = "settlement", settlementId = settlements[1], note = "the bank left the code out" })).Is(201);
        Assert.Equal("known", await Import($"-1040.00,S-3,{await CodeOf(shops[1].Seller)},"));
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Runs_and_imports_of_many_transactions_keep_their_keys(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (shop, buyer) = (await server.ShopAsync("10.00"), await server.BuyerAsync("1000.00"));
        var month = await server.NextMonthAsync();
        var leg = (await buyer.BuyAsync(shop, 1, month.AddDays(1), 5))["legs[0].id"];
        await server.MoveClockAsync(month.AddDays(2));
        await shop.UseAsync(leg, month.AddDays(1), 5, cards: 1);
        Task<Answer> Run(DateTimeOffset of) => server.Admin.PostAsync("/v1/billing-runs", new { period = of.Period() }, "run");

        // What is refused leaves the key unused.
        (await Run(month)).Is(422, "period.open");
        await server.MoveClockAsync(month.AddMonths(1));
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Run(month)));
        Assert.Single(runs.Select(run => run.Is(200).Text).Distinct());
        var again = (await Run(month)).Is(200);
        Assert.True(again.Replayed);
        Assert.Equal(runs[0].Text, again.Text);
        (await Run(month.AddMonths(-1))).Is(422, "idempotency.mismatch");
        (await server.Admin.PostAsync("/v1/jobs/bill-period/runs", key: "run")).Is(422, "idempotency.mismatch");

        var code = (await server.Admin.GetAsync($"/v1/organizations/{buyer.Id}")).Is(200)["creditCode"];
        Task<Answer> Import(string amount) => server.Admin.PostTextAsync(
            "/v1/bank-statements/", $"bookedOn,amount,reference,counterpartyCode\n2026-03-03,{amount},B-1,{code}", "text/csv", "file");
        var first = (await Import("7.00")).Is(201);
        Assert.False(first.Replayed);
        var replayed = (await Import("7.00")).Is(201);
        Assert.True(replayed.Replayed);
        Assert.Equal(first.Text, replayed.Text);
        (await Import("8.00")).Is(422, "idempotency.mismatch");
        Assert.Equal("957.00 0.00 0.00", await buyer.MoneyAsync());
        var job = (await server.Admin.PostAsync("/v1/jobs/bill-period/runs", key: "job")).Is(200);
        Assert.Equal(job.Text, (await server.Admin.PostAsync("/v1/jobs/bill-period/runs", key: "job")).Is(200).Text);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Thresholds_of_alerts_are_read_as_they_were_set(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (buyer, stranger) = (await server.BuyerAsync(), await server.BuyerAsync());
        var address = $"/v1/organizations/{buyer.Id}/alert-thresholds";
        async Task<string> ReadAsync(Party party) => (await party.GetAsync(address)).Is(200).Text;
        Assert.Equal("""{"lowBalance":null,"monthlyBudget":null}""", await ReadAsync(buyer));
        (await buyer.PutAsync(address, new { lowBalance = "600.00" })).Is(200);
        Assert.Equal("""{"lowBalance":"600.00","monthlyBudget":null}""", await ReadAsync(buyer));
        (await buyer.PutAsync(address, new { monthlyBudget = "1000.00" })).Is(200);
        Assert.Equal("""{"lowBalance":null,"monthlyBudget":"1000.00"}""", await ReadAsync(await buyer.ColleagueAsync("viewer")));
        Assert.Equal(await ReadAsync(buyer), await ReadAsync(await server.Admin.ColleagueAsync("viewer", "auditor")));
        (await stranger.GetAsync(address)).Is(404, "not_found");
        (await server.Nobody.GetAsync(address)).Is(401);
        (await server.Admin.GetAsync("/v1/organizations/none/alert-thresholds")).Is(404, "not_found");
    }

    [Theory, EveryDatabase]
    public async Task Low_balances_passed_budgets_and_overdue_invoices_are_told_once(DatabaseKind database)
    {
        var server = await servers.FreshAsync(database);
        var (shop, buyer) = (await server.ShopAsync(), await server.BuyerAsync(deposit: "100.00"));
        (await server.Admin.PutAsync($"/v1/organizations/{buyer.Id}/credit", new { limit = "2000.00" })).Is(200);
        (await buyer.PutAsync($"/v1/organizations/{buyer.Id}/alert-thresholds", new { lowBalance = "600.00", monthlyBudget = "1000.00" })).Is(200);
        var month = await server.NextMonthAsync();
        var leg = (await buyer.BuyAsync(shop, 8, month.AddDays(9), 10))["legs[0].id"];
        await server.MoveClockAsync((await server.NowAsync()).AddMinutes(1));
        async Task<string> Told() => string.Join(' ', (await buyer.GetAsync("/v1/alerts")).Is(200).Items().Select(alert => alert["code"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal("balance.low budget.exceeded", await Told());
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(leg, month.AddDays(9), 10);
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Empty((await buyer.GetAsync("/v1/invoices?overdue=true")).Is(200).Items());
        await server.MoveClockAsync(month.AddMonths(1).AddDays(35));
        Assert.Equal("balance.low budget.exceeded invoice.overdue", await Told());
        Assert.Equal(invoice["id"], (await buyer.GetAsync("/v1/invoices?overdue=true")).Is(200)["items[0].id"]);
        await server.MoveClockAsync(month.AddMonths(1).AddDays(40));
        Assert.Equal("balance.low budget.exceeded invoice.overdue", await Told());
        await buyer.SortsAsync("/v1/alerts?", "code", "at");
        await server.BooksHoldAsync();
    }
}
