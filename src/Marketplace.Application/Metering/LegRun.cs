using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Metering;

/// <summary>Some legs and a time in which a batch touches each of them.</summary>
/// <param name="Legs">Touched in the same hours.</param>
/// <param name="From">The first instant at which one of them is.</param>
/// <param name="To">The end of the last.</param>
internal sealed record LegRun(List<Id<Leg>> Legs, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>
    /// As few runs as cover what is touched and no hours between: a batch with one late reading must not read all that came
    /// since. Where many legs are touched in the same hours, as by meters that are on time, they are one run.
    /// </summary>
    public static IEnumerable<LegRun> Of(IEnumerable<(Id<Leg> LegId, DateTimeOffset From, DateTimeOffset To)> touched) =>
        touched.GroupBy(part => part.LegId).SelectMany(leg => Joined(leg.OrderBy(part => part.From)))
            .GroupBy(part => (Hour.Containing(part.From), Hour.Containing(part.To)))
            .Select(run => new LegRun([.. run.Select(part => part.LegId)], run.Min(part => part.From), run.Max(part => part.To)));

    /// <summary>Parts of one leg, by their start, made one where less than an hour lies between.</summary>
    private static List<(Id<Leg> LegId, DateTimeOffset From, DateTimeOffset To)> Joined(IEnumerable<(Id<Leg> LegId, DateTimeOffset From, DateTimeOffset To)> parts)
    {
        var runs = new List<(Id<Leg> LegId, DateTimeOffset From, DateTimeOffset To)>();
        foreach (var part in parts)
        {
            if (runs.Count > 0 && part.From < runs[^1].To.AddHours(1))
            {
                runs[^1] = runs[^1] with { To = part.To > runs[^1].To ? part.To : runs[^1].To };
            }
            else
            {
                runs.Add(part);
            }
        }

        return runs;
    }
}
