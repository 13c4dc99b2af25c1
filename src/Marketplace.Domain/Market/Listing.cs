using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>What a buyer pays for.</summary>
public enum Product
{
    /// <summary>What was reserved; an outage is credited.</summary>
    Reserved,

    /// <summary>The card-seconds used, up to what was reserved.</summary>
    Metered,

    /// <summary>Input and output tokens at their own prices.</summary>
    Tokens,
}

/// <summary>What a sale is for VAT.</summary>
public enum Supply
{
    /// <summary>Computing as a service.</summary>
    Service,

    /// <summary>Equipment that is leased, such as bare metal that the buyer runs himself.</summary>
    Lease,
}

/// <summary>A factor on the price over some hours of the local day; where from is after to, across midnight.</summary>
/// <param name="FromHour">0 to 23, the first hour of day that is off-peak.</param>
/// <param name="ToHour">0 to 23, the first that isn't any more; differs from <paramref name="FromHour"/>.</param>
/// <param name="Factor">More than 0 and at most 1.</param>
public sealed record OffPeak(int FromHour, int ToHour, Ratio Factor)
{
    public bool Covers(int hourOfDay) => FromHour < ToHour
        ? hourOfDay >= FromHour && hourOfDay < ToHour
        : hourOfDay >= FromHour || hourOfDay < ToHour;
}

/// <summary>Prices of a million tokens.</summary>
public sealed record TokenPrices(Price InputPerMillion, Price OutputPerMillion)
{
    public const long Unit = 1_000_000;

    /// <summary>What tokens cost, input and output rounded each, as their lines on an invoice are.</summary>
    public Money Of(ExpectedTokens tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return InputPerMillion.Of(tokens.Input, Unit) + OutputPerMillion.Of(tokens.Output, Unit);
    }
}

/// <summary>How many tokens a second one card of the listing's nodes was measured to produce with a model.</summary>
public sealed record Benchmark(string Model, decimal TokensPerSecondPerCard);

/// <summary>Capacity offered by its owner: some nodes of a centre, over a window of hours, at a price.</summary>
public sealed class Listing
{
    public const int MinSliceMilli = 10;
    public const int WholeCard = 1000;

    public required Id<Listing> Id { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required Id<Center> CenterId { get; init; }
    public required Hour From { get; init; }
    public required Hour To { get; init; }
    public required Product Product { get; init; }
    public Supply Supply { get; init; }

    /// <summary>VAT-inclusive price of a whole card for an hour.</summary>
    public required Price PricePerCardHour { get; init; }

    public TokenPrices? TokenPrices { get; init; }
    public OffPeak? OffPeak { get; init; }

    /// <summary>The step in which a card may be cut, in thousandths; 1000 sells whole cards only.</summary>
    public required int SliceMilli { get; init; }

    /// <summary>The shortest leg sold, in hours.</summary>
    public required int MinHours { get; init; }

    public required IReadOnlyList<Benchmark> Benchmarks { get; init; }

    /// <summary>The leg that is resold in part, and which of its cards; null where the owner sells his own nodes.</summary>
    public Id<Leg>? ResaleOf { get; init; }

    public IReadOnlyList<int>? ResaleCards { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the seller withdrew what wasn't sold; null while it stands.</summary>
    public DateTimeOffset? WithdrawnAt { get; private set; }

    public HourRange Window => new(From, To);

    public bool IsResale => ResaleOf is not null;

    /// <exception cref="RuleException"><c>listing.withdrawn</c>: it was withdrawn before.</exception>
    public void Withdraw(DateTimeOffset now)
    {
        if (WithdrawnAt is not null)
        {
            throw MarketErrors.ListingWithdrawn();
        }

        WithdrawnAt = now;
    }
}

/// <summary>One node of a listing, with the window repeated so that the overlap of two listings is one indexed look.</summary>
public sealed class ListingNode
{
    public required Id<Listing> ListingId { get; init; }
    public required Id<Node> NodeId { get; init; }
    public required Id<Organization> SellerId { get; init; }
    public required Hour From { get; init; }
    public required Hour To { get; init; }

    /// <summary>Whether the listing still sells; follows <see cref="Listing.WithdrawnAt"/>.</summary>
    public bool Active { get; set; } = true;
}
