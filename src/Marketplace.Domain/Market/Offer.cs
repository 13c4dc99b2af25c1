using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>One node on sale under one listing, with what of it is taken.</summary>
public sealed record Offer
{
    public required Listing Listing { get; init; }
    public required Node Node { get; init; }
    public required Center Center { get; init; }
    public required Accelerator Accelerator { get; init; }

    /// <summary>What the listing sells of the node: all that isn't taken, or of a resale the holder's part.</summary>
    public required NodeOccupancy Occupancy { get; init; }

    /// <summary>When this offer sells: the listing's window, up to the node's withdrawal.</summary>
    public HourRange Window => Node.WithdrawnFrom is { } until
        ? Listing.Window.Intersect(new(Listing.From, until))
        : Listing.Window;
}

/// <summary>The offers of one listing with one model of card, by node: they cost the same in every hour.</summary>
public sealed class Lot
{
    private readonly List<Offer> _offers = [];

    internal Lot(Offer first)
    {
        (Listing, Center, Accelerator) = (first.Listing, first.Center, first.Accelerator);
        Put(first);
    }

    public Listing Listing { get; }

    public Center Center { get; }

    public Accelerator Accelerator { get; }

    /// <summary>Of all its nodes, taken or not.</summary>
    public int Cards { get; private set; }

    /// <summary>Of the largest node.</summary>
    public int MostCardsOfNode { get; private set; }

    public IReadOnlyList<Offer> Offers => _offers;

    internal ReadOnlySpan<Offer> Span => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_offers);

    /// <summary>Puts an offer in its place, instead of the one that the node has now if there is one.</summary>
    internal void Put(Offer offer)
    {
        var at = Find(offer.Node.Id);
        Cards += offer.Occupancy.Cards;
        MostCardsOfNode = Math.Max(MostCardsOfNode, offer.Occupancy.Cards);
        if (at >= 0)
        {
            Cards -= _offers[at].Occupancy.Cards;
            _offers[at] = offer;
        }
        else
        {
            _offers.Insert(~at, offer);
        }
    }

    internal void Remove(Id<Node> node)
    {
        if (Find(node) is >= 0 and var at)
        {
            Cards -= _offers[at].Occupancy.Cards;
            _offers.RemoveAt(at);
            MostCardsOfNode = _offers.Count == 0 ? 0 : _offers.Max(offer => offer.Occupancy.Cards);
        }
    }

    private int Find(Id<Node> node)
    {
        var (low, high) = (0, _offers.Count - 1);

        // Nodes mostly come in their order, when the index is built.
        if (high >= 0 && _offers[high].Node.Id.CompareTo(node) < 0)
        {
            return ~_offers.Count;
        }

        while (low <= high)
        {
            var middle = (low + high) / 2;
            switch (_offers[middle].Node.Id.CompareTo(node))
            {
                case 0:
                    return middle;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }

        return ~low;
    }
}

/// <summary>Whom a demand is matched for: nobody buys from himself, or what a related party resells.</summary>
/// <param name="Id">The buyer.</param>
/// <param name="Related">Organizations under the same control, the buyer not among them.</param>
public sealed record BuyerView(Id<Organizations.Organization> Id, IReadOnlySet<Id<Organizations.Organization>> Related)
{
    public bool MayBuy(Listing listing)
    {
        ArgumentNullException.ThrowIfNull(listing);
        return listing.SellerId != Id && !(listing.IsResale && Related.Contains(listing.SellerId));
    }
}
