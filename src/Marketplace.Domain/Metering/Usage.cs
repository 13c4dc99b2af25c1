using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>What counts of one hour of a leg, or of one reading in it.</summary>
public readonly record struct UsageAmounts
{
    /// <summary>Card time that readings with status up report.</summary>
    public CardTime Busy { get; init; }

    /// <summary>Card time that readings with status down report.</summary>
    public CardTime Down { get; init; }

    /// <summary>The part of <see cref="Busy"/> that signed batches brought.</summary>
    public CardTime Attested { get; init; }

    public long InputTokens { get; init; }
    public long OutputTokens { get; init; }

    /// <summary>How many readings that count touch the hour.</summary>
    public int Readings { get; init; }

    public int AttestedReadings { get; init; }

    public static UsageAmounts operator +(UsageAmounts left, UsageAmounts right) => new()
    {
        Busy = left.Busy + right.Busy,
        Down = left.Down + right.Down,
        Attested = left.Attested + right.Attested,
        InputTokens = left.InputTokens + right.InputTokens,
        OutputTokens = left.OutputTokens + right.OutputTokens,
        Readings = left.Readings + right.Readings,
        AttestedReadings = left.AttestedReadings + right.AttestedReadings,
    };

    public static UsageAmounts operator -(UsageAmounts amounts) => new()
    {
        Busy = -amounts.Busy,
        Down = -amounts.Down,
        Attested = -amounts.Attested,
        InputTokens = -amounts.InputTokens,
        OutputTokens = -amounts.OutputTokens,
        Readings = -amounts.Readings,
        AttestedReadings = -amounts.AttestedReadings,
    };
}

/// <summary>
/// The usage of one hour of a leg as of the leg's newest usage version, kept current with every batch. An hour that no
/// reading touches has no row. What it holds is always what <see cref="Usage.AsOf"/> makes of the readings.
/// </summary>
public sealed class UsageHour
{
    public required Id<Leg> LegId { get; init; }
    public required Hour Hour { get; init; }

    /// <summary>Card time metered as up. What of it is paid for is the product's and billing's matter.</summary>
    public CardTime Busy { get; private set; }

    public CardTime Down { get; private set; }

    /// <summary>The part of <see cref="Busy"/> that signed batches brought.</summary>
    public CardTime Attested { get; private set; }

    public long InputTokens { get; private set; }
    public long OutputTokens { get; private set; }
    public int Readings { get; private set; }
    public int AttestedReadings { get; private set; }

    /// <summary>Whether every reading that counts here came in a signed batch.</summary>
    public bool IsAttested => Readings > 0 && AttestedReadings == Readings;

    public bool IsEmpty => Readings == 0;

    public UsageAmounts Amounts => new()
    {
        Busy = Busy,
        Down = Down,
        Attested = Attested,
        InputTokens = InputTokens,
        OutputTokens = OutputTokens,
        Readings = Readings,
        AttestedReadings = AttestedReadings,
    };

    public void Add(UsageAmounts change)
    {
        var sum = Amounts + change;
        (Busy, Down, Attested) = (sum.Busy, sum.Down, sum.Attested);
        (InputTokens, OutputTokens) = (sum.InputTokens, sum.OutputTokens);
        (Readings, AttestedReadings) = (sum.Readings, sum.AttestedReadings);
    }
}

/// <summary>Usage as a function of readings.</summary>
public static class Usage
{
    /// <summary>
    /// The usage of one leg as it stood at <paramref name="version"/> of the leg, whatever came later: what an invoice was
    /// made from can be had again on any day.
    /// </summary>
    /// <param name="readings">The leg's readings, replaced ones too, in any order.</param>
    /// <param name="version">0 is before the first batch.</param>
    /// <returns>Every hour that a reading touches, the earliest first.</returns>
    public static SortedDictionary<Hour, UsageAmounts> AsOf(IEnumerable<Reading> readings, long version)
    {
        var hours = new SortedDictionary<Hour, UsageAmounts>();
        foreach (var (hour, amounts) in readings.Where(reading => reading.CountsAt(version)).SelectMany(reading => reading.ByHour()))
        {
            hours[hour] = hours.GetValueOrDefault(hour) + amounts;
        }

        return hours;
    }
}
