using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// The constraints of a demand that don't depend on what is taken, each with the reason that is given where it leaves nothing.
/// Some look at a listing as a whole, some at each of its nodes.
/// </summary>
internal sealed class Suitability(Demand demand, CapacityIndex capacity, BuyerView buyer, HourRange window)
{
    private sealed record Step(string Code, string Detail, Func<Lot, bool>? Lot, Func<Offer, bool>? Node = null);

    private IEnumerable<Step> Steps =>
    [
        new("no_listing", "Nothing is offered.", lot => lot.Listing.WithdrawnAt is null && buyer.MayBuy(lot.Listing)),
        new("no_accelerator", "No card on offer is of a model asked for, with the speed and memory asked for.", lot => SuitsModel(lot.Accelerator)),
        new("no_product", "Nothing is offered as that product.", lot => demand.Product is null ? lot.Listing.Product != Product.Tokens : lot.Listing.Product == demand.Product),
        new("no_region", "No centre in the regions asked for offers such cards.", lot => demand.Regions.Count == 0 || demand.Regions.Any(prefix => lot.Center.RegionCode.StartsWith(prefix, StringComparison.Ordinal))),
        new("latency", "No centre is near enough.", lot => demand.MaxLatencyMs is null || lot.Center.LatencyMs <= demand.MaxLatencyMs),
        new("bandwidth", "No centre has the bandwidth.", lot => demand.MinBandwidthGbps is null || lot.Center.BandwidthGbps >= demand.MinBandwidthGbps),
        new("availability", "No centre was metered as available as that.", lot => demand.MinAvailability is not { } floor || capacity.AvailabilityOf(lot.Center.Id) >= floor),
        new("throughput", "No listing was measured to be that fast with the model.", lot => demand.Throughput is not { } floor || SpeedWith(lot.Listing, floor.Model) >= floor.TokensPerSecondPerCard),
        new("tags", "No node has all the tags asked for.", null, offer => demand.Tags.All(tag => offer.Node.Tags.Contains(tag))),
        new("interconnect", "No node has that interconnect.", null, offer => demand.Interconnect is null || offer.Node.Interconnect >= demand.Interconnect),
        new("slice", "Nobody cuts cards into slices of that size.", lot => demand.MilliPerCard % lot.Listing.SliceMilli == 0),
        new("gang", "No node has that many cards.", null, offer => demand.CardsPerNode is null || offer.Occupancy.Cards >= demand.CardsPerNode),
        new("too_short", "Nobody sells so few hours.", lot => demand.Hours >= lot.Listing.MinHours),
        new("price", "Everything that suits costs more than the limit.", lot => demand.MaxPricePerCardHour is null || demand.Product == Product.Tokens || CheapestHour(lot.Listing) <= demand.MaxPricePerCardHour),
        new("not_offered_then", "Nothing that suits is offered over the hours asked for.", lot => lot.Listing.Window.Intersect(window).Hours >= demand.Hours, offer => offer.Window.Intersect(window).Hours >= demand.Hours),
    ];

    /// <summary>The first step that no offer passes together with all before it, or null where some offer passes them all.</summary>
    public UnfillableReason? Obstacle()
    {
        var left = capacity.Models.SelectMany(capacity.Shelf).SelectMany(lot => lot.Offers.Select(offer => (Lot: lot, Offer: offer))).ToList();
        foreach (var step in Steps)
        {
            left.RemoveAll(pair => !Passes(step, pair.Lot, pair.Offer));
            if (left.Count == 0)
            {
                return new(step.Code, step.Detail);
            }
        }

        return null;
    }

    /// <summary>Lots that suit, by model and listing. Which of their nodes do, <see cref="Suits"/> says.</summary>
    public IReadOnlyList<Lot> Lots()
    {
        var tests = Steps.Select(step => step.Lot).OfType<Func<Lot, bool>>().ToArray();
        var lots = new List<Lot>();
        IEnumerable<string> models = demand.Accelerators.Count == 0 ? capacity.Models : demand.Accelerators.Distinct().Order(StringComparer.Ordinal);
        foreach (var model in models)
        {
            lots.AddRange(capacity.Shelf(model).Where(lot => Array.TrueForAll(tests, test => test(lot))));
        }

        return lots;
    }

    public Func<Offer, bool> Suits()
    {
        var tests = Steps.Select(step => step.Node).OfType<Func<Offer, bool>>().ToArray();
        return offer => Array.TrueForAll(tests, test => test(offer));
    }

    public static decimal? SpeedWith(Listing listing, string model) =>
        listing.Benchmarks.Where(benchmark => benchmark.Model == model).Max(benchmark => (decimal?)benchmark.TokensPerSecondPerCard);

    private static bool Passes(Step step, Lot lot, Offer offer) => (step.Lot is null || step.Lot(lot)) && (step.Node is null || step.Node(offer));

    private bool SuitsModel(Accelerator accelerator) =>
        (demand.Accelerators.Count == 0 || demand.Accelerators.Contains(accelerator.Model))
        && accelerator.Fp16Tflops >= (demand.MinFp16Tflops ?? 0) && accelerator.MemoryGiB >= (demand.MinMemoryGiB ?? 0);

    private static Price CheapestHour(Listing listing) =>
        listing.OffPeak is null ? listing.PricePerCardHour : listing.PricePerCardHour.Times(listing.OffPeak.Factor);
}
