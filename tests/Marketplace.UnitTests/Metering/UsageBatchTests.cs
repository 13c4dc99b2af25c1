using System.Security.Cryptography;
using System.Text;
using Marketplace.Application.Metering;
using Marketplace.Domain.Metering;

namespace Marketplace.UnitTests.Metering;

/// <summary>What is an event and what isn't.</summary>
public class UsageBatchTests
{
    private const string Leg = "0192f0c1a2b37c4d8e5f60718293a4b5";
    private const string Good = $$"""
        {"specversion":"1.0","id":"e1","source":"urn:s","type":"marketplace.usage","subject":"{{Leg}}","time":"2026-01-10T01:00:00Z",
         "data":{"from":"2026-01-10T00:00:00Z","to":"2026-01-10T01:00:00Z","cards":8} }
        """;

    [Fact]
    public void A_full_event_is_read_to_its_last_field()
    {
        var sent = Read($$"""
            {"specversion":"1.0","id":"e 1","source":"urn:s","type":"marketplace.usage","subject":"{{Leg}}","datacontenttype":"application/json","traceparent":"00-1","partitionkey":7,
             "data":{"from":"2026-01-10T08:00:00+08:00","to":"2026-01-10T00:00:01Z","cards":0,"milli":250,"busySeconds":1,"inputTokens":2,"outputTokens":3,
                     "energyWh":4.125,"status":"down","replaces":"e0","card":5} }
            """).Event!;

        Assert.Equal(
            new("urn:s", "e 1", new(Guid.ParseExact(Leg, "N")), new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero), new(2026, 1, 10, 0, 0, 1, TimeSpan.Zero))
            {
                Cards = 0,
                Milli = 250,
                BusySeconds = 1,
                InputTokens = 2,
                OutputTokens = 3,
                EnergyMilliWh = 4125,
                Status = ReadingStatus.Down,
                Replaces = "e0",
                Card = "5",
            },
            sent);
    }

    [Theory]
    [InlineData("\"1.0\"", "\"0.3\"", "specversion must be 1.0.")]
    [InlineData("\"1.0\"", "1.0", "specversion must be a text of 1 to 200 characters, without control characters and without blanks at its ends.")]
    [InlineData("marketplace.usage", "marketplace.sale", "type must be marketplace.usage.")]
    [InlineData("\"id\":\"e1\",", "", "id is required.")]
    [InlineData("\"e1\"", "\"\"", "id must be a text of 1 to 200 characters, without control characters and without blanks at its ends.")]
    [InlineData("\"e1\"", "\"e1 \"", "id must be a text of 1 to 200 characters, without control characters and without blanks at its ends.")]
    [InlineData("\"e1\"", "\"e\\u00001\"", "id must be a text of 1 to 200 characters, without control characters and without blanks at its ends.")]
    [InlineData("\"e1\"", "\"\\ud800\"", "The item holds text that isn't Unicode.")]
    [InlineData("\"e1\"", "\"e1\",\"id\":\"e1\"", "id stands twice.")]
    [InlineData("\"source\":\"urn:s\",", "", "source is required.")]
    [InlineData("\"subject\"", "\"subjekt\"", "subject is required: the leg's id.")]
    [InlineData("\"subject\"", "\"Subject\"", "Subject is not an attribute of usage events.")]
    [InlineData("\"data\":{", "\"data_base64\":{", "data_base64 is not an attribute of usage events.")]
    [InlineData("\"time\":\"2026-01-10T01:00:00Z\"", "\"time\":\"yesterday\"", "time must be an ISO 8601 instant with offset.")]
    [InlineData("\"time\"", "\"datacontenttype\":\"text/csv\",\"time\"", "datacontenttype must be application/json.")]
    [InlineData("\"from\"", "\"form\"", "data.form is not a field of usage.")]
    [InlineData("\"cards\":8", "\"kards\":null", "data.kards is not a field of usage.")]
    [InlineData("\"from\":\"2026-01-10T00:00:00Z\",", "", "data.from is required.")]
    [InlineData("\"cards\":8", "\"from\":null", "data.from stands twice.")]
    [InlineData("\"from\":\"2026-01-10T00:00:00Z\"", "\"from\":\"2026-01-10T00:00:00\"", "data.from must be an ISO 8601 instant with offset.")]
    [InlineData("\"from\":\"2026-01-10T00:00:00Z\"", "\"from\":\"2026-01-10T00:00:00.5Z\"", "data.from must be a whole second.")]
    [InlineData("\"from\":\"2026-01-10T00:00:00Z\"", "\"from\":\"2026-01-10T01:00:00Z\"", "data.to must be after from.")]
    [InlineData("\"from\":\"2026-01-10T00:00:00Z\"", "\"from\":\"2025-12-10T00:59:59Z\"", "data.to must be at most 31 days after from.")]
    [InlineData("\"cards\":8", "\"cards\":-1", "data.cards must be a whole number, 0 to 1024.")]
    [InlineData("\"cards\":8", "\"cards\":8.0", "data.cards must be a whole number, 0 to 1024.")]
    [InlineData("\"cards\":8", "\"cards\":\"8\"", "data.cards must be a whole number, 0 to 1024.")]
    [InlineData("\"cards\":8", "\"milli\":0", "data.milli must be a whole number, 1 to 1000.")]
    [InlineData("\"cards\":8", "\"inputTokens\":1000000000001", "data.inputTokens must be a whole number, 0 to 1000000000000.")]
    [InlineData("\"cards\":8", "\"energyWh\":0.0001", "data.energyWh must be a number with up to three decimals, 0 to 1000000000000.")]
    [InlineData("\"cards\":8", "\"energyWh\":1e300", "data.energyWh must be a number with up to three decimals, 0 to 1000000000000.")]
    [InlineData("\"cards\":8", "\"status\":\"UP\"", "data.status must be up or down.")]
    [InlineData("\"cards\":8", "\"card\":true", "data.card must be a text of 1 to 64 characters, without control characters and without blanks at its ends.")]
    [InlineData("\"cards\":8", "\"card\":-1", "data.card must be a whole number, 0 to 2147483647.")]
    [InlineData("\"cards\":8", "\"replaces\":\"e1\"", "data.replaces must name another event.")]
    public void What_is_wrong_with_an_event_is_told(string part, string otherwise, string detail)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);

        var item = Read(Good.Replace(part, otherwise, StringComparison.Ordinal));

        Assert.Null(item.Event);
        Assert.Equal(MeteringErrors.Schema(detail), item.Malformed);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    public void What_is_no_object_is_no_event(string text) => Assert.Equal("usage.schema", Read(text).Malformed?.Code);

    [Fact]
    public void An_identity_that_can_be_read_is_told_with_what_is_wrong()
    {
        var item = Read(Good.Replace("\"cards\":8", "\"cards\":-8", StringComparison.Ordinal));

        Assert.Equal(("urn:s", "e1"), (item.Source, item.Id));
    }

    [Fact]
    public void Null_is_as_good_as_left_out()
    {
        var sent = Read(Good.Replace("\"cards\":8", "\"cards\":null,\"milli\":null,\"status\":null,\"card\":null,\"replaces\":null,\"energyWh\":null", StringComparison.Ordinal)).Event!;

        Assert.Equal(Read(Good.Replace(",\"cards\":8", "", StringComparison.Ordinal)).Event, sent);
    }

    [Fact]
    public void Both_forms_of_a_signature_are_taken_and_no_other_message()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signer = new MeterKey { Id = default, MeterId = default, Number = 1, PublicKeyPem = key.ExportSubjectPublicKeyInfoPem(), CreatedAt = default };
        var (body, other) = (Encoding.UTF8.GetBytes("[]"), SHA256.HashData("[ ]"u8));
        var digest = SHA256.HashData(body);
        foreach (var form in Enum.GetValues<DSASignatureFormat>())
        {
            var signature = key.SignData(body, HashAlgorithmName.SHA256, form);
            Assert.True(signer.Signed(digest, signature));
            Assert.False(signer.Signed(other, signature));
        }

        Assert.False(signer.Signed(digest, []));
        Assert.False(signer.Signed(digest, new byte[64]));
        Assert.False(signer.Signed(digest, [0x30, 0x80]));
    }

    private static UsageItem Read(string item) => Assert.Single(UsageBatch.Read(Encoding.UTF8.GetBytes($"[{item}]"))!.Items);
}
