using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Billing;

public class LineHoursTests
{
    [Fact]
    public void Neighbouring_hours_of_the_same_are_one_run_and_a_gap_or_another_amount_begins_the_next()
    {
        var hours = LineHours.Of([Pair(10, 5), Pair(11, 5), Pair(12, 6), Pair(14, 6), Pair(15, 0), Pair(16, 6), Pair(17, -6)]);
        Assert.Equal([new(new(10), 2, new(5)), new(new(12), 1, new(6)), new(new(14), 1, new(6)), new(new(16), 1, new(6)), new(new(17), 1, new(-6))], hours.Runs);
        Assert.Equal(22, hours.Total.MilliCardSeconds);
    }

    [Fact]
    public void Nothing_makes_no_run()
    {
        Assert.Equal(LineHours.None, LineHours.Of([]));
        Assert.Equal(LineHours.None, LineHours.Of([Pair(3, 0)]));
        Assert.Equal(CardTime.Zero, LineHours.None.Total);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Hours_come_back_as_they_went_in_through_JSON_as_well(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 500; run++)
        {
            var hours = new SortedDictionary<Hour, CardTime>();
            for (var i = random.Next(40); i > 0; i--)
            {
                hours[new(490_000 + random.Next(60))] = new(random.Next(-2, 3) * 1_800_000L);
            }

            var made = LineHours.Of(hours);
            var again = JsonSerializer.Deserialize<LineHours>(JsonSerializer.Serialize(made, MarketJson.Options), MarketJson.Options)!;
            var expected = hours.Where(pair => pair.Value != CardTime.Zero).ToList();
            Assert.True(expected.SequenceEqual(made.Each()) && expected.SequenceEqual(again.Each()) && made == again, $"seed {seed}, run {run}");
            Assert.Equal(made, LineHours.Of(made.Each()));
            Assert.Equal(hours.Values.Sum(time => time.MilliCardSeconds), made.Total.MilliCardSeconds);

            // As few runs as there can be: no two neighbours could be one.
            Assert.All(made.Runs.Zip(made.Runs.Skip(1)), pair => Assert.False(pair.First.From + pair.First.Hours == pair.Second.From && pair.First.PerHour == pair.Second.PerHour, $"seed {seed}, run {run}"));
        }
    }

    private static KeyValuePair<Hour, CardTime> Pair(int hour, long time) => KeyValuePair.Create(new Hour(hour), new CardTime(time));
}
