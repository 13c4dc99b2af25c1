using System.Buffers.Binary;
using System.Globalization;

namespace Marketplace.Domain.Shared;

/// <summary>
/// The identity of one <typeparamref name="T"/>: a time-ordered UUID (version 7), so that rows made later sort later.
/// On the wire it is 32 hexadecimal digits that callers treat as opaque.
/// </summary>
public readonly record struct Id<T>(Guid Value) : IComparable<Id<T>>
{
    private const ulong MaxCount = (1UL << 42) - 1;

    /// <summary>Starts anywhere, so that two processes hardly ever count alike.</summary>
    private static long _made = Random.Shared.NextInt64(1L << 41);

    /// <summary>No row has this id; it is what text that isn't an id reads as.</summary>
    public static Id<T> None => default;

    public bool IsNone => Value == Guid.Empty;

    /// <summary>
    /// A new id. Of ids that one process makes at the same instant, in a sandbox whose clock stands still for one, a later one
    /// sorts later too (RFC 9562, §6.2: a counter in the place of the first random bits).
    /// </summary>
    public static Id<T> New(DateTimeOffset now)
    {
        var count = (ulong)Interlocked.Increment(ref _made) & MaxCount;
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (count >> 30)));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], 0x8000_0000 | (uint)(count & 0x3FFF_FFFF));
        return new(new Guid(bytes, bigEndian: true));
    }

    /// <summary>Reads an id as callers send it; anything malformed is <see cref="None"/>, which no row has.</summary>
    public static Id<T> Parse(string? text) =>
        Guid.TryParseExact(text, "N", out var value) ? new(value) : None;

    public int CompareTo(Id<T> other) => Value.CompareTo(other.Value);

    public static bool operator <(Id<T> left, Id<T> right) => left.CompareTo(right) < 0;
    public static bool operator <=(Id<T> left, Id<T> right) => left.CompareTo(right) <= 0;
    public static bool operator >(Id<T> left, Id<T> right) => left.CompareTo(right) > 0;
    public static bool operator >=(Id<T> left, Id<T> right) => left.CompareTo(right) >= 0;

    public override string ToString() => Value.ToString("N", CultureInfo.InvariantCulture);
}
