using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Metering;

/// <summary>Which energy cards at work can have drawn: from a fifth of cards × watts × time to 1.2 times that × PUE.</summary>
public class EnergyRuleTests
{
    private static readonly EnergyRule Rule = new(Ratio.Parse("0.20"), Ratio.Parse("1.20"));
    private static readonly DateTimeOffset Start = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(160_000, true)]      // 8 cards × 100 W × 1 h × 0.20
    [InlineData(159_999, false)]
    [InlineData(1_440_000, true)]    // 8 × 100 × 1.5 × 1.20
    [InlineData(1_440_001, false)]
    public void Its_edges_are_exact(long milliWh, bool plausible) =>
        Assert.Equal(plausible, Rule.IsPlausible(milliWh, CardTime.Of(8, 1000, 3600), watts: 100, pue: 1.5m));

    [Fact]
    public void An_hour_counts_where_all_its_readings_say_what_they_drew_and_together_that_can_be()
    {
        var hours = Rule.PlausibleHours(
            [
                Reading(0, 120, 1_000_000),                               // two hours, half of it each
                Reading(120, 150, 300_000), Reading(150, 180, null),     // one of two says nothing
                Reading(180, 240, 50_000),                                // idle
                Reading(240, 300, null, ReadingStatus.Down), Reading(300, 360, null, cards: 0),
            ],
            watts: 100, pue: 1);
        Assert.Equal([Hour.Containing(Start), Hour.Containing(Start) + 1], hours.Order());
    }

    private static Reading Reading(int from, int to, long? milliWh, ReadingStatus status = ReadingStatus.Up, int cards = 8) => new()
    {
        MeterId = Id<Meter>.New(Start),
        EventId = $"{from}",
        LegId = Id<Leg>.New(Start),
        From = Start.AddMinutes(from),
        To = Start.AddMinutes(to),
        Cards = cards,
        Milli = 1000,
        EnergyMilliWh = milliWh,
        Status = status,
        ContentHash = [],
        AcceptedAt = Start.AddMinutes(to),
        Attested = true,
        UsageVersion = 1,
    };
}
