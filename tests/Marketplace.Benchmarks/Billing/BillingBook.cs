using Marketplace.Domain.Ledger;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Benchmarks.Billing;

/// <summary>
/// A month of orders, ten a buyer with as many sellers, each a leg of eight metered cards for a hundred hours with a reading and
/// a row of usage an hour. Nobody has vouchers.
/// </summary>
internal sealed class BillingBook(int orders)
{
    public const int HoursEach = 100;
    private const int OrdersEach = 10;
    private const int SellerCount = 20;

    public static readonly Period Month = new(2026, 1);
    public static readonly DateTimeOffset Now = new(2026, 2, 2, 4, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Placed = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Hash = new byte[32];

    public IReadOnlyList<Organization> Organizations { get; } =
    [
        Organization(OrganizationKind.Platform, 0), .. Enumerable.Range(1, SellerCount).Select(i => Organization(OrganizationKind.Provider, i)),
        .. Enumerable.Range(SellerCount + 1, Math.Max(1, orders / OrdersEach)).Select(i => Organization(OrganizationKind.Enterprise, i)),
    ];

    private List<Organization> Sellers => [.. Organizations.Where(o => o.Kind == OrganizationKind.Provider)];

    private List<Organization> Buyers => [.. Organizations.Where(o => o.Kind == OrganizationKind.Enterprise)];

    public IEnumerable<BuyerAccount> Accounts() => Organizations.Where(o => o.Kind == OrganizationKind.Enterprise).Select(o => new BuyerAccount { OrganizationId = o.Id });

    public IReadOnlyList<Listing> Listings() => [.. Sellers.Select(seller => new Listing
    {
        Id = Id<Listing>.New(Placed),
        SellerId = seller.Id,
        CenterId = Id<Center>.None,
        From = Hour.StartingAt(Placed)!.Value,
        To = Hour.StartingAt(Placed)!.Value + 8_000,
        Product = Product.Metered,
        PricePerCardHour = new(20_000_000),
        SliceMilli = Listing.WholeCard,
        MinHours = 1,
        Benchmarks = [],
        CreatedAt = Placed,
    })];

    public IEnumerable<(Order Order, Leg Leg)> Orders(IReadOnlyList<Listing> listings)
    {
        var buyers = Buyers;
        for (var i = 0; i < orders; i++)
        {
            var (buyer, listing) = (buyers[i % buyers.Count], listings[((i % buyers.Count) + (i / buyers.Count)) % listings.Count]);
            var from = Hour.StartingAt(Placed.AddHours(i % 400))!.Value;
            var leg = LegOf(buyer, listing, from);
            yield return (new()
            {
                Id = leg.OrderId,
                BuyerId = buyer.Id,
                QuoteId = Id<Quote>.New(Placed),
                Workload = Workload.Training,
                PlacedAt = Placed,
                Total = leg.Amount,
                PublicMoney = Money.Zero,
                PublicMoneyFromOutside = Money.Zero,
                Payable = leg.Amount,
                DepositHeld = Money.Zero,
                From = leg.From,
                To = leg.To,
                Funding = new AllocationRequest
                {
                    Buyer = buyer,
                    OrderedOn = new(2026, 1, 5),
                    Today = new(2026, 1, 5),
                    OrderTotal = leg.Amount,
                    Lines = [new()
                    {
                        Key = leg.Id.ToString(), LegId = leg.Id, Amount = leg.Amount, Seller = Organizations[0], RegionCode = "330100", Accelerator = leg.Accelerator,
                        Origin = ChipOrigin.Domestic, Workload = Workload.Training, Product = Product.Metered, FirstDay = new(2026, 1, 5), LastDay = new(2026, 1, 9),
                    },],
                    Programmes = [],
                    Vouchers = [],
                },
            }, leg);
        }
    }

    public static IEnumerable<UsageHour> Usage(Leg leg)
    {
        foreach (var hour in leg.Interval.Each())
        {
            var row = new UsageHour { LegId = leg.Id, Hour = hour };
            row.Add(new() { Busy = CardTime.Of(8, 1000, 3_000), Readings = 1 });
            yield return row;
        }
    }

    public static IEnumerable<Reading> Readings(Leg leg, Id<Meter> meter) => leg.Interval.Each().Select(hour => new Reading
    {
        MeterId = meter,
        EventId = $"{leg.Id}-{hour.Number}",
        LegId = leg.Id,
        From = hour.Start,
        To = hour.Start.AddSeconds(3_000),
        Cards = 8,
        Milli = 1000,
        Status = ReadingStatus.Up,
        ContentHash = Hash,
        AcceptedAt = hour.Start.AddHours(1),
        Attested = false,
        UsageVersion = 1,
    });

    private static Leg LegOf(Organization buyer, Listing listing, Hour from) => new()
    {
        Id = Id<Leg>.New(Placed),
        OrderId = Id<Order>.New(Placed),
        BuyerId = buyer.Id,
        SellerId = listing.SellerId,
        ListingId = listing.Id,
        CenterId = Id<Center>.None,
        NodeId = Id<Node>.None,
        NodeName = "n",
        Position = 0,
        Accelerator = "910B",
        Cards = 8,
        MilliPerCard = 1000,
        CpuMilliPerCard = 0,
        MemoryMiBPerCard = 0,
        From = from,
        To = from + HoursEach,
        Product = Product.Metered,
        Workload = Workload.Training,
        PricePerCardHour = listing.PricePerCardHour,
        Amount = CardTime.Of(8, 1000, 3600L * HoursEach).At(listing.PricePerCardHour),
        DepositHeld = Money.Zero,
        UsageVersion = 1,
    };

    private static Organization Organization(OrganizationKind kind, int number)
    {
        var body = $"91330100{number:000000000}";
        return new()
        {
            Id = Id<Organization>.New(Placed),
            Name = $"{kind} {number}",
            Kind = kind,
            CreditCode = CreditCode.Parse(body + CreditCode.CheckDigit(body)),
            RegionCode = "330100",
            EstablishedOn = new(2015, 1, 1),
            Traits = [],
            Taxpayer = Taxpayer.General,
            Controllers = [],
            CreatedAt = Placed,
        };
    }
}
