using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Domain.Ledger;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Marketplace.Infrastructure.Persistence;

// How value types stand in a column: as integers that every database compares alike, never as text or floating numbers.
internal sealed class MoneyConverter() : ValueConverter<Money, long>(money => money.Fen, fen => new(fen));

internal sealed class PriceConverter() : ValueConverter<Price, long>(price => price.MicroYuan, micro => new(micro));

internal sealed class RatioConverter() : ValueConverter<Ratio, int>(ratio => ratio.Millionths, millionths => new(millionths));

internal sealed class CardTimeConverter() : ValueConverter<CardTime, long>(time => time.MilliCardSeconds, milli => new(milli));

internal sealed class HourConverter() : ValueConverter<Hour, int>(hour => hour.Number, number => new(number));

internal sealed class PeriodConverter() : ValueConverter<Period, int>(period => period.Number, number => Period.FromNumber(number));

internal sealed class AssetConverter() : ValueConverter<Asset, string>(asset => asset.Code, code => new(code));

internal sealed class CreditCodeConverter() : ValueConverter<CreditCode, string>(code => code.Value, text => CreditCode.Parse(text));

/// <summary>Microseconds since 1970, UTC.</summary>
internal sealed class InstantConverter() : ValueConverter<DateTimeOffset, long>(
    instant => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
    micro => new(DateTimeOffset.UnixEpoch.Ticks + (micro * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero));

internal sealed class IdConverter<T>() : ValueConverter<Id<T>, Guid>(id => id.Value, value => new(value));

/// <summary>
/// Ids as 16 bytes in network order, so that SQLite and SQL Server sort them as they were made; PostgreSQL's uuid does so itself.
/// </summary>
internal sealed class IdBytesConverter<T>() : ValueConverter<Id<T>, byte[]>(
    id => id.Value.ToByteArray(true), bytes => new(new Guid(bytes, true)), new ConverterMappingHints(size: 16));

internal sealed class GuidBytesConverter() : ValueConverter<Guid, byte[]>(
    value => value.ToByteArray(true), bytes => new(bytes, true), new ConverterMappingHints(size: 16));

internal static class JsonColumns
{
    /// <summary>Keeps a value that is never searched as one JSON document.</summary>
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property) => property.HasConversion(
        new ValueConverter<T, string>(
            value => JsonSerializer.Serialize(value, MarketJson.Options), json => JsonSerializer.Deserialize<T>(json, MarketJson.Options)!),
        new ValueComparer<T>(
            (left, right) => ReferenceEquals(left, right) || JsonSerializer.Serialize(left, MarketJson.Options) == JsonSerializer.Serialize(right, MarketJson.Options),
            value => JsonSerializer.Serialize(value, MarketJson.Options).GetHashCode(StringComparison.Ordinal),
            value => value));
}
