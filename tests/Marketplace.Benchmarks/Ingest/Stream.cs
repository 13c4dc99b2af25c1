using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.Benchmarks.Ingest;

/// <summary>
/// What one centre's meter reports: every card of every leg, minute by minute, in the order of time. The same readings as a batch
/// for HTTP and as rows.
/// </summary>
/// <param name="Source">The meter's.</param>
/// <param name="Legs">Each of <see cref="Cards"/> whole cards.</param>
/// <param name="From">Where they start.</param>
internal sealed record Stream(string Source, IReadOnlyList<string> Legs, DateTimeOffset From)
{
    public const int Cards = 8;

    private int AMinute => Legs.Count * Cards;

    /// <summary>The hours that legs need for so many readings.</summary>
    public static int Hours(int legs, int readings) => (readings / (legs * Cards * 60)) + 1;

    /// <summary>A CloudEvents batch of the readings from the one with this number on.</summary>
    public byte[] Batch(int first, int count)
    {
        using var body = new MemoryStream(count * 400);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartArray();
            for (var i = first; i < first + count; i++)
            {
                var from = At(i);
                json.WriteStartObject();
                json.WriteString("specversion", "1.0");
                json.WriteString("id", EventId(i));
                json.WriteString("source", Source);
                json.WriteString("type", "marketplace.usage");
                json.WriteString("subject", Legs[i % AMinute / Cards]);
                json.WriteString("time", from.AddMinutes(1).ToString("yyyy-MM-ddTHH:mm:ssZ"));
                json.WriteStartObject("data");
                json.WriteString("from", from.ToString("yyyy-MM-ddTHH:mm:ssZ"));
                json.WriteString("to", from.AddMinutes(1).ToString("yyyy-MM-ddTHH:mm:ssZ"));
                json.WriteNumber("card", i % Cards);
                json.WriteNumber("busySeconds", 57);
                json.WriteNumber("energyWh", 5.166m);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return body.ToArray();
    }

    /// <summary>The same readings as rows, of this meter and those legs.</summary>
    public IEnumerable<Reading> Rows(int first, int count, Id<Meter> meter, Func<int, Id<Leg>> leg)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(Source));
        for (var i = first; i < first + count; i++)
        {
            yield return new()
            {
                MeterId = meter,
                EventId = EventId(i),
                LegId = leg(i % AMinute / Cards),
                From = At(i),
                To = At(i).AddMinutes(1),
                Cards = 1,
                Milli = 1000,
                Card = $"{i % Cards}",
                BusySeconds = 57,
                EnergyMilliWh = 5166,
                Status = ReadingStatus.Up,
                ContentHash = hash,
                AcceptedAt = From,
                Attested = false,
                UsageVersion = 1,
            };
        }
    }

    private DateTimeOffset At(int i) => From.AddMinutes(i / AMinute);

    /// <summary>Grows with time, as a sender's own counter does.</summary>
    private string EventId(int i) => $"{At(i):yyyyMMddHHmm}-{i % AMinute:0000}";
}
