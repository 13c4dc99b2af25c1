using System.Diagnostics;
using System.Globalization;
using Marketplace.Domain.Market;
using Marketplace.Domain.Market.Placement;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Benchmarks.Quotes;

/// <summary>How long a quote takes, how long the index behind it takes to build, and how much memory it holds, by the size of the market.</summary>
internal static class QuotesVerb
{
    public const string Usage = "[--nodes 1000,10000,100000] [--reservations-per-node 10] [--quotes 4000] [--seed 1] [--database sqlite|POSTGRES-CONNECTION] [--svg FILE] [--quick]";

    /// <summary>Demands that the placement profile is learned from: as many as the index remembers.</summary>
    private const int Asked = 2_000;

    /// <summary>Quotes before the clock runs, so that no compilation is timed.</summary>
    private const int WarmUp = 1_000;

    private const int Looks = 10;

    private const double MiB = 1024 * 1024;

    public static async Task<int> RunAsync(Options options)
    {
        var quick = options.Has("--quick");
        var sizes = (options.Text("--nodes") ?? (quick ? "300,1000" : "1000,10000,100000")).Split(',')
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0 ? size : throw new UsageException("--nodes is numbers with commas between them.")).ToList();
        var (reservations, quotes, seed) = (options.Number("--reservations-per-node", 10), options.Number("--quotes", quick ? 300 : 4_000), options.Number("--seed", 1));
        var postgres = options.Text("--database") is { } database and not "sqlite" ? database : null;
        var measured = new List<Growth>();
        foreach (var size in sizes)
        {
            measured.Add(await MeasureAsync(new(size, reservations, seed), postgres, quotes, seed));
        }

        if (options.Text("--svg") is { } file)
        {
            await File.WriteAllTextAsync(file, GrowthChart.Draw(measured));
        }

        await Report.WriteAsync(new { seed, reservationsPerNode = reservations, database = postgres is null ? "sqlite" : "postgres", processors = Environment.ProcessorCount, sizes = measured.Select(growth => growth.Report()) }, [.. measured.SelectMany(growth => growth.Figures())]);
        return 0;
    }

    private static async Task<Growth> MeasureAsync(Book book, string? postgres, int quotes, int seed)
    {
        await using var database = await BookDatabase.MakeAsync(postgres, book, new DemandMix((ulong)seed + 1).Take(Asked).Select(asked => asked.Demand));
        await Report.SayAsync($"{database.Nodes} nodes and {database.Reservations} reservations are in the database.");
        var started = Stopwatch.GetTimestamp();
        await database.ReadRawAsync();
        var read = Stopwatch.GetElapsedTime(started);
        var before = ManagedBytes();
        started = Stopwatch.GetTimestamp();
        await database.Capacity.ReadAsync((index, _) => index.Nodes, CancellationToken.None);
        var rebuilt = Stopwatch.GetElapsedTime(started);
        await Report.SayAsync($"Built the index in {rebuilt.TotalSeconds:0.0} s.");
        var managed = ManagedBytes() - before;
        var kinds = new SortedDictionary<string, Latencies>(StringComparer.Ordinal);
        var filled = await database.Capacity.ReadAsync((index, placement) => Quote(index, placement, database.Time, kinds, quotes, (ulong)seed + 2), CancellationToken.None);
        var look = await database.Capacity.ReadAsync((index, _) => LookAtAll(index), CancellationToken.None);
        using var process = Process.GetCurrentProcess();
        return new(database.Nodes, database.Listings, database.Reservations, read, rebuilt, look, managed / MiB, process.WorkingSet64 / MiB, filled, kinds);
    }

    /// <returns>The share of demands that a plan came out for.</returns>
    private static double Quote(CapacityIndex index, PackV? placement, BusinessTime time, SortedDictionary<string, Latencies> kinds, int quotes, ulong seed)
    {
        var matcher = new Matcher(time, placement);
        var buyer = new BuyerView(Id<Organization>.New(Book.Now), new HashSet<Id<Organization>>());
        var filled = 0;
        foreach (var (kind, demand, timed) in new DemandMix(seed).Take(WarmUp + quotes).Select((asked, i) => (asked.Kind, asked.Demand, i >= WarmUp)))
        {
            var started = Stopwatch.GetTimestamp();
            var plan = matcher.Match(demand, index, buyer, Book.Now).Plan;
            var alternatives = plan is null ? new Alternatives(matcher).Find(demand, index, buyer, Book.Now) : [];
            var took = Stopwatch.GetElapsedTime(started);
            if (timed)
            {
                kinds.TryAdd(kind, new());
                kinds[kind].Add(took);
                filled += plan is null ? 0 : 1;
            }

            GC.KeepAlive(alternatives);
        }

        return (double)filled / quotes;
    }

    /// <summary>One look at every node on offer, the best of some: what a quote can't be faster than that leaves none out.</summary>
    private static TimeSpan LookAtAll(CapacityIndex index) => Enumerable.Range(0, Looks).Min(_ =>
    {
        var (started, cards) = (Stopwatch.GetTimestamp(), 0);
        foreach (var offer in index.Models.SelectMany(index.Shelf).SelectMany(lot => lot.Offers))
        {
            cards += offer.Occupancy.Capacity(new(Book.Start, Book.Start + 24), Listing.WholeCard, 0, 0);
        }

        GC.KeepAlive(cards);
        return Stopwatch.GetElapsedTime(started);
    });

    private static long ManagedBytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>What was measured at one size.</summary>
internal sealed record Growth(int Nodes, int Listings, int Reservations, TimeSpan Read, TimeSpan Rebuild, TimeSpan Look, double ManagedMiB, double WorkingSetMiB, double Filled, IReadOnlyDictionary<string, Latencies> Kinds)
{
    /// <summary>Of every kind.</summary>
    public Latencies Latencies { get; } = Joined(Kinds.Values);

    /// <summary>The goals are for 100,000 nodes; a smaller market has no excuse either.</summary>
    public IEnumerable<Figure> Figures()
    {
        var at = string.Create(CultureInfo.InvariantCulture, $"{Nodes:#,0} nodes");
        yield return new Figure($"{at}: a quote, p50", Latencies.Percentile(50), "ms").Against("a look at every node", Look.TotalMilliseconds).AtMost(2);
        yield return new Figure($"{at}: a quote, p99", Latencies.Percentile(99), "ms").Against("a look at every node", Look.TotalMilliseconds).AtMost(10);
        yield return new Figure($"{at}: rebuild of the index", Rebuild.TotalSeconds, "s").Against("the rows read alone", Read.TotalSeconds).AtMost(20);
        yield return new($"{at}: managed memory of the index", ManagedMiB, "MiB");
        yield return new Figure($"{at}: working set", WorkingSetMiB, "MiB").AtMost(1024);
    }

    public object Report() => new
    {
        nodes = Nodes,
        listings = Listings,
        reservations = Reservations,
        readSeconds = Math.Round(Read.TotalSeconds, 2),
        rebuildSeconds = Math.Round(Rebuild.TotalSeconds, 2),
        rebuildPerRead = Math.Round(Rebuild / Read, 2),
        managedMiB = Math.Round(ManagedMiB, 1),
        workingSetMiB = Math.Round(WorkingSetMiB, 1),
        filledShare = Math.Round(Filled, 3),
        quotes = Latencies.Report(),
        lookAtAllMs = Math.Round(Look.TotalMilliseconds, 3),
        p50PerLook = Math.Round(Latencies.Percentile(50) / Look.TotalMilliseconds, 4),
        p99PerLook = Math.Round(Latencies.Percentile(99) / Look.TotalMilliseconds, 4),
        kinds = Kinds.ToDictionary(kind => kind.Key, kind => kind.Value.Report()),
    };

    private static Latencies Joined(IEnumerable<Latencies> parts)
    {
        var all = new Latencies();
        foreach (var part in parts)
        {
            all.AddRange(part);
        }

        return all;
    }
}
