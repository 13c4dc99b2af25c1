using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Market;

/// <summary>Offers and demands with every field said or defaulted, for tests that change one.</summary>
internal static class MarketMaker
{
    /// <summary>A Monday, 00:00 in Shanghai.</summary>
    public static readonly Hour Start = Hour.Containing(new DateTimeOffset(2026, 1, 4, 16, 0, 0, TimeSpan.Zero));

    public static readonly DateTimeOffset Now = Start.Start.AddHours(-10);

    public static readonly BusinessTime Shanghai = new(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    public static readonly Accelerator Model = Of("M");

    public static Accelerator Of(string model, decimal tflops = 320, int memoryGiB = 64) => new()
    {
        Model = model,
        Vendor = "v",
        Origin = ChipOrigin.Domestic,
        Fp16Tflops = tflops,
        MemoryGiB = memoryGiB,
        Watts = 300,
    };

    public static Center Center(string region = "330100", decimal? latencyMs = null, decimal? bandwidthGbps = null) => new()
    {
        Id = Id<Center>.New(Now),
        OwnerId = Id<Organization>.New(Now),
        Name = "c",
        RegionCode = region,
        LatencyMs = latencyMs,
        BandwidthGbps = bandwidthGbps,
        CreatedAt = Now,
    };

    public static Offer Offer(
        string price = "10.00", int cards = 8, Center? center = null, Accelerator? model = null, HourRange? window = null, OffPeak? offPeak = null, Product product = Product.Metered,
        int sliceMilli = 1000, int minHours = 1, IReadOnlyList<string>? tags = null, Interconnect? interconnect = null, Hour? withdrawnFrom = null, int vcpus = 1000, int memoryGiB = 8000,
        Func<Node, IReadOnlyCollection<Reservation>>? reservations = null, IReadOnlyList<Benchmark>? benchmarks = null)
    {
        center ??= Center();
        model ??= Model;
        var hours = window ?? new(Start, Start + (24 * 30));
        var node = new Node
        {
            Id = Id<Node>.New(Now),
            CenterId = center.Id,
            OwnerId = center.OwnerId,
            Name = $"n-{Guid.NewGuid():N}",
            Accelerator = model.Model,
            Cards = cards,
            Vcpus = vcpus,
            MemoryGiB = memoryGiB,
            Interconnect = interconnect,
            Tags = tags ?? [],
            WithdrawnFrom = withdrawnFrom,
        };
        return new()
        {
            Listing = new()
            {
                Id = Id<Listing>.New(Now),
                SellerId = center.OwnerId,
                CenterId = center.Id,
                From = hours.From,
                To = hours.To,
                Product = product,
                PricePerCardHour = Price.TryParse(price, out var parsed) ? parsed : throw new FormatException(price),
                TokenPrices = product == Product.Tokens ? new(new(1_000_000), new(3_000_000)) : null,
                OffPeak = offPeak,
                SliceMilli = sliceMilli,
                MinHours = minHours,
                Benchmarks = benchmarks ?? [],
                CreatedAt = Now,
            },
            Node = node,
            Center = center,
            Accelerator = model,
            Occupancy = Occupied(cards, vcpus, memoryGiB, reservations?.Invoke(node) ?? []),
        };
    }

    public static NodeOccupancy Occupied(int cards, int vcpus, int memoryGiB, IEnumerable<Reservation> reservations) =>
        new(cards, vcpus, memoryGiB, [.. reservations.Select(NodeOccupancy.Take)]);

    public static Reservation Booked(Node node, int card, int from, int hours, int milli = 1000, int cpuMilli = 0, int memoryMiB = 0) => new()
    {
        LegId = Id<Leg>.New(Now),
        NodeId = node.Id,
        Card = card,
        Milli = milli,
        CpuMilli = cpuMilli,
        MemoryMiB = memoryMiB,
        From = Start + from,
        To = Start + from + hours,
    };

    public static Demand Demand(int cards = 1, int hours = 1, int from = 0, int? latest = null) => new()
    {
        Accelerators = [],
        Cards = cards,
        MilliPerCard = 1000,
        Hours = hours,
        Window = new(Start + from, latest is { } end ? Start + end : Start + from + hours),
        Regions = [],
        Tags = [],
        Workload = Workload.Training,
    };

    public static readonly BuyerView Buyer = new(Id<Organization>.New(Now), new HashSet<Id<Organization>>());

    public static MatchResult Match(Demand demand, params Offer[] offers) => new Matcher(Shanghai).Match(demand, CapacityIndex.Of(offers), Buyer, Now);
}
