using CsvHelper;
using Marketplace.Domain.Market.Placement;

namespace Marketplace.Benchmarks.Placement;

/// <summary>A machine of the trace, with nothing on it.</summary>
internal sealed record TraceNode(NodeClass Class, int CpuMilli, int MemoryMiB);

/// <summary>Reads the tables of the GPU trace of the FGD paper as they are published.</summary>
internal static class Trace
{
    /// <summary>Columns <c>cpu_milli, memory_mib, gpu, model</c>; nodes without cards are left out.</summary>
    public static IReadOnlyList<TraceNode> Nodes(string path) =>
        [.. Rows(path, row => new TraceNode(new(row.GetString("model"), Number(row, "gpu")), Number(row, "cpu_milli"), Number(row, "memory_mib")))
            .Where(node => node.Class.Cards > 0)];

    /// <summary>Columns <c>cpu_milli, memory_mib, num_gpu, gpu_milli</c> and, in some lists, <c>gpu_spec</c> with models between <c>|</c>.</summary>
    public static IReadOnlyList<Shape> Pods(string path)
    {
        // The domain compares shapes by value; one object each makes that quick.
        var shapes = new Dictionary<Shape, Shape>();
        var pods = Rows(path, row =>
        {
            var cards = Number(row, "num_gpu");
            var models = row.Headers.Contains("gpu_spec") ? row.GetString("gpu_spec").Split('|', StringSplitOptions.RemoveEmptyEntries) : [];
            var shape = new Shape(cards, cards == 0 ? 0 : Number(row, "gpu_milli"), Number(row, "cpu_milli"), Number(row, "memory_mib"), new(models));
            return shapes.TryAdd(shape, shape) ? shape : shapes[shape];
        });
        return pods.Any(pod => pod.Cards > 0) ? pods : throw new UsageException($"No pod in {path} asks for a card.");
    }

    private static List<T> Rows<T>(string path, Func<CsvReader, T> read)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var csv = CsvReader.Create(file, new() { Separator = ',', MalformedData = CsvMalformedDataHandling.Throw }, leaveOpen: true);
            csv.ReadHeader();
            var rows = new List<T>();
            while (csv.Read())
            {
                rows.Add(read(csv));
            }

            return rows;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or CsvFormatException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new UsageException($"{path}: {wrong.Message}");
        }
    }

    private static int Number(CsvReader row, string column) => int.Parse(row.GetString(column));
}
