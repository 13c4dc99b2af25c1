using System.Security.Cryptography;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

public enum ReadingStatus
{
    /// <summary>The cards were the buyer's to use.</summary>
    Up,

    /// <summary>They weren't: nothing of the reading counts as use.</summary>
    Down,
}

/// <summary>
/// What a meter says of a leg: well-formed, not yet judged. What it leaves open is null; the leg fills it in when the reading
/// is accepted.
/// </summary>
/// <param name="Source">The meter's; together with <paramref name="EventId"/> the identity of the reading.</param>
/// <param name="EventId">The sender's own, at most <see cref="MaxText"/> characters.</param>
/// <param name="LegId">What was used.</param>
/// <param name="From">A whole second.</param>
/// <param name="To">A whole second after <paramref name="From"/>, at most <see cref="MaxSpan"/> later.</param>
public sealed record UsageEvent(string Source, string EventId, Id<Leg> LegId, DateTimeOffset From, DateTimeOffset To)
{
    public const int MaxText = 200;
    public const int MaxCardText = 64;

    /// <summary>The largest amount of anything in one reading: far beyond what there is.</summary>
    public const long MaxAmount = 1_000_000_000_000;

    /// <summary>
    /// The most tokens, and thousandths of a watt-hour, for each second of a whole card: 36 MW. As a leg's readings have no more
    /// card time together than the leg, a year of the largest leg comes to less than 2^59 of each, which any sum holds.
    /// </summary>
    public const long MaxPerCardSecond = 10_000_000;

    /// <summary>The longest interval of one reading; it bounds where to look for those that a new one may overlap.</summary>
    public static readonly TimeSpan MaxSpan = TimeSpan.FromDays(31);

    public int? Cards { get; init; }

    /// <summary>Thousandths of each card.</summary>
    public int? Milli { get; init; }

    /// <summary>The one card that the reading is of, by the sender's name for it; null where it is of the leg.</summary>
    public string? Card { get; init; }

    /// <summary>How long the cards computed; beside the usage, not part of it.</summary>
    public long? BusySeconds { get; init; }

    public long? InputTokens { get; init; }
    public long? OutputTokens { get; init; }

    /// <summary>Thousandths of a watt-hour.</summary>
    public long? EnergyMilliWh { get; init; }

    public ReadingStatus Status { get; init; }

    /// <summary>The event of the same source that this one stands in for.</summary>
    public string? Replaces { get; init; }

    /// <summary>
    /// SHA-256 of what the event says: its subject and data, whatever their order and zone in the message, without what only
    /// concerns the sending (its time). Two events of one identity say the same if these are equal.
    /// </summary>
    public byte[] ContentHash()
    {
        var form = new CanonicalForm(stackalloc byte[1024]);
        form.Write((byte)1);
        form.Write(LegId);
        form.Write(From);
        form.Write(To);
        form.Write(Cards);
        form.Write(Milli);
        form.Write(Card);
        form.Write(BusySeconds);
        form.Write(InputTokens);
        form.Write(OutputTokens);
        form.Write(EnergyMilliWh);
        form.Write((byte)Status);
        form.Write(Replaces);
        return SHA256.HashData(form.Written);
    }
}
