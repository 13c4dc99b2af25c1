using System.Security.Cryptography;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// An accepted reading: what a meter reported of a leg for an interval. It never changes, but that a correction may take its
/// place; from then on it doesn't count. Meter and event id are its identity, as source and id are the event's.
/// </summary>
public sealed class Reading
{
    public required Id<Meter> MeterId { get; init; }
    public required string EventId { get; init; }
    public required Id<Leg> LegId { get; init; }

    /// <summary>A whole second, not necessarily on the hour.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The first second that isn't covered any more.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>As reported; else 1 for a named card and the leg's cards for the leg.</summary>
    public required int Cards { get; init; }

    /// <summary>Thousandths of each card, as reported or else the leg's.</summary>
    public required int Milli { get; init; }

    public string? Card { get; init; }
    public long? BusySeconds { get; init; }
    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }
    public long? EnergyMilliWh { get; init; }
    public required ReadingStatus Status { get; init; }

    /// <summary>The event of the same meter, on the same leg, that this one corrects.</summary>
    public string? Replaces { get; init; }

    /// <summary><see cref="UsageEvent.ContentHash"/> of the event.</summary>
    public required byte[] ContentHash { get; init; }

    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Whether the meter that reported it had signed the batch that it came in.</summary>
    public required bool Attested { get; init; }

    /// <summary>The version of the leg's usage from which on it counts.</summary>
    public required long UsageVersion { get; init; }

    /// <summary>The version from which on a correction counts in its place; null while it stands.</summary>
    public long? ReplacedAtVersion { get; private set; }

    public bool Stands => ReplacedAtVersion is null;

    /// <summary>Whether it counts in the leg's usage as that stood at <paramref name="version"/>.</summary>
    public bool CountsAt(long version) => UsageVersion <= version && (ReplacedAtVersion is null || ReplacedAtVersion > version);

    public void ReplaceAt(long version)
    {
        if (!Stands || version < UsageVersion)
        {
            throw new InvalidOperationException("A reading is replaced once, and not before it counts.");
        }

        ReplacedAtVersion = version;
    }

    /// <summary>What it adds to each hour that it touches. Card time goes by the seconds in the hour, tokens to the hour in which it starts.</summary>
    public IEnumerable<(Hour Hour, UsageAmounts Amounts)> ByHour()
    {
        var first = Hour.Containing(From);
        for (var hour = first; hour.Start < To; hour += 1)
        {
            var start = hour == first ? From : hour.Start;
            var end = (hour + 1).Start < To ? (hour + 1).Start : To;
            yield return (hour, Amounts(CardTime.Of(Cards, Milli, (end - start).Ticks / TimeSpan.TicksPerSecond), withTokens: hour == first));
        }
    }

    /// <summary>SHA-256 over readings in the order of their identities: all that was stored of each when it was accepted.</summary>
    public static byte[] Digest(IEnumerable<Reading> readings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> buffer = stackalloc byte[2048];
        foreach (var reading in readings.OrderBy(reading => reading.MeterId).ThenBy(reading => reading.EventId, StringComparer.Ordinal))
        {
            hash.AppendData(reading.Form(buffer));
        }

        return hash.GetHashAndReset();
    }

    private ReadOnlySpan<byte> Form(Span<byte> buffer)
    {
        var form = new CanonicalForm(buffer);
        form.Write((byte)1);
        form.Write(MeterId);
        form.Write(EventId);
        form.Write(LegId);
        form.Write(From);
        form.Write(To);
        form.Write((long)Cards);
        form.Write((long)Milli);
        form.Write(Card);
        form.Write(BusySeconds);
        form.Write(InputTokens);
        form.Write(OutputTokens);
        form.Write(EnergyMilliWh);
        form.Write((byte)Status);
        form.Write(Replaces);
        form.Write(Convert.ToHexString(ContentHash));
        form.Write(AcceptedAt.UtcTicks);
        form.Write((byte)(Attested ? 1 : 0));
        form.Write(UsageVersion);
        return form.Written;
    }

    private UsageAmounts Amounts(CardTime time, bool withTokens)
    {
        var attested = Attested ? 1 : 0;
        return Status == ReadingStatus.Down
            ? new() { Down = time, Readings = 1, AttestedReadings = attested }
            : new()
            {
                Busy = time,
                Attested = Attested ? time : CardTime.Zero,
                InputTokens = withTokens ? InputTokens ?? 0 : 0,
                OutputTokens = withTokens ? OutputTokens ?? 0 : 0,
                Readings = 1,
                AttestedReadings = attested,
            };
    }
}
