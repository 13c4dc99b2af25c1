using System.Runtime.Intrinsics;

namespace Marketplace.Domain.Market.Placement;

/// <summary>
/// Stranding (S): free card milli for which the node has too little CPU or memory left, to demands drawn by their share of the
/// card milli asked for.
/// </summary>
internal sealed class Stranding
{
    /// <summary>Weight, card milli per CPU milli, card milli per MiB; filled up with weights of 0.</summary>
    private readonly Vector256<double>[] _types;

    /// <summary>The cards that a demand may take of a node leave the same sums, so the last answer is often asked for again.</summary>
    private ((int Idle, int CpuMilli, int MemoryMiB) Asked, double Answer) _last;

    public Stranding(IReadOnlyList<DemandType> types)
    {
        var ratios = types.Where(type => type.Shape.Cards > 0)
            .GroupBy(type => (type.CpuPerCardMilli, type.MemoryPerCardMilli))
            .Select(ratio => (Weight: ratio.Sum(type => type.CardWeight), Cpu: 1 / ratio.Key.CpuPerCardMilli, Memory: 1 / ratio.Key.MemoryPerCardMilli))
            .ToList();
        _types = [.. ratios.Chunk(Vector256<double>.Count).SelectMany(chunk => new[]
        {
            Packed(chunk.Select(ratio => ratio.Weight)), Packed(chunk.Select(ratio => ratio.Cpu)), Packed(chunk.Select(ratio => ratio.Memory)),
        })];
    }

    /// <returns>Milli.</returns>
    public double Of(int idle, int cpuMilli, int memoryMiB)
    {
        if (_last.Asked != (idle, cpuMilli, memoryMiB))
        {
            _last = ((idle, cpuMilli, memoryMiB), Sum(idle, cpuMilli, memoryMiB));
        }

        return _last.Answer;
    }

    private double Sum(int idle, int cpuMilli, int memoryMiB)
    {
        var (cards, cpu, memory) = (Vector256.Create((double)idle), Vector256.Create((double)cpuMilli), Vector256.Create((double)memoryMiB));
        var sum = Vector256<double>.Zero;
        for (var i = 0; i < _types.Length; i += 3)
        {
            var usable = Vector256.MinNative(cpu * _types[i + 1], memory * _types[i + 2]);
            sum += _types[i] * Vector256.MaxNative(Vector256<double>.Zero, cards - usable);
        }

        // Lane by lane, so that the order of summation is the same on every machine.
        return sum[0] + sum[1] + sum[2] + sum[3];
    }

    private static Vector256<double> Packed(IEnumerable<double> values)
    {
        Span<double> lanes = stackalloc double[Vector256<double>.Count];
        var lane = 0;
        foreach (var value in values)
        {
            lanes[lane++] = value;
        }

        return Vector256.Create<double>(lanes);
    }
}
