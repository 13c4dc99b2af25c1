using System.Globalization;
using System.Text;
using Marketplace.Agent;

namespace Marketplace.UnitTests.Agent;

/// <summary>What the tools of the makers write, and how much of it is believed.</summary>
public sealed class SmiCsvTests
{
    [Theory]
    [InlineData("index, utilization.gpu [%], power.draw [W]\n0, 35 %, 61.20 W\n1, [N/A], [Not Supported]\n", "0 35 61.20 ok; 1 - - ok")]
    [InlineData("power.draw [W],name,index\r\n70,H800,3\r\n", "3 - 70 ok")]
    [InlineData("NPU ID,Health,AICore(%),Power(W)\n0,OK,99,310.5\n7,Warning,0,90\n", "0 99 310.5 ok; 7 0 90 ill")]
    [InlineData("index,utilization.gpu [%]\n0,101 %\n1,-1 %\nindex,utilization.gpu [%]\n0,7 %\n", "0 - - ok; 1 - - ok; 0 7 - ok")]
    [InlineData("index,input_tokens,output_tokens\n0,12,3\n1,-1,x\n", "0 - - ok 12 3; 1 - - ok")]
    [InlineData("index\n", "")]
    [InlineData("index\nx\n-1\n5000\n\n", "?; ?; ?")]
    public void Rows_are_read_by_the_names_of_their_columns(string csv, string expected) => Assert.Equal(expected, string.Join("; ", Read(csv).Select(Shown)));

    [Theory]
    [InlineData("")]
    [InlineData("Unable to determine the device handle for GPU 0000:3B:00.0\n")]
    public void What_has_no_header_is_no_sample(string text)
    {
        if (text.Length == 0)
        {
            Assert.Empty(Read(text));
        }
        else
        {
            Assert.Throws<FormatException>(() => Read(text));
        }
    }

    [Theory]
    [InlineData("2026/03/29 12:00:00.999", "2026-03-29T10:00:00Z")]
    [InlineData("2026-01-10T08:00:00Z", "2026-01-10T08:00:00Z")]
    [InlineData("2026-01-10T08:00:00+08:00", "2026-01-10T00:00:00Z")]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    public void Timestamps_without_an_offset_are_in_the_machines_zone(string text, string? expected)
    {
        var row = Assert.Single(SmiCsv.Read(new MemoryStream(Encoding.UTF8.GetBytes($"timestamp,index\n{text},0\n")), null, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));
        Assert.Equal(expected, row.At?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        Assert.Equal(expected is null, row.Card is null);
    }

    [Fact]
    public void A_file_that_grows_gives_the_samples_of_the_whole_file_however_it_is_cut()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var file = Path.GetTempFileName();
        try
        {
            var text = new StringBuilder("timestamp, index, utilization.gpu [%]\n");
            var expected = new List<string>();
            for (var i = 0; i < 200; i++)
            {
                var cards = Enumerable.Range(0, 4).Where(_ => random.Next(8) > 0).ToList();
                var at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(i);
                expected.AddRange(cards.Count > 0 ? [$"{at:HH:mm} {string.Join(' ', cards)}"] : []);
                cards.ForEach(card => text.Append(CultureInfo.InvariantCulture, $"{at.AddMilliseconds(card):yyyy/MM/dd HH:mm:ss.fff}, {card}, 5 %\n"));
                _ = random.Next(20) == 0 ? text.Append("timestamp, index, utilization.gpu [%]\n") : text;
            }

            var bytes = Encoding.UTF8.GetBytes(text.ToString());
            var (read, last) = (new List<string>(), (Sample?)null);
            for (var written = 0; written < bytes.Length;)
            {
                var more = Math.Min(random.Next(300), bytes.Length - written);
                File.AppendAllBytes(file, bytes[written..(written + more)]);
                written += more;
                foreach (var sample in FollowedFile.Read(file, last, TimeZoneInfo.Utc))
                {
                    read.Add($"{sample.At:HH:mm} {string.Join(' ', sample.Cards.Select(card => card.Index))}");
                    last = sample;
                }
            }

            // The newest isn't over for whoever reads.
            Assert.Equal(expected[..^1], read);
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"seed {seed}: {failure}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IReadOnlyList<SmiRow> Read(string csv) => SmiCsv.Read(new MemoryStream(Encoding.UTF8.GetBytes(csv)), null, TimeZoneInfo.Utc);

    private static string Shown(SmiRow row) => row.Card is not { } card
        ? "?"
        : string.Create(CultureInfo.InvariantCulture, $"{card.Index} {card.Busy?.ToString(CultureInfo.InvariantCulture) ?? "-"} {card.Watts?.ToString(CultureInfo.InvariantCulture) ?? "-"} {(card.Healthy ? "ok" : "ill")} {card.InputTokens} {card.OutputTokens}").TrimEnd();
}
