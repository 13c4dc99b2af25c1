using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>One leg of a plan, with the terms of its listing as they stood.</summary>
public sealed record PlannedLeg
{
    public required Id<Leg> Id { get; init; }
    public required Id<Listing> ListingId { get; init; }

    /// <summary>The leg that a part is bought of, where its holder resells it.</summary>
    public Id<Leg>? ParentId { get; init; }

    public required Id<Organization> SellerId { get; init; }
    public required Id<Center> CenterId { get; init; }
    public required Id<Node> NodeId { get; init; }
    public required string Node { get; init; }
    public required string Accelerator { get; init; }
    public required int Cards { get; init; }
    public required int MilliPerCard { get; init; }
    public required Product Product { get; init; }
    public required Price PricePerCardHour { get; init; }
    public OffPeak? OffPeak { get; init; }
    public TokenPrices? TokenPrices { get; init; }

    /// <summary>The leg's share of the order's tokens; null where the product isn't tokens.</summary>
    public ExpectedTokens? ExpectedTokens { get; init; }

    public required Money Amount { get; init; }

    /// <summary>The numbers of the cards that the plan had in mind; booking takes others where they are gone. Null: the fullest.</summary>
    public IReadOnlyList<int>? CardNumbers { get; init; }
}

/// <summary>Which cards where, over one interval, at what price: the answer to a demand that can be met.</summary>
public sealed record Plan(HourRange Interval, IReadOnlyList<PlannedLeg> Legs)
{
    public Money Total => Legs.Sum(leg => leg.Amount);

    public int Cards => Legs.Sum(leg => leg.Cards);
}

/// <summary>Why a demand can't be met, by the constraint that bound.</summary>
/// <param name="Code">Stable, such as <c>no_accelerator</c> or <c>sold_out</c>.</param>
/// <param name="Detail">The same in words, with the figures.</param>
public sealed record UnfillableReason(string Code, string Detail);

/// <summary>Either a plan or the reasons why there is none.</summary>
public sealed record MatchResult(Plan? Plan, IReadOnlyList<UnfillableReason> Reasons)
{
    public static MatchResult Unfillable(string code, string detail) => new(null, [new(code, detail)]);
}
