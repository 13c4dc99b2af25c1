using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Metering;

/// <summary>
/// Whether reported energy can be that of cards at work: between a share of what the cards draw by the catalogue, without the
/// centre's overhead (a meter at the card sees none of it), and a multiple of it with that overhead (a meter at the feed sees all).
/// </summary>
/// <param name="Least">Of cards × watts × time. Cards that idle draw less.</param>
/// <param name="Most">Of cards × watts × time × PUE.</param>
public sealed record EnergyRule(Ratio Least, Ratio Most)
{
    /// <param name="energyMilliWh">What was reported, in thousandths of a watt-hour.</param>
    /// <param name="time">The card time that it was reported for.</param>
    /// <param name="watts">What one card draws at work, by the catalogue.</param>
    /// <param name="pue">The centre's; 1 where it isn't known.</param>
    public bool IsPlausible(long energyMilliWh, CardTime time, int watts, decimal pue)
    {
        // Milli-card-seconds × watts are milliwatt-seconds: 3,600 of them a thousandth of a watt-hour.
        var (reported, expected) = ((decimal)energyMilliWh * 3600, (decimal)time.MilliCardSeconds * watts);
        return reported >= expected * Least.Millionths / Ratio.One.Millionths && reported <= expected * pue * Most.Millionths / Ratio.One.Millionths;
    }

    /// <summary>
    /// The hours whose readings with status up all report energy, together plausible for their card time. A reading over several
    /// hours gives each its share by the seconds in it.
    /// </summary>
    public IReadOnlySet<Hour> PlausibleHours(IEnumerable<Reading> standing, int watts, decimal pue)
    {
        ArgumentNullException.ThrowIfNull(standing);
        var hours = new Dictionary<Hour, (CardTime Time, long Energy, bool Complete)>();
        foreach (var reading in standing.Where(reading => reading is { Status: ReadingStatus.Up, Cards: > 0 }))
        {
            var seconds = (reading.To - reading.From).Ticks / TimeSpan.TicksPerSecond;
            foreach (var (hour, amounts) in reading.ByHour())
            {
                var (time, energy, complete) = hours.GetValueOrDefault(hour, (CardTime.Zero, 0, true));
                var part = amounts.Busy.MilliCardSeconds / ((long)reading.Cards * reading.Milli);
                hours[hour] = (
                    time + amounts.Busy, energy + (long)((Int128)(reading.EnergyMilliWh ?? 0) * part / seconds), complete && reading.EnergyMilliWh is not null);
            }
        }

        return hours.Where(hour => hour.Value.Complete && IsPlausible(hour.Value.Energy, hour.Value.Time, watts, pue)).Select(hour => hour.Key).ToHashSet();
    }
}
