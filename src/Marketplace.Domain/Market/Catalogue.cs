using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

public enum ChipOrigin
{
    Domestic,
    Imported,
}

/// <summary>How the cards of a node reach each other and the next node.</summary>
public enum Interconnect
{
    Pcie,
    Nvlink,
    Rdma,
}

/// <summary>An entry of the accelerator catalogue, from its maker's figures.</summary>
public sealed class Accelerator
{
    public required string Model { get; init; }
    public required string Vendor { get; set; }
    public required ChipOrigin Origin { get; set; }

    /// <summary>Dense FP16 teraFLOPS of one card, without sparsity.</summary>
    public required decimal Fp16Tflops { get; set; }

    /// <summary>Memory of one card in GiB.</summary>
    public required int MemoryGiB { get; set; }

    /// <summary>Board power of one card in watts.</summary>
    public required int Watts { get; set; }
}

/// <summary>A site with nodes.</summary>
public sealed class Center
{
    public required Id<Center> Id { get; init; }
    public required Id<Organization> OwnerId { get; init; }
    public required string Name { get; set; }

    /// <summary>GB/T 2260, six digits.</summary>
    public required string RegionCode { get; init; }

    /// <summary>The national hub that the site belongs to, if any.</summary>
    public string? Hub { get; set; }

    /// <summary>Power usage effectiveness, 1 or more.</summary>
    public decimal? Pue { get; set; }

    /// <summary>Network latency to the region's backbone in milliseconds.</summary>
    public decimal? LatencyMs { get; set; }

    /// <summary>Bandwidth to a buyer in Gbit/s.</summary>
    public decimal? BandwidthGbps { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A card, by its number from 0, that isn't sold from an hour on.</summary>
public sealed record WithdrawnCard(int Card, Hour From);

/// <summary>
/// A machine in a centre. Its version moves with everything that changes what it can sell (a booking, a listing, a
/// withdrawal), so that two transactions that decide on the same node can't both commit on what they read.
/// </summary>
public sealed class Node : IVersioned
{
    public const int MaxCards = 1024;

    public required Id<Node> Id { get; init; }
    public required Id<Center> CenterId { get; init; }
    public required Id<Organization> OwnerId { get; init; }
    public required string Name { get; init; }
    public required string Accelerator { get; init; }
    public required int Cards { get; init; }
    public required int Vcpus { get; init; }
    public required int MemoryGiB { get; init; }
    public Interconnect? Interconnect { get; init; }
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>From this hour on the provider has taken the node out of the market.</summary>
    public Hour? WithdrawnFrom { get; set; }

    /// <summary>Single cards that the provider has taken out.</summary>
    public IReadOnlyList<WithdrawnCard> WithdrawnCards { get; set; } = [];

    public long Version { get; set; }

    /// <summary>Marks that the node's capacity changed, so that whoever decided on what was before fails to save.</summary>
    public void Touch() => Version++;
}

/// <summary>
/// A line in the log that tells every process what of the market to look at again: written in the transaction that changed it,
/// forgotten after a while. Numbers rise, with gaps, and a lower one may be committed after a higher one.
/// </summary>
public sealed class CapacityChange
{
    public long Number { get; init; }

    /// <summary>The node that sells more or less than before; null where the catalogue changed.</summary>
    public required Id<Node>? NodeId { get; init; }
}
