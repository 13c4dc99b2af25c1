using Marketplace.Domain.Ledger;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.UnitTests.Ledger;

/// <summary>
/// A million random events, posted as the product posts them, against a ledger of its own that knows the chart of accounts only
/// by what each event means for whom.
/// </summary>
public class RandomLedgerTests
{
    private const int Parties = 20;

    [Fact]
    public void A_million_events_keep_every_asset_balanced_and_a_plain_ledger_agrees()
    {
        var events = int.Parse(Environment.GetEnvironmentVariable("MARKETPLACE_TEST_EVENTS") ?? "1000000");
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var plain = new PlainLedger();
        var balances = new Dictionary<(string, Guid?, Asset), long>();
        for (var i = 0; i < events; i++)
        {
            var (name, who, other, fen) = (PlainLedger.Events[random.Next(PlainLedger.Events.Length)], random.Next(Parties), random.Next(Parties), random.NextInt64(1, 1_000_000));
            var entry = Post(name, Party(who), Party(other), new(fen));
            foreach (var asset in entry.Postings.GroupBy(p => p.Asset))
            {
                Assert.True(asset.Sum(p => p.Amount).IsZero, $"seed {seed}: {name} doesn't balance");
            }

            foreach (var posting in entry.Postings)
            {
                var key = (posting.Account, posting.PartyId, posting.Asset);
                balances[key] = balances.GetValueOrDefault(key) + posting.Amount.Fen;
            }

            plain.Tell(name, who, other, fen);
        }

        foreach (var asset in balances.GroupBy(b => b.Key.Item3))
        {
            Assert.True(asset.Sum(b => b.Value) == 0, $"seed {seed}: {asset.Key} is off");
        }

        long Of(string account, Guid? party, Asset asset) => balances.GetValueOrDefault((account, party, asset));
        var vouchers = Asset.Vouchers("p");
        for (var i = 0; i < Parties; i++)
        {
            var p = Party(i);
            Assert.True(
                plain.Deposit[i] == -Of(Accounts.BuyerDeposit, p, Asset.Cny) - Of(Accounts.BuyerHeld, p, Asset.Cny) && plain.Held[i] == -Of(Accounts.BuyerHeld, p, Asset.Cny)
                && plain.Owes[i] == Of(Accounts.BuyerReceivable, p, Asset.Cny) && plain.Earned[i] == -Of(Accounts.SellerUnsettled, p, Asset.Cny) && plain.Due[i] == -Of(Accounts.SellerPayable, p, Asset.Cny)
                && plain.Voucher[i] == (-Of(Accounts.VoucherAvailable, p, vouchers), -Of(Accounts.VoucherHeld, p, vouchers), -Of(Accounts.VoucherRedeemed, p, vouchers)),
                $"seed {seed}: party {i} differs");
        }

        Assert.True(plain.Bank == Of(Accounts.CustodyCash, null, Asset.Cny) && plain.Commission == -Of(Accounts.PlatformCommission, null, Asset.Cny), $"seed {seed}: custody or commission differ");
    }

    private static Guid Party(int i) => new(i + 1, 0, 0, new byte[8]);

    private static JournalEntry Post(string name, Guid who, Guid other, Money amount)
    {
        var (buyer, seller, voucher, vouchers) = (new Id<Organization>(who), new Id<Organization>(other), new Id<Voucher>(who), Asset.Vouchers("p"));
        var entry = JournalEntry.For(name, "r", DateTimeOffset.UnixEpoch);
        return name switch
        {
            "deposit" => entry.Move(Asset.Cny, amount, Accounts.Custody, Accounts.Deposit(buyer)),
            "withdraw" => entry.Move(Asset.Cny, -amount, Accounts.Custody, Accounts.Deposit(buyer)),
            "hold" => entry.Move(Asset.Cny, amount, Accounts.Deposit(buyer), Accounts.Held(buyer)),
            "release" => entry.Move(Asset.Cny, amount, Accounts.Held(buyer), Accounts.Deposit(buyer)),
            "invoice" => entry.Move(Asset.Cny, amount, Accounts.Receivable(buyer), Accounts.Of(Accounts.SellerUnsettled, seller)),
            "credit" => entry.Move(Asset.Cny, amount, Accounts.Of(Accounts.SellerUnsettled, seller), Accounts.Receivable(buyer)),
            "pay" => entry.Move(Asset.Cny, amount, Accounts.Custody, Accounts.Receivable(buyer)),
            "pay from deposit" => entry.Move(Asset.Cny, amount, Accounts.Deposit(buyer), Accounts.Receivable(buyer)),
            "settle" => entry.Move(Asset.Cny, amount, Accounts.Of(Accounts.SellerUnsettled, seller), Accounts.Of(Accounts.SellerPayable, seller))
                .Move(Asset.Cny, new(amount.Fen / 20), Accounts.Of(Accounts.SellerPayable, seller), Accounts.Commission),
            "pay out" => entry.Move(Asset.Cny, amount, Accounts.Of(Accounts.SellerPayable, seller), Accounts.Custody),
            "issue" => entry.Move(vouchers, amount, (Accounts.VoucherIssued, null), Accounts.Of(Accounts.VoucherAvailable, voucher)),
            "hold voucher" => entry.Move(vouchers, amount, Accounts.Of(Accounts.VoucherAvailable, voucher), Accounts.Of(Accounts.VoucherHeld, voucher)),
            "redeem" => entry.Move(vouchers, amount, Accounts.Of(Accounts.VoucherHeld, voucher), Accounts.Of(Accounts.VoucherRedeemed, voucher)),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    /// <summary>What each party has and owes, written from what the events mean; no entry has two sides here.</summary>
    private sealed class PlainLedger
    {
        public static readonly string[] Events =
            ["deposit", "withdraw", "hold", "release", "invoice", "credit", "pay", "pay from deposit", "settle", "pay out", "issue", "hold voucher", "redeem"];

        public long Bank { get; private set; }

        public long Commission { get; private set; }

        public long[] Deposit { get; } = new long[Parties];

        public long[] Held { get; } = new long[Parties];

        public long[] Owes { get; } = new long[Parties];

        public long[] Earned { get; } = new long[Parties];

        public long[] Due { get; } = new long[Parties];

        public (long Available, long Held, long Redeemed)[] Voucher { get; } = new (long, long, long)[Parties];

        public void Tell(string name, int who, int other, long fen)
        {
            var voucher = Voucher[who];
            switch (name)
            {
                case "deposit": (Bank, Deposit[who]) = (Bank + fen, Deposit[who] + fen); break;
                case "withdraw": (Bank, Deposit[who]) = (Bank - fen, Deposit[who] - fen); break;
                case "hold": Held[who] += fen; break;
                case "release": Held[who] -= fen; break;
                case "invoice": (Owes[who], Earned[other]) = (Owes[who] + fen, Earned[other] + fen); break;
                case "credit": (Owes[who], Earned[other]) = (Owes[who] - fen, Earned[other] - fen); break;
                case "pay": (Bank, Owes[who]) = (Bank + fen, Owes[who] - fen); break;
                case "pay from deposit": (Deposit[who], Owes[who]) = (Deposit[who] - fen, Owes[who] - fen); break;
                case "settle": (Earned[other], Due[other], Commission) = (Earned[other] - fen, Due[other] + fen - (fen / 20), Commission + (fen / 20)); break;
                case "pay out": (Bank, Due[other]) = (Bank - fen, Due[other] - fen); break;
                case "issue": Voucher[who] = voucher with { Available = voucher.Available + fen }; break;
                case "hold voucher": Voucher[who] = voucher with { Available = voucher.Available - fen, Held = voucher.Held + fen }; break;
                default: Voucher[who] = voucher with { Held = voucher.Held - fen, Redeemed = voucher.Redeemed + fen }; break;
            }
        }
    }
}
