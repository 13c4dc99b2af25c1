using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// The constraints of a demand that don't depend on what is taken, each with the reason that is given where it leaves nothing.
/// Some look at a listing as a whole, some at each of its nodes.
/// </summary>
internal sealed class Suitability
{
    private readonly Demand _demand;
    private readonly CapacityIndex _capacity;
    private readonly Step[] _steps;
    private readonly Func<Lot, bool>[] _ofLots;
    private readonly Func<Offer, bool>[] _ofNodes;

    public Suitability(Demand demand, CapacityIndex capacity, BuyerView buyer, HourRange window)
    {
        (_demand, _capacity) = (demand, capacity);
        _steps = [.. Steps(demand, capacity, buyer, window)];
        _ofLots = [.. _steps.Select(step => step.Lot).OfType<Func<Lot, bool>>()];

        // Not the last one, the hours: who takes a node at some start looks at those anyway.
        _ofNodes = [.. _steps[..^1].Select(step => step.Node).OfType<Func<Offer, bool>>()];
    }

    private sealed record Step(string Code, string Detail, Func<Lot, bool>? Lot, Func<Offer, bool>? Node = null);

    /// <summary>The first step that no offer passes together with all before it, or null where some offer passes them all.</summary>
    public UnfillableReason? Obstacle()
    {
        var furthest = 0;
        foreach (var lot in _capacity.Models.SelectMany(_capacity.Shelf))
        {
            // No node of a lot gets further than the lot itself.
            if (FirstFailed(step => step.Lot is null || step.Lot(lot)) <= furthest)
            {
                continue;
            }

            foreach (var offer in lot.Offers)
            {
                furthest = Math.Max(furthest, FirstFailed(step => (step.Lot is null || step.Lot(lot)) && (step.Node is null || step.Node(offer))));
                if (furthest == _steps.Length)
                {
                    return null;
                }
            }
        }

        return new(_steps[furthest].Code, _steps[furthest].Detail);
    }

    /// <summary>Lots that suit, by model and listing. Which of their nodes do, <see cref="Suits"/> says.</summary>
    public IReadOnlyList<Lot> Lots()
    {
        var lots = new List<Lot>();
        IEnumerable<string> models = _demand.Accelerators.Count == 0 ? _capacity.Models : _demand.Accelerators.Distinct().Order(StringComparer.Ordinal);
        foreach (var lot in models.SelectMany(_capacity.Shelf))
        {
            if (PassesAll(_ofLots, lot))
            {
                lots.Add(lot);
            }
        }

        return lots;
    }

    /// <summary>Whether a node of a lot that suits does so too, where the hours are within its window.</summary>
    public bool Suits(Offer offer) => PassesAll(_ofNodes, offer);

    public static decimal? SpeedWith(Listing listing, string model) =>
        listing.Benchmarks.Where(benchmark => benchmark.Model == model).Max(benchmark => (decimal?)benchmark.TokensPerSecondPerCard);

    /// <summary>Those that the demand asks for: what it leaves open costs nothing to test.</summary>
    private static IEnumerable<Step> Steps(Demand demand, CapacityIndex capacity, BuyerView buyer, HourRange window)
    {
        yield return new("no_listing", "Nothing is offered.", lot => lot.Listing.WithdrawnAt is null && buyer.MayBuy(lot.Listing));
        yield return new("no_accelerator", "No card on offer is of a model asked for, with the speed and memory asked for.", lot => SuitsModel(demand, lot.Accelerator));
        yield return new("no_product", "Nothing is offered as that product.", demand.Product is { } product ? lot => lot.Listing.Product == product : lot => lot.Listing.Product != Product.Tokens);
        if (demand.Regions.Count > 0)
        {
            yield return new("no_region", "No centre in the regions asked for offers such cards.", lot => demand.Regions.Any(prefix => lot.Center.RegionCode.StartsWith(prefix, StringComparison.Ordinal)));
        }

        if (demand.MaxLatencyMs is { } latency)
        {
            yield return new("latency", "No centre is near enough.", lot => lot.Center.LatencyMs <= latency);
        }

        if (demand.MinBandwidthGbps is { } bandwidth)
        {
            yield return new("bandwidth", "No centre has the bandwidth.", lot => lot.Center.BandwidthGbps >= bandwidth);
        }

        if (demand.MinAvailability is { } availability)
        {
            yield return new("availability", "No centre was metered as available as that.", lot => capacity.AvailabilityOf(lot.Center.Id) >= availability);
        }

        if (demand.Throughput is { } floor)
        {
            yield return new("throughput", "No listing was measured to be that fast with the model.", lot => SpeedWith(lot.Listing, floor.Model) >= floor.TokensPerSecondPerCard);
        }

        if (demand.Tags.Count > 0)
        {
            yield return new("tags", "No node has all the tags asked for.", null, offer => demand.Tags.All(tag => offer.Node.Tags.Contains(tag)));
        }

        if (demand.Interconnect is { } interconnect)
        {
            yield return new("interconnect", "No node has that interconnect.", null, offer => offer.Node.Interconnect >= interconnect);
        }

        yield return new("slice", "Nobody cuts cards into slices of that size.", lot => demand.MilliPerCard % lot.Listing.SliceMilli == 0);
        if (demand.CardsPerNode is { } gang)
        {
            yield return new("gang", "No node has that many cards.", lot => lot.MostCardsOfNode >= gang, offer => offer.Occupancy.Cards >= gang);
        }

        yield return new("too_short", "Nobody sells so few hours.", lot => demand.Hours >= lot.Listing.MinHours);
        if (demand is { MaxPricePerCardHour: { } limit, Product: not Product.Tokens })
        {
            yield return new("price", "Everything that suits costs more than the limit.", lot => CheapestHour(lot.Listing) <= limit);
        }

        yield return new("not_offered_then", "Nothing that suits is offered over the hours asked for.", lot => lot.Listing.Window.Intersect(window).Hours >= demand.Hours, offer => offer.Window.Intersect(window).Hours >= demand.Hours);
    }

    private static bool PassesAll<T>(Func<T, bool>[] tests, T what)
    {
        foreach (var test in tests)
        {
            if (!test(what))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SuitsModel(Demand demand, Accelerator accelerator) =>
        (demand.Accelerators.Count == 0 || demand.Accelerators.Contains(accelerator.Model))
        && accelerator.Fp16Tflops >= (demand.MinFp16Tflops ?? 0) && accelerator.MemoryGiB >= (demand.MinMemoryGiB ?? 0);

    private static Price CheapestHour(Listing listing) =>
        listing.OffPeak is null ? listing.PricePerCardHour : listing.PricePerCardHour.Times(listing.OffPeak.Factor);

    /// <summary>The number of steps where none failed.</summary>
    private int FirstFailed(Func<Step, bool> passes)
    {
        var first = Array.FindIndex(_steps, step => !passes(step));
        return first < 0 ? _steps.Length : first;
    }
}
