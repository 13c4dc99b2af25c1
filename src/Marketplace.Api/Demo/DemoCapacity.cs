using System.Security.Cryptography;
using Marketplace.Application.Market;
using Marketplace.Application.Metering;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.Api.Demo;

/// <summary>The centres of the demo market, each with nodes, listings and a meter that signs what it reports.</summary>
internal sealed class DemoCapacity(DemoStory story, DateTimeOffset from, DateTimeOffset to) : IDisposable
{
    private readonly Dictionary<Id<Center>, DemoMeter> _meters = [];

    /// <summary>The meter of a centre, by which its provider reports.</summary>
    public DemoMeter MeterOf(Id<Center> center) => _meters[center];

    public async Task BuildAsync(DemoParties parties)
    {
        var xiaoshan = await CenterAsync(parties.Qiantang, new("Xiaoshan", "330109", "Yangtze delta", 1.25m, 3m, 400m));
        await OfferAsync(xiaoshan, "Ascend 910B", nodes: 4, Product.Metered, "11.50");
        await OfferAsync(xiaoshan, "H20", nodes: 2, Product.Metered, "7.80");
        var ningbo = await CenterAsync(parties.Qiantang, new("Ningbo Harbour", "330206", "Yangtze delta", 1.3m, 5m, 200m));
        await OfferAsync(ningbo, "L20", nodes: 4, Product.Metered, "4.20", sliceMilli: 250);
        var shenzhen = await CenterAsync(parties.Qiantang, new("Shenzhen Bay", "440305", "Greater Bay Area", 1.28m, 2m, 400m));
        await OfferAsync(shenzhen, "H800", nodes: 2, Product.Reserved, "26.00", interconnect: Interconnect.Rdma);
        var guian = await CenterAsync(parties.CloudValley, new("Gui'an", "520115", "Guizhou", 1.12m, 22m, 800m));
        await OfferAsync(guian, "Ascend 910B", nodes: 6, Product.Metered, "9.80", new(22, 8, Ratio.Parse("0.6")));
        await OfferAsync(guian, "DCU K100", nodes: 2, Product.Metered, "5.60", new(22, 8, Ratio.Parse("0.6")));
        var hohhot = await CenterAsync(parties.Horqin, new("Hohhot", "150105", "Inner Mongolia", 1.15m, 18m, 600m));
        await OfferAsync(hohhot, "A800", nodes: 4, Product.Metered, "12.00", new(0, 8, Ratio.Parse("0.5")), interconnect: Interconnect.Nvlink);
        var ulanqab = await CenterAsync(parties.Horqin, new("Ulanqab", "150902", "Inner Mongolia", 1.14m, 15m, 600m));
        await OfferAsync(ulanqab, "MLU370", nodes: 4, Product.Metered, "3.20");
    }

    public void Dispose()
    {
        foreach (var meter in _meters.Values)
        {
            meter.Dispose();
        }
    }

    private async Task<(Caller Owner, Id<Center> Id)> CenterAsync(Caller owner, CreateCenter center)
    {
        var id = (await story.SendAsync(owner, center)).Id;
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var meter = await story.SendAsync(owner, new RegisterMeter(id, center.Name + " meter", key.ExportSubjectPublicKeyInfoPem()));
        _meters.Add(id, new(meter.Id, meter.Source, key));
        return (owner, id);
    }

    private async Task OfferAsync(
        (Caller Owner, Id<Center> Id) center, string accelerator, int nodes, Product product, string price, OffPeakInput? offPeak = null, int? sliceMilli = null,
        Interconnect interconnect = Interconnect.Pcie)
    {
        var names = Enumerable.Range(1, nodes).Select(number => $"{accelerator.ToLowerInvariant().Replace(' ', '-')}-{number:00}").ToList();
        await story.SendAsync(center.Owner, new AddNodes([.. names.Select(name => new NodeInput(name, accelerator, 8, 192, 1536, interconnect, ["container"]))]) { CenterId = center.Id });
        _ = Price.TryParse(price, out var perCardHour);
        await story.SendAsync(center.Owner, new CreateListing(center.Id, names, from, to, product, perCardHour, null, offPeak, sliceMilli, null, null));
    }
}

/// <summary>A meter with its key, which lives for as long as the demo is seeded.</summary>
internal sealed record DemoMeter(Id<Meter> Id, string Source, ECDsa Key) : IDisposable
{
    public void Dispose() => Key.Dispose();
}
