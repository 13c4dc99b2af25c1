using Marketplace.Domain.Shared;

namespace Marketplace.Application.Pipeline;

/// <summary>The business settings of one marketplace; see README for their names and defaults.</summary>
/// <param name="Time">Business time in the marketplace's zone.</param>
/// <param name="CommissionRate">The platform's share of what a seller sells.</param>
/// <param name="VatRate">For what the rate table has no row.</param>
/// <param name="CloseGrace">How long after its end a period waits for late readings.</param>
/// <param name="ObjectionTime">How long a buyer may object to a delivery; whole hours.</param>
/// <param name="DisputeTime">How long a dispute may stay undecided before it follows the provider; whole days.</param>
public sealed record MarketplaceSettings(
    BusinessTime Time, Ratio CommissionRate, Ratio VatRate, TimeSpan CloseGrace, TimeSpan ObjectionTime, TimeSpan DisputeTime);
