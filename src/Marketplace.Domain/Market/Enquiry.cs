using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// A demand that somebody asked a quote for, and what came of it: how much of what is asked for the market fills, and what the
/// matcher should expect to be asked for next. It outlives its quote.
/// </summary>
public sealed class Enquiry
{
    public required Id<Enquiry> Id { get; init; }
    public required Id<Organization> BuyerId { get; init; }
    public required DateTimeOffset At { get; init; }
    public required Demand Demand { get; init; }

    /// <summary>The quote that answered it; null where nothing could.</summary>
    public Id<Quote>? QuoteId { get; init; }

    /// <summary>The code of the first constraint that bound; null where a quote came of it.</summary>
    public string? UnfillableReason { get; init; }

    public static Enquiry Filled(Quote quote)
    {
        ArgumentNullException.ThrowIfNull(quote);
        return new() { Id = Id<Enquiry>.New(quote.CreatedAt), BuyerId = quote.BuyerId, At = quote.CreatedAt, Demand = quote.Demand, QuoteId = quote.Id };
    }

    public static Enquiry Unfillable(Id<Organization> buyer, Demand demand, UnfillableReason reason, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new() { Id = Id<Enquiry>.New(now), BuyerId = buyer, At = now, Demand = demand, UnfillableReason = reason.Code };
    }
}
