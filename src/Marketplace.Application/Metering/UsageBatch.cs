using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Domain.Metering;

namespace Marketplace.Application.Metering;

/// <summary>One item of a batch: a well-formed event, or why it is none.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Source">As sent, if it could be read.</param>
/// <param name="Id">As sent, if it could be read.</param>
internal sealed record UsageItem(int Index, string? Source, string? Id, UsageEvent? Event, ReadingRefusal? Malformed);

/// <summary>
/// A batch of usage events as it came, read once and before the transaction, which may run more than once. What it is to
/// others (an idempotency key, a signature, an audit entry) is the digest of its bytes.
/// </summary>
public sealed class UsageBatch
{
    public const int MaxItems = 10_000;

    private UsageBatch(byte[] digest, IReadOnlyList<UsageItem> items) => (DigestBytes, Items) = (digest, items);

    /// <summary>SHA-256 of the body's bytes, in hexadecimal.</summary>
    public string Digest => Convert.ToHexStringLower(DigestBytes);

    internal byte[] DigestBytes { get; }

    internal IReadOnlyList<UsageItem> Items { get; }

    /// <param name="body">The exact bytes that came; nothing of them is kept.</param>
    /// <returns>Null where they hold more than <see cref="MaxItems"/> items.</returns>
    /// <exception cref="JsonException">They are no JSON array.</exception>
    public static UsageBatch? Read(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("The body must be a JSON array.");
        }

        var (items, reader) = (new List<UsageItem>(), new UsageItemReader());
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count == MaxItems)
            {
                return null;
            }

            items.Add(reader.Read(ref json, items.Count));
        }

        // Once more, for what may stand behind the array.
        json.Read();
        return new(SHA256.HashData(body), items);
    }
}
