using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Market;

/// <summary>What becomes of what was sold on a node, or a card, that its provider takes out.</summary>
public sealed class WithdrawalTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_leg_moves_to_as_good_a_node_and_keeps_its_id_and_price(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", "reserved", nodes: 2);
        var buyer = await server.BuyerAsync();
        var month = await server.NextMonthAsync();
        var order = await buyer.BuyAsync(shop, cards: 8, month, hours: 10);
        var (leg, node) = (order["legs[0].id"], order["legs[0].node"]);
        var other = shop.Capacity.Nodes.Single(name => name != node);

        var answer = (await WithdrawAsync(shop, node, month.AddHours(4))).Is(201);
        Assert.Equal((leg, other), (answer["moved[0].legId"], answer["moved[0].to"]));
        Assert.Empty(answer.Items("ended"));

        var after = (await buyer.GetAsync($"/v1/orders/{order["id"]}")).Is(200);
        Assert.Equal((leg, other, "800.00"), (after["legs[0].id"], after["legs[0].node"], after["legs[0].amount"]));
        Assert.Equal(node, after["legs[0].moves[0].node"]);

        // Both nodes are full in the leg's hours: the old one before it moved, the new one after.
        Assert.Equal("201", (await buyer.QuoteAsync(shop.Capacity, cards: 8, month, hours: 4)).Status.ToString());
        Assert.Equal("sold_out", (await buyer.QuoteAsync(shop.Capacity, cards: 1, month.AddHours(4), hours: 1)).Is(200)["reasons[0].code"]);

        await server.MoveClockAsync(month.AddDays(1));
        await shop.UseAsync(leg, month, hours: 10);
        await server.CloseAsync(month);
        Assert.Equal("800.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_cannot_move_ends_and_its_buyer_keeps_the_money_and_the_voucher(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", "reserved");
        var buyer = await server.BuyerAsync("1000.00");
        var scheme = await server.SchemeAsync();
        var voucher = await scheme.IssueAsync(buyer, "1000.00");
        var month = await server.NextMonthAsync();
        var running = await buyer.BuyAsync(shop, cards: 4, month, hours: 10);
        var ahead = await buyer.BuyAsync(shop, cards: 4, month.AddHours(20), hours: 5);
        Assert.Equal("1000.00 420.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("820.00 180.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));

        await server.MoveClockAsync(month.AddHours(2.5));
        var answer = (await WithdrawAsync(shop, "n-1", month.AddHours(4))).Is(201);
        Assert.Empty(answer.Items("moved"));
        Assert.Equal(2, answer.Items("ended").Count);

        // 4 of 10 hours stay of the one, nothing of the other.
        Assert.Equal("1000.00 112.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("952.00 48.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        var after = (await buyer.GetAsync($"/v1/orders/{running["id"]}")).Is(200);
        Assert.Equal("160.00", after["legs[0].amount"]);
        Assert.Equal(month.AddHours(10), DateTimeOffset.Parse(after["legs[0].soldUntil"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("cancelled", (await buyer.GetAsync($"/v1/orders/{ahead["id"]}")).Is(200)["status"]);

        await server.CloseAsync(month);
        Assert.Equal("160.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
        Assert.Equal("888.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("952.00 0.00 48.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_single_card_goes_and_the_others_still_sell(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", "reserved", cards: 4);
        var buyer = await server.BuyerAsync();
        var month = await server.NextMonthAsync();
        await buyer.BuyAsync(shop, cards: 2, month, hours: 10);
        var path = $"/v1/centers/{shop.Capacity.CenterId}/nodes/n-1/withdrawals";
        var withdrawal = new { from = MarketSetup.Wire(month), reason = "card failed", cards = new[] { 3 } };
        Assert.Empty((await shop.Seller.PostAsync(path, withdrawal)).Is(201).Items("moved"));
        (await shop.Seller.PostAsync(path, withdrawal)).Is(409, "node.card_withdrawn");
        (await shop.Seller.PostAsync(path, withdrawal with { cards = [0, 4] })).IsInvalid("cards[1]");
        (await shop.Seller.PostAsync(path, withdrawal with { cards = [] })).IsInvalid("cards");
        (await buyer.QuoteAsync(shop.Capacity, cards: 1, month, hours: 10)).Is(201);
        Assert.Equal("sold_out", (await buyer.QuoteAsync(shop.Capacity, cards: 2, month, hours: 10)).Is(200)["reasons[0].code"]);
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task A_leg_and_what_was_resold_of_it_go_together(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", "reserved", nodes: 2);
        var (holder, second) = (await server.BuyerAsync(), await server.BuyerAsync());
        var month = await server.NextMonthAsync();
        var order = await holder.BuyAsync(shop, cards: 8, month, hours: 10);
        async Task<Answer> ResellAsync(int cards, int from, int hours) => await holder.PostAsync("/v1/resales", new
        {
            orderId = order["id"],
            legId = order["legs[0].id"],
            cards,
            from = MarketSetup.Wire(month.AddHours(from)),
            to = MarketSetup.Wire(month.AddHours(from + hours)),
            pricePerCardHour = "5.00",
        });
        (await ResellAsync(4, 5, 5)).Is(201);
        var bought = await second.BuyAsync(shop, cards: 4, month.AddHours(5), hours: 5);
        Assert.Equal(holder.Id, bought["legs[0].sellerId"]);
        var (before, after) = ((await ResellAsync(2, 0, 5)).Is(201)["id"], (await ResellAsync(2, 6, 2)).Is(201)["id"]);

        var answer = (await WithdrawAsync(shop, order["legs[0].node"], month.AddHours(7))).Is(201);
        Assert.Equal(2, answer.Items("moved").Count);

        // What is offered of the hours before stands where it stood.
        Assert.Equal("withdrawn", (await holder.GetAsync($"/v1/listings/{after}")).Is(200)["status"]);
        Assert.Equal("active", (await holder.GetAsync($"/v1/listings/{before}")).Is(200)["status"]);
        await server.BooksHoldAsync();

        // The second node goes too, while they run, and there is no third.
        await server.MoveClockAsync(month.AddHours(6));
        answer = (await WithdrawAsync(shop, shop.Capacity.Nodes.Single(name => name != order["legs[0].node"]), month.AddHours(8))).Is(201);
        Assert.Equal(2, answer.Items("ended").Count);
        await server.CloseAsync(month);
        Assert.Equal("640.00", (await holder.InvoiceAsync(month.Period()))["total"]);
        Assert.Equal("60.00", (await second.InvoiceAsync(month.Period()))["total"]);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Of_a_leg_that_was_put_up_for_resale_vouchers_keep_their_share_of_what_they_still_pay_for(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", "reserved");
        var buyer = await server.BuyerAsync("1000.00");
        var scheme = await server.SchemeAsync(rules: """{"resale": "release"}""");
        var voucher = await scheme.IssueAsync(buyer, "1000.00");
        var month = await server.NextMonthAsync();
        var order = await buyer.BuyAsync(shop, cards: 8, month, hours: 10);
        (await buyer.PostAsync("/v1/resales", new
        {
            orderId = order["id"],
            legId = order["legs[0].id"],
            cards = 4,
            from = MarketSetup.Wire(month.AddHours(5)),
            to = MarketSetup.Wire(month.AddHours(10)),
            pricePerCardHour = "5.00",
        })).Is(201);

        // 30 % of 800.00, less 30 % of the 200.00 that are up for resale.
        Assert.Equal("1000.00 620.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("820.00 180.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));

        // 4 of 10 hours stay: 320.00, of which the voucher pays 30 %.
        await server.MoveClockAsync(month.AddHours(2.5));
        (await WithdrawAsync(shop, "n-1", month.AddHours(4))).Is(201);
        Assert.Equal("1000.00 224.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("904.00 96.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal(("320.00", "96.00"), (invoice["total"], invoice["voucherTotal"]));
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_was_held_for_a_leg_that_ended_early_is_released_with_its_last_month(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync("10.00", nodes: 2, cards: 1), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var next = month.AddMonths(1);
        var order = await buyer.BuyAsync(shop, cards: 2, next.AddDays(-7), hours: 16 * 24);
        Assert.Equal(2, order.Items("legs").Count);
        Assert.Equal("100000.00 5376.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("2696.00 2304.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));

        // Of one leg three days stay: 720.00, of which vouchers pay 30 %. The other runs on.
        await server.MoveClockAsync(next.AddDays(-5));
        Assert.Single((await WithdrawAsync(shop, order["legs[0].node"], next.AddDays(-4))).Is(201).Items("ended"));
        Assert.Equal("100000.00 3192.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("3632.00 1368.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await shop.UseAsync(order["legs[0].id"], next.AddDays(-7), 10, cards: 1);
        await server.CloseAsync(month);
        Assert.Equal("100.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
        Assert.Equal("99930.00 2688.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("3818.00 1152.00 30.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.BooksHoldAsync(month.Period());

        await server.CloseAsync(next);
        Assert.Equal("99930.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("4970.00 0.00 30.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_ends_the_instant_that_its_month_is_billed_is_released_by_the_next_close(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, scheme, buyer) = (await server.ShopAsync("10.00", cards: 1), await server.SchemeAsync(), await server.BuyerAsync());
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var next = month.AddMonths(1);
        await buyer.BuyAsync(shop, cards: 1, next.AddDays(-1), hours: 48);
        await server.MoveClockAsync(next);
        (await server.Admin.PostAsync("/v1/billing-runs", new { period = month.Period() })).Is(200);
        (await WithdrawAsync(shop, "n-1", next)).Is(201);
        Assert.Equal("100000.00 168.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("4928.00 72.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.CloseAsync(next);
        Assert.Equal("100000.00 0.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("5000.00 0.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task What_ends_gives_back_its_own_share_whatever_earlier_months_left_of_the_hold(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync("10.00", cards: 1), await server.BuyerAsync());
        var scheme = await server.SchemeAsync(rules: """{"rates": [{"ratio": "0.80"}]}""");
        var voucher = await scheme.IssueAsync(buyer, "5000.00");
        var month = await server.NextMonthAsync();
        var next = month.AddMonths(1);
        var from = next.AddDays(-7);
        var leg = (await buyer.BuyAsync(shop, cards: 1, from, hours: 16 * 24))["legs[0].id"];
        Assert.Equal("1928.00 3072.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        await server.MoveClockAsync(from.AddHours(2));
        await shop.UseAsync(leg, from, 1, cards: 1);
        await server.CloseAsync(month);
        Assert.Equal("1928.00 3064.00 8.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("99998.00 766.00 0.00", await buyer.MoneyAsync());

        // Five days of 240.00 go: 80 % to the voucher, the rest to the deposit.
        (await WithdrawAsync(shop, "n-1", next.AddDays(4))).Is(201);
        Assert.Equal("2888.00 2104.00 8.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("99998.00 526.00 0.00", await buyer.MoneyAsync());

        await server.MoveClockAsync(next.AddDays(5));
        await shop.UseAsync(leg, from.AddHours(1), 10, cards: 1);
        await shop.UseAsync(leg, next, 10, cards: 1);
        await server.CloseAsync(next);
        var invoice = await buyer.InvoiceAsync(next.Period());
        Assert.Equal(("200.00", "160.00"), (invoice["total"], invoice["voucherTotal"]));
        Assert.Equal("4832.00 0.00 168.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("99958.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), next.Period());
    }

    [Theory, EveryDatabase]
    public async Task Hours_that_a_voucher_was_not_held_for_give_nothing_of_it_back(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (shop, buyer) = (await server.ShopAsync("10.00", "reserved", cards: 1), await server.BuyerAsync());
        var month = await server.NextMonthAsync();
        var next = month.AddMonths(1);
        var scheme = await server.SchemeAsync(rules: $$"""{"validity": {"until": "{{next.AddDays(-1):yyyy-MM-dd}}" } }""");
        var voucher = await scheme.IssueAsync(buyer, "5000.00");

        // 30 % of the 1680.00 of the days before it lapses, nothing of the 2160.00 after.
        await buyer.BuyAsync(shop, cards: 1, next.AddDays(-7), hours: 16 * 24);
        Assert.Equal("4496.00 504.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("100000.00 3336.00 0.00", await buyer.MoneyAsync());

        // Five days of the second month go.
        await server.MoveClockAsync(next.AddDays(-6));
        Assert.Single((await WithdrawAsync(shop, "n-1", next.AddDays(4))).Is(201).Items("ended"));
        Assert.Equal("4496.00 504.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));
        Assert.Equal("100000.00 2136.00 0.00", await buyer.MoneyAsync());
        await server.CloseAsync(month);
        Assert.Equal("0.00 0.00 504.00 4496.00 0.00", await buyer.VoucherAsync(voucher));
        await server.CloseAsync(next);
        Assert.Equal("97864.00 0.00 0.00", await buyer.MoneyAsync());
        await server.BooksHoldAsync(month.Period(), next.Period());
    }

    [Theory, EveryDatabase]
    public async Task What_was_put_up_for_resale_stays_so_on_another_nodes_cards(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("20.00", "reserved", nodes: 2);
        var (buyer, other) = (await server.BuyerAsync("1000.00"), await server.BuyerAsync());
        var scheme = await server.SchemeAsync(rules: """{"resale": "release"}""");
        var voucher = await scheme.IssueAsync(buyer, "1000.00");
        var month = await server.NextMonthAsync();

        // Behind another's cards, which are free again when it moves, so that it gets other numbers.
        var before = await other.BuyAsync(shop, cards: 4, month, hours: 10);
        var order = await buyer.BuyAsync(shop, cards: 4, month, hours: 10);
        Assert.Equal(before["legs[0].node"], order["legs[0].node"]);
        (await other.PostAsync($"/v1/orders/{before["id"]}/cancel")).Is(200);
        Task<Answer> ResellAsync(int from, int to = 10) => buyer.PostAsync("/v1/resales", new
        {
            orderId = order["id"],
            legId = order["legs[0].id"],
            cards = 4,
            from = MarketSetup.Wire(month.AddHours(from)),
            to = MarketSetup.Wire(month.AddHours(to)),
            pricePerCardHour = "5.00",
        });
        (await ResellAsync(5)).Is(201);
        Assert.Equal("1000.00 680.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("880.00 120.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));

        Assert.Single((await WithdrawAsync(shop, order["legs[0].node"], month.AddHours(7))).Is(201).Items("moved"));

        // Hours before it moves stand on the node that is left, where nobody could take them over.
        (await ResellAsync(2, 5)).Is(422, "resale.more_than_held");
        (await ResellAsync(6)).Is(422, "resale.more_than_held");
        (await ResellAsync(7)).Is(201);
        Assert.Equal("1000.00 680.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("880.00 120.00 0.00 0.00 0.00", await buyer.VoucherAsync(voucher));

        await server.CloseAsync(month);
        var invoice = await buyer.InvoiceAsync(month.Period());
        Assert.Equal(("800.00", "120.00"), (invoice["total"], invoice["voucherTotal"]));
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task Cards_go_late_and_the_whole_node_earlier(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", "reserved", nodes: 3);
        var buyer = await server.BuyerAsync();
        var month = await server.NextMonthAsync();
        var order = await buyer.BuyAsync(shop, cards: 8, month, hours: 10);
        var first = order["legs[0].node"];
        var second = (await WithdrawAsync(shop, first, month.AddHours(6), 7)).Is(201)["moved[0].to"];

        // Where it goes later is full before that.
        var third = shop.Capacity.Nodes.Single(name => name != first && name != second);
        Answer[] before = [await buyer.BuyAsync(shop, cards: 8, month, hours: 6), await buyer.BuyAsync(shop, cards: 8, month, hours: 6)];
        (await buyer.CancelAsync(before.Single(bought => bought["legs[0].node"] == third))).Is(200);
        var answer = (await WithdrawAsync(shop, first, month.AddHours(3))).Is(201);
        Assert.Equal((1, 0), (answer.Items("moved").Count, answer.Items("ended").Count));
        var leg = (await buyer.GetAsync($"/v1/orders/{order["id"]}")).Is(200).Items("legs")[0];
        Assert.Equal([first, third, second], [.. leg["moves"]!.AsArray().Select(move => move!["node"]!.GetValue<string>()), leg["node"]!.GetValue<string>()]);
        await server.BooksHoldAsync();
        await server.CloseAsync(month);
        Assert.Equal("1280.00", (await buyer.InvoiceAsync(month.Period()))["total"]);
        await server.BooksHoldAsync(month.Period());
    }

    [Theory, EveryDatabase]
    public async Task A_node_goes_before_the_leg_that_was_to_move_there_has_come(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", "reserved", nodes: 2);
        var (buyer, second) = (await server.BuyerAsync("1000.00"), await server.BuyerAsync());
        var month = await server.NextMonthAsync();
        var order = await buyer.BuyAsync(shop, cards: 8, month, hours: 10);
        var node = order["legs[0].node"];
        var other = (await WithdrawAsync(shop, node, month.AddHours(6))).Is(201)["moved[0].to"];

        // Some of it is resold there, and nothing stands on it before.
        (await buyer.ResellAsync(order, 4, 7, 9)).Is(201);
        await second.BuyAsync(shop, cards: 4, month.AddHours(7), hours: 2);
        var answer = (await WithdrawAsync(shop, other, month.AddHours(2))).Is(201);
        Assert.Equal([month.AddHours(6), month.AddHours(6)], answer.Items("ended").Select(leg => leg["at"]!.GetValue<DateTimeOffset>()));
        var leg = (await buyer.GetAsync($"/v1/orders/{order["id"]}")).Is(200);
        Assert.Equal((node, "480.00"), (leg["legs[0].node"], leg["legs[0].amount"]));
        Assert.Empty(leg.Items("legs")[0]["moves"]!.AsArray());
        Assert.Equal("1000.00 480.00 0.00", await buyer.MoneyAsync());
        Assert.Equal("100000.00 0.00 0.00", await second.MoneyAsync());
        await server.BooksHoldAsync();
    }

    [Theory, EveryDatabase]
    public async Task What_ends_before_it_was_to_move_leaves_the_other_node_free(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var shop = await server.ShopAsync("10.00", "reserved", nodes: 2);
        var (buyer, second) = (await server.BuyerAsync("1000.00"), await server.BuyerAsync());
        var month = await server.NextMonthAsync();
        var order = await buyer.BuyAsync(shop, cards: 8, month, hours: 10);
        var other = (await WithdrawAsync(shop, order["legs[0].node"], month.AddHours(6), 7)).Is(201)["moved[0].to"];
        await second.BuyAsync(shop, cards: 8, month.AddHours(3), hours: 3);
        (await buyer.ResellAsync(order, 4, 7, 9)).Is(201);
        await second.BuyAsync(shop, cards: 4, month.AddHours(7), hours: 2);

        await server.MoveClockAsync(month.AddHours(1));
        var answer = (await WithdrawAsync(shop, order["legs[0].node"], month.AddHours(3))).Is(201);
        Assert.Equal(2, answer.Items("ended").Count);
        Assert.Equal("1000.00 240.00 0.00", await buyer.MoneyAsync());
        Assert.Equal(other, (await second.QuoteAsync(shop.Capacity, cards: 8, month.AddHours(6), hours: 4)).Is(201)["legs[0].node"]);
        await server.BooksHoldAsync();
    }

    private static Task<Answer> WithdrawAsync(Shop shop, string node, DateTimeOffset from, params int[] cards) => shop.Seller.PostAsync(
        $"/v1/centers/{shop.Capacity.CenterId}/nodes/{node}/withdrawals", new { from = MarketSetup.Wire(from), reason = "repair", cards = cards.Length == 0 ? null : cards });
}
