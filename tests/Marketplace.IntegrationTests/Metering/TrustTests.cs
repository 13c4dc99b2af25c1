using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;
using Marketplace.IntegrationTests.Market;

namespace Marketplace.IntegrationTests.Metering;

/// <summary>Readings that somebody doubts: what is disputed, what waits, what is billed in the end, each figure worked out by hand.</summary>
public sealed class TrustTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task What_a_provider_inflates_waits_for_the_deadline_and_is_billed_in_the_next_invoice(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var deal = await DealAsync(server);
        await deal.Shop.UseAsync(deal.Leg, deal.Start, 10);
        await deal.MeterAsync((0, 8, 8), (8, 2, 4));
        Assert.Equal("8,9", await deal.DisputedAsync());
        var dispute = Assert.Single((await deal.Buyer.GetAsync($"/v1/disputes?orderId={deal.Order["id"]}")).Is(200).Items());
        Assert.Equal("meters open 2 28800 14400", $"{dispute["kind"]} {dispute["status"]} {dispute["differences"]!.AsArray().Count} {dispute["differences"]![0]!["provider"]!["cardSeconds"]} {dispute["differences"]![0]!["buyer"]!["cardSeconds"]}");

        // Sent again nothing is new, and one hour more is another matter only where it differs.
        Assert.Equal("0 10 0", Metered.Verdicts(await deal.SendAsync(deal.Readings((0, 8, 8), (8, 2, 4)))));
        Assert.Single((await server.Admin.GetAsync($"/v1/audit/entries?subjectId={dispute["id"]}")).Is(200).Items());

        await server.CloseAsync(deal.Month);
        var first = await deal.Buyer.InvoiceAsync(deal.Month.Period());
        Assert.Equal("usage 64 1280.00 384.00", $"{first["lines[0].kind"]} {first["lines[0].quantity"]} {first["total"]} {first["voucherTotal"]}");
        Assert.Equal("4520.00 96.00 384.00 0.00 0.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("99104.00 224.00 0.00", await deal.Buyer.MoneyAsync());

        await server.CloseAsync(deal.Month.AddMonths(1));
        Assert.Equal("", await deal.DisputedAsync());
        var second = await deal.Buyer.InvoiceAsync(deal.Month.AddMonths(1).Period());
        Assert.Equal("adjustment 16 320.00 96.00", $"{second["lines[0].kind"]} {second["lines[0].quantity"]} {second["total"]} {second["voucherTotal"]}");
        Assert.Equal("4520.00 0.00 480.00 0.00 0.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("98880.00 0.00 0.00", await deal.Buyer.MoneyAsync());
        Assert.Equal(first.Text, (await deal.Buyer.GetAsync($"/v1/invoices/{first["id"]}")).Text);
        await server.BooksHoldAsync(deal.Month.Period(), deal.Month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task Decided_for_the_buyer_its_own_figures_are_billed(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var deal = await DealAsync(server);
        await deal.Shop.UseAsync(deal.Leg, deal.Start, 10);
        await deal.MeterAsync((8, 2, 4));
        await server.CloseAsync(deal.Month);
        Assert.Equal("1280.00", (await deal.Buyer.InvoiceAsync(deal.Month.Period()))["total"]);
        await deal.DecideAsync("buyer");
        Assert.Equal("8,9", await deal.DisputedAsync());
        await server.CloseAsync(deal.Month.AddMonths(1));
        var second = await deal.Buyer.InvoiceAsync(deal.Month.AddMonths(1).Period());
        Assert.Equal("8 160.00 48.00", $"{second["lines[0].quantity"]} {second["total"]} {second["voucherTotal"]}");
        var explained = (await deal.Buyer.GetAsync($"/v1/invoices/{second["id"]}/lines/{second["lines[0].id"]}/explain")).Is(200);
        Assert.Equal("2 counts 14400", $"{explained["facts[0].hours"]} {explained["facts[0].standing"]} {explained["facts[0].buyer.cardSeconds"]}");
        Assert.Equal("4568.00 0.00 432.00 0.00 0.00", await deal.Buyer.VoucherAsync(deal.Voucher));
        Assert.Equal("98992.00 0.00 0.00", await deal.Buyer.MoneyAsync());

        // Neither the deadline nor what the buyer sends now opens it again.
        Assert.Equal("1 0 0", Metered.Verdicts(await deal.SendAsync([deal.Reading(8, 2, "again", "b-8")])));
        await server.CloseAsync(deal.Month.AddMonths(2));
        Assert.Empty(await deal.Buyer.InvoicesAsync(deal.Month.AddMonths(2).Period()));
        await server.BooksHoldAsync(deal.Month.Period(), deal.Month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task A_correction_that_agrees_settles_the_dispute(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var deal = await DealAsync(server);
        await deal.Shop.UseAsync(deal.Leg, deal.Start, 10);
        await deal.MeterAsync((8, 2, 4));
        await deal.Shop.CorrectAsync(deal.Leg, deal.Start.AddHours(8), 4);
        (await server.Admin.PostAsync("/v1/jobs/compare-meters/runs")).Is(200);
        Assert.Equal("9", await deal.DisputedAsync());
        await deal.Shop.CorrectAsync(deal.Leg, deal.Start.AddHours(9), 4);
        await server.CloseAsync(deal.Month);
        Assert.Equal("", await deal.DisputedAsync());
        Assert.Equal("1440.00", (await deal.Buyer.InvoiceAsync(deal.Month.Period()))["total"]);

        // Within the tolerance there is nothing to dispute; beyond it, after all was billed, what stands is left until it is decided.
        await deal.Shop.CorrectAsync(deal.Leg, deal.Start.AddHours(9), 8, time: 2);
        await server.MoveClockAsync(deal.Month.AddMonths(1).AddHours(40));
        Assert.Equal("9", await deal.DisputedAsync());
        await deal.DecideAsync("provider");
        await server.CloseAsync(deal.Month.AddMonths(1));
        Assert.Equal("80.00", (await deal.Buyer.InvoiceAsync(deal.Month.AddMonths(1).Period()))["total"]);
        await server.BooksHoldAsync(deal.Month.Period(), deal.Month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task Outage_that_only_the_buyer_saw_is_disputed_and_credited_on_reserved_hours(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var deal = await DealAsync(server, product: "reserved");
        await server.CloseAsync(deal.Month);
        Assert.Equal("1600.00", (await deal.Buyer.InvoiceAsync(deal.Month.Period()))["total"]);
        Assert.Equal("2 0 0", Metered.Verdicts(await deal.SendAsync([deal.Reading(3, 8, status: "down"), deal.Reading(4, 8)])));
        await deal.DecideAsync("buyer");
        await server.CloseAsync(deal.Month.AddMonths(1));
        var credit = Assert.Single((await deal.Buyer.GetAsync($"/v1/credit-notes?period={deal.Month.AddMonths(2).Period()}")).Is(200).Items());
        Assert.Equal("160.00 48.00 112.00", $"{credit["total"]} {credit["voucherReturned"]} {credit["refund"]}");
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Hours_that_the_buyer_denies_or_objects_to_or_that_come_late_are_not_billed(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var deal = await DealAsync(server, product: "reserved", lateHours: 2);
        var path = $"/v1/orders/{deal.Order["id"]}/legs/{deal.Leg}";
        object Spot(int from, int to, bool ran) => new { from = MarketSetup.Wire(deal.Start.AddHours(from)), to = MarketSetup.Wire(deal.Start.AddHours(to)), ran };
        (await deal.Buyer.PostAsync(path + "/confirmations", new { })).IsInvalid("from", "to", "ran");
        (await deal.Buyer.PostAsync(path + "/confirmations", Spot(9, 11, true))).Is(422, "confirmation.outside_leg");
        (await deal.Shop.Seller.PostAsync(path + "/confirmations", Spot(3, 4, true))).Is(403, "forbidden");
        (await (await server.BuyerAsync()).PostAsync(path + "/confirmations", Spot(3, 4, true))).Is(404, "not_found");
        (await deal.Buyer.PostAsync(path + "/confirmations", Spot(3, 4, true))).Is(201);
        var denied = (await deal.Buyer.PostAsync(path + "/confirmations", Spot(4, 6, false))).Is(201);
        (await deal.Buyer.PostAsync(path + "/confirmations", Spot(5, 7, true))).Is(409, "confirmation.exists");
        Assert.Equal("denial", (await deal.Shop.Seller.GetAsync($"/v1/disputes/{denied["disputeId"]}")).Is(200)["kind"]);
        Assert.Equal(2, (await deal.Buyer.GetAsync($"/v1/orders/{deal.Order["id"]}/confirmations")).Is(200).Items().Count);
        (await deal.Buyer.PostAsync(path + "/objections", new { reason = "gone", from = MarketSetup.Wire(deal.Start.AddHours(9)) })).Is(201);

        // Two hours came late, two are denied, one is objected to: five of ten are billed.
        await server.CloseAsync(deal.Month);
        Assert.Equal("800.00", (await deal.Buyer.InvoiceAsync(deal.Month.Period()))["total"]);
        foreach (var dispute in (await deal.Buyer.GetAsync($"/v1/disputes?orderId={deal.Order["id"]}")).Is(200).Items())
        {
            await deal.DecideAsync(dispute["kind"]!.GetValue<string>() == "denial" ? "provider" : "buyer", dispute["id"]!.GetValue<string>());
        }

        await server.CloseAsync(deal.Month.AddMonths(1));
        var second = await deal.Buyer.InvoiceAsync(deal.Month.AddMonths(1).Period());
        Assert.Equal("adjustment 16 320.00", $"{second["lines[0].kind"]} {second["lines[0].quantity"]} {second["total"]}");
        Assert.Equal("0.00", (await deal.Buyer.MoneyAsync()).Split(' ')[1]);
        await server.BooksHoldAsync(deal.Month.Period(), deal.Month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task Outage_of_what_was_resold_is_credited_to_its_buyer_and_to_its_holder(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, holder, buyer) = (await server.ShopAsync("20.00", "reserved"), await server.BuyerAsync(), await server.BuyerAsync());
        var month = await server.NextMonthAsync();
        var start = month.AddDays(9);
        var held = await holder.TakeAsync(shop.Capacity.Demand(8, start, 10));
        (await holder.ResellAsync(held, 2, 3, 5, "15.00")).Is(201);
        var bought = await buyer.TakeAsync(shop.Capacity.Demand(2, start.AddHours(3), 2));
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(bought["legs[0].id"], start.AddHours(3), 1, cards: 2, status: "down");
        await server.CloseAsync(month);

        // Two cards for an hour: 30.00 from the reseller, 40.00 from the provider.
        Assert.Equal("30.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
        var owed = await shop.Seller.InvoiceAsync(month.Period());
        Assert.Equal("1560.00 -2", $"{owed["total"]} {owed.Items("lines").Single(line => line["kind"]!.GetValue<string>() == "outage")["quantity"]}");

        // A late one lowers both bills of that month in the next.
        await shop.UseAsync(bought["legs[0].id"], start.AddHours(4), 1, cards: 2, status: "down");
        await server.CloseAsync(month.AddMonths(1));
        await server.CloseAsync(month.AddMonths(2));
        Assert.Equal("30.00", Credited(await buyer.GetAsync("/v1/credit-notes")));
        Assert.Equal("40.00", Credited(await shop.Seller.GetAsync("/v1/credit-notes")));
        Assert.Equal("98480.00", (await holder.MoneyAsync()).Split(' ')[0]);
        Assert.Equal("100000.00", (await buyer.MoneyAsync()).Split(' ')[0]);
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());

        static string Credited(Answer notes) => Assert.Single(notes.Is(200).Items())["total"]!.GetValue<string>();
    }

    [Theory, EveryDatabase]
    public async Task A_programme_that_asks_for_energy_pays_for_hours_with_plausible_energy(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var deal = await DealAsync(server, """{"corroboration": "energy"}""");

        // Eight cards of 310 W draw 2,480 Wh an hour. Four hours are at work, three idle, two say more than can be, one says nothing.
        Assert.Equal("480.00", deal.Order["publicMoney"]);
        (int Hours, double? Energy)[] runs = [(4, 2000), (3, 300), (2, 9000), (1, null)];
        var readings = runs.SelectMany(run => Enumerable.Repeat(run.Energy, run.Hours)).Select((energy, hour) => deal.WithEnergy(hour, energy)).ToArray();
        Assert.Equal("10", (await deal.Shop.SendAsync(readings)).Is(200)["accepted"]);
        await server.CloseAsync(deal.Month);
        var invoice = await deal.Buyer.InvoiceAsync(deal.Month.Period());
        Assert.Equal("1600.00 192.00 640.00", $"{invoice["total"]} {invoice["voucherTotal"]} {(await ExplainAsync(deal.Buyer, invoice))["vouchers[0].eligible"]}");
        var claim = (await deal.Shop.Seller.ClaimAsync(deal.Scheme, deal.Month.AddMonths(1).AddDays(-1))).Is(201);
        Assert.Equal("192.00", claim["total"]);
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_programme_that_refuses_unsigned_usage_pays_for_the_lines_that_are_signed(DatabaseKind database)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = await servers.OnAsync(database);
        var (listed, scheme, buyer) = (await server.ShopAsync(), await server.SchemeAsync(rules: """{"unattestedUsage": "refuse"}"""), await server.BuyerAsync());
        var meter = (await listed.Seller.PostAsync("/v1/meters", new { centerId = listed.Capacity.CenterId, name = "signs", publicKeyPem = key.ExportSubjectPublicKeyInfoPem() })).Is(201);
        var shop = listed with { Source = meter["source"] };
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var start = month.AddMonths(1).AddHours(-4);
        var leg = (await buyer.BuyAsync(shop, 8, start, 10))["legs[0].id"];
        await server.MoveClockAsync(start.AddHours(10));

        // Of four hours in the first month one comes unsigned, of six in the second none.
        Assert.Equal("1", (await shop.SendAsync(shop.Reading(leg, start, 8))).Is(200)["accepted"]);
        var signed = new JsonArray([.. Enumerable.Range(1, 9).Select(hour => shop.Reading(leg, start.AddHours(hour), 8))]).ToJsonString();
        Assert.Equal("9", (await Metered.SendBodyAsync(shop.Seller, signed, meter: meter["id"], signature: Metered.Sign(key, signed))).Is(200)["accepted"]);
        await server.CloseAsync(month);
        var first = await buyer.InvoiceAsync(month.Period());
        Assert.Equal("640.00 0.00 usage.unattested", $"{first["total"]} {first["voucherTotal"]} {(await ExplainAsync(buyer, first))["vouchersNotApplied[0].code"]}");
        await server.CloseAsync(month.AddMonths(1));
        var second = await buyer.InvoiceAsync(month.AddMonths(1).Period());
        Assert.Equal("960.00 288.00", $"{second["total"]} {second["voucherTotal"]}");
        Assert.Equal("4712.00 0.00 288.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task A_programme_that_asks_for_the_buyer_pays_where_the_buyer_agrees(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (silent, deal) = (await AheadAsync(server, """{"corroboration": "buyer"}"""), await DealAsync(server, """{"corroboration": "buyer"}"""));
        await deal.Shop.UseAsync(deal.Leg, deal.Start, 10);
        await silent.Shop.UseAsync(silent.Leg, silent.Start, 10);
        await deal.MeterAsync((0, 3, 8));
        (await deal.Buyer.PostAsync($"/v1/orders/{deal.Order["id"]}/legs/{deal.Leg}/confirmations", new { from = MarketSetup.Wire(deal.Start.AddHours(5)), to = MarketSetup.Wire(deal.Start.AddHours(7)), ran = true })).Is(201);
        await server.CloseAsync(deal.Month);
        var invoice = await deal.Buyer.InvoiceAsync(deal.Month.Period());
        Assert.Equal("1600.00 240.00", $"{invoice["total"]} {invoice["voucherTotal"]}");
        var without = await silent.Buyer.InvoiceAsync(deal.Month.Period());
        var explained = await ExplainAsync(silent.Buyer, without);
        Assert.Equal($"1600.00 0.00 {silent.Scheme.Code} usage.uncorroborated", $"{without["total"]} {without["voucherTotal"]} {explained["vouchersNotApplied[0].programme"]} {explained["vouchersNotApplied[0].code"]}");
        await server.BooksHoldAsync(deal.Month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Only_the_buyer_of_a_leg_meters_it_from_its_side(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var deal = await DealAsync(server);
        (await Metered.SendAsync(deal.Shop.Seller)).Is(200);
        (await deal.Shop.Seller.PostTextAsync("/v1/buyer-usage", "[]", Shop.Batch)).Is(403, "forbidden");
        var stranger = await server.BuyerAsync();
        var foreign = deal.Reading(0, 8);
        foreign["source"] = (await stranger.PostAsync("/v1/meters", new { name = "mine" })).Is(201)["source"];
        Assert.Equal("usage.unknown_leg", (await stranger.PostTextAsync("/v1/buyer-usage", new JsonArray(foreign).ToJsonString(), Shop.Batch)).Is(200)["rejected[0].code"]);
        Assert.Equal("usage.unknown_meter", (await deal.SendAsync([deal.Shop.Reading(deal.Leg, deal.Start, 8)])).Is(200)["rejected[0].code"]);
        (await stranger.PostAsync("/v1/meters", new { name = "mine", centerId = deal.Shop.Capacity.CenterId })).Is(404, "not_found");
        (await deal.Shop.Seller.PostAsync("/v1/meters", new { name = "no centre" })).IsInvalid("centerId");
        Assert.Equal("1 0 0", Metered.Verdicts(await deal.SendAsync([deal.Reading(0, 8)])));
        Assert.Equal("1 0 0", Metered.Verdicts(await deal.SendAsync([deal.Reading(0, 6, "fix", "b-0")])));
        Assert.Equal("", await deal.DisputedAsync());
        Assert.Empty(server.Faults);
    }

    private static async Task<Answer> ExplainAsync(Party buyer, Answer invoice) =>
        (await buyer.GetAsync($"/v1/invoices/{invoice["id"]}/lines/{invoice["lines[0].id"]}/explain")).Is(200);

    /// <summary>A deal whose hours are over.</summary>
    private static async Task<Deal> DealAsync(MarketplaceServer server, string rules = "{}", string product = "metered", int lateHours = 0)
    {
        var deal = await AheadAsync(server, rules, product, lateHours);
        await server.MoveClockAsync(deal.Start.AddHours(10));
        return deal;
    }

    /// <summary>Eight cards for ten hours late in a month that lies ahead: 1600.00, of which a voucher pays 30 %.</summary>
    private static async Task<Deal> AheadAsync(MarketplaceServer server, string rules, string product = "metered", int lateHours = 0)
    {
        var (shop, scheme, buyer) = (await server.ShopAsync(product: product), await server.SchemeAsync(rules: rules), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var start = month.AddDays(24);
        var order = await buyer.BuyAsync(shop, 8, start, 10);
        if (lateHours > 0)
        {
            (await shop.Seller.PutAsync($"/v1/orders/{order["id"]}/legs/{order["legs[0].id"]}/delivery", new { from = MarketSetup.Wire(start.AddHours(lateHours)) })).Is(200);
        }

        var source = (await buyer.PostAsync("/v1/meters", new { name = "own" })).Is(201)["source"];
        return new(server, shop, scheme, buyer, voucher, order, source, month, start);
    }

    private sealed record Deal(MarketplaceServer Server, Shop Shop, Scheme Scheme, Party Buyer, string Voucher, Answer Order, string Source, DateTimeOffset Month, DateTimeOffset Start)
    {
        public string Leg => Order["legs[0].id"];

        public JsonObject Reading(int hour, int cards, string? id = null, string? replaces = null, string status = "up")
        {
            var reading = Shop.Reading(Leg, Start.AddHours(hour), cards, status, id ?? $"b-{hour}", replaces);
            reading["source"] = Source;
            return reading;
        }

        public JsonObject WithEnergy(int hour, double? energyWh)
        {
            var reading = Shop.Reading(Leg, Start.AddHours(hour), 8);
            if (energyWh is { } energy)
            {
                reading["data"]!["energyWh"] = energy;
            }

            return reading;
        }

        public JsonObject[] Readings(params (int From, int Hours, int Cards)[] runs) =>
            [.. runs.SelectMany(run => Enumerable.Range(run.From, run.Hours).Select(hour => Reading(hour, run.Cards)))];

        public Task<Answer> SendAsync(JsonObject[] readings) => Buyer.PostTextAsync("/v1/buyer-usage", new JsonArray([.. readings]).ToJsonString(), Shop.Batch);

        /// <summary>Readings of the buyer's meter, an hour each, all of them accepted.</summary>
        public async Task MeterAsync(params (int From, int Hours, int Cards)[] runs) =>
            Assert.Equal($"{runs.Sum(run => run.Hours)} 0 0", Metered.Verdicts(await SendAsync(Readings(runs))));

        /// <summary>The hours, from the start, that usage shows as disputed.</summary>
        public async Task<string> DisputedAsync() => string.Join(',', (await Buyer.GetAsync($"/v1/orders/{Order["id"]}/usage")).Is(200).Items()
            .Where(hour => hour["disputed"]!.GetValue<bool>()).Select(hour => (hour["hour"]!.GetValue<DateTimeOffset>() - Start).TotalHours));

        public async Task DecideAsync(string side, string? id = null)
        {
            id ??= Assert.Single((await Buyer.GetAsync($"/v1/disputes?status=open&orderId={Order["id"]}")).Is(200).Items())["id"]!.GetValue<string>();
            (await Server.Admin.PostAsync($"/v1/disputes/{id}/decisions", new { hours = side, note = "looked" })).Is(201);
        }
    }
}
