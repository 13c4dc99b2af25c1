using System.Globalization;

namespace Marketplace.Domain.Shared;

/// <summary>
/// The identity of one <typeparamref name="T"/>: a time-ordered UUID (version 7), so that rows made later sort later.
/// On the wire it is 32 hexadecimal digits that callers treat as opaque.
/// </summary>
public readonly record struct Id<T>(Guid Value) : IComparable<Id<T>>
{
    /// <summary>No row has this id; it is what text that isn't an id reads as.</summary>
    public static Id<T> None => default;

    public bool IsNone => Value == Guid.Empty;

    public static Id<T> New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

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
