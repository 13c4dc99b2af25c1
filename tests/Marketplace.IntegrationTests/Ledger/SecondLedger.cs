using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Ledger;

/// <summary>Sums by account and party, kept from answers alone; all programmes deduct.</summary>
internal sealed class SecondLedger(string programme)
{
    private readonly Dictionary<(string Account, string Party), long> _sums = [];
    private readonly Dictionary<string, long> _outstanding = [];
    private readonly List<(string Seller, long Net, long Programmes)> _unsettled = [];
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<string> _revoked = [];
    private readonly Dictionary<string, DateOnly> _lastDays = [];
    private readonly Dictionary<string, SoldLeg> _legs = [];
    private DateOnly _today;
    private readonly Dictionary<(string Line, string Voucher), string> _supplementary = [];

    public int Invoices { get; private set; }

    public int Credits { get; private set; }

    public void Transferred(string buyer, long amount) => Move(amount, ("custody.cash", ""), ("buyer.deposit", buyer));

    public void Issued(string voucher, long face, DateOnly lastDay)
    {
        _lastDays[voucher] = lastDay;
        Move(face, ("voucher.issued", ""), ("voucher.available", voucher));
    }

    /// <summary>What is available of a voucher lapses when its last day is over.</summary>
    public void Today(DateOnly day)
    {
        _today = day;
        foreach (var voucher in _lastDays.Keys.Where(IsOver))
        {
            Move(-Of("voucher.available", voucher), ("voucher.available", voucher), ("voucher.expired", voucher));
        }
    }

    public void Revoked(string voucher)
    {
        _revoked.Add(voucher);
        Move(-Of("voucher.available", voucher), ("voucher.available", voucher), ("voucher.revoked", voucher));
    }

    /// <summary>
    /// Holds what the order says, leg by leg and month by month: 30 % of each month's price, of the voucher that lapses first and
    /// then of the smallest, as far as it is good through the last day of the leg in that month.
    /// </summary>
    public void Ordered(Answer order, IReadOnlyList<SoldLeg> legs)
    {
        var left = order.Items("vouchers").ToDictionary(part => Name(part["voucherId"]), part => Fen(part["amount"]));
        var inOrder = left.Keys.OrderBy(voucher => _lastDays[voucher]).ThenByDescending(voucher => Of("voucher.available", voucher)).ThenBy(voucher => voucher, StringComparer.Ordinal).ToList();
        foreach (var leg in legs)
        {
            _legs.Add(leg.Id, leg);
            leg.Deposit = leg.Months.Sum(leg.PriceIn);
            foreach (var month in leg.Months)
            {
                var share = leg.PriceIn(month) * 30 / 100;
                foreach (var voucher in inOrder.Where(voucher => _lastDays[voucher] >= leg.LastDayIn(month)))
                {
                    var amount = Math.Min(share, left[voucher]);
                    if (amount > 0)
                    {
                        leg.Shares[(voucher, month)] = amount;
                        leg.Held[voucher] = leg.Held.GetValueOrDefault(voucher) + amount;
                        left[voucher] -= amount;
                        share -= amount;
                        leg.Deposit -= amount;
                    }
                }
            }
        }

        Assert.All(left, voucher => Assert.True(voucher.Value == 0, $"{Text(voucher.Value)} of {voucher.Key} is held for nothing that the order has."));
        Assert.Equal(Fen(order["depositHeld"]), legs.Sum(leg => leg.Deposit));
        foreach (var leg in legs)
        {
            Move(leg.Deposit, ("buyer.deposit", leg.Buyer), ("buyer.held", leg.Buyer));
            foreach (var (voucher, amount) in leg.Held)
            {
                Move(amount, ("voucher.available", voucher), ("voucher.held", voucher));
            }
        }
    }

    /// <summary>Nothing is held for a leg any more: it was cancelled, or its last hour is billed.</summary>
    public void Released(SoldLeg leg)
    {
        Move(leg.Deposit, ("buyer.held", leg.Buyer), ("buyer.deposit", leg.Buyer));
        leg.Deposit = 0;
        foreach (var voucher in leg.Held.Keys)
        {
            GiveBack(leg, voucher, leg.Held[voucher]);
        }
    }

    /// <summary>
    /// A leg is cut short: of each month's hours that fall away, vouchers get back the share of the price that they were held for, and
    /// the deposit the rest, as far as it is still held.
    /// </summary>
    public void Cut(SoldLeg leg, DateTimeOffset at)
    {
        var before = leg.Months.ToDictionary(month => month, leg.PriceIn);
        leg.To = at;
        var (forgone, given) = (before.Sum(month => month.Value - leg.PriceIn(month.Key)), 0L);
        foreach (var ((voucher, month), share) in leg.Shares.ToList())
        {
            var gone = (long)((Int128)share * (before[month] - leg.PriceIn(month)) / before[month]);
            leg.Shares[(voucher, month)] -= gone;
            gone = Math.Min(gone, leg.Held[voucher]);
            GiveBack(leg, voucher, gone);
            given += gone;
        }

        var released = Math.Min(leg.Deposit, Math.Max(forgone - given, 0));
        leg.Deposit -= released;
        Move(released, ("buyer.held", leg.Buyer), ("buyer.deposit", leg.Buyer));
    }

    private void GiveBack(SoldLeg leg, string voucher, long amount)
    {
        leg.Held[voucher] -= amount;
        Move(amount, ("voucher.held", voucher), (Home(voucher), voucher));
    }

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

        foreach (var leg in _legs.Values.Where(leg => leg.LastMonth == period))
        {
            Released(leg);
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
            Move(amount - revoked, ("voucher.claimed", voucher), (Home(voucher), voucher));
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
        foreach (var lines in invoice["lines"]!.AsArray().Where(_ => !supplementary).GroupBy(line => _legs[Name(line!["legId"])]))
        {
            // What is due is no longer held, and is paid from the deposit.
            var ended = Math.Min(lines.Key.Deposit, Math.Max(lines.Sum(line => Fen(line!["payable"])), 0));
            lines.Key.Deposit -= ended;
            Move(ended, ("buyer.held", buyer), ("buyer.deposit", buyer));
            foreach (var part in lines.SelectMany(line => line!["vouchers"]!.AsArray()))
            {
                Captured(lines.Key, Name(part!["voucherId"]), Fen(part["amount"]));
            }
        }

        Move(Fen(invoice["paid"]), ("buyer.deposit", buyer), ("buyer.receivable", buyer));
        _outstanding[Name(invoice["id"])] = payable - Fen(invoice["paid"]);
        if (supplementary)
        {
            _supplementary.Add((Name(invoice["rejectedLineId"]), Name(invoice["rejectedVoucherId"])), Name(invoice["id"]));
        }

        Move(Fen(invoice["voucherTotal"]), ("authority.receivable", ""), ("seller.unsettled", seller));
        _unsettled.Add(supplementary ? (seller, 0, -payable) : (seller, Fen(invoice["total"]), Fen(invoice["voucherTotal"])));
    }

    /// <summary>From what is held for the leg, and beyond that from what is available.</summary>
    private void Captured(SoldLeg leg, string voucher, long amount)
    {
        var held = Math.Min(amount, leg.Held.GetValueOrDefault(voucher));
        leg.Held[voucher] = leg.Held.GetValueOrDefault(voucher) - held;
        Move(held, ("voucher.held", voucher), ("voucher.redeemed", voucher));
        Move(amount - held, ("voucher.available", voucher), ("voucher.redeemed", voucher));
    }

    private bool IsOver(string voucher) => _lastDays[voucher] < _today && !_revoked.Contains(voucher);

    /// <summary>Where money goes that comes back to a voucher.</summary>
    private string Home(string voucher) => _revoked.Contains(voucher) ? "voucher.revoked" : IsOver(voucher) ? "voucher.expired" : "voucher.available";

    private long Of(string account, string party) => _sums.GetValueOrDefault((account, party));

    private void Move(long amount, (string Account, string Party) debit, (string Account, string Party) credit)
    {
        _sums[debit] = _sums.GetValueOrDefault(debit) + amount;
        _sums[credit] = _sums.GetValueOrDefault(credit) - amount;
    }

    private static async Task<IReadOnlyList<JsonNode>> Server(MarketplaceServer server, string path) => (await server.Admin.GetAsync(path)).Is(200).Items();

    private static string Text(long fen) => (fen / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    private static long Fen(string text) => (long)(decimal.Parse(text, CultureInfo.InvariantCulture) * 100);

    private static long Fen(JsonNode? amount) => Fen(amount!.GetValue<string>());

    private static string Name(JsonNode? text) => text!.GetValue<string>();
}

/// <summary>A leg as its order told it, with what is held for it.</summary>
internal sealed class SoldLeg(Shop shop, string id, string node, string buyer, decimal price, int cards, DateTimeOffset from, DateTimeOffset to)
{
    public Shop Shop => shop;

    public string Id => id;

    /// <summary>Where it stands in the end.</summary>
    public string Node { get; set; } = node;

    public string Buyer => buyer;

    public int Cards => cards;

    public DateTimeOffset From { get; } = from;

    public DateTimeOffset To { get; set; } = to;

    public bool Cancelled { get; set; }

    /// <summary>Up to where readings were sent.</summary>
    public DateTimeOffset ReadTo { get; set; } = from;

    /// <summary>Of the deposit, in fen.</summary>
    public long Deposit { get; set; }

    /// <summary>Of vouchers.</summary>
    public Dictionary<string, long> Held { get; } = [];

    /// <summary>What of the vouchers was held for the hours of a month that the leg still has.</summary>
    public Dictionary<(string Voucher, string Month), long> Shares { get; } = [];

    public IEnumerable<string> Months => Hours.Select(hour => hour.Period()).Distinct();

    public string? LastMonth => Cancelled ? null : To.AddHours(-1).Period();

    private IEnumerable<DateTimeOffset> Hours => Enumerable.Range(0, (int)(To - From).TotalHours).Select(i => From.AddHours(i));

    public long PriceIn(string month) => (long)Math.Round(price * cards * Hours.Count(hour => hour.Period() == month) * 100, MidpointRounding.AwayFromZero);

    public DateOnly LastDayIn(string month) => DateOnly.FromDateTime(Hours.Last(hour => hour.Period() == month).ToOffset(Business.Shanghai).Date);
}
