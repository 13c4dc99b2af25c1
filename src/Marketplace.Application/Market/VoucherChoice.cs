using System.Text.Json;
using System.Text.Json.Serialization;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Application.Market;

/// <summary>Which of the buyer's vouchers may pay: those that fit (<c>"auto"</c>), none (<c>"none"</c>), or the ones named and no other.</summary>
/// <param name="Only">Null for those that fit; empty for none.</param>
[JsonConverter(typeof(Converter))]
public sealed record VoucherChoice(IReadOnlyList<Id<Voucher>>? Only)
{
    public const int Max = 1_000;

    public static readonly VoucherChoice Auto = new((IReadOnlyList<Id<Voucher>>?)null);
    public static readonly VoucherChoice None = new([]);

    internal sealed class Converter : JsonConverter<VoucherChoice>
    {
        private const string Shape = "must be \"auto\", \"none\" or a list of voucher ids";

        public override VoucherChoice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String:
                    return reader.GetString() switch { "auto" => Auto, "none" => None, _ => throw new JsonException(Shape) };
                case JsonTokenType.StartArray:
                    var ids = new List<Id<Voucher>>();
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        ids.Add(reader.TokenType == JsonTokenType.String && ids.Count < Max ? Id<Voucher>.Parse(reader.GetString()) : throw new JsonException(Shape));
                    }

                    return new(ids);
                default:
                    throw new JsonException(Shape);
            }
        }

        public override void Write(Utf8JsonWriter writer, VoucherChoice value, JsonSerializerOptions options)
        {
            if (value.Only is null)
            {
                writer.WriteStringValue("auto");
                return;
            }

            writer.WriteStartArray();
            foreach (var id in value.Only)
            {
                writer.WriteStringValue(id.ToString());
            }

            writer.WriteEndArray();
        }
    }
}
