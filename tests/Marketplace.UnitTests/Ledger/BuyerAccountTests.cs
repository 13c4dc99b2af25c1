using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Ledger;

/// <summary>A buyer's account against a plain model of it.</summary>
public class BuyerAccountTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(null)]
    public void Random_operations_agree_with_a_plain_model_and_nothing_falls_below_zero(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        var account = new BuyerAccount { OrganizationId = default };
        var (deposit, held, owed, limit, refused) = (0L, 0L, 0L, 0L, 0);
        for (var step = 0; step < 20_000; step++)
        {
            var amount = random.NextInt64(0, 1_000);
            var version = account.Version;
            var allowed = true;
            Action act;
            switch (random.Next(9))
            {
                case 0:
                    act = () => account.Receive(new(amount));
                    deposit += amount;
                    break;
                case 1:
                    allowed = amount <= deposit - held - owed;
                    act = () => account.Withdraw(new(amount));
                    deposit -= allowed ? amount : 0;
                    break;
                case 2:
                    allowed = amount <= deposit - held + limit - owed;
                    act = () => account.Hold(new(amount));
                    held += allowed ? amount : 0;
                    break;
                case 3:
                    allowed = amount <= held;
                    act = () => account.Release(new(amount));
                    held -= allowed ? amount : 0;
                    break;
                case 4:
                    // An invoice: its hold ends, it is owed, and the deposit pays what nothing else holds.
                    amount = Math.Min(amount, held);
                    held -= amount;
                    var paid = Math.Min(amount, Math.Max(deposit - held, 0));
                    (deposit, owed) = (deposit - paid, owed + amount - paid);
                    act = () =>
                    {
                        account.Release(new(amount));
                        account.Owe(new(amount));
                        Assert.Equal(paid, account.PayFromDeposit(new(amount)).Fen);
                    };
                    break;
                case 5:
                    allowed = amount <= owed;
                    act = () => account.PayReceivable(new(amount));
                    owed -= allowed ? amount : 0;
                    break;
                case 6:
                    var back = random.NextInt64(0, 100);
                    allowed = amount <= owed;
                    act = () => account.Credit(new(amount), new(back));
                    (owed, deposit) = allowed ? (owed - amount, deposit + back) : (owed, deposit);
                    break;
                case 7:
                    allowed = random.Next(10) > 0;
                    act = () => account.SetCreditLimit(new(allowed ? amount : -amount - 1));
                    limit = allowed ? amount : limit;
                    break;
                default:
                    allowed = false;
                    act = random.Next(4) switch
                    {
                        0 => () => account.Receive(new(-amount - 1)),
                        1 => () => account.Hold(new(-amount - 1)),
                        2 => () => account.Release(new(-amount - 1)),
                        _ => () => account.Withdraw(new(-amount - 1)),
                    };
                    break;
            }

            if (allowed)
            {
                act();
                Assert.True(account.Version > version, $"seed {seed}, step {step}: nobody would notice this change");
            }
            else
            {
                refused++;
                var exception = Record.Exception(act);
                Assert.True(exception is RuleException { Code: "funds.insufficient" } or ArgumentOutOfRangeException, $"seed {seed}, step {step}: {exception}");
            }

            Assert.True(
                (account.Deposit.Fen, account.Held.Fen, account.Receivable.Fen, account.CreditLimit.Fen) == (deposit, held, owed, limit)
                && deposit >= 0 && held >= 0 && owed >= 0 && account.Available.Fen == deposit - held + limit - owed,
                $"seed {seed}, step {step}");
        }

        Assert.InRange(refused, 2_000, 18_000);
    }
}
