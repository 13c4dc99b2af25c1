using System.Globalization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// Answers a demand with the cheapest plan over a snapshot of offers. A pure function: the same offers give the same plan,
/// and ties go to fewer nodes, the earlier start and the lower node id.
/// </summary>
public sealed class Matcher(BusinessTime time)
{
    /// <param name="demand">What is wanted.</param>
    /// <param name="offers">The market, in any order.</param>
    /// <param name="now">Hours that have begun aren't sold.</param>
    public MatchResult Match(Demand demand, IReadOnlyCollection<Offer> offers, DateTimeOffset now)
    {
        var window = demand.Window with { From = Hour.Max(demand.Window.From, Hour.AtOrAfter(now)) };
        if (window.Hours < demand.Hours)
        {
            return MatchResult.Unfillable("in_the_past", "The hours asked for have begun already.");
        }

        var (suited, refusal) = Suited(demand, offers, window);
        if (refusal is not null)
        {
            return new(null, [refusal]);
        }

        var best = demand.Urgency == Urgency.Batch
            ? Starts(window, demand.Hours).Select(start => AtStart(demand, suited, start)).OfType<Draft>().MinBy(draft => draft.Key)
            : Starts(window, demand.Hours).Select(start => AtStart(demand, suited, start)).FirstOrDefault(draft => draft is not null);
        return best is null ? WhyNot(demand, suited, window) : new(best.ToPlan(demand, now), []);
    }

    private static IEnumerable<Hour> Starts(HourRange window, int hours) =>
        Enumerable.Range(0, window.Hours - hours + 1).Select(offset => window.From + offset);

    /// <summary>Leaves out the offers that can't serve the demand at any time; the step that leaves none is the reason.</summary>
    private static (IReadOnlyList<Offer> Offers, UnfillableReason? Refusal) Suited(Demand demand, IReadOnlyCollection<Offer> offers, HourRange window)
    {
        (string Code, string Detail, Func<Offer, bool> Fits)[] steps =
        [
            ("no_accelerator", "No card on offer is of a model asked for, with the speed and memory asked for.", o =>
                (demand.Accelerators.Count == 0 || demand.Accelerators.Contains(o.Accelerator.Model))
                && o.Accelerator.Fp16Tflops >= (demand.MinFp16Tflops ?? 0) && o.Accelerator.MemoryGiB >= (demand.MinMemoryGiB ?? 0)),
            ("no_product", "Nothing is offered as that product.", o => demand.Product is null ? o.Listing.Product != Product.Tokens : o.Listing.Product == demand.Product),
            ("no_region", "No centre in the regions asked for offers such cards.", o =>
                demand.Regions.Count == 0 || demand.Regions.Any(prefix => o.Center.RegionCode.StartsWith(prefix, StringComparison.Ordinal))),
            ("latency", "No centre is near enough.", o => demand.MaxLatencyMs is null || o.Center.LatencyMs <= demand.MaxLatencyMs),
            ("bandwidth", "No centre has the bandwidth.", o => demand.MinBandwidthGbps is null || o.Center.BandwidthGbps >= demand.MinBandwidthGbps),
            ("tags", "No node has all the tags asked for.", o => demand.Tags.All(tag => o.Node.Tags.Contains(tag))),
            ("interconnect", "No node has that interconnect.", o => demand.Interconnect is null || o.Node.Interconnect >= demand.Interconnect),
            ("slice", "Nobody cuts cards into slices of that size.", o => demand.MilliPerCard % o.Listing.SliceMilli == 0),
            ("gang", "No node has that many cards.", o => demand.CardsPerNode is null || o.Node.Cards >= demand.CardsPerNode),
            ("too_short", "Nobody sells so few hours.", o => demand.Hours >= o.Listing.MinHours),
            ("price", "Everything that suits costs more than the limit.", o => demand.MaxPricePerCardHour is null || CheapestHour(o.Listing) <= demand.MaxPricePerCardHour),
            ("not_offered_then", "Nothing that suits is offered over the hours asked for.", o => o.Window.Intersect(window).Hours >= demand.Hours),
        ];

        IReadOnlyList<Offer> left = [.. offers.Where(offer => offer.Listing.WithdrawnAt is null)];
        if (left.Count == 0)
        {
            return (left, new("no_listing", "Nothing is offered."));
        }

        foreach (var (code, detail, fits) in steps)
        {
            left = [.. left.Where(fits)];
            if (left.Count == 0)
            {
                return (left, new(code, detail));
            }
        }

        return (left, null);
    }

    private static Price CheapestHour(Listing listing) =>
        listing.OffPeak is null ? listing.PricePerCardHour : listing.PricePerCardHour.Times(listing.OffPeak.Factor);

    private Draft? AtStart(Demand demand, IReadOnlyList<Offer> offers, Hour start)
    {
        var interval = new HourRange(start, start + demand.Hours);
        var candidates = offers
            .Where(offer => offer.Window.Contains(interval))
            .Select(offer => Candidate.Of(offer, demand, interval, time))
            .Where(candidate => candidate.Cards > 0 && WithinLimit(candidate, demand))
            .OrderBy(candidate => candidate.CostPerCard).ThenByDescending(candidate => candidate.Cards).ThenBy(candidate => candidate.Offer.Node.Id)
            .ToList();
        IEnumerable<IGrouping<(string?, Id<Center>?), Candidate>> groups = candidates.GroupBy(candidate => (
            demand.MixModels ? null : candidate.Offer.Accelerator.Model,
            demand.SameCenter ? candidate.Offer.Center.Id : (Id<Center>?)null));
        return groups.Select(group => Take(demand, group, interval)).OfType<Draft>().MinBy(draft => draft.Key);
    }

    private static bool WithinLimit(Candidate candidate, Demand demand) =>
        demand.MaxPricePerCardHour is not { } limit || candidate.CostPerCard <= (Int128)limit.MicroYuan * demand.Hours;

    /// <summary>The cheapest cards first. A node stands in one leg, whatever number of its listings overlap.</summary>
    private static Draft? Take(Demand demand, IEnumerable<Candidate> cheapestFirst, HourRange interval)
    {
        var taken = new List<(Candidate, int)>();
        var nodes = new HashSet<Id<Node>>();
        var missing = demand.Cards;
        foreach (var candidate in cheapestFirst)
        {
            if (missing == 0)
            {
                break;
            }

            if (nodes.Add(candidate.Offer.Node.Id))
            {
                var cards = Math.Min(missing, candidate.Cards);
                taken.Add((candidate, cards));
                missing -= cards;
            }
        }

        return missing == 0 ? new Draft(interval, taken) : null;
    }

    /// <summary>Something suits and is offered in the window, and still no plan came out: says how far the best start got.</summary>
    private MatchResult WhyNot(Demand demand, IReadOnlyList<Offer> suited, HourRange window)
    {
        var relaxed = demand with { MixModels = true, SameCenter = false };
        if (!demand.MixModels && Starts(window, demand.Hours).Any(start => AtStart(demand with { MixModels = true }, suited, start) is not null))
        {
            return MatchResult.Unfillable("one_model", "Enough cards are free, but not of one model.");
        }

        if (demand.SameCenter && Starts(window, demand.Hours).Any(start => AtStart(relaxed, suited, start) is not null))
        {
            return MatchResult.Unfillable("one_center", "Enough cards are free, but not in one centre.");
        }

        if (demand.MaxPricePerCardHour is not null
            && Starts(window, demand.Hours).Any(start => AtStart(demand with { MaxPricePerCardHour = null }, suited, start) is not null))
        {
            return MatchResult.Unfillable("price", "Enough cards are free, but not within the limit price.");
        }

        var most = Starts(window, demand.Hours).Max(start => Free(demand, suited, new(start, start + demand.Hours)));
        return MatchResult.Unfillable("sold_out", string.Create(
            CultureInfo.InvariantCulture, $"At most {most} of {demand.Cards} cards are free over {demand.Hours} hours in one go."));
    }

    private int Free(Demand demand, IReadOnlyList<Offer> suited, HourRange interval) => suited
        .Where(offer => offer.Window.Contains(interval))
        .Select(offer => Candidate.Of(offer, demand, interval, time))
        .GroupBy(candidate => candidate.Offer.Node.Id)
        .Sum(node => node.Max(candidate => candidate.Cards));

    /// <summary>An offer over one interval: how many cards of the demand it could take, and what a whole card costs there.</summary>
    private sealed record Candidate(Offer Offer, int Cards, Int128 CostPerCard, Tariff Tariff)
    {
        public static Candidate Of(Offer offer, Demand demand, HourRange interval, BusinessTime time)
        {
            var tariff = new Tariff(offer.Listing.PricePerCardHour, offer.Listing.OffPeak, time);
            var free = new NodeOccupancy(offer.Node.Cards, offer.Node.Vcpus, offer.Node.MemoryGiB, offer.Reservations)
                .Capacity(interval, demand.MilliPerCard, demand.CpuMilliPerCard, demand.MemoryMiBPerCard);
            var gang = demand.CardsPerNode ?? 1;
            return new(offer, free / gang * gang, tariff.ExactCost(interval), tariff);
        }
    }

    private sealed record Draft(HourRange Interval, IReadOnlyList<(Candidate Candidate, int Cards)> Parts)
    {
        /// <summary>Least money, fewest nodes, earliest start; parts are in order of node id within a price already.</summary>
        public (Int128 Cost, int Nodes, int Start) Key => (
            Parts.Aggregate(Int128.Zero, (sum, part) => sum + (part.Candidate.CostPerCard * part.Cards)), Parts.Count, Interval.From.Number);

        public Plan ToPlan(Demand demand, DateTimeOffset now) => new(Interval, Parts.Select(part => new PlannedLeg
        {
            Id = Id<Leg>.New(now),
            ListingId = part.Candidate.Offer.Listing.Id,
            SellerId = part.Candidate.Offer.Listing.SellerId,
            CenterId = part.Candidate.Offer.Center.Id,
            NodeId = part.Candidate.Offer.Node.Id,
            Node = part.Candidate.Offer.Node.Name,
            Accelerator = part.Candidate.Offer.Accelerator.Model,
            Cards = part.Cards,
            MilliPerCard = demand.MilliPerCard,
            Product = part.Candidate.Offer.Listing.Product,
            PricePerCardHour = part.Candidate.Offer.Listing.PricePerCardHour,
            OffPeak = part.Candidate.Offer.Listing.OffPeak,
            Amount = part.Candidate.Tariff.FullAmount(Interval, part.Cards, demand.MilliPerCard),
        }).ToList());
    }
}
