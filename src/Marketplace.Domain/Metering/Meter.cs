using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// What reports the usage of a centre's nodes, or what a buyer measures of its legs by itself. Its source is the CloudEvents
/// <c>source</c> of its readings.
/// </summary>
public sealed class Meter
{
    public required Id<Meter> Id { get; init; }

    /// <summary>The one centre that it measures; null for a buyer's, which goes with its legs wherever they stand.</summary>
    public Id<Center>? CenterId { get; init; }

    public required Id<Organization> OwnerId { get; init; }
    public required string Name { get; init; }
    public required string Source { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
