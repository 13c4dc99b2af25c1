using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>A card that can take a slice, with the milli that are left of it over the whole interval.</summary>
public readonly record struct FreeCard(int Card, int Milli);

/// <summary>
/// What is booked on one node, and what of it is still free over an interval. The one place that knows when a slice fits:
/// quoting asks it what could be sold, booking asks it again inside the transaction.
/// </summary>
public sealed class NodeOccupancy(int cards, int vcpus, int memoryGiB, IReadOnlyCollection<Reservation> reservations)
{
    private const int CpuMilliPerVcpu = 1000;
    private const int MiBPerGiB = 1024;

    /// <summary>Cards with at least <paramref name="milli"/> free in every hour of the interval, the fullest first, then by number.</summary>
    public IReadOnlyList<FreeCard> FreeCards(HourRange interval, int milli)
    {
        var byCard = Overlapping(interval).ToLookup(reservation => reservation.Card);
        return Enumerable.Range(0, cards)
            .Select(card => new FreeCard(card, Listing.WholeCard - Peak(byCard[card], interval, r => r.Milli)))
            .Where(free => free.Milli >= milli)
            .OrderBy(free => free.Milli).ThenBy(free => free.Card)
            .ToList();
    }

    /// <summary>
    /// How many cards of <paramref name="milli"/> the node could still give over the interval, each with its vCPUs and memory.
    /// </summary>
    public int Capacity(HourRange interval, int milli, int cpuMilliPerCard, int memoryMiBPerCard)
    {
        var free = FreeCards(interval, milli).Count;
        if (cpuMilliPerCard > 0)
        {
            free = Math.Min(free, (int)((((long)vcpus * CpuMilliPerVcpu) - Peak(Overlapping(interval), interval, r => r.CpuMilli)) / cpuMilliPerCard));
        }

        if (memoryMiBPerCard > 0)
        {
            free = Math.Min(free, (int)((((long)memoryGiB * MiBPerGiB) - Peak(Overlapping(interval), interval, r => r.MemoryMiB)) / memoryMiBPerCard));
        }

        return Math.Max(free, 0);
    }

    /// <summary>
    /// The cards that a leg of this shape would take, or null where it doesn't fit: the fullest cards that suffice, so
    /// that whole cards stay whole.
    /// </summary>
    public IReadOnlyList<int>? Choose(HourRange interval, int count, int milli, int cpuMilliPerCard, int memoryMiBPerCard) =>
        Capacity(interval, milli, cpuMilliPerCard, memoryMiBPerCard) < count
            ? null
            : FreeCards(interval, milli).Take(count).Select(free => free.Card).ToList();

    private IEnumerable<Reservation> Overlapping(HourRange interval) =>
        reservations.Where(reservation => reservation.Interval.Overlaps(interval));

    /// <summary>The largest sum over any one hour. Sums only rise where a reservation starts, so those hours are enough.</summary>
    private static int Peak(IEnumerable<Reservation> overlapping, HourRange interval, Func<Reservation, int> share)
    {
        var booked = overlapping.ToList();
        return booked.Count == 0
            ? 0
            : booked.Select(r => Hour.Max(r.From, interval.From)).Distinct()
                .Max(hour => booked.Where(r => r.Interval.Contains(hour)).Sum(share));
    }
}
