using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Audit;

/// <summary>
/// Who did what to which row, written in the transaction that did it. Entries are only ever added; sealing gives them the
/// number of the seal that vouches for them.
/// </summary>
public sealed class AuditEntry
{
    public required Id<AuditEntry> Id { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The client, person or job that acted.</summary>
    public required string Actor { get; init; }

    /// <summary>The organization whose business it is, and who may read the entry; null for the platform's own.</summary>
    public Id<Organization>? OwnerId { get; init; }

    /// <summary>What happened, such as <c>order.placed</c>.</summary>
    public required string Action { get; init; }

    public required string SubjectType { get; init; }
    public required string SubjectId { get; init; }

    /// <summary>What was changed, as JSON; never a secret.</summary>
    public required string Details { get; init; }

    /// <summary>The seal over this entry; null until the next sealing.</summary>
    public long? SealNumber { get; set; }

    /// <summary>SHA-256 over every field but the seal's number, each with its length before it.</summary>
    public byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var field in (string[])[Id.ToString(), At.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture), Actor,
            OwnerId?.ToString() ?? "", Action, SubjectType, SubjectId, Details])
        {
            var bytes = Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }
}

/// <summary>
/// A digest over a batch of entries and the seal before it, so that changing, removing or adding an entry in a sealed
/// batch breaks this seal, and changing a seal breaks every later one.
/// </summary>
public sealed class AuditSeal
{
    public const int MaxEntries = 1_000;

    /// <summary>From 1, without gaps.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset At { get; init; }
    public required int Entries { get; init; }
    public required byte[] PreviousDigest { get; init; }
    public required byte[] Digest { get; init; }

    /// <summary>Seals entries in the order of their ids.</summary>
    public static AuditSeal Over(IEnumerable<AuditEntry> entries, AuditSeal? previous, DateTimeOffset at)
    {
        var inOrder = entries.OrderBy(entry => entry.Id).ToList();
        var number = (previous?.Number ?? 0) + 1;
        var before = previous?.Digest ?? [];
        return new()
        {
            Number = number,
            At = at,
            Entries = inOrder.Count,
            PreviousDigest = before,
            Digest = DigestOf(number, before, inOrder),
        };
    }

    /// <summary>Whether this seal still fits the entries that carry its number and the seal before it.</summary>
    public bool Holds(IEnumerable<AuditEntry> entries, AuditSeal? previous)
    {
        var inOrder = entries.OrderBy(entry => entry.Id).ToList();
        var before = previous?.Digest ?? [];
        return Number == (previous?.Number ?? 0) + 1
            && Entries == inOrder.Count
            && PreviousDigest.AsSpan().SequenceEqual(before)
            && Digest.AsSpan().SequenceEqual(DigestOf(Number, before, inOrder));
    }

    private static byte[] DigestOf(long number, byte[] previous, IReadOnlyCollection<AuditEntry> inOrder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64BigEndian(head, number);
        BinaryPrimitives.WriteInt32BigEndian(head[8..], inOrder.Count);
        hash.AppendData(head);
        hash.AppendData(previous);
        foreach (var entry in inOrder)
        {
            hash.AppendData(entry.Digest());
        }

        return hash.GetHashAndReset();
    }
}
