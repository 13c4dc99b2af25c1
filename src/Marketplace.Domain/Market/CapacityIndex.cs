using Marketplace.Domain.Market.Placement;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// What the whole market has to sell, held so that a demand looks only at what can serve it: by model of card, within it by
/// listing, within that by node. A node is put as a whole, with all its offers, whenever something of it changed. Many may
/// read at once, but nobody while it is changed: that is the caller's lock.
/// </summary>
public sealed class CapacityIndex
{
    private readonly SortedDictionary<string, SortedList<Id<Listing>, Lot>> _byModel = new(StringComparer.Ordinal);
    private readonly Dictionary<Id<Node>, Offer[]> _byNode = [];
    private readonly Dictionary<Id<Organization>, int> _resellers = [];
    private readonly Dictionary<Id<Center>, Ratio> _availability = [];

    /// <summary>The catalogue, by model, offered or not.</summary>
    public IReadOnlyDictionary<string, Accelerator> Catalogue { get; private set; } = new Dictionary<string, Accelerator>();

    /// <summary>Nodes with an offer.</summary>
    public int Nodes => _byNode.Count;

    /// <summary>Who resells something.</summary>
    public IReadOnlyCollection<Id<Organization>> Resellers => _resellers.Keys;

    /// <summary>Models that are offered, in order.</summary>
    public IReadOnlyCollection<string> Models => _byModel.Keys;

    public static CapacityIndex Of(IReadOnlyCollection<Offer> offers)
    {
        var index = new CapacityIndex();
        index.PutCatalogue(offers.Select(offer => offer.Accelerator).DistinctBy(accelerator => accelerator.Model));
        foreach (var node in offers.GroupBy(offer => offer.Node.Id))
        {
            index.Put(node.Key, [.. node]);
        }

        return index;
    }

    /// <summary>Replaces all that is offered of a node; nothing takes it out.</summary>
    public void Put(Id<Node> node, Offer[] offers)
    {
        ArgumentNullException.ThrowIfNull(offers);
        if (_byNode.Remove(node, out var before))
        {
            Count(before, -1);
            foreach (var gone in before.Where(old => !offers.Any(offer => offer.Listing.Id == old.Listing.Id)))
            {
                Remove(gone);
            }
        }

        foreach (var offer in offers)
        {
            Add(offer);
        }

        if (offers.Length > 0)
        {
            _byNode[node] = offers;
            Count(offers, 1);
        }
    }

    public void PutCatalogue(IEnumerable<Accelerator> accelerators) =>
        Catalogue = accelerators.ToDictionary(accelerator => accelerator.Model, StringComparer.Ordinal);

    /// <summary>The availability of each centre that has one: the share of sold card-hours in which its nodes weren't down.</summary>
    public void PutAvailability(IReadOnlyDictionary<Id<Center>, Ratio> availability)
    {
        ArgumentNullException.ThrowIfNull(availability);
        _availability.Clear();
        foreach (var (center, ratio) in availability)
        {
            _availability[center] = ratio;
        }
    }

    /// <summary>Null where nothing of the centre was metered yet.</summary>
    public Ratio? AvailabilityOf(Id<Center> center) => _availability.TryGetValue(center, out var ratio) ? ratio : null;

    /// <summary>The offers of a node, of every seller.</summary>
    public IReadOnlyList<Offer> OffersOf(Id<Node> node) => _byNode.GetValueOrDefault(node) ?? [];

    /// <summary>The lots of a model, in order of their listings.</summary>
    public IEnumerable<Lot> Shelf(string model) => _byModel.TryGetValue(model, out var lots) ? lots.Values : [];

    /// <summary>Nodes on offer, by what demands could use them.</summary>
    public IReadOnlyDictionary<NodeClass, int> Supply() => _byNode.Values.Select(offers => offers[0].Node)
        .GroupBy(node => new NodeClass(node.Accelerator, node.Cards)).ToDictionary(nodes => nodes.Key, nodes => nodes.Count());

    private void Count(Offer[] offers, int by)
    {
        foreach (var seller in offers.Where(offer => offer.Listing.IsResale).Select(offer => offer.Listing.SellerId))
        {
            var count = _resellers.GetValueOrDefault(seller) + by;
            _resellers[seller] = count;
            if (count == 0)
            {
                _resellers.Remove(seller);
            }
        }
    }

    private void Add(Offer offer)
    {
        if (!_byModel.TryGetValue(offer.Accelerator.Model, out var lots))
        {
            _byModel[offer.Accelerator.Model] = lots = [];
        }

        if (lots.TryGetValue(offer.Listing.Id, out var lot))
        {
            lot.Put(offer);
        }
        else
        {
            lots[offer.Listing.Id] = new(offer);
        }
    }

    private void Remove(Offer offer)
    {
        var lots = _byModel[offer.Accelerator.Model];
        var lot = lots[offer.Listing.Id];
        lot.Remove(offer.Node.Id);
        if (lot.Offers.Count == 0)
        {
            lots.Remove(offer.Listing.Id);
        }

        if (lots.Count == 0)
        {
            _byModel.Remove(offer.Accelerator.Model);
        }
    }
}
