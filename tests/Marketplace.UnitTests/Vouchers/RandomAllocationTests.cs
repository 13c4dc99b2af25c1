using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;
using static Marketplace.UnitTests.Vouchers.VoucherWorld;

namespace Marketplace.UnitTests.Vouchers;

/// <summary>Random orders under random rules, against <see cref="NaiveAllocation"/> and against the rules themselves.</summary>
public class RandomAllocationTests
{
    private static readonly Organization Related = Organization(8, OrganizationKind.Provider, controllers: ["Li Si"]);
    private static readonly Organization TheBuyer = Organization(1, OrganizationKind.Enterprise, controllers: ["Li Si"]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(null)]
    public void Small_orders_agree_to_the_fen_with_a_naive_evaluation(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        var paid = 0;
        for (var run = 0; run < 400; run++)
        {
            var request = Order(random, maxFen: 40, maxLines: 4, maxVouchers: 7);

            var expected = new NaiveAllocation(request).Answer();
            var actual = request.Allocate().Parts.ToDictionary(part => (part.LineKey, part.VoucherId, part.HeldFor), part => part.Amount.Fen);

            Assert.True(
                expected.Count == actual.Count && expected.All(gift => actual.GetValueOrDefault(gift.Key) == gift.Value),
                $"seed {seed}, run {run}: expected {Text(expected)}, got {Text(actual)}");
            paid += actual.Count > 0 ? 1 : 0;
        }

        Assert.True(paid > 100, $"seed {seed}: only {paid} orders were paid for");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Large_orders_pass_no_rule(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 200; run++)
        {
            var request = Order(random, maxFen: 100_000_000, maxLines: 40, maxVouchers: 200);
            Audit(request, request.Allocate(), $"seed {seed}, run {run}");
        }
    }

    private static void Audit(AllocationRequest request, VoucherAllocation allocation, string run)
    {
        var lines = request.Lines.ToDictionary(line => line.Key);
        var vouchers = request.Vouchers.ToDictionary(voucher => (voucher.Id, voucher.HeldFor));
        var parts = allocation.Parts;
        Assert.True(parts.All(part => part.Amount.IsPositive), run);
        Assert.True(parts.GroupBy(part => part.LineKey).All(line => line.Sum(part => part.Amount) <= lines[line.Key].Amount), $"{run}: more than a line");
        Assert.True(parts.GroupBy(part => (part.VoucherId, part.HeldFor)).All(v => v.Sum(part => part.Amount) <= vouchers[v.Key].Limit), $"{run}: more than a voucher");
        Assert.True(
            parts.All(part => vouchers[(part.VoucherId, part.HeldFor)].ExpiresOn >= lines[part.LineKey].LastDay || request.Programmes.Any(p => p.Code == part.ProgrammeCode && p.Rules.Proration is not null)),
            $"{run}: a voucher pays for days after its last");
        Assert.True(
            parts.All(part => part.HeldFor is null ? vouchers[(part.VoucherId, null)].ExpiresOn >= request.Today : part.HeldFor == lines[part.LineKey].LegId),
            $"{run}: a voucher that isn't for the line");
        var paid = parts.GroupBy(part => (part.LineKey, part.ProgrammeCode)).ToDictionary(group => group.Key, group => group.Sum(part => part.Amount));
        foreach (var decision in allocation.Decisions)
        {
            Assert.True(decision.Paid == paid.GetValueOrDefault((decision.LineKey, decision.ProgrammeCode)), $"{run}: decision and parts differ");
            Assert.True(decision.Paid <= decision.Share && decision.Share <= decision.Eligible, $"{run}: more than the share");
            Assert.True(decision.Eligible <= lines[decision.LineKey].Amount, $"{run}: more than the line is eligible");
            Assert.True((decision.Code is null) == (decision.Share.IsPositive && decision.Paid == decision.Share), $"{run}: no reason, or one too many");
            Assert.True(decision.Code is null || RuleCodes.InOrder.Contains(decision.Code), $"{run}: unlisted code {decision.Code}");
        }

        foreach (var programme in request.Programmes)
        {
            var given = parts.Where(part => part.ProgrammeCode == programme.Code).Sum(part => part.Amount);
            Assert.True(parts.Where(part => part.ProgrammeCode == programme.Code).All(part => part.Amount.Fen % programme.Rules.Unit().Fen == 0), $"{run}: a broken unit");
            if (given.IsPositive)
            {
                var ceiling = request.OrderTotal.ShareDown(programme.Rules.Stacking!.PublicMoneyCeiling ?? Ratio.One, new Money(1));
                Assert.True(programme.Rules.Caps?.PerOrder is not { } cap || programme.PaidOnOrder + given <= cap, $"{run}: more than the cap");
                Assert.True(
                    programme.Rules.Stacking.PublicMoneyCeiling is null || request.ExternalPublicMoney + request.PublicMoneyBefore + allocation.PublicMoney <= ceiling,
                    $"{run}: more than the ceiling");
            }
        }

        var mentioned = parts.Select(part => part.VoucherId).Concat(allocation.NotApplied.Select(unused => unused.VoucherId)).Distinct().Count();
        Assert.True(mentioned == request.Vouchers.Select(voucher => voucher.Id).Distinct().Count(), $"{run}: a voucher neither paid nor was ruled out");
        Assert.True(allocation.NotApplied.All(unused => RuleCodes.InOrder.Contains(unused.Code)), $"{run}: an unlisted code");
    }

    private static AllocationRequest Order(Random random, int maxFen, int maxLines, int maxVouchers)
    {
        var lines = Enumerable.Range(0, 1 + random.Next(maxLines)).Select(i => Line("0.00", i) with
        {
            Amount = new(random.Next(maxFen + 1)),
            Seller = random.Next(8) == 0 ? Related : random.Next(3) == 0 ? OtherSeller : Seller,
            LegId = Leg(random.Next(maxLines)),
            Origin = random.Next(2) == 0 ? ChipOrigin.Domestic : ChipOrigin.Imported,
            FirstDay = Today.AddDays(random.Next(6)).AddYears(-(random.Next(5) / 4)),
            LastDay = Today.AddDays(6 + random.Next(6)),
            Attested = random.Next(4) == 0 ? false : random.Next(2) == 0 ? true : null,
        }).ToList();
        var programmes = Enumerable.Range(0, 1 + random.Next(4)).Select(i => Programme($"p{i}", RandomRules(random, maxFen)) with
        {
            SpentInYear = new(random.Next(2) * random.Next(maxFen)),
            SpentInOtherYears = random.Next(3) == 0 ? new Dictionary<int, Money>() : new() { [Today.Year - 1] = new(random.Next(maxFen)) },
            InvoicedInYear = new(random.Next(2) * random.Next(maxFen)),
            PaidOnOrder = new(random.Next(6) == 0 ? random.Next(maxFen / 4) : 0),
            PaidContractsWith = random.Next(6) == 0 ? [Seller.Id] : [],
        }).ToList();
        var vouchers = Enumerable.Range(0, random.Next(maxVouchers + 1)).Select(i => Voucher(i / 2, $"p{random.Next(programmes.Count)}", "0.00") with
        {
            Limit = new(random.Next(maxFen)),
            Available = random.Next(3) == 0 ? new Money(random.Next(maxFen)) : null,
            ExpiresOn = Today.AddDays(random.Next(20) - 2),
            HeldFor = random.Next(3) == 0 ? Leg(random.Next(maxLines)) : null,
        }).DistinctBy(voucher => (voucher.Id, voucher.HeldFor)).ToList();
        var total = lines.Sum(line => line.Amount) + new Money(random.Next(2) * random.Next(maxFen));
        return Request(lines, programmes, vouchers) with
        {
            Buyer = TheBuyer,
            OrderTotal = total,
            ContractFrom = Today,
            ContractTo = Today.AddDays(11),
            ExternalPublicMoney = new(random.Next(5) == 0 ? random.Next(maxFen / 4) : 0),
            PublicMoneyBefore = programmes.Sum(programme => programme.PaidOnOrder),
            Chosen = random.Next(6) == 0 ? [.. Enumerable.Range(0, 3).Select(VoucherId)] : null,
        };
    }

    private static ProgrammeRules RandomRules(Random random, int maxFen)
    {
        var tiers = random.Next(3) == 0;
        var unit = random.Next(4) == 0 ? 5 : 1;
        var rules = new ProgrammeRules
        {
            Mode = ProgrammeMode.Deduct,
            Rates = tiers ? null : random.Next(2) == 0
                ? [new() { When = new() { Origins = [ChipOrigin.Domestic] }, Ratio = AnyRatio(random) }, .. random.Next(2) == 0 ? [new RateRule { Ratio = AnyRatio(random) }] : Array.Empty<RateRule>()]
                : [new() { Ratio = AnyRatio(random) }],
            Tiers = !tiers ? null :
            [
                new() { UpTo = new(1 + random.Next(maxFen)), Ratio = random.Next(4) == 0 ? Ratio.Zero : AnyRatio(random) },
                .. random.Next(2) == 0 ? [new TierRule { UpTo = random.Next(2) == 0 ? new Money(2 * maxFen) : null, Ratio = AnyRatio(random) }] : Array.Empty<TierRule>(),
            ],
            Scope = random.Next(5) == 0 ? new() { Origins = [ChipOrigin.Imported] } : null,
            Caps = random.Next(4) == 0 ? new() { PerOrder = new(1 + random.Next(maxFen)) } : null,
            Floors = random.Next(5) == 0 ? new() { PerOrder = new(1 + random.Next(2 * maxFen)), SpendPerYear = new(1 + random.Next(2 * maxFen)) } : null,
            Window = random.Next(4) == 0 ? new() { UsageFrom = Today.AddDays(random.Next(6) - 1), UsageTo = Today.AddDays(8 + random.Next(6)) } : null,
            Stacking = new()
            {
                Policy = (StackingPolicy)random.Next(3),
                Group = random.Next(3) switch { 0 => "g", 1 => "h", _ => null },
                Priority = random.Next(3),
                PublicMoneyCeiling = random.Next(4) == 0 ? AnyRatio(random) : null,
            },
            RelatedParties = (RelatedPartyRule)random.Next(2),
            UnattestedUsage = (UnattestedUsage)random.Next(2),
            Rounding = new() { Unit = new(unit) },
        };
        return rules.Window is not null && random.Next(2) == 0 ? rules with { Proration = Proration.Days } : rules;
    }

    private static Ratio AnyRatio(Random random) => new(random.Next(1, 11) * 100_000);

    private static string Text(Dictionary<(string Line, Id<Voucher> Voucher, Id<Leg>? HeldFor), long> gifts) =>
        string.Join("; ", gifts.Select(gift => $"{gift.Key.Line} {gift.Key.Voucher} {gift.Key.HeldFor} {gift.Value}").Order(StringComparer.Ordinal));
}
