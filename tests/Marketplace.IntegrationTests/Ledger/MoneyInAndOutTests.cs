using Marketplace.IntegrationTests.Harness;

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
        await server.BooksHoldAsync();
    }
}
