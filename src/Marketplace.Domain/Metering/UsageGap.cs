using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// Hours of a leg that ran of which no meter said anything, and more in a row than there should be. It is the provider's to see to; it bills and
/// refuses nothing.
/// </summary>
public sealed class UsageGap : IVersioned
{
    public required Id<UsageGap> Id { get; init; }
    public required Id<Leg> LegId { get; init; }
    public required Id<Center> CenterId { get; init; }
    public required Id<Organization> ProviderId { get; init; }

    /// <summary>The first hour without a reading.</summary>
    public required Hour From { get; init; }

    public required DateTimeOffset FoundAt { get; init; }

    /// <summary>The first hour behind <see cref="From"/> that has a reading; null while none has.</summary>
    public Hour? To { get; private set; }

    public DateTimeOffset? ClosedAt { get; private set; }
    public long Version { get; set; }

    /// <summary>
    /// The runs of hours in which nobody said anything, the earliest first.
    /// </summary>
    /// <param name="within">Hours that are over.</param>
    /// <param name="spoken">Hours with a reading, in any order.</param>
    /// <param name="least">How many hours make a run; shorter ones are nothing.</param>
    public static IEnumerable<HourRange> Silences(HourRange within, IEnumerable<Hour> spoken, int least)
    {
        var from = within.From;
        foreach (var hour in spoken.Where(within.Contains).Order().Append(within.To))
        {
            if (hour - from >= Math.Max(least, 1))
            {
                yield return new(from, hour);
            }

            from = Hour.Max(from, hour + 1);
        }
    }

    /// <summary>Readings came behind it, and of none of its hours up to there.</summary>
    public void EndAt(Hour firstWithReading)
    {
        To = firstWithReading;
        Version++;
    }

    /// <summary>Readings came: what of it is still silent isn't long enough, or is a gap of its own.</summary>
    public void Close(Hour firstWithReading, DateTimeOffset now)
    {
        (To, ClosedAt) = (firstWithReading, now);
        Version++;
    }
}
