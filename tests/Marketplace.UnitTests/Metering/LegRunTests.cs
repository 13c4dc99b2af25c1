using Marketplace.Application.Metering;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Metering;

/// <summary>Of what hours of which legs a batch is compared with what stands.</summary>
public class LegRunTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);
    private static readonly Id<Leg>[] Legs = [.. Enumerable.Range(0, 3).Select(_ => Id<Leg>.New(Start))];

    [Theory]
    [InlineData("", "")]
    [InlineData("0 0-10", "0 0-10")]
    [InlineData("0 0-10, 0 10-20", "0 0-20")]
    [InlineData("0 10-20, 0 0-10", "0 0-20")]
    [InlineData("0 0-50, 0 10-20", "0 0-50")]
    [InlineData("0 0-10, 0 69-80", "0 0-80")]
    [InlineData("0 0-10, 0 70-80", "0 0-10; 0 70-80")]
    [InlineData("0 0-10, 0 6000-6010", "0 0-10; 0 6000-6010")]
    [InlineData("0 0-10, 1 20-30", "01 0-30")]
    [InlineData("0 0-10, 1 5-70", "0 0-10; 1 5-70")]
    [InlineData("2 0-10, 0 600-610, 1 5-15, 0 0-10", "012 0-15; 0 600-610")]
    public void Parts_of_a_leg_that_lie_close_are_one_and_legs_of_the_same_hours_are_asked_for_together(string touched, string expected) =>
        Assert.Equal(expected, string.Join("; ", LegRun.Of(Parse(touched)).Select(Shown).OrderBy(run => int.Parse(run.Split(' ', '-')[1])).ThenBy(run => run, StringComparer.Ordinal)));

    [Fact]
    public void Every_part_is_in_a_run_of_its_leg_and_no_run_is_longer_than_what_is_close()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var touched = Enumerable.Range(0, random.Next(1, 30)).Select(_ => (Leg: Legs[random.Next(3)], From: random.Next(5000))).Select(part =>
                (part.Leg, Start.AddMinutes(part.From), Start.AddMinutes(part.From + random.Next(1, 300)))).ToList();

            var runs = LegRun.Of(touched).ToList();

            Assert.True(touched.All(part => runs.Any(run => run.Legs.Contains(part.Leg) && run.From <= part.Item2 && part.Item3 <= run.To)), $"seed {seed}");

            // Between two parts of a leg there is nowhere an hour in which it isn't touched, but at most one at each end, where others of the run are.
            Assert.True(runs.All(run => run.Legs.All(leg => Covered(touched.Where(part => part.Leg == leg).Select(part => (part.Item2, part.Item3)), run))), $"seed {seed}");
        }
    }

    private static bool Covered(IEnumerable<(DateTimeOffset From, DateTimeOffset To)> parts, LegRun run)
    {
        var at = run.From;
        foreach (var (from, to) in parts.Where(part => part.From < run.To && part.To > run.From).OrderBy(part => part.From))
        {
            if (from >= at.AddHours(1))
            {
                return false;
            }

            at = to > at ? to : at;
        }

        return run.To < at.AddHours(1);
    }

    private static IEnumerable<(Id<Leg> LegId, DateTimeOffset From, DateTimeOffset To)> Parse(string touched) =>
        touched.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split(' ', '-')).Select(part =>
            (Legs[int.Parse(part[0])], Start.AddMinutes(int.Parse(part[1])), Start.AddMinutes(int.Parse(part[2]))));

    private static string Shown(LegRun run) =>
        $"{string.Concat(run.Legs.Select(leg => Array.IndexOf(Legs, leg)).Order())} {(run.From - Start).TotalMinutes}-{(run.To - Start).TotalMinutes}";
}
