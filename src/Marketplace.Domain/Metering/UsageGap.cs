using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// A leg that ran and of which no meter said anything for longer than it should. It is the provider's to see to; it bills and
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

    /// <summary>The first hour from <see cref="From"/> on that has a reading; null while none has.</summary>
    public Hour? To { get; private set; }

    public DateTimeOffset? ClosedAt { get; private set; }
    public long Version { get; set; }

    /// <summary>Readings came.</summary>
    public void Close(Hour firstWithReading, DateTimeOffset now)
    {
        (To, ClosedAt) = (firstWithReading, now);
        Version++;
    }
}
