using Marketplace.Application.Market;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Benchmarks.Quotes;

/// <summary>The nodes of one listing, with what is reserved on them.</summary>
internal sealed record Rack(Listing Listing, IReadOnlyList<Node> Nodes, IReadOnlyList<Reservation> Reservations);

/// <summary>A site with its racks.</summary>
internal sealed record Site(Center Center, IReadOnlyList<Rack> Racks);

/// <summary>
/// A market of any size, drawn from a seed site by site, so that none is kept longer than it takes to write it. The README
/// beside the verbs states what is drawn how often.
/// </summary>
internal sealed class Book(int nodes, int reservationsPerNode, int seed)
{
    public const int NodesPerSite = 100;

    private const int SitesPerProvider = 4;
    private const int YearHours = 365 * 24;

    /// <summary>Monday, 00:00 in Shanghai.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 1, 16, 0, 0, TimeSpan.Zero);

    public static readonly Hour Start = Hour.Containing(Now);

    public static readonly IReadOnlyList<Accelerator> Models = [.. AcceleratorCatalogue.Shipped.Select(AcceleratorCatalogue.Make)];

    /// <summary>GB/T 2260, the first two digits.</summary>
    public static readonly IReadOnlyList<string> Provinces =
    [
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
        "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65",
    ];

    private readonly SplitMix64 _random = new((ulong)seed);
    private readonly double[] _shares = Zipf(Models.Count);

    /// <summary>What a model is listed at by those who don't set a price of their own, in millionths of a yuan.</summary>
    public static long ListPrice(Accelerator model) => Rounded((2 + (0.03 * (double)model.Fp16Tflops)) * 1_000_000);

    public IEnumerable<Site> Sites()
    {
        var provider = Id<Organization>.None;
        for (var (made, site) = (0, 0); made < nodes; site++)
        {
            provider = site % SitesPerProvider == 0 ? Id<Organization>.New(Now) : provider;
            var racks = new List<Rack>();
            var center = Center(provider, site);
            for (var here = 0; here < NodesPerSite && made < nodes;)
            {
                var count = Math.Min(_random.Between(5, 60), Math.Min(NodesPerSite - here, nodes - made));
                racks.Add(Rack(center, count, here));
                (here, made) = (here + count, made + count);
            }

            yield return new(center, racks);
        }
    }

    private Center Center(Id<Organization> owner, int number) => new()
    {
        Id = Id<Center>.New(Now),
        OwnerId = owner,
        Name = $"site {number}",
        RegionCode = _random.Pick(Provinces) + "0100",
        Pue = 1.1m + (0.01m * _random.Below(50)),
        LatencyMs = _random.Between(1, 60),
        BandwidthGbps = _random.Pick([10m, 100m, 400m]),
        CreatedAt = Now,
    };

    private Rack Rack(Center center, int count, int first)
    {
        var model = Models[Drawn()];
        var cards = _random.Unit() switch { < 0.75 => 8, < 0.85 => 4, < 0.95 => 16, _ => 2 };
        var relative = _random.Chance(0.3) ? 1 : 0.7 + (0.6 * _random.Unit());
        var listing = Listing(center, Rounded(ListPrice(model) * relative));
        Interconnect? interconnect = cards < 8 ? Interconnect.Pcie : _random.Unit() switch { < 0.5 => Interconnect.Rdma, < 0.8 => Interconnect.Nvlink, _ => null };
        IReadOnlyList<string> tags = _random.Chance(0.2) ? ["liquid-cooled"] : [];
        var racked = Enumerable.Range(first, count).Select(number => new Node
        {
            Id = Id<Node>.New(Now),
            CenterId = center.Id,
            OwnerId = center.OwnerId,
            Name = $"n-{number}",
            Accelerator = model.Model,
            Cards = cards,
            Vcpus = cards * 16,
            MemoryGiB = cards * 128,
            Interconnect = interconnect,
            Tags = tags,
        }).ToList();

        // What is cheap is sold first.
        var rows = (int)(reservationsPerNode * (relative < 1 ? 1.5 : relative > 1 ? 0.5 : 1.0) * 2);
        return new(listing, racked, [.. racked.SelectMany(node => Reservations(node, listing.SliceMilli, _random.Between(0, rows)))]);
    }

    private Listing Listing(Center center, long price)
    {
        var from = _random.Chance(0.8) ? -30 * 24 : _random.Between(0, 60) * 24;
        return new()
        {
            Id = Id<Listing>.New(Now),
            SellerId = center.OwnerId,
            CenterId = center.Id,
            From = Start + from,
            To = Start + (from < 0 ? 395 * 24 : from + (_random.Between(90, 180) * 24)),
            Product = _random.Chance(0.7) ? Product.Metered : Product.Reserved,
            PricePerCardHour = new(price),
            OffPeak = _random.Chance(0.4) ? new(_random.Pick([22, 23, 0]), _random.Pick([7, 8]), Ratio.Parse(_random.Pick(["0.5", "0.6", "0.7", "0.8"]))) : null,
            SliceMilli = _random.Unit() switch { < 0.15 => 250, < 0.25 => 100, _ => Domain.Market.Listing.WholeCard },
            MinHours = _random.Chance(0.85) ? 1 : 24,
            Benchmarks = [],
            CreatedAt = Now,
        };
    }

    /// <summary>Legs of one to all cards, until there are so many rows or no more room is found; none sold twice.</summary>
    private List<Reservation> Reservations(Node node, int sliceMilli, int rows)
    {
        var made = new List<Reservation>(rows);
        for (var tries = 0; made.Count < rows && tries < 3 * rows; tries++)
        {
            var from = Start + (int)((YearHours * Math.Pow(_random.Unit(), 3)) - (14 * 24));
            var to = from + _random.Unit() switch { < 0.3 => _random.Between(1, 48), < 0.7 => _random.Between(2 * 24, 14 * 24), _ => _random.Between(14 * 24, 90 * 24) };
            var milli = sliceMilli == Domain.Market.Listing.WholeCard ? sliceMilli : sliceMilli * _random.Between(1, 1000 / sliceMilli);
            var wanted = Math.Min(_random.Chance(0.5) ? 1 : _random.Between(1, node.Cards), rows - made.Count);
            var free = Enumerable.Range(0, node.Cards).Where(card => made.Where(r => r.Card == card && r.From < to && from < r.To).Sum(r => r.Milli) + milli <= 1000).Take(wanted).ToList();
            if (to <= Start || free.Count < wanted)
            {
                continue;
            }

            var (leg, says) = (Id<Leg>.New(Now), _random.Chance(0.3));
            made.AddRange(free.Select(card => new Reservation
            {
                LegId = leg,
                NodeId = node.Id,
                Card = card,
                Milli = milli,
                CpuMilli = says ? 8 * milli : 0,
                MemoryMiB = says ? 64 * milli : 0,
                From = from,
                To = to,
            }));
        }

        return made;
    }

    private int Drawn()
    {
        var (at, model) = (_random.Unit(), 0);
        for (; model < _shares.Length - 1 && at >= _shares[model]; model++)
        {
            at -= _shares[model];
        }

        return model;
    }

    private static long Rounded(double microYuan) => (long)Math.Round(microYuan / 100_000) * 100_000;

    /// <summary>The second model is on offer about half as often as the first, the third a third as often.</summary>
    private static double[] Zipf(int count)
    {
        var sum = Enumerable.Range(1, count).Sum(rank => 1.0 / rank);
        return [.. Enumerable.Range(1, count).Select(rank => 1 / (rank * sum))];
    }
}
