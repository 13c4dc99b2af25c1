using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.IntegrationTests.Market;

/// <summary>What a holder resells, who may buy it, and where the cards, the usage and the money of the parts end up.</summary>
public sealed class ResaleTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_part_is_resold_metered_and_settled_apart(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, holder, buyer) = (await server.ShopAsync("20.00", "reserved"), await server.BuyerAsync(), await server.BuyerAsync());
        var month = await server.NextMonthAsync();
        var start = month.AddDays(9);
        var held = await holder.TakeAsync(shop.Capacity.Demand(8, start, 10));
        var listing = (await holder.ResellAsync(held, 3, 2, 6, "15.00")).Is(201);
        Assert.Equal($"/v1/listings/{listing["id"]}", listing.Headers["Location"]);
        Assert.Equal($"true {holder.Id} 1 3 reserved 15.00", $"{listing["resale"]} {listing["sellerId"]} {listing["nodes"]} {listing["cards"]} {listing["product"]} {listing["pricePerCardHour"]}");
        Assert.Equal((start.AddHours(2), start.AddHours(6)), (DateTimeOffset.Parse(listing["from"]), DateTimeOffset.Parse(listing["to"])));

        // What is bought of it is a leg of its own, from the holder.
        var bought = await buyer.TakeAsync(shop.Capacity.Demand(2, start.AddHours(3), 2));
        Assert.Equal((holder.Id, listing["id"], "60.00"), (bought["legs[0].sellerId"], bought["legs[0].listingId"], bought["total"]));
        Assert.Equal("1600.00", (await holder.GetAsync($"/v1/orders/{held["id"]}")).Is(200)["total"]);
        Assert.Equal("60.00", (await holder.GetAsync($"/v1/orders/{bought["id"]}")).Is(200)["total"]);
        (await shop.Seller.GetAsync($"/v1/orders/{bought["id"]}")).Is(404);
        await server.BooksHoldAsync();

        // The provider meters both; the holder's leg has six cards in the hours of which two were sold.
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(held["legs[0].id"], start, 3);
        var tooMany = (await shop.SendAsync(shop.Reading(held["legs[0].id"], start.AddHours(3), 7))).Is(200);
        Assert.Equal(("0", "usage.exceeds_leg"), (tooMany["accepted"], tooMany["rejected[0].code"]));
        await shop.UseAsync(held["legs[0].id"], start.AddHours(3), 2, cards: 6);
        await shop.UseAsync(bought["legs[0].id"], start.AddHours(3), 2, cards: 2);
        Assert.Equal("usage.exceeds_leg", (await shop.SendAsync(shop.Reading(bought["legs[0].id"], start.AddHours(3), 3, id: "three"))).Is(200)["rejected[0].code"]);
        await shop.UseAsync(held["legs[0].id"], start.AddHours(5), 5);

        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal($"{holder.Id} reserved 4 60.00 paid", $"{invoice["sellerId"]} {invoice["lines[0].kind"]} {invoice["lines[0].quantity"]} {invoice["total"]} {invoice["status"]}");
        var owed = Assert.Single(await shop.Seller.InvoicesAsync(month.Period()));
        Assert.Equal((holder.Id, "1600.00"), (owed["organizationId"]!.GetValue<string>(), owed["total"]!.GetValue<string>()));
        Assert.Equal("98400.00 0.00 0.00", await holder.MoneyAsync());
        Assert.Equal("99940.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("60.00 3.00 57.00", Settled(await holder.SettlementAsync(month.Period())));
        Assert.Equal("1600.00 80.00 1520.00", Settled(await shop.Seller.SettlementAsync(month.Period())));
        await server.BooksHoldAsync(month.Period());

        static string Settled(Answer settlement) => $"{settlement["items[0].gross"]} {settlement["items[0].commission"]} {settlement["items[0].net"]}";
    }

    [Theory, EveryDatabase]
    public async Task No_more_is_resold_than_is_held(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, holder, buyer) = (await ReservedAsync(server), await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var held = await holder.TakeAsync(capacity.Demand(6, start, 10));
        (await holder.ResellAsync(held, 7, 0, 10)).Is(422, "resale.more_than_held");
        (await holder.ResellAsync(held, 1, -1, 2)).Is(422, "resale.more_than_held");
        (await holder.ResellAsync(held, 1, 8, 11)).Is(422, "resale.more_than_held");

        // Four cards over 0-5, and two of them over 5-8: what they leave over 4-6 is two.
        (await holder.ResellAsync(held, 4, 0, 5)).Is(201);
        (await holder.ResellAsync(held, 3, 4, 6)).Is(422, "resale.more_than_held");
        (await holder.ResellAsync(held, 4, 5, 8)).Is(201);
        (await holder.ResellAsync(held, 3, 4, 6)).Is(422, "resale.more_than_held");
        (await holder.ResellAsync(held, 2, 4, 6)).Is(201);
        (await holder.ResellAsync(held, 1, 4, 6)).Is(422, "resale.more_than_held");
        (await holder.ResellAsync(held, 6, 8, 10)).Is(201);

        // What was sold isn't the holder's any more, though its listing is withdrawn.
        var sold = await buyer.TakeAsync(capacity.Demand(4, start.AddHours(5), 3, new { maxPricePerCardHour = "8.00" }));
        (await holder.DeleteAsync($"/v1/listings/{sold["legs[0].listingId"]}")).Is(204);
        (await holder.ResellAsync(held, 1, 6, 8)).Is(201);
        (await holder.ResellAsync(held, 1, 6, 8)).Is(201);
        (await holder.ResellAsync(held, 1, 6, 8)).Is(422, "resale.more_than_held");
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task What_is_past_or_not_reserved_or_not_his_is_refused(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, holder) = (await ReservedAsync(server), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var held = await holder.TakeAsync(capacity.Demand(2, start, 10));
        var foreigner = await server.BuyerAsync();
        (await foreigner.ResellAsync(held, 1, 0, 10)).Is(404, "not_found");
        (await capacity.Provider.ResellAsync(held, 1, 0, 10)).Is(403, "forbidden");
        var other = await holder.TakeAsync(capacity.Demand(1, start, 1));
        (await holder.PostAsync("/v1/resales", new { orderId = other["id"], legId = held["legs[0].id"], cards = 1, from = MarketSetup.Wire(start), to = MarketSetup.Wire(start.AddHours(1)), pricePerCardHour = "1" }))
            .Is(404, "not_found");
        (await holder.PostAsync("/v1/resales")).IsInvalid("cards", "from", "legId", "orderId", "pricePerCardHour", "to");
        (await holder.PostAsync("/v1/resales", new { orderId = held["id"], legId = held["legs[0].id"], cards = 0, from = MarketSetup.Wire(start.AddMinutes(30)), to = MarketSetup.Wire(start), pricePerCardHour = "0" }))
            .IsInvalid("cards", "from", "pricePerCardHour", "to");

        var metered = await server.CapacityAsync();
        (await metered.ListAsync()).Is(201);
        (await holder.ResellAsync(await holder.TakeAsync(metered.Demand(2, start, 2)), 1, 0, 2)).Is(422, "resale.not_reserved");

        // The hour that has begun is past; the next one lies ahead.
        await server.MoveClockAsync(start.AddHours(3).AddMinutes(1));
        (await holder.ResellAsync(held, 1, 3, 10)).Is(422, "resale.past");
        (await holder.ResellAsync(held, 1, 4, 10)).Is(201);

        var gone = await holder.TakeAsync(capacity.Demand(2, start.AddDays(1), 2));
        (await holder.CancelAsync(gone)).Is(200);
        (await holder.ResellAsync(gone, 1, 0, 1)).Is(409, "order.cancelled");
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task What_a_voucher_pays_for_is_not_resold_where_its_programme_forbids_it(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, holder) = (await server.ShopAsync("20.00", "reserved"), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(holder, "5000.00");
        var held = await holder.BuyAsync(shop, 8, await server.TomorrowAsync(), 10);
        (await holder.ResellAsync(held, 1, 0, 1)).Is(422, "resale.voucher_funded");
        Assert.Equal("4520.00 480.00 0.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("sold_out", await (await server.BuyerAsync()).WhyNotAsync(shop.Capacity.Demand(1, await server.TomorrowAsync(), 1)));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Where_it_is_allowed_the_vouchers_share_goes_back_and_the_deposit_takes_its_place(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme) = (await server.ShopAsync("20.00", "reserved"), await server.SchemeAsync(rules: """{"resale": "release"}"""));
        var (holder, buyer) = (await server.BuyerAsync("1239.99"), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(holder, "480.00");
        var month = await server.NextMonthAsync();
        var start = month.AddDays(9);
        var held = await holder.BuyAsync(shop, 8, start, 10);
        Assert.Equal("0.00 480.00 0.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("1239.99 1120.00 0.00", await holder.MoneyAsync());

        // Of 1600.00 a quarter goes up for resale: 120.00 of the voucher's 480.00, a fen more than is left of the deposit.
        (await holder.ResellAsync(held, 4, 5, 10)).Is(422, "funds.insufficient");
        Assert.Equal("0.00 480.00 0.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("1239.99 1120.00 0.00", await holder.MoneyAsync());
        (await server.Admin.PostAsync($"/v1/organizations/{holder.Id}/deposits", new { amount = "0.01", reference = "second" })).Is(201);
        (await holder.ResellAsync(held, 4, 5, 10, "25.00")).Is(201);
        Assert.Equal("120.00 360.00 0.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("1240.00 1240.00 0.00", await holder.MoneyAsync());
        Assert.Equal("1240.00", (await holder.GetAsync($"/v1/orders/{held["id"]}")).Is(200)["depositHeld"]);
        await server.BooksHoldAsync();

        // Half of it is sold; no voucher pays for any of it.
        var bought = await buyer.TakeAsync(shop.Capacity.Demand(2, start.AddHours(5), 5));
        await server.MoveClockAsync(month.AddDays(10));
        await shop.UseAsync(held["legs[0].id"], start, 5);
        await shop.UseAsync(bought["legs[0].id"], start.AddHours(5), 5, cards: 2);
        await server.CloseAsync(month);
        var invoice = Assert.Single(await shop.Seller.InvoicesAsync(month.Period()));
        Assert.Equal("1600.00 360.00 1240.00 paid", $"{invoice["total"]} {invoice["voucherTotal"]} {invoice["payable"]} {invoice["status"]}");
        Assert.Equal("120.00 0.00 360.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("0.00 0.00 0.00", await holder.MoneyAsync());
        Assert.Equal("250.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_a_month_has_billed_is_no_part_of_what_goes_back(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, holder) = (await server.ShopAsync("20.00", "reserved"), await server.SchemeAsync(rules: """{"resale": "release"}"""), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(holder, "10000.00");
        var month = await server.NextMonthAsync();
        var held = await holder.BuyAsync(shop, 8, month.AddMonths(1).AddHours(-10), 110);
        await server.CloseAsync(month);
        Assert.Equal("4720.00 4800.00 480.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("98880.00 11200.00 0.00", await holder.MoneyAsync());

        // Forty of the hundred hours that the 4800.00 stand for.
        (await holder.ResellAsync(held, 8, 70, 110)).Is(201);
        Assert.Equal("6640.00 2880.00 480.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("98880.00 13120.00 0.00", await holder.MoneyAsync());
        await server.CloseAsync(month.AddMonths(1));
        Assert.Equal("6640.00 0.00 3360.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("85760.00 0.00 0.00", await holder.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), month.AddMonths(1).Period());
    }

    [Theory, EveryDatabase]
    public async Task What_an_outage_left_of_the_hold_is_no_part_of_what_goes_back(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, holder) = (await server.ShopAsync("20.00", "reserved"), await server.BuyerAsync());
        var scheme = await server.SchemeAsync(rules: """{"resale": "release", "rates": [{"ratio": "0.80"}]}""");
        var voucher = await scheme.IssueAsync(holder, "20000.00");
        var month = await server.NextMonthAsync();
        var start = month.AddMonths(1).AddHours(-40);
        var held = await holder.BuyAsync(shop, 8, start, 120);
        await server.MoveClockAsync(month.AddMonths(1));
        await shop.UseAsync(held["legs[0].id"], start, 39, status: "down");
        await server.CloseAsync(month);
        Assert.Equal("4640.00 15232.00 128.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("99968.00 3808.00 0.00", await holder.MoneyAsync());

        // The last ten of 120 hours cost 1600.00, of which the voucher was to pay 80 %.
        (await holder.ResellAsync(held, 8, 110, 120)).Is(201);
        Assert.Equal("5920.00 13952.00 128.00 0.00 0.00", await holder.VoucherAsync(voucher));
        Assert.Equal("99968.00 5088.00 0.00", await holder.MoneyAsync());
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Nobody_buys_from_himself_or_from_a_related_party(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await ReservedAsync(server);
        var ((holder, sister), stranger) = (await server.RelatedBuyersAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var demand = capacity.Demand(8, start, 2);
        var held = await holder.TakeAsync(demand);
        (await holder.ResellAsync(held, 8, 0, 2)).Is(201);
        Assert.Equal("sold_out", await holder.WhyNotAsync(demand));
        Assert.Equal("sold_out", await sister.WhyNotAsync(demand));
        Assert.Equal(holder.Id, (await stranger.TakeAsync(demand))["legs[0].sellerId"]);

        // The provider's own cards are for everybody.
        (await sister.AskAsync(capacity.Demand(8, start.AddHours(2), 2))).Is(201);
        (await holder.AskAsync(capacity.Demand(8, start.AddHours(2), 2))).Is(201);
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task A_bought_part_that_is_cancelled_is_the_holders_again_and_still_on_offer(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, holder, buyer) = (await ReservedAsync(server), await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var held = await holder.TakeAsync(capacity.Demand(8, start, 6));
        (await holder.ResellAsync(held, 4, 0, 6)).Is(201);
        var middle = await buyer.TakeAsync(capacity.Demand(4, start.AddHours(2), 2));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(4, start, 6)));
        (await buyer.CancelAsync(middle)).Is(200);
        Assert.Equal("100000.00 0.00 100000.00", await buyer.BalanceAsync());
        await server.BooksHoldAsync();

        // Over the cut as well, and cancelled and bought again.
        for (var again = 0; again < 2; again++)
        {
            var across = await buyer.TakeAsync(capacity.Demand(4, start.AddHours(1), 4));
            Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start.AddHours(4), 1)));
            (await buyer.AskAsync(capacity.Demand(4, start.AddHours(5), 1))).Is(201);
            (await buyer.CancelAsync(across)).Is(200);
        }

        await buyer.TakeAsync(capacity.Demand(4, start, 6));
        await using var db = server.Database.Open();
        var leg = Id<Leg>.Parse(held["legs[0].id"]);
        Assert.Equal(24, (await db.Reservations.Where(r => r.LegId == leg).ToListAsync()).Sum(r => r.Interval.Hours));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task An_order_of_which_others_bought_stays_and_what_they_didnt_buy_goes_with_it(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, holder, buyer) = (await ReservedAsync(server), await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var held = await holder.TakeAsync(capacity.Demand(8, start, 6));
        var (some, more) = ((await holder.ResellAsync(held, 2, 0, 6)).Is(201)["id"], (await holder.ResellAsync(held, 2, 3, 6)).Is(201)["id"]);
        var bought = await buyer.TakeAsync(capacity.Demand(1, start.AddHours(1), 1));
        (await holder.CancelAsync(held)).Is(409, "order.resold");
        Assert.Equal("100000.00 480.00 99520.00", await holder.BalanceAsync());
        Assert.Equal("active", (await holder.GetAsync($"/v1/listings/{some}")).Is(200)["status"]);

        (await buyer.CancelAsync(bought)).Is(200);
        var standing = (await buyer.AskAsync(capacity.Demand(1, start.AddHours(1), 1))).Is(201);
        (await holder.CancelAsync(held)).Is(200);
        Assert.Equal("100000.00 0.00 100000.00", await holder.BalanceAsync());
        Assert.Equal(("withdrawn", "withdrawn"), ((await holder.GetAsync($"/v1/listings/{some}"))["status"], (await holder.GetAsync($"/v1/listings/{more}"))["status"]));
        (await holder.DeleteAsync($"/v1/listings/{more}")).Is(409, "listing.withdrawn");

        // The provider has all of it again, at his price: dearer than the quote that stood.
        (await buyer.PostAsync("/v1/orders", new { quoteId = standing["id"] })).Is(409, "capacity.taken");
        Assert.Equal(capacity.Provider.Id, (await buyer.TakeAsync(capacity.Demand(8, start, 6)))["legs[0].sellerId"]);
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task A_chain_of_resales_is_flagged_where_it_comes_back(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await ReservedAsync(server);
        var ((first, sister), second, third) = (await server.RelatedBuyersAsync(), await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var a = await first.TakeAsync(capacity.Demand(8, start, 6));
        (await first.ResellAsync(a, 6, 0, 6)).Is(201);
        var b = await second.TakeAsync(capacity.Demand(6, start, 6));
        (await second.ResellAsync(b, 5, 1, 6, "7.00")).Is(201);
        var c = await third.TakeAsync(capacity.Demand(5, start.AddHours(1), 5));
        (await third.ResellAsync(c, 4, 2, 6, "6.00")).Is(422, "resale.more_than_held");
        (await third.ResellAsync(c, 4, 1, 4, "6.00")).Is(201);
        Assert.Empty(await CirclesAsync());

        // A sister of the first one gets some of it, and the first one some himself; a stranger raises no flag.
        var d = await sister.TakeAsync(capacity.Demand(2, start.AddHours(2), 1));
        var e = await first.TakeAsync(capacity.Demand(1, start.AddHours(2), 3));
        var f = await (await server.BuyerAsync()).TakeAsync(capacity.Demand(1, start.AddHours(2), 3));
        Assert.All([d, e, f], order => Assert.Equal(third.Id, order["legs[0].sellerId"]));
        Assert.Equal([d["legs[0].id"], e["legs[0].id"]], await CirclesAsync());
        await server.BooksHoldAsync();

        // Each is metered up to what is left of it.
        foreach (var (holder, order) in ((Party, Answer)[])[(first, a), (second, b), (third, c)])
        {
            (await holder.CancelAsync(order)).Is(409, "order.resold");
        }

        var meter = (await capacity.Provider.PostAsync("/v1/meters", new { centerId = capacity.CenterId, name = "meter" })).Is(201);
        var shop = new Shop(capacity, meter["source"]);
        await server.MoveClockAsync(start.AddHours(6));
        foreach (var (leg, left) in ((string, int)[])[(a["legs[0].id"], 2), (b["legs[0].id"], 1), (c["legs[0].id"], 1), (d["legs[0].id"], 2), (e["legs[0].id"], 1), (f["legs[0].id"], 1)])
        {
            Assert.Equal("usage.exceeds_leg", (await shop.SendAsync(shop.Reading(leg, start.AddHours(2), left + 1))).Is(200)["rejected[0].code"]);
            await shop.UseAsync(leg, start.AddHours(2), 1, left);
        }

        await server.BooksHoldAsync();

        async Task<IReadOnlyList<string>> CirclesAsync()
        {
            await using var db = server.Database.Open();
            Id<Organization>[] buyers = [Id<Organization>.Parse(first.Id), Id<Organization>.Parse(sister.Id)];
            return await db.FraudFlags.Where(flag => flag.Code == "trade.circle" && buyers.Contains(flag.OrganizationId)).OrderBy(flag => flag.Id).Select(flag => flag.SubjectId).ToListAsync();
        }
    }

    [Theory, EveryDatabase]
    public async Task One_order_takes_what_is_resold_and_what_was_never_sold(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, holder, buyer) = (await ReservedAsync(server), await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var held = await holder.TakeAsync(capacity.Demand(6, start, 4));
        (await holder.ResellAsync(held, 3, 0, 4)).Is(201);
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(6, start, 2)));
        var order = await buyer.TakeAsync(capacity.Demand(5, start, 2));
        Assert.Equal(["3 n-1 48.00", "2 n-1 40.00"], order.Legs());
        Assert.Equal([holder.Id, capacity.Provider.Id], order.Items("legs").Select(leg => leg["sellerId"]!.GetValue<string>()));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start, 1)));
        await server.BooksHoldAsync();

        // A gang stands in what one seller has.
        (await buyer.CancelAsync(order)).Is(200);
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(4, start, 2, new { cardsPerNode = 4 })));
        Assert.Equal(["2 n-1 32.00", "2 n-1 40.00"], (await buyer.TakeAsync(capacity.Demand(4, start, 2, new { cardsPerNode = 2 }))).Legs());
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Slices_are_resold_as_they_were_bought(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var capacity = await server.CapacityAsync(cards: 2);
        (await capacity.ListAsync(product: "reserved", sliceMilli: 250)).Is(201);
        var (holder, buyer) = (await server.BuyerAsync(), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var held = await holder.TakeAsync(capacity.Demand(2, start, 4, new { milliPerCard = 500, vcpusPerCard = 4, memoryGiBPerCard = 8 }));
        await holder.TakeAsync(capacity.Demand(2, start, 4, new { milliPerCard = 500 }));
        (await holder.ResellAsync(held, 2, 1, 3)).Is(201);
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start.AddHours(1), 1)));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start.AddHours(1), 1, new { milliPerCard = 250 })));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(3, start.AddHours(1), 1, new { milliPerCard = 500 })));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start.AddHours(1), 1, new { milliPerCard = 500, vcpusPerCard = 4.5m })));
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start.AddHours(1), 1, new { milliPerCard = 500, memoryGiBPerCard = 9 })));

        // The share of the node that the leg has a card goes with it.
        var bought = await buyer.TakeAsync(capacity.Demand(1, start.AddHours(1), 1, new { milliPerCard = 500, vcpusPerCard = 4, memoryGiBPerCard = 8 }));
        Assert.Equal("4.00", bought["total"]);
        Assert.Equal("4.00", (await buyer.TakeAsync(capacity.Demand(1, start.AddHours(1), 1, new { milliPerCard = 500 })))["total"]);
        Assert.Equal("sold_out", await buyer.WhyNotAsync(capacity.Demand(1, start.AddHours(1), 1, new { milliPerCard = 500 })));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task Of_many_at_once_each_card_is_resold_once_and_bought_once(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (capacity, holder) = (await ReservedAsync(server), await server.BuyerAsync());
        var start = await server.TomorrowAsync();
        var held = await holder.TakeAsync(capacity.Demand(8, start, 4));
        var resales = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => holder.ResellAsync(held, 3, i % 3, 4)));
        Assert.Equal(2, resales.Count(resale => resale.Status == 201));
        Assert.All(resales.Where(resale => resale.Status != 201), resale => resale.Is(422, "resale.more_than_held"));

        var demand = capacity.Demand(2, start.AddHours(2), 2);
        var buyers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.BuyerAsync()));
        var quotes = await Task.WhenAll(buyers.Select(buyer => buyer.AskAsync(demand)));
        var orders = await Task.WhenAll(buyers.Zip(quotes, (buyer, quote) => buyer.PostAsync("/v1/orders", new { quoteId = quote.Is(201)["id"] })));
        Assert.Equal(3, orders.Count(order => order.Status == 201));
        Assert.All(orders.Where(order => order.Status != 201), order => order.Is(409, "capacity.taken"));
        await server.BooksHoldAsync();
    }

    /// <summary>Eight reserved cards on one node, at 10.00.</summary>
    private static async Task<Capacity> ReservedAsync(MarketplaceServer server)
    {
        var capacity = await server.CapacityAsync();
        (await capacity.ListAsync(product: "reserved")).Is(201);
        return capacity;
    }
}
