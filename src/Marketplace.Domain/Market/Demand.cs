using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

public enum Workload
{
    Training,
    Inference,
    Other,
}

public enum Urgency
{
    /// <summary>Somebody is waiting: the earliest hours that fit.</summary>
    User,

    /// <summary>Nobody is: the cheapest hours in the window.</summary>
    Batch,
}

public enum Strategy
{
    /// <summary>Least money.</summary>
    Cheapest,

    /// <summary>Least new fragmentation, then money.</summary>
    Compact,

    /// <summary>Least energy, then money.</summary>
    Green,
}

/// <summary>A floor of measured speed: tokens a second that one card gives with a model, by the listing's own benchmark.</summary>
public sealed record Throughput(string Model, decimal TokensPerSecondPerCard);

/// <summary>How many tokens a buyer of product tokens expects to use at most, over the whole order.</summary>
public sealed record ExpectedTokens(long Input, long Output)
{
    /// <summary>
    /// What is still expected of a leg that keeps some of its hours: their share, but never less than was served, which its seller is
    /// paid for as before, nor than invoices have billed, so that these come out the same when they are made again.
    /// </summary>
    /// <param name="hours">That stay, of <paramref name="of"/>.</param>
    /// <param name="of">All hours of the leg.</param>
    /// <param name="served">Known to be served so far, or billed, whichever is more.</param>
    public ExpectedTokens Until(int hours, int of, ExpectedTokens served)
    {
        ArgumentNullException.ThrowIfNull(served);
        long Kept(long all, long used) => Math.Min(all, Math.Max((long)((Int128)all * hours / of), used));
        return new(Kept(Input, served.Input), Kept(Output, served.Output));
    }
}

/// <summary>What a buyer wants, already checked: every number is in its range and on the grid.</summary>
public sealed record Demand
{
    public const int MaxCards = 100_000;
    public const int MaxHours = 366 * 24;

    /// <summary>Models that will do; empty means any.</summary>
    public required IReadOnlyList<string> Accelerators { get; init; }

    /// <summary>Floor of dense FP16 teraFLOPS a card.</summary>
    public decimal? MinFp16Tflops { get; init; }

    /// <summary>Floor of memory a card, in GiB.</summary>
    public int? MinMemoryGiB { get; init; }

    public required int Cards { get; init; }

    /// <summary>Cards that must stand in one node together (a gang); divides <see cref="Cards"/>.</summary>
    public int? CardsPerNode { get; init; }

    /// <summary>Thousandths of each card; 1000 is the whole card.</summary>
    public required int MilliPerCard { get; init; }

    /// <summary>vCPUs that go with each card, in thousandths; 0 where the buyer doesn't say.</summary>
    public int CpuMilliPerCard { get; init; }

    public int MemoryMiBPerCard { get; init; }
    public required int Hours { get; init; }

    /// <summary>Where the interval of <see cref="Hours"/> may lie; exactly that long where the start is fixed.</summary>
    public required HourRange Window { get; init; }

    /// <summary>Prefixes of region codes; empty means anywhere.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    public bool SameCenter { get; init; }
    public bool MixModels { get; init; }
    public decimal? MaxLatencyMs { get; init; }
    public decimal? MinBandwidthGbps { get; init; }
    public required IReadOnlyList<string> Tags { get; init; }
    public Interconnect? Interconnect { get; init; }

    /// <summary>Floor of the centre's measured availability; a centre without readings doesn't reach any.</summary>
    public Ratio? MinAvailability { get; init; }

    public Throughput? Throughput { get; init; }

    /// <summary>Said where <see cref="Product"/> is tokens, and only there.</summary>
    public ExpectedTokens? ExpectedTokens { get; init; }

    public Price? MaxPricePerCardHour { get; init; }
    public required Workload Workload { get; init; }
    public Urgency Urgency { get; init; }
    public Product? Product { get; init; }
    public Strategy Strategy { get; init; }

    /// <summary>How many of a node's free cards it can use: gangs are whole.</summary>
    public int InGangs(int cards) => CardsPerNode is { } gang ? cards / gang * gang : cards;
}
