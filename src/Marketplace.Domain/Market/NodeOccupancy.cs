using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>A card that can take a slice, with the milli that are left of it over the whole interval.</summary>
public readonly record struct FreeCard(int Card, int Milli);

/// <summary>What is taken of one card over some hours, with the vCPUs and memory that go with it.</summary>
public readonly record struct Booked(int From, int To, short Card, short Milli, int CpuMilli, int MemoryMiB)
{
    public HourRange Interval => new(new(From), new(To));

    internal bool Overlaps(int from, int to) => From < to && from < To;

    internal bool StartsWithin(int from, int to) => from < From && From < to;
}

/// <summary>
/// The cards that one seller can sell of a node, and what of them is taken. The one place that knows when a slice fits:
/// quoting asks it what could be sold, booking asks it again inside the transaction. Immutable.
/// </summary>
public sealed class NodeOccupancy
{
    private const int CpuMilliPerVcpu = 1000;
    private const int MiBPerGiB = 1024;

    private readonly Booked[] _booked;
    private readonly int[]? _numbers;
    private readonly int _cardMilli = Listing.WholeCard;
    private readonly long _cpuMilli;
    private readonly long _memoryMiB;
    private readonly (int CpuMilli, int MemoryMiB)? _shareOfCard;

    /// <summary>Most bookings are of cards alone; then vCPUs and memory needn't be added up.</summary>
    private readonly bool _sharesAreTaken;

    /// <summary>A node as its owner sells it: all its cards, its vCPUs and its memory.</summary>
    public NodeOccupancy(int cards, int vcpus, int memoryGiB, Booked[] booked)
    {
        ArgumentNullException.ThrowIfNull(booked);
        Cards = cards;
        (_cpuMilli, _memoryMiB) = ((long)vcpus * CpuMilliPerVcpu, (long)memoryGiB * MiBPerGiB);
        _booked = booked;
        _sharesAreTaken = AnyShares(booked);
    }

    private NodeOccupancy(int[] numbers, int cardMilli, (int CpuMilli, int MemoryMiB) shareOfCard, Booked[] booked)
    {
        (Cards, _numbers, _cardMilli, _shareOfCard, _booked) = (numbers.Length, numbers, cardMilli, shareOfCard, booked);
        (_cpuMilli, _memoryMiB) = ((long)numbers.Length * shareOfCard.CpuMilli, (long)numbers.Length * shareOfCard.MemoryMiB);
        _sharesAreTaken = AnyShares(booked);
    }

    /// <summary>How many cards there are to sell, taken or not.</summary>
    public int Cards { get; }

    public ReadOnlySpan<Booked> Booked => _booked;

    /// <summary>A node with the cards that its provider took out.</summary>
    public static NodeOccupancy Of(Node node, IEnumerable<Booked> booked)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new(node.Cards, node.Vcpus, node.MemoryGiB, [.. booked, .. node.WithdrawnCards.Select(gone => new Booked(gone.From.Number, int.MaxValue, (short)gone.Card, Listing.WholeCard, 0, 0))]);
    }

    /// <summary>
    /// The part of a leg that its holder resells: some of its cards, each with the share of vCPUs and memory that the leg has a
    /// card. An hour is free where the holder still has the card in it.
    /// </summary>
    /// <param name="leg">The leg that is resold.</param>
    /// <param name="cards">The numbers of the cards in their node.</param>
    /// <param name="window">When they are offered.</param>
    /// <param name="held">What the leg reserves now.</param>
    public static NodeOccupancy OfHolding(Leg leg, IReadOnlyList<int> cards, HourRange window, IEnumerable<Reservation> held)
    {
        ArgumentNullException.ThrowIfNull(leg);
        var byCard = held.ToLookup(reservation => reservation.Card);
        var gone = new List<Booked>();
        for (var slot = 0; slot < cards.Count; slot++)
        {
            var free = window.From;
            foreach (var row in byCard[cards[slot]].Where(row => row.Interval.Overlaps(window)).OrderBy(row => row.From))
            {
                Gap(slot, free, row.From);
                free = Hour.Max(free, row.To);
            }

            Gap(slot, free, window.To);
        }

        return new([.. cards], leg.MilliPerCard, (leg.CpuMilliPerCard, leg.MemoryMiBPerCard), [.. gone]);

        void Gap(int slot, Hour from, Hour to)
        {
            if (from < to)
            {
                gone.Add(new(from.Number, to.Number, (short)slot, (short)leg.MilliPerCard, leg.CpuMilliPerCard, leg.MemoryMiBPerCard));
            }
        }
    }

    public static Booked Take(Reservation reservation)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return new(reservation.From.Number, reservation.To.Number, (short)reservation.Card, (short)reservation.Milli, reservation.CpuMilli, reservation.MemoryMiB);
    }

    /// <summary>Cards with at least <paramref name="milli"/> free in every hour of the interval, the fullest first, then by number.</summary>
    public IReadOnlyList<FreeCard> FreeCards(HourRange interval, int milli)
    {
        Span<int> left = stackalloc int[Cards];
        FreeMilli(interval, left);
        var free = new List<FreeCard>(Cards);
        for (var slot = 0; slot < left.Length; slot++)
        {
            if (left[slot] >= milli)
            {
                free.Add(new(_numbers?[slot] ?? slot, left[slot]));
            }
        }

        free.Sort((a, b) => a.Milli != b.Milli ? a.Milli.CompareTo(b.Milli) : a.Card.CompareTo(b.Card));
        return free;
    }

    /// <summary>What is left of each card over the whole interval, in thousandths.</summary>
    /// <param name="interval">The hours.</param>
    /// <param name="free">As long as there are cards.</param>
    public void FreeMilli(HourRange interval, Span<int> free)
    {
        free.Fill(_cardMilli);
        var (from, to) = (interval.From.Number, interval.To.Number);
        var shared = false;
        foreach (ref readonly var booked in _booked.AsSpan())
        {
            if (!booked.Overlaps(from, to))
            {
                continue;
            }

            // Two that share a card may do so one after the other, so that the sum is too much: counted again below.
            shared |= free[booked.Card] != _cardMilli && booked.Milli < _cardMilli;
            free[booked.Card] -= booked.Milli;
        }

        for (var card = 0; card < free.Length; card++)
        {
            if (shared && free[card] < _cardMilli)
            {
                free[card] = _cardMilli - PeakMilli(from, to, card);
            }

            free[card] = Math.Max(free[card], 0);
        }
    }

    /// <summary>vCPUs (in thousandths) and memory that are left over the whole interval.</summary>
    public (long CpuMilli, long MemoryMiB) FreeShares(HourRange interval)
    {
        if (!_sharesAreTaken)
        {
            return (_cpuMilli, _memoryMiB);
        }

        var (cpu, memory) = SharesIn(interval.From.Number);
        foreach (ref readonly var booked in _booked.AsSpan())
        {
            if (booked.StartsWithin(interval.From.Number, interval.To.Number))
            {
                var (cpuThen, memoryThen) = SharesIn(booked.From);
                (cpu, memory) = (Math.Max(cpu, cpuThen), Math.Max(memory, memoryThen));
            }
        }

        return (_cpuMilli - cpu, _memoryMiB - memory);
    }

    /// <summary>
    /// How many cards of <paramref name="milli"/> could still be sold over the interval, each with its vCPUs and memory.
    /// </summary>
    public int Capacity(HourRange interval, int milli, int cpuMilliPerCard, int memoryMiBPerCard)
    {
        if (_shareOfCard is { } share && (cpuMilliPerCard > share.CpuMilli || memoryMiBPerCard > share.MemoryMiB))
        {
            return 0;
        }

        Span<int> left = stackalloc int[Cards];
        FreeMilli(interval, left);
        var free = 0;
        foreach (var card in left)
        {
            free += card >= milli ? 1 : 0;
        }

        if (free > 0 && (cpuMilliPerCard > 0 || memoryMiBPerCard > 0))
        {
            var (cpu, memory) = FreeShares(interval);
            free = cpuMilliPerCard > 0 ? (int)Math.Min(free, cpu / cpuMilliPerCard) : free;
            free = memoryMiBPerCard > 0 ? (int)Math.Min(free, memory / memoryMiBPerCard) : free;
        }

        return Math.Max(free, 0);
    }

    /// <summary>
    /// The cards that a leg of this shape would take, or null where it doesn't fit: those that were planned where they are
    /// still free, else the fullest that suffice, so that whole cards stay whole.
    /// </summary>
    public IReadOnlyList<int>? Choose(HourRange interval, int count, int milli, int cpuMilliPerCard, int memoryMiBPerCard, IReadOnlyList<int>? planned = null)
    {
        if (Capacity(interval, milli, cpuMilliPerCard, memoryMiBPerCard) < count)
        {
            return null;
        }

        var free = FreeCards(interval, milli);
        return planned?.Count == count && planned.All(card => free.Any(f => f.Card == card))
            ? planned
            : free.Take(count).Select(f => f.Card).ToList();
    }

    private static bool AnyShares(Booked[] booked) => Array.Exists(booked, static b => b.CpuMilli > 0 || b.MemoryMiB > 0);

    /// <summary>The most that is taken of a card in any one hour. Sums only rise where something starts, so those hours are enough.</summary>
    private int PeakMilli(int from, int to, int card)
    {
        var peak = MilliIn(from, card);
        foreach (ref readonly var booked in _booked.AsSpan())
        {
            if (booked.Card == card && booked.StartsWithin(from, to))
            {
                peak = Math.Max(peak, MilliIn(booked.From, card));
            }
        }

        return peak;
    }

    private int MilliIn(int hour, int card)
    {
        var sum = 0;
        foreach (ref readonly var booked in _booked.AsSpan())
        {
            sum += booked.Card == card && booked.Overlaps(hour, hour + 1) ? booked.Milli : 0;
        }

        return sum;
    }

    private (long CpuMilli, long MemoryMiB) SharesIn(int hour)
    {
        var (cpu, memory) = (0L, 0L);
        foreach (ref readonly var booked in _booked.AsSpan())
        {
            if (booked.Overlaps(hour, hour + 1))
            {
                cpu += booked.CpuMilli;
                memory += booked.MemoryMiB;
            }
        }

        return (cpu, memory);
    }
}
