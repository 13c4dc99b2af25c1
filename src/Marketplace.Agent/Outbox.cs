using System.Text.Json;

namespace Marketplace.Agent;

/// <summary>Readings under way.</summary>
/// <param name="Next">The place in the spool behind the samples that they were made of.</param>
/// <param name="Body">The exact bytes that are signed and sent.</param>
internal sealed record Batch(SpoolPosition Next, byte[] Body)
{
    public JsonElement Events { get; } = JsonDocument.Parse(Body).RootElement;
}

/// <summary>An event that the API didn't take, with its reason.</summary>
internal sealed record Refused(string Code, string? Detail, JsonElement Event);

/// <summary>
/// What becomes of the spool, on disk. A batch is kept before it is sent for the first time and until it has its verdict, so that
/// it is sent again to the byte whatever has changed meanwhile: the API knows by the readings' ids which it has already.
/// </summary>
internal sealed class Outbox
{
    private const long MaxRefusedBytes = 8 << 20;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string _position;
    private readonly string _batch;
    private readonly string _refused;
    private readonly List<string> _unreadable = [];

    public Outbox(string folder)
    {
        (_position, _batch, _refused) = (Path.Combine(folder, "position.json"), Path.Combine(folder, "batch.json"), Path.Combine(folder, "refused.jsonl"));
        Position = Read<SpoolPosition>(_position, position => position is { Segment: > 0, Offset: >= 0 }) ?? SpoolPosition.Start;
        Batch = Read<Batch>(_batch, batch => batch is { Next.Segment: > 0, Body: not null } && batch.Events.ValueKind == JsonValueKind.Array);
        if (Batch?.Next.IsAt(Position) == true)
        {
            // It has its verdict; what was left to do was to forget it.
            Drop();
        }
    }

    /// <summary>Files that couldn't be read and were put aside. Without its place the spool is sent from its beginning.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    public SpoolPosition Position { get; private set; }

    /// <summary>The batch that has no verdict yet.</summary>
    public Batch? Batch { get; private set; }

    /// <summary>
    /// Neither file holds what the spool doesn't: what is made of it again has the same names, and the API knows which it has. So one
    /// that a disk or somebody spoilt stops nothing.
    /// </summary>
    private T? Read<T>(string file, Func<T, bool> isWhole)
        where T : class
    {
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize<T>(File.ReadAllBytes(file), Json) is { } read && isWhole(read))
            {
                return read;
            }
        }
        catch (Exception spoilt) when (spoilt is JsonException or ArgumentException)
        {
            // Put aside below, as what reads but is no such thing.
        }

        File.Move(file, file + ".unreadable", overwrite: true);
        _unreadable.Add(file);
        return null;
    }

    public void Keep(Batch batch)
    {
        Durably.Write(_batch, JsonSerializer.SerializeToUtf8Bytes(batch, Json));
        Batch = batch;
    }

    /// <summary>The batch has its verdict. What it refused is written down first, at worst twice, so that none of it is lost.</summary>
    public void Complete(IReadOnlyList<Refused> refused)
    {
        if (refused.Count > 0)
        {
            if (File.Exists(_refused) && new FileInfo(_refused).Length > MaxRefusedBytes)
            {
                File.Move(_refused, Path.ChangeExtension(_refused, ".1.jsonl"), overwrite: true);
            }

            Durably.Append(_refused, [.. refused.SelectMany(one => (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(one, Json), (byte)'\n'])]);
        }

        Advance(Batch!.Next);
        Drop();
    }

    /// <summary>Nothing of the batch was taken; it is made anew from the spool.</summary>
    public void Drop()
    {
        File.Delete(_batch);
        Batch = null;
    }

    public void Advance(SpoolPosition position)
    {
        Durably.Write(_position, JsonSerializer.SerializeToUtf8Bytes(position, Json));
        Position = position;
    }
}
