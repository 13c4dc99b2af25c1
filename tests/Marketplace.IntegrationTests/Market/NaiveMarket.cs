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
        Enumerable.Range(from, to - from).All(hour => Holds(leg, card, hour))
        && !Offers.Values.Any(offer => offer.Stands && offer.Leg == leg && offer.From < to && offer.To > from && offer.Cards!.Contains(card)));

    public bool Holds(NaiveLeg leg, int card, int hour) => _held.TryGetValue((leg.Node, card, hour), out var holders) && holders.Contains(leg);

    /// <summary>Books one card of a leg for one hour; false where it wasn't to be had.</summary>
    public bool Take(NaiveLeg leg, NaiveOffer offer, int card, int hour)
    {
        var place = (leg.Node, card, hour);
        var holders = _held.TryGetValue(place, out var there) ? there : _held[place] = [];
        if (offer.Leg is null ? card >= Nodes[leg.Node].Cards || holders.Sum(holder => holder.Milli) + leg.Milli > 1000 : !offer.Cards!.Contains(card) || !holders.Remove(offer.Leg))
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

        var cards = Enumerable.Range(0, node.Cards).Count(card => hours.TrueForAll(hour => Holders(card, hour).Sum(holder => holder.Milli) + demand.Milli <= 1000));
        return demand.Vcpus == 0 ? cards : Math.Min(cards, hours.Min(hour =>
            (node.Vcpus - Enumerable.Range(0, node.Cards).Sum(card => Holders(card, hour).Sum(holder => holder.Vcpus))) / demand.Vcpus));

        List<NaiveLeg> Holders(int card, int hour) => _held.GetValueOrDefault((node.Name, card, hour)) ?? [];
    }
}

internal sealed record NaiveNode(string Name, string Center, string Model, int Cards, int Vcpus);

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
    public required string Node { get; init; }
    public required int Cards { get; init; }
    public required int Milli { get; init; }
    public required int Vcpus { get; init; }
    public required int From { get; init; }
    public required int To { get; init; }
    public bool Cancelled { get; set; }
}

internal sealed record NaiveDemand(
    string Buyer, IReadOnlyList<string> Models, bool MixModels, bool SameCenter, int Cards, int Gang, int Milli, int Vcpus, int Hours, int Earliest, int Latest, bool Batch,
    decimal? Limit);
