using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>Neighbouring hours of which each was billed the same.</summary>
public readonly record struct HourRun(Hour From, int Hours, CardTime PerHour);

/// <summary>
/// Which hours a line billed, and how much of each: what ties an invoice to usage, hour by hour, in as few runs as the usage
/// is uneven. Negative for what a line gives back.
/// </summary>
public sealed record LineHours(IReadOnlyList<HourRun> Runs)
{
    public static readonly LineHours None = new([]);

    public CardTime Total => new(Runs.Aggregate(0L, (sum, run) => sum + (run.PerHour.MilliCardSeconds * run.Hours)));

    /// <summary>From hours in ascending order; those with nothing are left out.</summary>
    public static LineHours Of(IEnumerable<KeyValuePair<Hour, CardTime>> ascending)
    {
        var runs = new List<HourRun>();
        foreach (var (hour, time) in ascending.Where(pair => pair.Value != CardTime.Zero))
        {
            if (runs.Count > 0 && runs[^1] is var last && last.PerHour == time && last.From + last.Hours == hour)
            {
                runs[^1] = last with { Hours = last.Hours + 1 };
            }
            else
            {
                runs.Add(new(hour, 1, time));
            }
        }

        return new(runs);
    }

    public IEnumerable<KeyValuePair<Hour, CardTime>> Each() =>
        Runs.SelectMany(run => Enumerable.Range(0, run.Hours).Select(i => KeyValuePair.Create(run.From + i, run.PerHour)));

    public bool Equals(LineHours? other) => other is not null && Runs.SequenceEqual(other.Runs);

    public override int GetHashCode() => Runs.Aggregate(0, HashCode.Combine);
}
