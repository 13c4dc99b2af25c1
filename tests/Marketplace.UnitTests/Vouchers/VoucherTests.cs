using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;
using Voucher = Marketplace.Domain.Vouchers.Voucher;

namespace Marketplace.UnitTests.Vouchers;

public class VoucherTests
{
    private static readonly DateOnly LastDay = new(2026, 12, 31);
    private static readonly DateOnly DayAfter = new(2027, 1, 1);

    [Fact]
    public void A_voucher_is_issued_with_all_of_its_face_available()
    {
        var voucher = Issue();

        Assert.Equal("100.00 0.00 0.00 0.00 0.00", Balances(voucher));
        Assert.Equal(VoucherStatus.Issued, voucher.StatusOn(Today));
        Assert.Throws<ArgumentOutOfRangeException>(() => Issue("0.00"));
    }

    [Fact]
    public void An_order_holds_an_invoice_captures_and_the_close_releases()
    {
        var voucher = Issue();

        voucher.Hold(Yuan("80.00"), LastDay);
        Assert.Equal("20.00 80.00 0.00 0.00 0.00", Balances(voucher));
        Assert.Equal(VoucherStatus.Held, voucher.StatusOn(Today));

        voucher.Capture(Yuan("50.00"));
        Assert.Equal(VoucherBalance.Available, voucher.Release(Yuan("30.00"), LastDay));
        Assert.Equal("50.00 0.00 50.00 0.00 0.00", Balances(voucher));
        Assert.Equal(VoucherStatus.PartlyRedeemed, voucher.StatusOn(Today));

        voucher.CaptureAvailable(Yuan("50.00"), LastDay);
        Assert.Equal(VoucherStatus.Redeemed, voucher.StatusOn(Today));
        Assert.Equal(VoucherBalance.Available, voucher.Return(Yuan("1.00"), Today));
        Assert.Equal("1.00 0.00 99.00 0.00 0.00", Balances(voucher));
        Assert.Equal(5, voucher.Version);
    }

    [Fact]
    public void What_comes_back_after_the_last_day_has_expired()
    {
        var voucher = Issue();
        voucher.Hold(Yuan("80.00"), Today);

        Assert.Equal(Yuan("20.00"), voucher.Expire(DayAfter, Now));
        Assert.Equal("0.00 80.00 0.00 20.00 0.00", Balances(voucher));

        voucher.Capture(Yuan("50.00"));
        Assert.Equal(VoucherBalance.Expired, voucher.Release(Yuan("30.00"), DayAfter));
        Assert.Equal(VoucherBalance.Expired, voucher.Return(Yuan("10.00"), DayAfter));
        Assert.Equal(VoucherBalance.Expired, voucher.RejectRedemption(Yuan("10.00"), restore: true, DayAfter));
        Assert.Equal(VoucherBalance.Revoked, voucher.RejectRedemption(Yuan("10.00"), restore: false, DayAfter));
        Assert.Equal("0.00 0.00 20.00 70.00 10.00", Balances(voucher));
        Assert.Equal(VoucherStatus.Expired, voucher.StatusOn(DayAfter));
    }

    [Fact]
    public void A_voucher_that_no_job_has_let_lapse_yet_has_expired_all_the_same()
    {
        var voucher = Issue();
        voucher.Hold(Yuan("80.00"), Today);

        Refused("voucher.expired", () => voucher.Hold(Yuan("1.00"), DayAfter));
        Assert.Equal(VoucherBalance.Expired, voucher.Release(Yuan("80.00"), DayAfter));
        Assert.Equal(VoucherStatus.Expired, voucher.StatusOn(DayAfter));
        Assert.Equal(Yuan("20.00"), voucher.Expire(DayAfter, Now));
        Assert.Equal("0.00 0.00 0.00 100.00 0.00", Balances(voucher));
    }

    [Fact]
    public void What_comes_back_to_a_revoked_voucher_is_revoked()
    {
        var voucher = Issue();
        voucher.Hold(Yuan("80.00"), Today);

        Assert.Equal(Yuan("20.00"), voucher.Revoke(Now));
        Assert.Equal("0.00 80.00 0.00 0.00 20.00", Balances(voucher));

        voucher.Capture(Yuan("50.00"));
        Assert.Equal(VoucherBalance.Revoked, voucher.Release(Yuan("30.00"), DayAfter));
        Assert.Equal(VoucherBalance.Revoked, voucher.Return(Yuan("10.00"), Today));
        Assert.Equal(VoucherBalance.Revoked, voucher.RejectRedemption(Yuan("10.00"), restore: true, Today));
        Assert.Equal("0.00 0.00 30.00 0.00 70.00", Balances(voucher));
        Assert.Equal(VoucherStatus.Revoked, voucher.StatusOn(Today));
    }

    [Fact]
    public void Rejected_money_is_revoked_unless_the_decision_restores_it()
    {
        var voucher = Issue();
        voucher.CaptureAvailable(Yuan("100.00"), Today);

        Assert.Equal(VoucherBalance.Available, voucher.RejectRedemption(Yuan("60.00"), restore: true, Today));
        Assert.Equal(VoucherBalance.Revoked, voucher.RejectRedemption(Yuan("40.00"), restore: false, Today));
        Assert.Equal("60.00 0.00 0.00 0.00 40.00", Balances(voucher));
    }

    [Fact]
    public void Every_move_that_isnt_allowed_is_refused_with_its_code_and_moves_nothing()
    {
        var voucher = Issue();
        voucher.Hold(Yuan("30.00"), Today);
        voucher.CaptureAvailable(Yuan("20.00"), Today);
        var (before, version) = (Balances(voucher), voucher.Version);

        Refused("voucher.insufficient", () => voucher.Hold(Yuan("50.01"), Today));
        Refused("voucher.insufficient", () => voucher.CaptureAvailable(Yuan("50.01"), Today));
        Refused("voucher.not_held", () => voucher.Capture(Yuan("30.01")));
        Refused("voucher.not_held", () => voucher.Release(Yuan("30.01"), Today));
        Refused("voucher.not_redeemed", () => voucher.Return(Yuan("20.01"), Today));
        Refused("voucher.not_redeemed", () => voucher.RejectRedemption(Yuan("20.01"), restore: false, Today));
        Refused("voucher.not_expired", () => voucher.Expire(LastDay, Now));
        Refused("voucher.expired", () => voucher.Hold(Yuan("1.00"), DayAfter));
        Refused("voucher.expired", () => voucher.CaptureAvailable(Yuan("1.00"), DayAfter));
        foreach (var move in new Action[]
        {
            () => voucher.Hold(Yuan("-0.01"), Today), () => voucher.Capture(Yuan("-0.01")), () => voucher.CaptureAvailable(Yuan("-0.01"), Today),
            () => voucher.Release(Yuan("-0.01"), Today), () => voucher.Return(Yuan("-0.01"), Today),
            () => voucher.RejectRedemption(Yuan("-0.01"), restore: true, Today),
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(move);
        }

        Assert.Equal((before, version), (Balances(voucher), voucher.Version));
    }

    [Fact]
    public void An_expired_or_revoked_voucher_is_so_once()
    {
        var expired = Issue();
        expired.Expire(DayAfter, Now);
        Refused("voucher.expired", () => expired.Expire(DayAfter, Now));
        Assert.Equal(Money.Zero, expired.Revoke(Now));

        var revoked = Issue();
        revoked.Revoke(Now);
        Refused("voucher.revoked", () => revoked.Revoke(Now));
        Refused("voucher.revoked", () => revoked.Expire(DayAfter, Now));
        Refused("voucher.revoked", () => revoked.Hold(Yuan("0.01"), Today));
        Refused("voucher.revoked", () => revoked.CaptureAvailable(Yuan("0.01"), Today));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(null)]
    public void A_face_is_always_the_sum_of_its_balances(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 300; run++)
        {
            var voucher = Issue();
            var (day, refused) = (Today, 0);
            for (var step = 0; step < 60; step++)
            {
                day = day.AddDays(random.Next(12));
                var amount = new Money(random.Next(4000));
                var before = Balances(voucher);
                try
                {
                    Move(voucher, random.Next(8), amount, day, random);
                }
                catch (RuleException)
                {
                    refused++;
                    Assert.True(before == Balances(voucher), $"seed {seed}: a refused move moved something");
                }

                Money[] balances = [voucher.Available, voucher.Held, voucher.Redeemed, voucher.Expired, voucher.Revoked];
                Assert.True(balances.Sum() == voucher.Face && balances.All(balance => !balance.IsNegative), $"seed {seed}, run {run}: {Balances(voucher)}");
                Assert.True(voucher.ExpiredAt is null || voucher.Available.IsZero, $"seed {seed}: an expired voucher has money available");
            }

            Assert.True(refused < 60, $"seed {seed}: nothing was allowed");
        }
    }

    [Fact]
    public void A_hold_is_captured_and_released_down_to_nothing()
    {
        var (january, february) = (new Period(2026, 1), new Period(2026, 2));
        var hold = VoucherHold.Of(VoucherId(1), Id<Domain.Market.Order>.None, Leg(1), [new(january, Yuan("50.00")), new(february, Yuan("30.00"))], Yuan("100.00"));
        hold.Take(Yuan("45.00"));
        Assert.Equal((Yuan("80.00"), Yuan("35.00"), 1L), (hold.Amount, hold.Left, hold.Version));
        Refused("voucher.not_held", () => hold.Take(Yuan("35.01")));

        // Whatever January left of it: what falls away of February has the share that February had.
        Assert.Equal(Yuan("9.99"), hold.TakeShare(february, Yuan("33.33"), Yuan("100.00")));
        Assert.Equal(Yuan("0.00"), hold.TakeShare(february, Yuan("0.00"), Yuan("66.67")));
        Assert.Equal(Yuan("0.00"), hold.TakeShare(new(2026, 3), Yuan("10.00"), Yuan("10.00")));
        Assert.Equal((Yuan("20.01"), Yuan("25.01")), (hold.Shares.Single(share => share.Month == february).Amount, hold.Left));
        Assert.Equal(Yuan("20.01"), hold.TakeShare(february, Yuan("66.67"), Yuan("66.67")));
        Assert.Throws<ArgumentOutOfRangeException>(() => hold.TakeShare(january, Yuan("1.01"), Yuan("1.00")));

        // No more than is left, even where an invoice took more for another month.
        Assert.Equal(Yuan("5.00"), hold.TakeShare(january, Yuan("100.00"), Yuan("100.00")));
        hold.Take(hold.Left);
        Assert.Equal(Money.Zero, hold.Left);
    }

    private static void Move(Voucher voucher, int kind, Money amount, DateOnly day, Random random)
    {
        switch (kind)
        {
            case 0: voucher.Hold(amount, day); break;
            case 1: voucher.Capture(amount); break;
            case 2: voucher.CaptureAvailable(amount, day); break;
            case 3: voucher.Release(amount, day); break;
            case 4: voucher.Return(amount, day); break;
            case 5: voucher.RejectRedemption(amount, random.Next(2) == 0, day); break;
            case 6: voucher.Expire(day, Now); break;
            default:
                if (random.Next(10) == 0)
                {
                    voucher.Revoke(Now);
                }

                break;
        }
    }

    private static void Refused(string code, Action move) => Assert.Equal(code, Assert.Throws<RuleException>(move).Code);

    private static Voucher Issue(string face = "100.00") => Voucher.Issue(
        VoucherId(1), new() { Code = "p", Number = 1, From = Now, Rules = Rules() }, Buyer.Id, Yuan(face), Now, LastDay, ProgrammeBudget.Undated);

    private static string Balances(Voucher voucher) =>
        $"{voucher.Available} {voucher.Held} {voucher.Redeemed} {voucher.Expired} {voucher.Revoked}";
}
