namespace Marketplace.Domain.Market.Placement;

/// <summary>Nodes that the same demands could use.</summary>
/// <param name="Model">Of all its cards.</param>
/// <param name="Cards">Of one node, 0 to <see cref="Node.MaxCards"/>.</param>
public readonly record struct NodeClass(string Model, int Cards);
