using Marketplace.Domain.Market;

namespace Marketplace.Domain.Metering;

/// <summary>
/// The readings of one leg that count, found by time: each lies in every quarter of an hour that it touches, so that one more
/// is compared with its neighbours and not with all.
/// </summary>
internal sealed class StandingReadings
{
    private static readonly TimeSpan Slot = TimeSpan.FromMinutes(15);

    private readonly Dictionary<long, List<Reading>> _slots = [];

    public void Add(Reading reading)
    {
        for (var slot = First(reading); slot <= Last(reading); slot++)
        {
            if (!_slots.TryGetValue(slot, out var readings))
            {
                _slots[slot] = readings = [];
            }

            readings.Add(reading);
        }
    }

    public void Remove(Reading reading)
    {
        for (var slot = First(reading); slot <= Last(reading); slot++)
        {
            _slots[slot].Remove(reading);
        }
    }

    /// <summary>Whether <paramref name="reading"/> may stand beside the others, but the one that it replaces.</summary>
    /// <returns>
    /// A reading of the same source, and the same card where both name one, that covers some of its time; and whether no
    /// instant has more card time, or more cards by name, than the leg has cards.
    /// </returns>
    public (Reading? Overlapped, bool Fits) Check(Reading reading, Leg leg, Reading? replaced)
    {
        var beside = new List<Reading>();
        foreach (var other in Touching(reading))
        {
            if (other == replaced)
            {
                continue;
            }

            if (other.MeterId == reading.MeterId && (other.Card is null || reading.Card is null || other.Card == reading.Card))
            {
                return (other, false);
            }

            beside.Add(other);
        }

        return (null, Fits(reading, beside, leg));
    }

    private static bool Fits(Reading reading, List<Reading> beside, Leg leg)
    {
        var capacity = (long)leg.Cards * leg.MilliPerCard;
        if (beside.Sum(Load) + Load(reading) <= capacity && beside.Count < leg.Cards)
        {
            return true;
        }

        // The most at any instant, by walking along the starts and ends; what ends comes before what starts there.
        var steps = beside.SelectMany(other => ((DateTimeOffset At, long Load, int Named)[])
                [(other.From, Load(other), Named(other, reading)), (other.To, -Load(other), -Named(other, reading))])
            .OrderBy(step => step.At).ThenBy(step => step.Load).ThenBy(step => step.Named);
        var (load, named) = (Load(reading), reading.Card is null ? 0 : 1);
        foreach (var step in steps)
        {
            load += step.Load;
            named += step.Named;
            if (step.At < reading.To && (load > capacity || named > leg.Cards))
            {
                return false;
            }
        }

        return true;
    }

    private static long Load(Reading reading) => (long)reading.Cards * reading.Milli;

    /// <summary>Cards by name are counted for each source: two sources may have different names for one card.</summary>
    private static int Named(Reading other, Reading reading) => other.Card is not null && other.MeterId == reading.MeterId ? 1 : 0;

    private IEnumerable<Reading> Touching(Reading reading)
    {
        var first = First(reading);
        for (var slot = first; slot <= Last(reading); slot++)
        {
            foreach (var other in _slots.GetValueOrDefault(slot) ?? [])
            {
                // One that lies in several slots is met in the first that both touch.
                if (other.From < reading.To && other.To > reading.From && slot == Math.Max(first, First(other)))
                {
                    yield return other;
                }
            }
        }
    }

    private static long First(Reading reading) => reading.From.UtcTicks / Slot.Ticks;

    private static long Last(Reading reading) => (reading.To.UtcTicks - 1) / Slot.Ticks;
}
