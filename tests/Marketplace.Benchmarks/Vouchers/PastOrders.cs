using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Benchmarks.Vouchers;

/// <summary>A year's orders of a thousand buyers from fifty providers, one to three lines each, drawn from a seed.</summary>
internal sealed class PastOrders(int seed)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.FromHours(8));

    private const int Buyers = 1_000;
    private const int Providers = 50;
    private const int Days = 365;

    private readonly SplitMix64 _random = new((ulong)seed);
    private readonly Organization[] _buyers = [.. Enumerable.Range(0, Buyers).Select(i => Make(i, OrganizationKind.Enterprise, i % 3 == 0 ? ["sme"] : []))];
    private readonly Organization[] _providers = [.. Enumerable.Range(Buyers, Providers).Select(i => Make(i, OrganizationKind.Provider, []))];

    /// <summary>In the order in which they were placed.</summary>
    public IEnumerable<Order> Take(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var placedAt = Start + (TimeSpan.FromDays(Days) * ((double)i / count));
            yield return Make(placedAt, _buyers[_random.Below(Buyers)]);
        }
    }

    private Order Make(DateTimeOffset placedAt, Organization buyer)
    {
        var day = DateOnly.FromDateTime(placedAt.DateTime);
        var from = Hour.AtOrAfter(placedAt);
        List<FundableLine> lines = [.. Enumerable.Range(0, 1 + _random.Below(3)).Select(i => Line(i, placedAt, day))];
        var total = lines.Sum(line => line.Amount);
        return new()
        {
            Id = Id<Order>.New(placedAt),
            BuyerId = buyer.Id,
            QuoteId = Id<Quote>.New(placedAt),
            Workload = Workload.Training,
            PlacedAt = placedAt,
            Total = total,
            PublicMoney = Money.Zero,
            PublicMoneyFromOutside = Money.Zero,
            Payable = total,
            DepositHeld = total,
            From = from,
            To = from + 24,
            Funding = new()
            {
                Buyer = buyer,
                OrderedOn = day,
                Today = day,
                OrderTotal = total,
                Lines = lines,
                Programmes = [new() { Code = "then", VersionNumber = 1, Rules = new() }],
                Vouchers = [new() { Id = Id<Voucher>.New(placedAt), ProgrammeCode = "then", ExpiresOn = day.AddYears(1), Limit = new(1_000_000) }],
            },
        };
    }

    private FundableLine Line(int number, DateTimeOffset placedAt, DateOnly day)
    {
        var seller = _providers[_random.Below(Providers)];
        return new()
        {
            Key = $"line {number}",
            LegId = Id<Leg>.New(placedAt),
            Amount = new(10_000 + _random.Below(10_000_000)),
            Seller = seller,
            Operator = seller,
            RegionCode = seller.RegionCode,
            Accelerator = "Ascend 910B",
            Origin = _random.Below(2) == 0 ? ChipOrigin.Domestic : ChipOrigin.Imported,
            Workload = Workload.Training,
            Product = Product.Metered,
            FirstDay = day,
            LastDay = day.AddDays(1),
        };
    }

    private static Organization Make(int number, OrganizationKind kind, string[] traits)
    {
        var first17 = $"91330100MA{number:0000000}";
        return new()
        {
            Id = Id<Organization>.New(Start),
            Name = $"organization {number}",
            Kind = kind,
            CreditCode = CreditCode.Parse(first17 + CreditCode.CheckDigit(first17)),
            RegionCode = "330100",
            EstablishedOn = new(2015, 1, 1),
            Traits = traits,
            Taxpayer = Taxpayer.General,
            Controllers = [],
            CreatedAt = Start,
        };
    }
}
