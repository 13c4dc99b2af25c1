using System.Text;
using System.Text.Json;

namespace Marketplace.Agent;

/// <summary>How far the API has given its verdicts: everything before this place in the spool is done with.</summary>
/// <param name="Segment">A segment's number.</param>
/// <param name="Offset">A place in it, in bytes.</param>
/// <param name="Last">The last sample before that place: what the next one's interval begins with.</param>
internal sealed record SpoolPosition(long Segment, long Offset, Sample? Last)
{
    public static readonly SpoolPosition Start = new(1, 0, null);

    public bool IsAt(SpoolPosition other) => (Segment, Offset) == (other.Segment, other.Offset);
}

/// <summary>A sample with the one before it and the place behind it.</summary>
internal sealed record SpooledSample(Sample Sample, Sample? Before, SpoolPosition Next);

/// <summary>
/// The samples that the API hasn't given its verdict on yet, on disk. A sample is a line, appended and flushed to the disk before
/// it counts as taken; lines are in segments, which are deleted when all of them are done with. What a crash left half-written
/// is the last line, which is cut off at the next start. One process at a time.
/// </summary>
internal sealed class Spool : IDisposable
{
    private const long SegmentBytes = 1 << 20;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Lock _turn = new();
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly FileStream _lock;
    private FileStream _file;
    private long _segment;

    /// <exception cref="IOException">Another agent has the folder.</exception>
    public Spool(string folder, long maxBytes)
    {
        (_folder, _maxBytes) = (Path.Combine(folder, "samples"), maxBytes);
        Directory.CreateDirectory(_folder);
        _lock = new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        _segment = Segments().DefaultIfEmpty(1).Last();
        _file = new(SegmentFile(_segment), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        CutTornLine();
    }

    /// <summary>The last sample that was taken, ever.</summary>
    public Sample? Last { get; private set; }

    /// <summary>Takes a sample, for good when this returns.</summary>
    /// <returns>False where the spool is full: the oldest is kept, what is new isn't taken.</returns>
    public bool TryAppend(Sample sample)
    {
        lock (_turn)
        {
            var line = JsonSerializer.SerializeToUtf8Bytes(sample, Json);
            if (Segments().Sum(number => new FileInfo(SegmentFile(number)).Length) + line.Length >= _maxBytes)
            {
                return false;
            }

            if (_file.Length >= SegmentBytes)
            {
                Turn();
            }

            var end = _file.Position = _file.Length;
            try
            {
                _file.Write([.. line, (byte)'\n']);
                _file.Flush(flushToDisk: true);
            }
            catch (IOException)
            {
                // The disk is full: half a line must not become the beginning of the next one.
                _file.SetLength(end);
                throw;
            }

            Last = sample;
            return true;
        }
    }

    /// <summary>
    /// Samples from a place on, at most so many. A place that isn't in the spool is as good as none: all of it is read, for the API
    /// knows what it has.
    /// </summary>
    public IReadOnlyList<SpooledSample> Read(SpoolPosition from, int count)
    {
        lock (_turn)
        {
            var samples = new List<SpooledSample>();
            var at = Holds(from) ? from : SpoolPosition.Start;
            foreach (var segment in Segments().Where(number => number >= at.Segment).ToList())
            {
                at = segment == at.Segment ? at : new(segment, 0, at.Last);
                using var file = new FileStream(SegmentFile(segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                foreach (var (line, end) in Lines(file, at.Offset))
                {
                    var sample = JsonSerializer.Deserialize<Sample>(line, Json)!;
                    var next = new SpoolPosition(segment, end, sample);
                    samples.Add(new(sample, at.Last, next));
                    at = next;
                    if (samples.Count == count)
                    {
                        return samples;
                    }
                }
            }

            return samples;
        }
    }

    /// <summary>Deletes the segments that lie before a place; the newest stays, for it holds the last sample.</summary>
    public void Forget(SpoolPosition before)
    {
        lock (_turn)
        {
            foreach (var segment in Segments().Where(number => number < before.Segment && number < _segment))
            {
                File.Delete(SegmentFile(segment));
            }
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    /// <summary>Whether it is behind a line of a segment, or before the first.</summary>
    private bool Holds(SpoolPosition place)
    {
        if (place.Offset == 0 || !File.Exists(SegmentFile(place.Segment)))
        {
            return place.Offset == 0 && place.Segment <= _segment;
        }

        using var file = new FileStream(SegmentFile(place.Segment), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = place.Offset - 1;
        return file.ReadByte() == '\n';
    }

    private IEnumerable<long> Segments() => Directory.GetFiles(_folder, "*.jsonl").Select(file => long.Parse(Path.GetFileNameWithoutExtension(file))).Order();

    private string SegmentFile(long segment) => Path.Combine(_folder, $"{segment:D10}.jsonl");

    private void Turn()
    {
        _file.Dispose();
        _file = new(SegmentFile(++_segment), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        Durably.FlushFolder(_folder);
    }

    /// <summary>A line that no line feed ends, or that isn't whole, was never taken: nobody was told so.</summary>
    private void CutTornLine()
    {
        long good = 0;
        foreach (var (line, end) in Lines(_file, 0))
        {
            try
            {
                (Last, good) = (JsonSerializer.Deserialize<Sample>(line, Json), end);
            }
            catch (JsonException)
            {
                break;
            }
        }

        _file.SetLength(good);
        _file.Flush(flushToDisk: true);
        if (Last is null && Segments().Where(number => number < _segment).Cast<long?>().LastOrDefault() is { } before)
        {
            using var file = File.OpenRead(SegmentFile(before));
            Last = Lines(file, 0).Select(line => JsonSerializer.Deserialize<Sample>(line.Line, Json)).Last();
        }
    }

    /// <summary>Every complete line from a place on, with the place behind it.</summary>
    private static IEnumerable<(string Line, long End)> Lines(Stream file, long offset)
    {
        file.Position = offset;
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var text = reader.ReadToEnd();
        for (var start = 0; text.IndexOf('\n', start) is >= 0 and var end; start = end + 1)
        {
            offset += Encoding.UTF8.GetByteCount(text.AsSpan(start, end + 1 - start));
            yield return (text[start..end], offset);
        }
    }
}
