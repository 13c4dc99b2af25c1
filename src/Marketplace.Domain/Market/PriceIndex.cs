using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// What a card-hour and a P-hour of a model cost in a province on one day: the volume-weighted price of what was ordered that
/// day. Published once and never revised.
/// </summary>
public sealed class PriceIndexEntry
{
    public required Id<PriceIndexEntry> Id { get; init; }

    /// <summary>The local day on which the orders were placed, whenever their hours lie.</summary>
    public required DateOnly Day { get; init; }

    public required string Accelerator { get; init; }

    /// <summary>The province of the centre: the first two digits of its region code.</summary>
    public required string Region { get; init; }

    /// <summary>In whole cards: half a card for two hours is one card-hour.</summary>
    public required CardTime Volume { get; init; }

    public required Money Amount { get; init; }
    public required Price PricePerCardHour { get; init; }

    /// <summary>By the model's dense FP16 figure on the day after; 1 P is 1000 TFLOPS.</summary>
    public required Price PricePerPflopsHour { get; init; }
}

/// <summary>That a day's index is published, also where none of its trades counted.</summary>
public sealed class PriceIndexDay
{
    public required DateOnly Day { get; init; }
    public required DateTimeOffset PublishedAt { get; init; }
}

/// <summary>A leg that was ordered, as the index counts it.</summary>
/// <param name="Accelerator">Its model.</param>
/// <param name="Fp16Tflops">Dense FP16 teraFLOPS of one card, more than 0.</param>
/// <param name="Region">The province, two digits.</param>
/// <param name="CardTime">Whole cards × time, more than none.</param>
/// <param name="Amount">What it costs when it is used in full, at the prices agreed, off-peak ones included.</param>
public sealed record IndexedTrade(string Accelerator, decimal Fp16Tflops, string Region, CardTime CardTime, Money Amount);

/// <summary>The price index as a function of a day's trades: whole numbers, divided and rounded once.</summary>
public static class PriceIndex
{
    private const long MicroYuanPerFen = 10_000;
    private const long MicroTflopsPerPflops = 1_000_000_000;

    /// <param name="day">The day that they were made on.</param>
    /// <param name="trades">Those between unrelated parties.</param>
    /// <param name="now">When it is published.</param>
    /// <returns>In the order of model and province.</returns>
    public static IReadOnlyList<PriceIndexEntry> Of(DateOnly day, IEnumerable<IndexedTrade> trades, DateTimeOffset now) =>
    [
        .. trades.GroupBy(trade => (trade.Accelerator, trade.Region))
            .OrderBy(group => group.Key.Accelerator, StringComparer.Ordinal).ThenBy(group => group.Key.Region, StringComparer.Ordinal)
            .Select(group => Entry(day, group.Key.Region, [.. group], now)),
    ];

    private static PriceIndexEntry Entry(DateOnly day, string region, IReadOnlyList<IndexedTrade> trades, DateTimeOffset now)
    {
        var volume = trades.Aggregate(CardTime.Zero, (sum, trade) => sum + trade.CardTime);
        var amount = trades.Sum(trade => trade.Amount);
        var microTflops = (long)(trades[0].Fp16Tflops * 1_000_000);
        var cost = (Int128)amount.Fen * MicroYuanPerFen * CardTime.PerCardHour;
        return new()
        {
            Id = Id<PriceIndexEntry>.New(now),
            Day = day,
            Accelerator = trades[0].Accelerator,
            Region = region,
            Volume = volume,
            Amount = amount,
            PricePerCardHour = new(Rounding.HalfAwayFromZero(cost, volume.MilliCardSeconds)),
            PricePerPflopsHour = new(Rounding.HalfAwayFromZero(cost * MicroTflopsPerPflops, (Int128)volume.MilliCardSeconds * microTflops)),
        };
    }
}
