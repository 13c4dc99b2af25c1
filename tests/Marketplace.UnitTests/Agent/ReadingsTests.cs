using System.Globalization;
using Marketplace.Agent;

namespace Marketplace.UnitTests.Agent;

/// <summary>What a sample says of the legs that have its cards.</summary>
public sealed class ReadingsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);

    private static readonly NodeLeg[] Legs =
    [
        new("a", [new(0, 1000, Noon.AddHours(-1), Noon.AddHours(1)), new(1, 1000, Noon.AddHours(-1), Noon)]),
        new("b", [new(1, 1000, Noon, Noon.AddHours(1)), new(2, 250, Noon, Noon.AddHours(1))]),
    ];

    [Theory]
    [InlineData(-60, 0, "a 0 -60 0 up, a 1 -60 0 up")]
    [InlineData(-30, 30, "a 0 -30 30 up, a 1 -30 0 up, b 1 0 30 up, b 2 0 30 down")]
    [InlineData(3540, 3660, "a 0 3540 3600 up, b 1 3540 3600 up, b 2 3540 3600 down")]
    [InlineData(3600, 3660, "")]
    [InlineData(0, 0, "")]
    [InlineData(30, 0, "")]
    [InlineData(-151, 30, "")]
    [InlineData(null, 30, "")]
    public void A_sample_stands_for_the_time_since_the_one_before_it(int? before, int at, string expected)
    {
        var sample = new Sample(Noon.AddSeconds(at), [new(0, null, null, Healthy: true), new(1, null, null, Healthy: true), new(3, null, null, Healthy: true)]);

        var readings = Of(sample, before is { } seconds ? new(Noon.AddSeconds(seconds), []) : null);

        Assert.Equal(expected, string.Join(", ", readings.Select(reading => string.Create(CultureInfo.InvariantCulture,
            $"{reading.Subject} {reading.Data.Card} {(reading.Data.From - Noon).TotalSeconds} {(reading.Data.To - Noon).TotalSeconds} {reading.Data.Status}"))));
        Assert.Equal(readings.Count, readings.Select(reading => reading.Id).Distinct().Count());
    }

    [Fact]
    public void Busy_time_and_energy_are_rounded_down_and_shared_as_the_card_is()
    {
        var readings = Of(new(Noon.AddSeconds(59), [new(1, 33.4m, 100m, Healthy: true), new(2, 50m, 311.7m, Healthy: true)]), new(Noon, []));

        Assert.Equal(("down", null, null), readings.Where(reading => reading.Data.Card == 0).Select(reading => (reading.Data.Status, reading.Data.BusySeconds, reading.Data.EnergyWh)).Single());
        Assert.Equal(("up", 19L, 1.638m), readings.Where(reading => reading.Data.Card == 1).Select(reading => (reading.Data.Status, reading.Data.BusySeconds!.Value, reading.Data.EnergyWh!.Value)).Single());
        Assert.Equal((250, 29L, 1.277m), readings.Where(reading => reading.Data.Card == 2).Select(reading => (reading.Data.Milli, reading.Data.BusySeconds!.Value, reading.Data.EnergyWh!.Value)).Single());
    }

    [Fact]
    public void A_card_that_isnt_well_wasnt_its_buyers_to_use()
    {
        var reading = Of(new(Noon.AddSeconds(59), [new(0, 90, 300, Healthy: false)]), new(Noon, []))[0];

        Assert.Equal(("a.0." + Noon.ToUnixTimeSeconds(), "down", null), (reading.Id, reading.Data.Status, reading.Data.BusySeconds));
    }

    [Theory]
    [InlineData(100, 160, 60)]
    [InlineData(100, 100, 0)]
    [InlineData(100, 40, 40)]
    [InlineData(null, 40, null)]
    [InlineData(100, null, null)]
    public void Tokens_are_what_the_counter_went_on_by_or_stands_at_since_it_began_anew(int? before, int? at, int? expected)
    {
        var readings = Of(
            new(Noon.AddSeconds(30), [.. Enumerable.Range(0, 3).Select(card => new CardState(card, null, null, Healthy: true, at, 2 * at))]),
            new(Noon.AddSeconds(-30), [.. Enumerable.Range(0, 3).Select(card => new CardState(card, null, null, Healthy: true, before, 2 * before))]));

        // Card 1 changes hands in the middle of the minute; card 2 is shared.
        Assert.Equal(
            [("a", 0, expected, 2 * expected), ("a", 1, expected / 2, expected), ("b", 1, expected / 2, expected), ("b", 2, null, null)],
            readings.Select(reading => (reading.Subject, reading.Data.Card, (int?)reading.Data.InputTokens, (int?)reading.Data.OutputTokens)));
    }

    private static List<Reading> Of(Sample sample, Sample? before) => [.. Readings.Of(new(sample, before, SpoolPosition.Start), Legs, "urn:m", TimeSpan.FromMinutes(3))];
}
