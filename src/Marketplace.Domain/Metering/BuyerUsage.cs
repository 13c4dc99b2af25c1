using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// A reading of the buyer's own meter: judged, kept and corrected as the provider's are, and never usage. It stands beside that,
/// so that the two can be compared.
/// </summary>
public sealed class BuyerReading
{
    public required Id<Meter> MeterId { get; init; }
    public required string EventId { get; init; }
    public required Id<Leg> LegId { get; init; }
    public required DateTimeOffset From { get; init; }
    public required DateTimeOffset To { get; init; }
    public required int Cards { get; init; }
    public required int Milli { get; init; }
    public string? Card { get; init; }
    public long? BusySeconds { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public long? EnergyMilliWh { get; init; }
    public required ReadingStatus Status { get; init; }
    public string? Replaces { get; init; }
    public required byte[] ContentHash { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }
    public required bool Attested { get; init; }

    /// <summary>The leg's <see cref="Leg.BuyerUsageVersion"/> from which on it counts.</summary>
    public required long UsageVersion { get; init; }

    /// <summary>The version from which on a correction counts in its place; null while it stands.</summary>
    public long? ReplacedAtVersion { get; set; }

    public static BuyerReading Of(Reading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        return new()
        {
            MeterId = reading.MeterId,
            EventId = reading.EventId,
            LegId = reading.LegId,
            From = reading.From,
            To = reading.To,
            Cards = reading.Cards,
            Milli = reading.Milli,
            Card = reading.Card,
            BusySeconds = reading.BusySeconds,
            InputTokens = reading.InputTokens,
            OutputTokens = reading.OutputTokens,
            EnergyMilliWh = reading.EnergyMilliWh,
            Status = reading.Status,
            Replaces = reading.Replaces,
            ContentHash = reading.ContentHash,
            AcceptedAt = reading.AcceptedAt,
            Attested = reading.Attested,
            UsageVersion = reading.UsageVersion,
            ReplacedAtVersion = reading.ReplacedAtVersion,
        };
    }

    /// <summary>As the judge of readings knows it.</summary>
    public Reading ToReading()
    {
        var reading = new Reading
        {
            MeterId = MeterId,
            EventId = EventId,
            LegId = LegId,
            From = From,
            To = To,
            Cards = Cards,
            Milli = Milli,
            Card = Card,
            BusySeconds = BusySeconds,
            InputTokens = InputTokens,
            OutputTokens = OutputTokens,
            EnergyMilliWh = EnergyMilliWh,
            Status = Status,
            Replaces = Replaces,
            ContentHash = ContentHash,
            AcceptedAt = AcceptedAt,
            Attested = Attested,
            UsageVersion = UsageVersion,
        };
        if (ReplacedAtVersion is { } version)
        {
            reading.ReplaceAt(version);
        }

        return reading;
    }
}

/// <summary>What a buyer's own meter says of one hour of a leg, kept current with every batch; an hour that no reading touches has no row.</summary>
public sealed class BuyerHour
{
    public required Id<Leg> LegId { get; init; }
    public required Hour Hour { get; init; }
    public CardTime Busy { get; private set; }
    public CardTime Down { get; private set; }
    public long InputTokens { get; private set; }
    public long OutputTokens { get; private set; }

    /// <summary>How many readings that count touch the hour.</summary>
    public int Readings { get; private set; }

    public bool IsEmpty => Readings == 0;

    public MeterFigures Figures => new(Busy, Down, InputTokens, OutputTokens);

    public void Add(UsageAmounts change)
    {
        (Busy, Down, Readings) = (Busy + change.Busy, Down + change.Down, Readings + change.Readings);
        (InputTokens, OutputTokens) = (InputTokens + change.InputTokens, OutputTokens + change.OutputTokens);
    }
}
