using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>One leg of a plan, with the terms of its listing as they stood.</summary>
public sealed record PlannedLeg
{
    public required Id<Leg> Id { get; init; }
    public required Id<Listing> ListingId { get; init; }
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
    public required Money Amount { get; init; }
}

/// <summary>Which cards where, over one interval, at what price: the answer to a demand that can be met.</summary>
public sealed record Plan(HourRange Interval, IReadOnlyList<PlannedLeg> Legs)
{
    public Money Total => Legs.Sum(leg => leg.Amount);
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

/// <summary>One node on sale under one listing, with what is booked on it.</summary>
public sealed record Offer
{
    public required Listing Listing { get; init; }
    public required Node Node { get; init; }
    public required Center Center { get; init; }
    public required Accelerator Accelerator { get; init; }
    public required IReadOnlyCollection<Reservation> Reservations { get; init; }

    /// <summary>When this offer sells: the listing's window, up to the node's withdrawal.</summary>
    public HourRange Window => Node.WithdrawnFrom is { } until
        ? Listing.Window.Intersect(new(Listing.From, until))
        : Listing.Window;
}
