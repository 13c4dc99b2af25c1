using System.Globalization;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Market;

/// <summary>A contract says what was sold, the same on any machine.</summary>
public sealed class ContractTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 23, 30, 0, TimeSpan.Zero);

    [Fact]
    public void It_names_parties_legs_prices_and_terms_in_local_time()
    {
        var text = ContractText.Write(Terms());
        Assert.StartsWith("算力服务合同\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        string[] expected =
        [
            "合同编号：C2026-000007", "签订日期：2026-01-06", "甲方（供方）：钱塘算力，统一社会信用代码 91330100MA2WALK01X",
            "(1) Ascend 910B 8 卡，中心“萧山”，节点“n-1”，2026-01-10 08:00 +08:00 至 2026-01-11 08:00 +08:00，按用量，单价每卡时 12.50 元，每日 22 时至 8 时乘以 0.60，最高 2000.00 元",
            "(2) Ascend 910B 1 卡，每卡 250/1000，", "合计最高 2075.00 元", "36 小时内提出异议",
            "(1) Ascend 910B, 8 cards, centre \"萧山\", node \"n-1\", 2026-01-10 08:00 +08:00 to 2026-01-11 08:00 +08:00, metered, 12.50 CNY a card-hour, times 0.60 from 22:00 to 8:00 each day, at most 2000.00 CNY",
            "within 36 hours",
        ];
        Assert.All(expected, line => Assert.Contains(line, text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_machines_language_changes_nothing()
    {
        var before = CultureInfo.CurrentCulture;
        var plain = ContractText.Write(Terms());
        try
        {
            CultureInfo.CurrentCulture = new("ar-SA");
            Assert.Equal(plain, ContractText.Write(Terms()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_changed_text_does_not_fit_its_digest()
    {
        var contract = Contract.Of(Id<Contract>.New(Now), Terms());
        Assert.True(contract.IsUnchanged);
        typeof(Contract).GetProperty(nameof(Contract.Text))!.SetValue(contract, contract.Text.Replace("2075.00", "2074.00", StringComparison.Ordinal));
        Assert.False(contract.IsUnchanged);
    }

    private static ContractTerms Terms()
    {
        var (seller, buyer) = (Party("钱塘算力", "91330100MA2WALK01X"), Party("西湖机器人", "91330106MA2WALK03T"));
        var order = new Id<Order>(Guid.Parse("0199b0a8-d1c5-7b0f-8a5d-0c4f3e2d1c0b"));
        return new()
        {
            Number = "C2026-000007",
            OrderId = order,
            ConcludedAt = Now,
            Seller = seller,
            Buyer = buyer,
            Workload = Workload.Training,
            Legs = [(MakeLeg(order, seller, buyer, 1, 1, 250, null, "75.00"), "萧山"), (MakeLeg(order, seller, buyer, 0, 8, 1000, new(22, 8, Ratio.Parse("0.60")), "2000.00"), "萧山")],
            Time = new(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")),
            ObjectionHours = 36,
        };
    }

    private static Organization Party(string name, string code) => new()
    {
        Id = Id<Organization>.New(Now),
        Name = name,
        Kind = OrganizationKind.Enterprise,
        CreditCode = CreditCode.Parse(code),
        RegionCode = "330100",
        EstablishedOn = new(2020, 1, 1),
        Traits = [],
        Taxpayer = Taxpayer.General,
        Controllers = [],
        CreatedAt = Now,
    };

    private static Leg MakeLeg(Id<Order> order, Organization seller, Organization buyer, int position, int cards, int milli, OffPeak? offPeak, string amount)
    {
        var from = Hour.AtOrAfter(new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero));
        return new()
        {
            Id = Id<Leg>.New(Now),
            OrderId = order,
            BuyerId = buyer.Id,
            SellerId = seller.Id,
            ListingId = Id<Listing>.New(Now),
            CenterId = Id<Center>.New(Now),
            NodeId = Id<Node>.New(Now),
            NodeName = $"n-{position + 1}",
            Position = position,
            Accelerator = "Ascend 910B",
            Cards = cards,
            MilliPerCard = milli,
            CpuMilliPerCard = 0,
            MemoryMiBPerCard = 0,
            From = from,
            To = from + 24,
            Product = Product.Metered,
            Workload = Workload.Training,
            PricePerCardHour = new(12_500_000),
            OffPeak = offPeak,
            Amount = Money.Parse(amount),
            DepositHeld = Money.Zero,
        };
    }
}
