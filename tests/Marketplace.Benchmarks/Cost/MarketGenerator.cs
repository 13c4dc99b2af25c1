using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Benchmarks.Cost;

/// <summary>Markets that are small enough to be solved exactly, and mixed enough that the cheapest plan isn't plain to see.</summary>
internal sealed class MarketGenerator(SplitMix64 random)
{
    /// <summary>Monday, 00:00 in Shanghai.</summary>
    public static readonly Hour Start = Hour.Containing(new DateTimeOffset(2026, 11, 22, 16, 0, 0, TimeSpan.Zero));

    public static readonly DateTimeOffset Now = Start.Start.AddHours(-1);

    private const int HorizonHours = 72;
    private static readonly string[] Regions = ["110100", "310100", "330100"];

    public RawMarket Next()
    {
        var models = Enumerable.Range(0, random.Between(1, 3)).Select(i => Model($"M{i}")).ToList();
        var centers = Enumerable.Range(0, random.Between(2, 4)).Select(_ => Center()).ToList();
        var offers = Enumerable.Range(0, random.Between(4, 8)).SelectMany(_ => Listed(random.Pick(centers), random.Pick(models))).ToList();
        return new(offers, Demand(models));
    }

    private static Accelerator Model(string name) => new()
    {
        Model = name,
        Vendor = "vendor",
        Origin = ChipOrigin.Domestic,
        Fp16Tflops = 300,
        MemoryGiB = 64,
        Watts = 300,
    };

    private Center Center() => new()
    {
        Id = Id<Center>.New(Now),
        OwnerId = Id<Organization>.New(Now),
        Name = "centre",
        RegionCode = random.Pick(Regions),
        CreatedAt = Now,
    };

    /// <summary>One to four nodes under one listing; of some, a holder resells cards under a second one.</summary>
    private List<RawOffer> Listed(Center center, Accelerator model)
    {
        var offers = new List<RawOffer>();
        var listing = Listing(center, random.Unit() switch { < 0.5 => 1000, < 0.75 => 250, _ => 500 }, null, null);
        for (var count = random.Between(1, 4); count > 0; count--)
        {
            var node = Node(center, model);
            var reservations = Reservations(node, listing.SliceMilli);
            Leg? held = null;
            if (random.Chance(0.2))
            {
                held = Held(node, center, listing);
                reservations = [.. Enumerable.Range(0, held.Cards).SelectMany(card => Kept(held, node, card)), .. reservations.Where(r => r.Card >= held.Cards)];
            }

            offers.Add(new(listing, null, node, center, model, reservations));
            if (held is not null)
            {
                offers.Add(new(Listing(center, 1000, held.Id, [.. Enumerable.Range(0, held.Cards)]), held, node, center, model, reservations));
            }
        }

        return offers;
    }

    private Listing Listing(Center center, int sliceMilli, Id<Leg>? resaleOf, IReadOnlyList<int>? resaleCards)
    {
        var from = random.Chance(0.7) ? 0 : random.Below(24);
        return new()
        {
            Id = Id<Listing>.New(Now),
            SellerId = resaleOf is null ? center.OwnerId : Id<Organization>.New(Now),
            CenterId = center.Id,
            From = Start + from,
            To = Start + (random.Chance(0.7) ? HorizonHours : random.Between(from + 12, HorizonHours)),
            Product = Product.Metered,
            PricePerCardHour = new(random.Between(500, 1_500) * 10_000L),
            OffPeak = random.Chance(0.5) ? new(random.Pick([22, 23, 0]), random.Pick([6, 7, 8]), Ratio.Parse(random.Pick(["0.5", "0.65", "0.8", "0.333333"]))) : null,
            SliceMilli = sliceMilli,
            MinHours = random.Chance(0.8) ? 1 : random.Between(2, 4),
            Benchmarks = [],
            ResaleOf = resaleOf,
            ResaleCards = resaleCards,
            CreatedAt = Now,
        };
    }

    private Node Node(Center center, Accelerator model)
    {
        var cards = random.Pick([1, 2, 4, 4, 8]);
        return new()
        {
            Id = Id<Node>.New(Now),
            CenterId = center.Id,
            OwnerId = center.OwnerId,
            Name = "node",
            Accelerator = model.Model,
            Cards = cards,
            Vcpus = cards * 16,
            MemoryGiB = cards * 128,
            Tags = [],
            WithdrawnFrom = random.Chance(0.1) ? Start + random.Between(12, HorizonHours) : null,
        };
    }

    /// <summary>Never more than a card has.</summary>
    private List<Reservation> Reservations(Node node, int sliceMilli)
    {
        var made = new List<Reservation>();
        for (var tries = random.Between(0, 2 * node.Cards); tries > 0; tries--)
        {
            var (card, from) = (random.Below(node.Cards), Start + random.Between(-6, HorizonHours - 1));
            var (to, milli) = (from + random.Between(1, 24), sliceMilli * random.Between(1, 1000 / sliceMilli));
            if (made.Where(r => r.Card == card && r.From < to && from < r.To).Sum(r => r.Milli) + milli <= 1000)
            {
                var says = random.Chance(0.4);
                made.Add(new() { LegId = Id<Leg>.New(Now), NodeId = node.Id, Card = card, Milli = milli, CpuMilli = says ? 16 * milli : 0, MemoryMiB = says ? 64 * milli : 0, From = from, To = to });
            }
        }

        return made;
    }

    /// <summary>A leg for the first cards of the node, as long as the horizon.</summary>
    private Leg Held(Node node, Center center, Listing listing) => new()
    {
        Id = Id<Leg>.New(Now),
        OrderId = Id<Order>.New(Now),
        BuyerId = Id<Organization>.New(Now),
        SellerId = center.OwnerId,
        ListingId = listing.Id,
        CenterId = center.Id,
        NodeId = node.Id,
        NodeName = node.Name,
        Position = 0,
        Accelerator = node.Accelerator,
        Cards = random.Between(1, node.Cards),
        MilliPerCard = 1000,
        CpuMilliPerCard = 16_000,
        MemoryMiBPerCard = 128 * 1024,
        From = Start,
        To = Start + HorizonHours,
        Product = listing.Product,
        Workload = Workload.Other,
        PricePerCardHour = listing.PricePerCardHour,
        Amount = Money.Zero,
        DepositHeld = Money.Zero,
    };

    /// <summary>What the holder still has of a card: all of it, or without some hours that he sold.</summary>
    private IEnumerable<Reservation> Kept(Leg held, Node node, int card)
    {
        var (sold, until) = random.Chance(0.5) ? (held.To, held.To) : (held.From + random.Between(1, 30), held.From + random.Between(31, 60));
        return new[] { (Leg: held.Id, held.From, To: sold), (Leg: Id<Leg>.New(Now), From: sold, To: until), (Leg: held.Id, From: until, held.To) }.Where(part => part.From < part.To)
            .Select(part => new Reservation { LegId = part.Leg, NodeId = node.Id, Card = card, Milli = 1000, CpuMilli = held.CpuMilliPerCard, MemoryMiB = held.MemoryMiBPerCard, From = part.From, To = part.To });
    }

    private Demand Demand(List<Accelerator> models)
    {
        var gang = random.Chance(0.3) ? random.Pick([2, 4]) : (int?)null;
        var (hours, from) = (random.Between(1, 12), Start + random.Below(24));
        return new()
        {
            Accelerators = random.Chance(0.5) ? [] : [random.Pick(models).Model],
            Cards = random.Between(1, gang is null ? 12 : 3) * (gang ?? 1),
            CardsPerNode = gang,
            MilliPerCard = random.Unit() switch { < 0.7 => 1000, < 0.85 => 500, _ => 250 },
            CpuMilliPerCard = random.Chance(0.3) ? random.Pick([2_000, 4_000, 12_000, 20_000]) : 0,
            MemoryMiBPerCard = random.Chance(0.2) ? random.Pick([16, 64, 160]) * 1024 : 0,
            Hours = hours,
            Window = new(from, from + hours + (random.Chance(0.3) ? 0 : random.Between(1, 36))),
            Regions = random.Chance(0.8) ? [] : [random.Pick(Regions)[..2]],
            SameCenter = random.Chance(0.3),
            MixModels = random.Chance(0.4),
            Tags = [],
            MaxPricePerCardHour = random.Chance(0.3) ? new(random.Between(700, 1_300) * 10_000L) : null,
            Workload = Workload.Training,
            Urgency = random.Chance(0.5) ? Urgency.Batch : Urgency.User,
        };
    }
}
