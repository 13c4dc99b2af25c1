using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Ledger;

/// <summary>
/// Random operations of one market, and what came of them in a second ledger: months begin, orders run over their ends, nodes and cards are
/// taken out before, while and after, and usage is reported in time, late, or otherwise than before.
/// </summary>
internal sealed class LedgerHistory(MarketplaceServer server, Random random)
{
    private const int StepsAMonth = 40;
    private static readonly TimeSpan Readable = TimeSpan.FromDays(55);
    private static readonly decimal[] Prices = [9.99m, 7.31m];

    private readonly List<Shop> _shops = [];
    private readonly List<Party> _buyers = [];
    private readonly List<string> _vouchers = [];
    private readonly List<SoldLeg> _legs = [];
    private readonly List<(SoldLeg Leg, DateTimeOffset Hour)> _read = [];
    private readonly List<string> _months = [];
    private Scheme _scheme = null!;
    private SecondLedger _ledger = null!;
    private DateTimeOffset _month;
    private DateTimeOffset _now;
    private int _nodes = 2;

    public SecondLedger Ledger => _ledger;

    public SortedDictionary<string, int> Done { get; } = [];

    /// <summary>The months that were closed.</summary>
    public IReadOnlyList<string> Months => _months;

    public async Task BeginAsync()
    {
        // Vouchers lapse within the months that are played, so that they are held for some months of a leg and not for others.
        _scheme = await server.SchemeAsync(rules: """{"validity": {"months": 2}}""");
        _ledger = new(_scheme.Code);
        _shops.AddRange([await server.ShopAsync("9.99", nodes: _nodes, cards: 3), await server.ShopAsync("7.31", "reserved", nodes: _nodes, cards: 3)]);
        _buyers.AddRange([await server.OrganizationAsync("enterprise"), await server.OrganizationAsync("enterprise"), await server.OrganizationAsync("enterprise")]);
        (await server.Admin.PutAsync($"/v1/organizations/{_buyers[2].Id}/credit", new { limit = "5000.00" })).Is(200);
        _month = await server.NextMonthAsync();
        await ClockAsync(_month);
    }

    public async Task MonthAsync()
    {
        await StepsAsync(StepsAMonth * 3 / 4);
        await ClockAsync(_month.AddDays(6));
        await UsageAsync();
        await StepsAsync(StepsAMonth / 8);

        // The month is over, and not closed yet.
        var next = _month.AddMonths(1);
        await ClockAsync(next.AddHours(12));
        await StepsAsync(StepsAMonth / 8);
        await UsageAsync();
        await server.CloseAsync(_month);
        (_now, _month) = (next.AddHours(36), next);
        _ledger.Today(Day(_now));
        _months.Add(next.AddMonths(-1).Period());
        await _ledger.ClosedAsync(server, _months[^1]);
        await CompareAsync();
    }

    private async Task StepsAsync(int count)
    {
        for (var step = 0; step < count; step++)
        {
            var buyer = Any(_buyers);
            var (name, done) = random.Next(12) switch
            {
                0 => ("deposit", await DepositAsync(buyer, random.Next(8) > 0)),
                1 => ("voucher", await IssueAsync(buyer)),
                2 or 3 or 9 or 10 => ("order", await OrderAsync(buyer)),
                4 => ("credit note", await CreditAsync()),
                5 => ("payment", await PayAsync()),
                6 => ("claim", await ClaimAsync()),
                7 => ("settlement", await PaySettlementAsync()),
                8 => ("withdrawal", await WithdrawAsync()),
                _ => ("revocation", random.Next(4) == 0 && await RevokeAsync()),
            };
            Came($"{name} {(done ? "done" : "refused")}");
        }
    }

    private async Task ClockAsync(DateTimeOffset to)
    {
        await server.MoveClockAsync(to);
        _now = to;
        _ledger.Today(Day(to));
    }

    private async Task<bool> IssueAsync(Party buyer)
    {
        // Small ones are used up by one order, and are gone for the next on the same invoice.
        var amount = Text(random.NextInt64(100, random.Next(2) == 0 ? 600 : 20_000));
        var voucher = (await _scheme.TryIssueAsync(buyer, amount)).Is(201);
        _vouchers.Add(voucher["id"]);
        _ledger.Issued(voucher["id"], Fen(amount), DateOnly.Parse(voucher["expiresOn"], CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>Some hours of one day, or the last hours of the month and the first of the next.</summary>
    private async Task<bool> OrderAsync(Party buyer)
    {
        var shop = random.Next(_shops.Count);
        var end = new DateTimeOffset(_now.Year, _now.Month, 1, 0, 0, 0, Business.Shanghai).AddMonths(1);
        var (from, hours) = random.Next(3) == 0
            ? (end.AddHours(-1 - random.Next(30)), 1 + random.Next(70))
            : (_now.Date == _month.Date.AddDays(1) ? _month.AddDays(3).AddHours(random.Next(20)) : new DateTimeOffset(_now.Date, Business.Shanghai).AddDays(2).AddHours(random.Next(20)), 1 + random.Next(6));
        var quote = await buyer.QuoteWithAsync(_shops[shop], 1 + random.Next(hours > 6 ? 2 : 4), from, hours);
        if (quote.Status == 200)
        {
            Came("order sold out");
            return false;
        }

        var answer = await buyer.PostAsync("/v1/orders", new { quoteId = quote.Is(201)["id"] });
        if (answer.Status != 201)
        {
            answer.Is(422, "funds.insufficient");
            return false;
        }

        var legs = answer.Items("legs").Select(leg => new SoldLeg(
            _shops[shop], leg["id"]!.GetValue<string>(), leg["node"]!.GetValue<string>(), buyer.Id, Prices[shop], leg["cards"]!.GetValue<int>(), from, from.AddHours(hours))).ToList();
        _ledger.Ordered(answer, legs);
        if (random.Next(5) == 0)
        {
            (await buyer.PostAsync($"/v1/orders/{answer["id"]}/cancel")).Is(200);
            legs.ForEach(Cancelled);
            return true;
        }

        _legs.AddRange(legs);
        Came(legs.Exists(leg => leg.Months.Count() > 1) ? "order over a month's end" : "order within a month");
        return true;
    }

    /// <summary>A node or one of its cards, at once or ahead, mostly where somebody has hours to come.</summary>
    private async Task<bool> WithdrawAsync()
    {
        var leg = _legs.Where(leg => !leg.Cancelled && leg.To > _now).OrderBy(leg => random.Next(leg.Months.Count() > 1 ? 10 : 40)).FirstOrDefault();
        var shop = leg?.Shop ?? Any(_shops);
        var nodes = (await shop.Seller.GetAsync($"/v1/centers/{shop.Capacity.CenterId}/nodes?limit=100")).Is(200).Items().Where(node => node["withdrawnFrom"] is null).ToList();
        if (nodes.Count == 0)
        {
            return await AddNodeAsync(shop);
        }

        var node = nodes.Find(node => node["name"]!.GetValue<string>() == leg?.Node && random.Next(4) > 0) ?? Any(nodes);
        var ahead = random.Next(3) == 0 || leg is null ? 1 : Math.Max(1, (int)(leg.From - _now).TotalHours + random.Next(-1, (int)(leg.To - leg.From).TotalHours + 1));
        var answer = await shop.Seller.PostAsync($"/v1/centers/{shop.Capacity.CenterId}/nodes/{node["name"]}/withdrawals", new
        {
            from = MarketSetup.Wire(_now.AddHours(ahead)),
            reason = "repair",
            cards = random.Next(2) == 0 ? null : new[] { random.Next(3) },
        });
        if (answer.Status != 201)
        {
            answer.Is(409, "node.card_withdrawn");
            return false;
        }

        foreach (var moved in answer.Items("moved"))
        {
            Came("leg moved");
            _legs.Single(leg => leg.Id == moved["legId"]!.GetValue<string>()).Node = moved["to"]!.GetValue<string>();
        }

        foreach (var ended in answer.Items("ended"))
        {
            End(_legs.Single(leg => leg.Id == ended["legId"]!.GetValue<string>()), DateTimeOffset.Parse(ended["at"]!.GetValue<string>(), CultureInfo.InvariantCulture), Fen(ended["forgone"]));
        }

        return random.Next(3) > 0 || await AddNodeAsync(shop);
    }

    private void End(SoldLeg leg, DateTimeOffset at, long forgone)
    {
        var before = leg.Months.Sum(leg.PriceIn);
        if (at <= leg.From)
        {
            Came("leg ended before its start");
            Cancelled(leg);
            Assert.Equal(before, forgone);
            return;
        }

        Came(leg.To.AddHours(-1).Period() == at.AddHours(-1).Period() ? "leg cut" : "leg cut in an earlier month");
        _ledger.Cut(leg, at);
        Assert.Equal(before - leg.Months.Sum(leg.PriceIn), forgone);
    }

    private void Cancelled(SoldLeg leg)
    {
        _ledger.Released(leg);
        leg.Cancelled = true;
    }

    private async Task<bool> AddNodeAsync(Shop shop)
    {
        var name = $"n-{++_nodes}";
        (await shop.Seller.PostAsync($"/v1/centers/{shop.Capacity.CenterId}/nodes", new { nodes = new[] { new { name, accelerator = shop.Capacity.Model, cards = 3, vcpus = 192, memoryGiB = 1536 } } })).Is(201);
        var index = _shops.IndexOf(shop);
        (await shop.Capacity.ListAsync(
            Prices[index].ToString(CultureInfo.InvariantCulture), from: _now.AddHours(-2), to: _now.AddDays(200), nodes: [name], product: index == 0 ? "metered" : "reserved")).Is(201);
        return true;
    }

    /// <summary>
    /// Readings of what has run by now, in part: in every other month hardly any comes before the close, so that several orders of
    /// one buyer are late at once. What was read before may turn out to be otherwise.
    /// </summary>
    private async Task UsageAsync()
    {
        foreach (var leg in _legs.Where(leg => !leg.Cancelled && leg.ReadTo < leg.To && leg.ReadTo < _now && leg.ReadTo > _now - Readable).ToList())
        {
            if (random.Next(4) < (_month.Month % 2 == 0 ? 3 : 1))
            {
                continue;
            }

            var hours = (int)((leg.To < _now ? leg.To : _now) - leg.ReadTo).TotalHours;
            if (hours == 0)
            {
                continue;
            }

            await leg.Shop.UseAsync(leg.Id, leg.ReadTo, hours, 1 + random.Next(leg.Cards), random.Next(3) == 0 ? "down" : "up");
            _read.Add((leg, leg.ReadTo.AddHours(random.Next(hours))));
            leg.ReadTo = leg.ReadTo.AddHours(hours);
        }

        foreach (var read in _read.Where(read => read.Hour < _month && read.Hour > _now - Readable && random.Next(4) == 0).ToList())
        {
            _read.Remove(read);
            await read.Leg.Shop.CorrectAsync(read.Leg.Id, read.Hour, 1, status: random.Next(2) == 0 ? "down" : "up");
            Came("correction");
        }
    }

    private async Task<bool> DepositAsync(Party buyer, bool comesIn)
    {
        var amount = Text(random.NextInt64(1, comesIn ? 200_000 : 300_000));
        var answer = await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/{(comesIn ? "deposits" : "withdrawals")}", new { amount, reference = Guid.NewGuid().ToString() });
        if (answer.Status == 201)
        {
            _ledger.Transferred(buyer.Id, comesIn ? Fen(amount) : -Fen(amount));
        }

        return answer.Status == 201;
    }

    private async Task<bool> RevokeAsync()
    {
        if (_vouchers.Count == 0)
        {
            return false;
        }

        var voucher = _vouchers[random.Next(_vouchers.Count)];
        var answer = await _scheme.Authority.PostAsync($"/v1/_vouchers/{voucher}/revoke", new { reason = "r" });
        if (answer.Status == 200)
        {
            _ledger.Revoked(voucher);
        }

        return answer.Status == 200;
    }

    private async Task<bool> CreditAsync()
    {
        if (await AnyInvoiceAsync() is not { } invoice || invoice["lines"]!.AsArray().FirstOrDefault(line => Fen(line!["amount"]) > 0) is not { } line)
        {
            return false;
        }

        var amount = Text(random.NextInt64(1, Fen(line["amount"]) + 1));
        var answer = await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = line["id"], amount } }, note = "n" });
        if (answer.Status == 201)
        {
            await _ledger.CreditedAsync(server, answer.Json!);
            return true;
        }

        answer.Is(422, "credit_note.exceeds");
        return false;
    }

    private async Task<bool> PayAsync()
    {
        if (await AnyInvoiceAsync() is not { } invoice || Fen(invoice["outstanding"]) == 0)
        {
            return false;
        }

        var amount = Text(random.NextInt64(1, Fen(invoice["outstanding"]) + 1));
        (await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/payments", new { amount, reference = Guid.NewGuid().ToString() })).Is(201);
        _ledger.Paid(invoice, Fen(amount));
        return true;
    }

    private async Task<bool> ClaimAsync()
    {
        var seller = _shops[random.Next(2)].Seller;
        var answer = await seller.ClaimAsync(_scheme, _month);
        if (answer.Status != 201)
        {
            answer.Is(422, "claim.empty");
            return false;
        }

        _ledger.Claimed(answer.Json!);
        var positive = answer.Items("items").Where(item => Fen(item["amount"]) > 0 && random.Next(4) == 0).ToList();
        var reject = positive.Select(item => new { itemId = item["id"], reason = "r", restore = random.Next(2) == 0 }).ToList();
        var decided = (await _scheme.Authority.PostAsync($"/v1/claims/{answer["id"]}/decisions", new { reject })).Is(201);
        await _ledger.DecidedAsync(server, seller.Id, decided.Json!);
        (await server.Admin.PostAsync($"/v1/claims/{answer["id"]}/payments", new { reference = Guid.NewGuid().ToString() })).Is(201);
        _ledger.ClaimPaid(decided.Json!);
        return true;
    }

    private async Task<bool> PaySettlementAsync()
    {
        var open = (await server.Admin.GetAsync("/v1/settlements?limit=100")).Is(200).Items().Where(s => s["paidAt"] is null).ToList();
        if (open.Count == 0)
        {
            return false;
        }

        (await server.Admin.PostAsync($"/v1/settlements/{open[0]["id"]}/payments", new { reference = $"S {open[0]["id"]}" })).Is(201);
        _ledger.SettlementPaid(open[0]);
        return true;
    }

    private async Task<JsonNode?> AnyInvoiceAsync()
    {
        var all = (await server.Admin.GetAsync("/v1/invoices?limit=100")).Is(200).Items();
        return all.Count == 0 ? null : all[random.Next(all.Count)];
    }

    private async Task CompareAsync()
    {
        var trial = (await server.Admin.GetAsync("/v1/ledger/trial-balance")).Is(200);
        var expected = trial.Items("accounts").Where(account => Fen(account["balance"]) != 0).Select(account => $"{account["account"]} {account["asset"]} {account["balance"]}").Order(StringComparer.Ordinal);
        Assert.True(expected.SequenceEqual(_ledger.Trial()), $"{_months[^1]}:\n{string.Join('\n', expected)}\nagainst\n{string.Join('\n', _ledger.Trial())}");
        foreach (var buyer in _buyers)
        {
            Assert.Equal($"{buyer.Id} {_ledger.Money(buyer.Id)}", $"{buyer.Id} {await buyer.MoneyAsync()}");
        }

        foreach (var voucher in _vouchers)
        {
            Assert.Equal($"{voucher} {_ledger.Voucher(voucher)}", $"{voucher} {await _scheme.Authority.VoucherAsync(voucher)}");
        }
    }

    private T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private void Came(string what) => Done[what] = Done.GetValueOrDefault(what) + 1;

    private static DateOnly Day(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Business.Shanghai).Date);

    private static string Text(long fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static long Fen(string text) => (long)(decimal.Parse(text, CultureInfo.InvariantCulture) * 100);

    private static long Fen(JsonNode? amount) => Fen(amount!.GetValue<string>());
}
