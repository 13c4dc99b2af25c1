using System.Text;

namespace Marketplace.Agent;

/// <summary>
/// A CSV file with a timestamp column that a tool goes on writing, such as <c>nvidia-smi --query-gpu=timestamp,index,… --format=csv
/// -l 60</c>. How far it was read stands in the spool with each sample. A file that is shorter than that was begun anew.
/// </summary>
internal static class FollowedFile
{
    private const int MaxBytes = 16 << 20;

    /// <summary>The samples behind the last one taken. The newest in the file isn't among them until one after it has begun: rows of it may be missing yet.</summary>
    /// <exception cref="FormatException">The file has no column of card numbers or none of timestamps.</exception>
    public static IReadOnlyList<Sample> Read(string path, Sample? last, TimeZoneInfo zone)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var start = last?.Offset is { } offset && offset <= file.Length ? offset : 0;
        var header = start == 0 ? null : Header(file);
        file.Position = start;
        var bytes = new byte[Math.Min(file.Length - start, MaxBytes)];
        file.ReadExactly(bytes);
        var complete = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        var rows = SmiCsv.Read(new MemoryStream(bytes, 0, complete), header, zone);
        var samples = new List<Sample>();
        var group = new List<SmiRow>();
        foreach (var row in rows)
        {
            if (group.Count > 0 && Begins(row, group))
            {
                AddSample(samples, group, start + row.Start);
                group.Clear();
            }

            group.Add(row);
        }

        return samples;
    }

    private static string[] Header(FileStream file)
    {
        file.Position = 0;
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        return (reader.ReadLine() ?? "").Split(',', StringSplitOptions.TrimEntries);
    }

    /// <summary>The tool writes the cards in the order of their numbers, a few milliseconds apart.</summary>
    private static bool Begins(SmiRow row, List<SmiRow> group) =>
        row.Card is { } card && group[^1].Card is { } before && (card.Index <= before.Index || row.At - group[0].At > TimeSpan.FromSeconds(1));

    /// <summary>A sample with a row that can't be read is none: a card that it doesn't show might be that one.</summary>
    private static void AddSample(List<Sample> samples, List<SmiRow> group, long next)
    {
        if (group.All(row => row.Card is not null))
        {
            samples.Add(new(group[0].At ?? throw new FormatException("The file has no column of timestamps."), [.. group.Select(row => row.Card!)], next));
        }
    }
}
