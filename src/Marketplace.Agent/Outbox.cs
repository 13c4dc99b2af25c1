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

    public Outbox(string folder)
    {
        (_position, _batch, _refused) = (Path.Combine(folder, "position.json"), Path.Combine(folder, "batch.json"), Path.Combine(folder, "refused.jsonl"));
        Position = File.Exists(_position) ? JsonSerializer.Deserialize<SpoolPosition>(File.ReadAllBytes(_position), Json)! : SpoolPosition.Start;
        Batch = File.Exists(_batch) ? JsonSerializer.Deserialize<Batch>(File.ReadAllBytes(_batch), Json) : null;
        if (Batch?.Next == Position)
        {
            // It has its verdict; what was left to do was to forget it.
            Drop();
        }
    }

    public SpoolPosition Position { get; private set; }

    /// <summary>The batch that has no verdict yet.</summary>
    public Batch? Batch { get; private set; }

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
