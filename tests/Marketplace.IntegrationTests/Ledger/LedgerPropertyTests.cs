using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Ledger;

/// <summary>
/// A few hundred random operations in one market. A second ledger, which knows nothing but what the API answered, must come
/// to the same trial balance, and to the same balances of every buyer and voucher.
/// </summary>
public sealed class LedgerPropertyTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int Months = 5;
    private const int StepsAMonth = 40;

    [Theory, EveryDatabase]
    public async Task An_independent_ledger_agrees_whatever_is_done(DatabaseKind database)
    {
        var seed = Seed.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var server = await servers.FreshAsync(database);
        var scheme = await server.SchemeAsync();
        Shop[] shops = [await server.ShopAsync("9.99", nodes: 4), await server.ShopAsync("7.31", "reserved", nodes: 4)];
        var ledger = new SecondLedger(scheme.Code);
        Party[] buyers = [await server.OrganizationAsync("enterprise"), await server.OrganizationAsync("enterprise"), await server.OrganizationAsync("enterprise")];
        (await server.Admin.PutAsync($"/v1/organizations/{buyers[2].Id}/credit", new { limit = "5000.00" })).Is(200);
        var (vouchers, done) = (new List<string>(), new SortedDictionary<string, int>());
        var month = await server.NextMonthAsync();
        await server.MoveClockAsync(month);
        for (var m = 0; m < Months; m++, month = month.AddMonths(1))
        {
            var legs = new List<Sold>();
            for (var step = 0; step < StepsAMonth; step++)
            {
                var buyer = buyers[random.Next(buyers.Length)];
                var what = random.Next(9);
                var ok = what switch
                {
                    0 => await DepositAsync(buyer, random.Next(8) > 0),
                    1 => await IssueAsync(buyer),
                    2 or 3 => await OrderAsync(buyer),
                    4 => await CreditAsync(),
                    5 => await PayAsync(),
                    6 => await ClaimAsync(),
                    7 => await PaySettlementAsync(),
                    _ => random.Next(4) == 0 && await RevokeAsync(),
                };
                var name = $"{what} {(ok ? "done" : "refused")}";
                done[name] = done.GetValueOrDefault(name) + 1;
            }

            await UsageAsync(legs);
            await server.CloseAsync(month);
            await ledger.ClosedAsync(server, month.Period());
            await CompareAsync();

            async Task<bool> OrderAsync(Party buyer)
            {
                var shop = shops[random.Next(2)];
                var (from, hours) = (month.AddDays(3).AddHours(random.Next(20)), 1 + random.Next(6));
                var answer = await buyer.TryBuyAsync(shop, 1 + random.Next(4), from, hours);
                if (answer.Status != 201)
                {
                    answer.Is(422, "funds.insufficient");
                    return false;
                }

                ledger.Ordered(buyer.Id, answer);
                legs.AddRange(answer.Items("legs").Select(leg => new Sold(shop, leg["id"]!.GetValue<string>(), from, hours, leg["cards"]!.GetValue<int>())));
                if (random.Next(5) == 0)
                {
                    legs.RemoveAll(leg => answer.Items("legs").Any(l => l["id"]!.GetValue<string>() == leg.Leg));
                    (await buyer.PostAsync($"/v1/orders/{answer["id"]}/cancel")).Is(200);
                    ledger.Cancelled(buyer.Id, answer);
                }

                return true;
            }
        }

        // Without these the sequence would prove little.
        output.WriteLine(string.Join(", ", done.Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.True(ledger.Invoices > 3 && ledger.Credits > 0, $"seed {seed}: {ledger.Invoices} invoices, {ledger.Credits} credit notes");
        await server.BooksHoldAsync([.. Enumerable.Range(1, Months).Select(i => month.AddMonths(-i).Period())]);

        async Task<bool> DepositAsync(Party buyer, bool comesIn)
        {
            var amount = Text(random.NextInt64(1, comesIn ? 60_000 : 300_000));
            var answer = await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/{(comesIn ? "deposits" : "withdrawals")}", new { amount, reference = Guid.NewGuid().ToString() });
            if (answer.Status == 201)
            {
                ledger.Transferred(buyer.Id, comesIn ? Fen(amount) : -Fen(amount));
            }

            return answer.Status == 201;
        }

        async Task<bool> IssueAsync(Party buyer)
        {
            // Small ones are used up by one order, and are gone for the next on the same invoice.
            var amount = Text(random.NextInt64(100, random.Next(2) == 0 ? 600 : 20_000));
            var voucher = await scheme.IssueAsync(buyer, amount);
            vouchers.Add(voucher);
            ledger.Issued(voucher, Fen(amount));
            return true;
        }

        async Task<bool> RevokeAsync()
        {
            if (vouchers.Count == 0)
            {
                return false;
            }

            var voucher = vouchers[random.Next(vouchers.Count)];
            var answer = await scheme.Authority.PostAsync($"/v1/vouchers/{voucher}/revoke", new { reason = "r" });
            if (answer.Status == 200)
            {
                ledger.Revoked(voucher);
            }

            return answer.Status == 200;
        }

        async Task<bool> CreditAsync()
        {
            if (await AnyInvoiceAsync() is not { } invoice || invoice["lines"]!.AsArray().FirstOrDefault(line => Fen(line!["amount"]) > 0) is not { } line)
            {
                return false;
            }

            var amount = Text(random.NextInt64(1, Fen(line["amount"]) + 1));
            var answer = await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/credit-notes", new { reason = 4, lines = new[] { new { lineId = line["id"], amount } }, note = "n" });
            if (answer.Status == 201)
            {
                await ledger.CreditedAsync(server, answer.Json!);
                return true;
            }

            answer.Is(422, "credit_note.exceeds");
            return false;
        }

        async Task<bool> PayAsync()
        {
            if (await AnyInvoiceAsync() is not { } invoice || Fen(invoice["outstanding"]) == 0)
            {
                return false;
            }

            var amount = Text(random.NextInt64(1, Fen(invoice["outstanding"]) + 1));
            (await server.Admin.PostAsync($"/v1/invoices/{invoice["id"]}/payments", new { amount, reference = Guid.NewGuid().ToString() })).Is(201);
            ledger.Paid(invoice, Fen(amount));
            return true;
        }

        async Task<bool> ClaimAsync()
        {
            var seller = shops[random.Next(2)].Seller;
            var answer = await seller.ClaimAsync(scheme, month);
            if (answer.Status != 201)
            {
                answer.Is(422, "claim.empty");
                return false;
            }

            ledger.Claimed(answer.Json!);
            var positive = answer.Items("items").Where(item => Fen(item["amount"]) > 0 && random.Next(4) == 0).ToList();
            var reject = positive.Select(item => new { itemId = item["id"], reason = "r", restore = random.Next(2) == 0 }).ToList();
            var decided = (await scheme.Authority.PostAsync($"/v1/claims/{answer["id"]}/decisions", new { reject })).Is(201);
            await ledger.DecidedAsync(server, seller.Id, decided.Json!);
            (await server.Admin.PostAsync($"/v1/claims/{answer["id"]}/payments", new { reference = Guid.NewGuid().ToString() })).Is(201);
            ledger.ClaimPaid(decided.Json!);
            return true;
        }

        async Task<bool> PaySettlementAsync()
        {
            var open = (await server.Admin.GetAsync("/v1/settlements?limit=100")).Is(200).Items().Where(s => s["paidAt"] is null).ToList();
            if (open.Count == 0)
            {
                return false;
            }

            (await server.Admin.PostAsync($"/v1/settlements/{open[0]["id"]}/payments", new { reference = $"S {open[0]["id"]}" })).Is(201);
            ledger.SettlementPaid(open[0]);
            return true;
        }

        async Task<JsonNode?> AnyInvoiceAsync()
        {
            var all = (await server.Admin.GetAsync("/v1/invoices?limit=100")).Is(200).Items();
            return all.Count == 0 ? null : all[random.Next(all.Count)];
        }

        async Task UsageAsync(List<Sold> legs)
        {
            await server.MoveClockAsync(month.AddDays(6));

            // In every other month hardly a reading comes before the close, so that several orders of one buyer are late at once.
            foreach (var sold in legs)
            {
                var (shop, leg, from, _, _) = sold;
                if (random.Next(4) < (month.Month % 2 == 0 ? 3 : 1))
                {
                    _unread.Add(sold);
                    continue;
                }

                (await shop.SendAsync(shop.Reading(leg, from, 1, random.Next(3) == 0 ? "down" : "up"))).Is(200);
                if (random.Next(4) == 0)
                {
                    _late.Add((shop, leg, from));
                }
            }

            // What was billed in an earlier month turns out to be otherwise.
            foreach (var (shop, leg, from) in _late.Where(late => late.From < month && late.From > month.AddDays(-55) && random.Next(2) == 0).ToList())
            {
                _late.Remove((shop, leg, from));
                await shop.CorrectAsync(leg, from, 1, status: random.Next(2) == 0 ? "down" : "up");
            }

            // What nothing was known of when its holds were released is used after all.
            foreach (var sold in _unread.Where(unread => unread.From < month && unread.From > month.AddDays(-55) && random.Next(5) > 0).ToList())
            {
                _unread.Remove(sold);
                await sold.Shop.UseAsync(sold.Leg, sold.From, sold.Hours, sold.Cards);
            }
        }

        async Task CompareAsync()
        {
            var trial = (await server.Admin.GetAsync("/v1/ledger/trial-balance")).Is(200);
            var expected = trial.Items("accounts").Where(account => Fen(account["balance"]) != 0).Select(account => $"{account["account"]} {account["asset"]} {account["balance"]}").Order(StringComparer.Ordinal);
            Assert.True(expected.SequenceEqual(ledger.Trial()), $"seed {seed}, {month.Period()}:\n{string.Join('\n', expected)}\nagainst\n{string.Join('\n', ledger.Trial())}");
            foreach (var buyer in buyers)
            {
                Assert.Equal($"seed {seed} {ledger.Money(buyer.Id)}", $"seed {seed} {await buyer.MoneyAsync()}");
            }

            foreach (var voucher in vouchers)
            {
                Assert.Equal($"seed {seed} {ledger.Voucher(voucher)}", $"seed {seed} {await scheme.Authority.VoucherAsync(voucher)}");
            }
        }
    }

    private readonly List<(Shop Shop, string Leg, DateTimeOffset From)> _late = [];
    private readonly List<Sold> _unread = [];

    private static string Text(long fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static long Fen(string text) => (long)(decimal.Parse(text, CultureInfo.InvariantCulture) * 100);

    private static long Fen(JsonNode? amount) => Fen(amount!.GetValue<string>());

    private sealed record Sold(Shop Shop, string Leg, DateTimeOffset From, int Hours, int Cards);

    /// <summary>Sums by account and party, kept from answers alone; all programmes deduct.</summary>
    private sealed class SecondLedger(string programme)
    {
        private readonly Dictionary<(string Account, string Party), long> _sums = [];
        private readonly Dictionary<string, long> _outstanding = [];
        private readonly List<(string Seller, long Net, long Programmes)> _unsettled = [];
        private readonly HashSet<string> _seen = [];
        private readonly HashSet<string> _revoked = [];
        private readonly Dictionary<(string Line, string Voucher), string> _supplementary = [];

        public int Invoices { get; private set; }

        public int Credits { get; private set; }

        public void Transferred(string buyer, long amount) => Move(amount, ("custody.cash", ""), ("buyer.deposit", buyer));

        public void Issued(string voucher, long face) => Move(face, ("voucher.issued", ""), ("voucher.available", voucher));

        public void Revoked(string voucher)
        {
            _revoked.Add(voucher);
            Move(-Of("voucher.available", voucher), ("voucher.available", voucher), ("voucher.revoked", voucher));
        }

        public void Ordered(string buyer, Answer order, int sign = 1)
        {
            Move(sign * Fen(order["depositHeld"]), ("buyer.deposit", buyer), ("buyer.held", buyer));
            foreach (var part in order.Items("vouchers"))
            {
                Move(sign * Fen(part["amount"]), ("voucher.available", Name(part["voucherId"])), ("voucher.held", Name(part["voucherId"])));
            }
        }

        public void Cancelled(string buyer, Answer order) => Ordered(buyer, order, -1);

        public async Task ClosedAsync(MarketplaceServer server, string period)
        {
            foreach (var note in (await server.Admin.GetAsync("/v1/credit-notes?limit=200")).Is(200).Items().Reverse())
            {
                await CreditedAsync(server, note);
            }

            foreach (var invoice in await Server(server, $"/v1/invoices?limit=200&period={period}"))
            {
                Invoiced(invoice);
            }

            // Every order lies in one month: after its close nothing is held any more.
            foreach (var (account, party) in _sums.Keys.Where(key => key.Account is "buyer.held").ToList())
            {
                Move(-Of(account, party), (account, party), ("buyer.deposit", party));
            }

            foreach (var (account, party) in _sums.Keys.Where(key => key.Account is "voucher.held").ToList())
            {
                Move(-Of(account, party), (account, party), (Home(party), party));
            }

            foreach (var settlement in (await server.Admin.GetAsync($"/v1/settlements?period={period}")).Is(200).Items())
            {
                var seller = Name(settlement["sellerId"]);
                var programmes = _unsettled.Where(document => document.Seller == seller).Sum(document => document.Programmes);
                Assert.Equal(_unsettled.Where(document => document.Seller == seller).Sum(document => document.Net), Fen(settlement["gross"]));
                _unsettled.RemoveAll(document => document.Seller == seller);
                Move(Fen(settlement["commission"]), ("seller.unsettled", seller), ("platform.commission", ""));
                Move(programmes, ("seller.unsettled", seller), ("seller.programme_due", seller));
                Move(Fen(settlement["net"]) - programmes, ("seller.unsettled", seller), ("seller.payable", seller));
            }

            Assert.Empty(_unsettled);
        }

        public async Task CreditedAsync(MarketplaceServer server, JsonNode note)
        {
            if (!_seen.Add(Name(note["id"])))
            {
                return;
            }

            Credits++;
            var (seller, buyer, invoice, refund) = (Name(note["sellerId"]), Name(note["organizationId"]), Name(note["invoiceId"]), Fen(note["refund"]));
            var document = (await server.Admin.GetAsync($"/v1/invoices/{invoice}")).Is(200);
            var returned = 0L;
            foreach (var line in document.Items("lines").Where(line => line["vouchers"]!.AsArray().Count > 0))
            {
                var explained = (await server.Admin.GetAsync($"/v1/invoices/{invoice}/lines/{line["id"]}/explain")).Is(200);
                foreach (var part in explained.Items("credits").Where(credit => Name(credit["number"]) == Name(note["number"])).SelectMany(credit => credit["returned"]!.AsArray()))
                {
                    if (Fen(part!["rejected"]) is > 0 and var rejected)
                    {
                        Refund(seller, buyer, _supplementary[(Name(line["id"]), Name(part["voucherId"]))], rejected);
                        refund -= rejected;
                    }

                    Move(Fen(part["amount"]), ("voucher.redeemed", Name(part["voucherId"])), (Home(Name(part["voucherId"])), Name(part["voucherId"])));
                    returned += Fen(part["amount"]);
                }
            }

            Assert.Equal(Fen(note["voucherReturned"]), returned);
            Assert.Equal(Fen(note["total"]), Fen(note["refund"]) + returned);
            Refund(seller, buyer, invoice, refund);
            Move(returned, ("seller.unsettled", seller), ("authority.receivable", ""));
            _unsettled.Add((seller, -Fen(note["total"]), -returned));
        }

        private void Refund(string seller, string buyer, string invoice, long amount)
        {
            var off = Math.Min(amount, _outstanding[invoice]);
            _outstanding[invoice] -= off;
            Move(off, ("seller.unsettled", seller), ("buyer.receivable", buyer));
            Move(amount - off, ("seller.unsettled", seller), ("buyer.deposit", buyer));
        }

        public void Paid(JsonNode invoice, long amount)
        {
            _outstanding[Name(invoice["id"])] -= amount;
            Move(amount, ("custody.cash", ""), ("buyer.receivable", Name(invoice["organizationId"])));
        }

        public void Claimed(JsonNode claim)
        {
            foreach (var item in claim["items"]!.AsArray())
            {
                Move(Fen(item!["amount"]), ("voucher.redeemed", Name(item["voucherId"])), ("voucher.claimed", Name(item["voucherId"])));
            }
        }

        public async Task DecidedAsync(MarketplaceServer server, string seller, JsonNode claim)
        {
            // Where rejected money went, the voucher's own answer says; what it comes to, the claim's.
            foreach (var items in claim["items"]!.AsArray().Where(item => Name(item!["status"]) == "rejected").GroupBy(item => Name(item!["voucherId"])))
            {
                var (voucher, amount) = (items.Key, items.Sum(item => Fen(item!["amount"])));
                var revoked = Fen((await server.Admin.GetAsync($"/v1/vouchers/{voucher}")).Is(200)["revoked"]) + Of("voucher.revoked", voucher);
                Move(revoked, ("voucher.claimed", voucher), ("voucher.revoked", voucher));
                Move(amount - revoked, ("voucher.claimed", voucher), ("voucher.available", voucher));
            }

            foreach (var invoice in (await Server(server, "/v1/invoices?limit=200")).Where(invoice => Name(invoice["sellerId"]) == seller))
            {
                Invoiced(invoice);
            }
        }

        public void ClaimPaid(JsonNode claim)
        {
            foreach (var item in claim["items"]!.AsArray().Where(item => Name(item!["status"]) == "approved"))
            {
                Move(Fen(item!["amount"]), ("voucher.claimed", Name(item["voucherId"])), ("voucher.paid", Name(item["voucherId"])));
            }

            Move(Fen(claim["approved"]), ("custody.cash", ""), ("authority.receivable", ""));
            Move(Fen(claim["approved"]), ("seller.programme_due", Name(claim["payeeId"])), ("seller.payable", Name(claim["payeeId"])));
        }

        public void SettlementPaid(JsonNode settlement) => Move(Fen(settlement["fromBuyers"]), ("seller.payable", Name(settlement["sellerId"])), ("custody.cash", ""));

        public IEnumerable<string> Trial() => _sums.GroupBy(sum => sum.Key.Account).Select(account => (account.Key, Sum: account.Sum(sum => sum.Value))).Where(account => account.Sum != 0)
            .Select(account => $"{account.Key} {(account.Key.StartsWith("voucher.", StringComparison.Ordinal) ? "VOUCHER/" + programme : "CNY")} {Text(account.Sum)}").Order(StringComparer.Ordinal);

        public string Money(string buyer) => $"{Text(-Of("buyer.deposit", buyer) - Of("buyer.held", buyer))} {Text(-Of("buyer.held", buyer))} {Text(Of("buyer.receivable", buyer))}";

        public string Voucher(string voucher) => string.Join(' ', ((string[][])[["available"], ["held"], ["redeemed", "claimed", "paid"], ["expired"], ["revoked"]])
            .Select(names => Text(-names.Sum(name => Of("voucher." + name, voucher)))));

        private void Invoiced(JsonNode invoice)
        {
            if (!_seen.Add(Name(invoice["id"])))
            {
                return;
            }

            Invoices++;
            var (seller, buyer, payable, supplementary) = (Name(invoice["sellerId"]), Name(invoice["organizationId"]), Fen(invoice["payable"]), Name(invoice["kind"]) == "supplementary");
            Move(payable, ("buyer.receivable", buyer), supplementary ? ("authority.receivable", "") : ("seller.unsettled", seller));
            Move(Fen(invoice["paid"]), ("buyer.deposit", buyer), ("buyer.receivable", buyer));
            _outstanding[Name(invoice["id"])] = payable - Fen(invoice["paid"]);
            if (supplementary)
            {
                _supplementary.Add((Name(invoice["rejectedLineId"]), Name(invoice["rejectedVoucherId"])), Name(invoice["id"]));
            }

            var parts = invoice["lines"]!.AsArray().SelectMany(line => line!["vouchers"]!.AsArray()).ToList();
            parts.ForEach(part => Captured(Name(part!["voucherId"]), Fen(part["amount"])));
            Move(Fen(invoice["voucherTotal"]), ("authority.receivable", ""), ("seller.unsettled", seller));
            _unsettled.Add(supplementary ? (seller, 0, -payable) : (seller, Fen(invoice["total"]), Fen(invoice["voucherTotal"])));
        }

        /// <summary>From what is held, and beyond that from what is available.</summary>
        private void Captured(string voucher, long amount)
        {
            var held = Math.Min(amount, -Of("voucher.held", voucher));
            Move(held, ("voucher.held", voucher), ("voucher.redeemed", voucher));
            Move(amount - held, ("voucher.available", voucher), ("voucher.redeemed", voucher));
        }

        /// <summary>Where money goes that comes back to a voucher.</summary>
        private string Home(string voucher) => _revoked.Contains(voucher) ? "voucher.revoked" : "voucher.available";

        private long Of(string account, string party) => _sums.GetValueOrDefault((account, party));

        private void Move(long amount, (string Account, string Party) debit, (string Account, string Party) credit)
        {
            _sums[debit] = _sums.GetValueOrDefault(debit) + amount;
            _sums[credit] = _sums.GetValueOrDefault(credit) - amount;
        }

        private static async Task<IReadOnlyList<JsonNode>> Server(MarketplaceServer server, string path) => (await server.Admin.GetAsync(path)).Is(200).Items();

        private static string Name(JsonNode? text) => text!.GetValue<string>();
    }
}
