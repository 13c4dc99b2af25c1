using System.Globalization;
using CsvHelper;

namespace Marketplace.Api.Replay;

/// <summary>A machine with cards.</summary>
internal sealed record TraceNode(string Name, int CpuMilli, int MemoryMiB, int Cards, string Model);

/// <summary>A job that asked for cards.</summary>
/// <param name="Milli">Thousandths of each card.</param>
/// <param name="Models">Those that will do; empty means any.</param>
/// <param name="Interruptible">Best effort: it may wait for a cheaper hour.</param>
/// <param name="At">Seconds from the trace's own origin.</param>
/// <param name="Seconds">How long it ran, or was there to run.</param>
internal sealed record TraceJob(int CpuMilli, int MemoryMiB, int Cards, int Milli, IReadOnlyList<string> Models, bool Interruptible, long At, long Seconds);

/// <summary>A request to a language model.</summary>
internal sealed record TraceRequest(DateTime At, long Input, long Output);

/// <summary>A cluster's inventory, its jobs in order of time, and requests to language models, if any.</summary>
/// <param name="WithoutCards">Rows of nodes and jobs that have or ask for no card and so aren't part of this market.</param>
internal sealed record Trace(IReadOnlyList<TraceNode> Nodes, IReadOnlyList<TraceJob> Jobs, IReadOnlyList<TraceRequest> Requests, int WithoutCards)
{
    /// <summary>
    /// Nodes have the columns <c>sn, cpu_milli, memory_mib, gpu, model</c>; jobs <c>cpu_milli, memory_mib, num_gpu, gpu_milli,
    /// gpu_spec, qos, creation_time, deletion_time, scheduled_time</c>; requests <c>TIMESTAMP, ContextTokens, GeneratedTokens</c>.
    /// </summary>
    /// <exception cref="InvalidDataException">A file lacks a column, or a field is no number.</exception>
    public static Trace Read(Stream nodes, Stream jobs, Stream? requests)
    {
        var machines = Rows(nodes, row => new TraceNode(row.GetString("sn"), Number(row, "cpu_milli"), Number(row, "memory_mib"), Number(row, "gpu"), row.GetString("model")));
        var pods = Rows(jobs, Job);
        var asked = requests is null ? [] : Rows(requests, row => new TraceRequest(
            DateTime.Parse(row.GetString("TIMESTAMP"), CultureInfo.InvariantCulture), Number(row, "ContextTokens"), Number(row, "GeneratedTokens")));
        var withCards = machines.Where(node => node.Cards > 0).ToList();
        var market = pods.Where(job => job.Cards > 0).OrderBy(job => job.At).ToList();
        return withCards.Count > 0 && market.Count > 0
            ? new(withCards, market, [.. asked.OrderBy(request => request.At)], machines.Count - withCards.Count + pods.Count - market.Count)
            : throw new InvalidDataException("No node has a card, or no job asks for one.");
    }

    /// <summary>A share of the nodes, as large for every model and never none of it.</summary>
    public Trace Scaled(decimal share, Draw draw) => this with
    {
        Nodes =
        [
            .. Nodes.GroupBy(node => node.Model).OrderBy(model => model.Key, StringComparer.Ordinal).SelectMany(model =>
            {
                var nodes = model.ToList();
                draw.Shuffle(nodes);
                return nodes.Take(Math.Max(1, (int)Math.Round(nodes.Count * share)));
            }),
        ],
    };

    private static TraceJob Job(CsvReader row)
    {
        var (created, deleted) = (Number(row, "creation_time"), Number(row, "deletion_time"));
        var from = row.GetString("scheduled_time") is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : created;
        return new(
            Number(row, "cpu_milli"), Number(row, "memory_mib"), Number(row, "num_gpu"), Number(row, "gpu_milli"),
            row.GetString("gpu_spec").Split('|', StringSplitOptions.RemoveEmptyEntries), row.GetString("qos") == "BE", created, Math.Max(1, deleted - from));
    }

    private static List<T> Rows<T>(Stream file, Func<CsvReader, T> read)
    {
        try
        {
            using var csv = CsvReader.Create(file, new() { Separator = ',', MalformedData = CsvMalformedDataHandling.Throw }, leaveOpen: true);
            csv.ReadHeader();
            var rows = new List<T>();
            while (csv.Read())
            {
                rows.Add(read(csv));
            }

            return rows;
        }
        catch (Exception wrong) when (wrong is CsvFormatException or KeyNotFoundException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException(wrong.Message, wrong);
        }
    }

    private static int Number(CsvReader row, string column) => int.Parse(row.GetString(column), CultureInfo.InvariantCulture);
}
