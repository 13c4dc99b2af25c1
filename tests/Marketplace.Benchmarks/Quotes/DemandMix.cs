using Marketplace.Domain.Market;

namespace Marketplace.Benchmarks.Quotes;

/// <summary>Demands as buyers of a <see cref="Book"/> may ask for them, each with the kind that it is counted as.</summary>
internal sealed class DemandMix(ulong seed)
{
    private const int WeekHours = 7 * 24;

    private readonly SplitMix64 _random = new(seed);

    public IEnumerable<(string Kind, Demand Demand)> Take(int count) => Enumerable.Range(0, count).Select(_ => Next());

    private (string Kind, Demand Demand) Next()
    {
        var (kind, demand) = _random.Below(100) switch
        {
            < 30 => ("fixed start", Fixed()),
            < 40 => ("gang", Gang()),
            < 50 => ("slice", Slice()),
            < 58 => ("region", Fixed() with { Regions = Regions() }),
            < 66 => ("TFLOPS floor", Floor()),
            < 78 => ("window, user", Window(Fixed(64))),
            < 88 => ("window, batch", Window(Fixed(64)) with { Urgency = Urgency.Batch }),
            < 93 => ("limit price", Limited()),
            < 95 => ("large, mixed models", Large()),
            _ => ("unfillable", Unfillable()),
        };
        return (kind, demand with { Strategy = _random.Unit() switch { < 0.9 => Strategy.Cheapest, < 0.95 => Strategy.Compact, _ => Strategy.Green } });
    }

    /// <summary>Whole cards of a named model, from some hour of the next month on.</summary>
    private Demand Fixed(int mostCards = 8)
    {
        var (from, hours) = (Book.Start + _random.Between(1, 30 * 24), _random.Pick([1, 2, 4, 8, 24, 48, 168]));
        return new()
        {
            Accelerators = [Model().Model],
            Cards = _random.Between(1, mostCards),
            MilliPerCard = Listing.WholeCard,
            CpuMilliPerCard = _random.Chance(0.3) ? 8_000 : 0,
            MemoryMiBPerCard = _random.Chance(0.3) ? 64 * 1024 : 0,
            Hours = hours,
            Window = new(from, from + hours),
            Regions = [],
            Tags = [],
            Workload = Workload.Training,
        };
    }

    private Demand Gang()
    {
        var gang = _random.Pick([4, 8, 8, 8, 16]);
        return Fixed() with { Cards = gang * _random.Between(1, 8), CardsPerNode = gang, SameCenter = _random.Chance(0.5), Interconnect = _random.Chance(0.5) ? Interconnect.Rdma : null };
    }

    private Demand Slice() => Fixed(4) with { MilliPerCard = _random.Pick([100, 250, 500]), Accelerators = _random.Chance(0.3) ? [] : [Model().Model] };

    /// <summary>Any model that is fast enough, everywhere or somewhere.</summary>
    private Demand Floor() => Fixed(32) with
    {
        Accelerators = [],
        MinFp16Tflops = _random.Pick([100, 250, 300]),
        MinMemoryGiB = _random.Pick([24, 64]),
        Regions = _random.Chance(0.5) ? [] : Regions(),
        MaxLatencyMs = _random.Chance(0.3) ? 30 : null,
    };

    /// <summary>Days to three weeks that the start may slide over.</summary>
    private Demand Window(Demand demand) => demand with
    {
        Window = demand.Window with { To = demand.Window.To + _random.Between(24, 3 * WeekHours) },
        SameCenter = _random.Chance(0.2),
    };

    /// <summary>From somewhat below the model's list price to a bit above.</summary>
    private Demand Limited()
    {
        var model = Model();
        var demand = Window(Fixed(16)) with { Accelerators = [model.Model], Urgency = _random.Chance(0.5) ? Urgency.Batch : Urgency.User };
        return demand with { MaxPricePerCardHour = new(Book.ListPrice(model) * _random.Between(75, 105) / 100) };
    }

    private Demand Large() => Fixed() with { Accelerators = [], Cards = 8 * _random.Between(25, 125), MixModels = true, MinFp16Tflops = _random.Pick([100, 250]) };

    private Demand Unfillable() => _random.Below(5) switch
    {
        0 => Fixed() with { Accelerators = ["None of that name"] },
        1 => Fixed() with { Regions = ["82"] },
        2 => Window(Fixed()) with { MaxPricePerCardHour = new(1_000_000) },
        3 => Fixed() with { Cards = 64, CardsPerNode = 32 },
        _ => Window(Fixed()) with { Regions = [_random.Pick(Book.Provinces)], Cards = 10_000 },
    };

    private Accelerator Model() => Book.Models[Math.Min(_random.Below(Book.Models.Count), _random.Below(Book.Models.Count))];

    private IReadOnlyList<string> Regions() => _random.Chance(0.5) ? [_random.Pick(Book.Provinces)] : [_random.Pick(Book.Provinces), _random.Pick(Book.Provinces)];
}
