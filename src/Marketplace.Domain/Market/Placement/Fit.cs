namespace Marketplace.Domain.Market.Placement;

/// <summary>What comes of placing a shape on a node.</summary>
/// <param name="Score">
/// What the placement saves of the waste on the node, in steps of 5 milli, rounded down; more is better, below 0 is usual.
/// </param>
/// <param name="Residual">
/// Free milli, before the placement, of the card to take; of several, the fullest. The others are the next fuller ones upwards.
/// 0 for a shape without cards.
/// </param>
/// <param name="After">The id of the node's state after the placement, or -1 where the shape doesn't fit.</param>
public readonly record struct Fit(int Score, int Residual, int After)
{
    /// <summary>The shape doesn't fit.</summary>
    public static readonly Fit None = new(PackV.NoFit, 0, -1);

    public bool Fits => After >= 0;
}

/// <summary>The best of several candidates.</summary>
/// <param name="Candidate">Its index among them.</param>
/// <param name="Fit">What comes of placing the shape there.</param>
public readonly record struct Choice(int Candidate, Fit Fit);
