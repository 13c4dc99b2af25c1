using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Market;

/// <summary>A demand as it was asked for, under the names that requests use; see <see cref="DemandInput"/>.</summary>
/// <param name="Cards">Null where they follow from <paramref name="Work"/>, as <paramref name="Hours"/> do.</param>
/// <param name="Window">Where the hours may lie; exactly as long where the start is fixed.</param>
public sealed record DemandAnswer(
    IReadOnlyList<string> Accelerators, decimal? MinFp16Tflops, int? MinMemoryGiB, int? Cards, int? CardsPerNode, int MilliPerCard, decimal VcpusPerCard,
    decimal MemoryGiBPerCard, int? Hours, WindowInput Window, Work? Work, IReadOnlyList<string> Regions, bool SameCenter, bool MixModels, decimal? MaxLatencyMs,
    decimal? MinBandwidthGbps, IReadOnlyList<string> Tags, Interconnect? Interconnect, Ratio? MinAvailability, Workload Workload, Urgency Urgency, Product? Product,
    Strategy Strategy)
{
    public static DemandAnswer Of(Demand demand, Work? work)
    {
        ArgumentNullException.ThrowIfNull(demand);
        return new(
            demand.Accelerators, demand.MinFp16Tflops, demand.MinMemoryGiB, work is null ? demand.Cards : null, demand.CardsPerNode, demand.MilliPerCard,
            demand.CpuMilliPerCard / 1000m, demand.MemoryMiBPerCard / 1024m, work is null ? demand.Hours : null,
            new(demand.Window.From.Start, demand.Window.To.Start), work, demand.Regions, demand.SameCenter, demand.MixModels, demand.MaxLatencyMs,
            demand.MinBandwidthGbps, demand.Tags, demand.Interconnect, demand.MinAvailability, demand.Workload, demand.Urgency, demand.Product, demand.Strategy);
    }
}
