namespace Marketplace.IntegrationTests.Market;

/// <summary>
/// The market as simply as it can be thought of: every card of every hour is looked at on its own, and every start in turn. It
/// shares nothing with the product; hours are counted from 1970, money is in yuan, unrounded.
/// </summary>
internal sealed class NaiveMarket
{
    private readonly Dictionary<(string Node, int Card, int Hour), List<NaiveLeg>> _held = [];

    public Dictionary<string, NaiveNode> Nodes { get; } = [];

    public Dictionary<string, NaiveOffer> Offers { get; } = [];

    public Dictionary<string, NaiveLeg> Legs { get; } = [];

    /// <summary>Pairs under the same control.</summary>
    public HashSet<(string, string)> Related { get; } = [];

    /// <summary>Who holds which card in which hour.</summary>
    public IEnumerable<(string Leg, string Node, int Card, int Hour)> Held =>
        _held.SelectMany(place => place.Value.Select(leg => (leg.Id, place.Key.Node, place.Key.Card, place.Key.Hour)));

    /// <summary>The least that the demand can cost; of a user's at the first start at which it can be met at all.</summary>
    public decimal? LeastCost(NaiveDemand demand, int now, out int start)
    {
        decimal? least = null;
        start = 0;
        for (var from = Math.Max(demand.Earliest, now); from + demand.Hours <= demand.Latest; from++)
        {
            if (LeastCostAt(demand, from) is { } cost && (least is null || cost < least))
            {
                (least, start) = (cost, from);
            }

            if (least is not null && !demand.Batch)
            {
                break;
            }
        }

        return least;
    }

    /// <summary>What whole cards of an offer cost from an hour on.</summary>
    public static decimal Price(NaiveOffer offer, int from, int hours) =>
        Enumerable.Range(from, hours).Sum(hour => offer.Price * (offer.IsOffPeak(hour) ? offer.OffPeakFactor : 1));

    /// <summary>What an invoice would say: the hours of each price rounded to the fen, and added.</summary>
    public static decimal Amount(NaiveOffer offer, int from, int hours, int cards, int milli) =>
        Enumerable.Range(from, hours).GroupBy(offer.IsOffPeak)
            .Sum(band => Math.Round(offer.Price * (band.Key ? offer.OffPeakFactor : 1) * band.Count() * cards * milli / 1000, 2, MidpointRounding.AwayFromZero));

    /// <summary>Cards of a leg that its holder has over all of some hours and offers nobody in any of them.</summary>
    public int Resellable(NaiveLeg leg, int from, int to) => Enumerable.Range(0, Nodes[leg.Node].Cards).Count(card =>
        Enumerable.Range(from, to - from).All(hour => leg.Nodes[hour] == leg.Node && Holds(leg, card, hour))
        && !Offers.Values.Any(offer => offer.Stands && offer.Leg == leg && offer.From < to && offer.To > from && offer.Cards!.Contains(card)));

    public bool Holds(NaiveLeg leg, int card, int hour) => _held.TryGetValue((leg.Nodes[hour], card, hour), out var holders) && holders.Contains(leg);

    /// <summary>Books one card of a leg for one hour; false where it wasn't to be had.</summary>
    public bool Take(NaiveLeg leg, NaiveOffer offer, int card, int hour)
    {
        var place = (leg.Node, card, hour);
        var holders = HoldersOf(place);
        if (offer.Leg is null ? !Nodes[leg.Node].Has(card, hour) || holders.Sum(holder => holder.Milli) + leg.Milli > 1000 : !offer.Cards!.Contains(card) || !holders.Remove(offer.Leg))
        {
            return false;
        }

        holders.Add(leg);
        return true;
    }

    /// <summary>Gives back all that a leg holds: to whom it bought it of, or to the market.</summary>
    public void Release(NaiveLeg leg)
    {
        leg.Cancelled = true;
        foreach (var holders in _held.Values.Where(holders => holders.Remove(leg)))
        {
            if (leg.Parent is not null)
            {
                holders.Add(leg.Parent);
            }
        }

        foreach (var offer in Offers.Values.Where(offer => offer.Leg == leg))
        {
            offer.Stands = false;
        }
    }

    /// <summary>
    /// Takes cards out of a node. What stands on them goes to other cards of the centre, a leg together with all that was resold of it,
    /// run of hours by run of hours; where there is no room, they end.
    /// </summary>
    /// <param name="placed">Where the product has put a leg in an hour: which of the cards that would do isn't this market's business.</param>
    public (List<string> Moved, List<string> Ended) Withdraw(NaiveNode node, int from, int now, IReadOnlyCollection<int> cards, Func<NaiveLeg, int, List<(string Node, int Card)>> placed)
    {
        foreach (var card in cards)
        {
            node.Gone[card] = Math.Min(from, node.Gone.GetValueOrDefault(card, from));
        }

        var (moved, ends) = (new List<string>(), new List<(NaiveLeg Leg, int At)>());
        foreach (var root in _held.Where(place => place.Key.Node == node.Name && place.Key.Hour >= Math.Max(from, now)).SelectMany(place => place.Value).Select(leg => leg.Root).Distinct()
            .OrderByDescending(root => root.To).ThenBy(root => root.Id, StringComparer.Ordinal).ToList())
        {
            var family = Legs.Values.Where(leg => leg.Root == root && !leg.Cancelled).ToList();
            foreach (var (start, end, stood) in Stays(root, node, Math.Max(from, now)).Where(stay => stay.Cards.Exists(cards.Contains)))
            {
                var hours = Enumerable.Range(start, end - start).ToList();
                if (!Nodes.Values.Any(other => other != node && other.Center == node.Center && FreeOf(other, hours, root.Milli, root.Vcpus) >= stood.Count))
                {
                    EndOffers(family, start, root.To);
                    ends.AddRange(family.Where(leg => leg.To > start).Select(leg => (leg, start)));
                    break;
                }

                EndOffers(family, start, end);
                var there = hours.ConvertAll(hour => Move(family, node, hour, placed));
                Assert.All(there, cards => Assert.Equal(there[0], cards));
                moved.AddRange(family.Where(leg => leg.From < end && leg.To > start).Select(leg => $"{leg.Id} {there[0][0].Node}"));
            }
        }

        ends.ForEach(end => End(end.Leg, end.At));
        return (moved, ends.ConvertAll(end => $"{end.Leg.Id} {end.At} {end.Leg.Forgone:0.00}"));
    }

    private void EndOffers(List<NaiveLeg> family, int from, int to)
    {
        foreach (var offer in Offers.Values.Where(offer => offer.Leg is not null && family.Contains(offer.Leg) && offer.From < to && offer.To > from))
        {
            offer.Stands = false;
        }
    }

    /// <summary>Runs of hours over which a family stands on the same cards of a node.</summary>
    private List<(int From, int To, List<int> Cards)> Stays(NaiveLeg root, NaiveNode node, int from)
    {
        var stays = new List<(int From, int To, List<int> Cards)>();
        for (var hour = from; hour < root.To; hour++)
        {
            var cards = Enumerable.Range(0, node.Cards).Where(card => Holders(node, card, hour).Exists(leg => leg.Root == root)).ToList();
            if (stays.Count > 0 && stays[^1].To == hour && stays[^1].Cards.SequenceEqual(cards))
            {
                stays[^1] = stays[^1] with { To = hour + 1 };
            }
            else if (cards.Count > 0)
            {
                stays.Add((hour, hour + 1, cards));
            }
        }

        return stays;
    }

    /// <summary>One hour of a family to where the product has put it: as many cards of each leg, on one node, and all of them free.</summary>
    private List<(string Node, int Card)> Move(List<NaiveLeg> family, NaiveNode from, int hour, Func<NaiveLeg, int, List<(string Node, int Card)>> placed)
    {
        var all = new List<(string Node, int Card)>();
        foreach (var leg in family.Where(leg => leg.From <= hour && hour < leg.To))
        {
            var left = Enumerable.Range(0, from.Cards).Count(card => Holders(from, card, hour).Remove(leg));
            var cards = placed(leg, hour);
            Assert.Equal(left, cards.Count);
            all.AddRange(cards);
            foreach (var (node, card) in cards)
            {
                Assert.True(node != from.Name && FreeOf(Nodes[node], [hour], leg.Milli, 0, card) == 1, $"Leg {leg.Id} was moved to card {card} of {node}, which isn't free at {hour}.");
                HoldersOf((node, card, hour)).Add(leg);
            }
        }

        var there = Assert.Single(all.Select(card => card.Node).Distinct());
        family.ForEach(leg => leg.Nodes[hour] = there);
        return [.. all.Order()];
    }

    private void End(NaiveLeg leg, int at)
    {
        foreach (var (place, holders) in _held)
        {
            holders.RemoveAll(holder => holder == leg && place.Hour >= at);
        }

        leg.Cancelled = leg.From >= at;
        leg.Forgone = Amount(leg.Offer, leg.From, leg.To - leg.From, leg.Cards, leg.Milli) - (leg.Cancelled ? 0 : Amount(leg.Offer, leg.From, at - leg.From, leg.Cards, leg.Milli));
        leg.To = leg.Cancelled ? leg.To : at;
    }

    private decimal? LeastCostAt(NaiveDemand demand, int from)
    {
        var gangs = new List<(string Group, decimal Cost)>();
        foreach (var offer in Offers.Values.Where(offer => offer.Stands && offer.From <= from && from + demand.Hours <= offer.To && Suits(offer, demand)))
        {
            var cost = Price(offer, from, demand.Hours);
            if (demand.Limit is { } limit && cost > limit * demand.Hours)
            {
                continue;
            }

            foreach (var node in offer.Nodes.Select(name => Nodes[name]).Where(node => demand.Models.Contains(node.Model)))
            {
                var group = (demand.MixModels ? "" : node.Model) + "/" + (demand.SameCenter ? node.Center : "");
                gangs.AddRange(Enumerable.Repeat((group, cost * demand.Gang), Free(offer, node, demand, from) / demand.Gang));
            }
        }

        return gangs.GroupBy(gang => gang.Group).Where(group => group.Count() * demand.Gang >= demand.Cards)
            .Min(group => (decimal?)group.Select(gang => gang.Cost).Order().Take(demand.Cards / demand.Gang).Sum());
    }

    private bool Suits(NaiveOffer offer, NaiveDemand demand) =>
        demand.Milli % offer.Slice == 0 && demand.Hours >= offer.MinHours && offer.Seller != demand.Buyer
        && !(offer.Leg is not null && (Related.Contains((offer.Seller, demand.Buyer)) || Related.Contains((demand.Buyer, offer.Seller))));

    private int Free(NaiveOffer offer, NaiveNode node, NaiveDemand demand, int from)
    {
        var hours = Enumerable.Range(from, demand.Hours).ToList();
        if (offer.Leg is { } leg)
        {
            return demand.Milli > leg.Milli || demand.Vcpus > leg.Vcpus ? 0 : offer.Cards!.Count(card => hours.TrueForAll(hour => Holds(leg, card, hour)));
        }

        return FreeOf(node, hours, demand.Milli, demand.Vcpus);
    }

    /// <summary>How many cards, of all or of one, have a slice free in every hour, as far as the node's vCPUs reach.</summary>
    private int FreeOf(NaiveNode node, List<int> hours, int milli, int vcpus, int? only = null)
    {
        var cards = Enumerable.Range(0, node.Cards).Count(card =>
            card == (only ?? card) && hours.TrueForAll(hour => node.Has(card, hour) && Holders(node, card, hour).Sum(holder => holder.Milli) + milli <= 1000));
        return vcpus == 0 ? cards : Math.Min(cards, hours.Min(hour =>
            (node.Vcpus - Enumerable.Range(0, node.Cards).Sum(card => Holders(node, card, hour).Sum(holder => holder.Root.Vcpus))) / vcpus));
    }

    private List<NaiveLeg> HoldersOf((string Node, int Card, int Hour) place) => _held.TryGetValue(place, out var there) ? there : _held[place] = [];

    private List<NaiveLeg> Holders(NaiveNode node, int card, int hour) => _held.GetValueOrDefault((node.Name, card, hour)) ?? [];
}

internal sealed record NaiveNode(string Name, string Center, string Model, int Cards, int Vcpus)
{
    /// <summary>Cards that were taken out, from which hour on.</summary>
    public Dictionary<int, int> Gone { get; } = [];

    /// <summary>Taken out as a whole.</summary>
    public bool Withdrawn { get; set; }

    public bool Has(int card, int hour) => card < Cards && !(Gone.TryGetValue(card, out var from) && hour >= from);
}

/// <summary>Nodes on offer, or cards of a leg that its holder resells.</summary>
internal sealed class NaiveOffer
{
    /// <summary>Of the local day, eight hours before UTC.</summary>
    private const int Zone = 8;

    public required string Id { get; init; }
    public required string Seller { get; init; }
    public required IReadOnlyList<string> Nodes { get; init; }
    public required int From { get; init; }
    public required int To { get; init; }
    public required decimal Price { get; init; }
    public (int From, int To)? OffPeak { get; init; }
    public decimal OffPeakFactor { get; init; } = 1;
    public required int Slice { get; init; }
    public int MinHours { get; init; } = 1;
    public NaiveLeg? Leg { get; init; }
    public IReadOnlyList<int>? Cards { get; init; }
    public bool Stands { get; set; } = true;

    public bool IsOffPeak(int hour)
    {
        var day = (hour + Zone) % 24;
        return OffPeak is { } cheap && (cheap.From < cheap.To ? cheap.From <= day && day < cheap.To : cheap.From <= day || day < cheap.To);
    }
}

internal sealed class NaiveLeg
{
    public required string Id { get; init; }
    public required string Order { get; init; }
    public required string Buyer { get; init; }
    public required NaiveLeg? Parent { get; init; }
    public required NaiveOffer Offer { get; init; }

    /// <summary>Where it runs in each hour.</summary>
    public required Dictionary<int, string> Nodes { get; init; }

    public required int Cards { get; init; }
    public required int Milli { get; init; }
    public required int Vcpus { get; init; }
    public required int From { get; init; }
    public required int To { get; set; }
    public bool Cancelled { get; set; }

    /// <summary>What its buyer wasn't charged when it was ended.</summary>
    public decimal Forgone { get; set; }

    /// <summary>Where it runs in the end, and where a part of it may be resold.</summary>
    public string Node => Nodes[To - 1];

    /// <summary>The leg that was bought of the provider, of which it is a part.</summary>
    public NaiveLeg Root => Parent?.Root ?? this;
}

internal sealed record NaiveDemand(
    string Buyer, IReadOnlyList<string> Models, bool MixModels, bool SameCenter, int Cards, int Gang, int Milli, int Vcpus, int Hours, int Earliest, int Latest, bool Batch,
    decimal? Limit);
