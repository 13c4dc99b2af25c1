using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;
using static Marketplace.UnitTests.Market.MarketMaker;

namespace Marketplace.UnitTests.Market;

/// <summary>Against a model that counts every hour of every card one by one.</summary>
public sealed class NodeOccupancyTests
{
    private const int Horizon = 12;

    [Fact]
    public void What_is_free_is_what_is_left_in_every_hour()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 3_000; round++)
        {
            var (cards, vcpus, memory) = (random.Next(1, 5), random.Next(1, 12), random.Next(1, 12));
            var node = Offer(cards: cards).Node;
            var booked = new List<Reservation>();
            for (var i = random.Next(8); i > 0; i--)
            {
                booked.Add(Booked(node, random.Next(cards), random.Next(Horizon), random.Next(1, 6), random.Next(1, 5) * 250, random.Next(4) * 500, random.Next(4) * 512));
            }

            var from = random.Next(Horizon);
            var interval = new HourRange(Start + from, Start + from + random.Next(1, 6));
            var (milli, cpu, mib) = (random.Next(1, 5) * 250, random.Next(3) * 1000, random.Next(3) * 1024);
            var occupancy = Occupied(cards, vcpus, memory, booked);
            var expected = Naive(cards, booked, interval);
            var free = occupancy.FreeCards(interval, milli);
            Assert.Equal(expected.Where(card => card.Left >= milli).OrderBy(card => card.Left).ThenBy(card => card.Card), free.Select(card => (card.Card, card.Milli)));

            var capacity = free.Count;
            capacity = cpu == 0 ? capacity : Math.Min(capacity, Math.Max(0, (int)Math.Floor(((vcpus * 1000) - Peak(booked, interval, r => r.CpuMilli)) / (double)cpu)));
            capacity = mib == 0 ? capacity : Math.Min(capacity, Math.Max(0, (int)Math.Floor(((memory * 1024) - Peak(booked, interval, r => r.MemoryMiB)) / (double)mib)));
            Assert.True(capacity == occupancy.Capacity(interval, milli, cpu, mib), $"seed {seed}, round {round}");
            Assert.Null(occupancy.Choose(interval, capacity + 1, milli, cpu, mib));
            Assert.Equal(free.Take(capacity).Select(card => card.Card), occupancy.Choose(interval, capacity, milli, cpu, mib));
        }
    }

    [Fact]
    public void Booking_what_it_chooses_never_sells_a_card_hour_twice()
    {
        var random = new Random(7);
        var node = Offer(cards: 3).Node;
        var booked = new List<Reservation>();
        for (var i = 0; i < 300; i++)
        {
            var (from, hours, milli) = (random.Next(Horizon), random.Next(1, 6), random.Next(1, 5) * 250);
            var interval = new HourRange(Start + from, Start + from + hours);
            if (Occupied(3, 1, 1, booked).Choose(interval, random.Next(1, 4), milli, 0, 0) is { } cards)
            {
                Assert.Equal(cards.Count, cards.Distinct().Count());
                booked.AddRange(cards.Select(card => Booked(node, card, from, hours, milli)));
            }
        }

        Assert.All(Naive(3, booked, new(Start, Start + 20)), card => Assert.True(card.Left >= 0));
        Assert.Contains(Naive(3, booked, new(Start, Start + 20)), card => card.Left == 0);
    }

    [Fact]
    public void Slices_go_to_the_fullest_card_that_takes_them()
    {
        var node = Offer(cards: 3).Node;
        var occupancy = Occupied(3, 1, 1, [Booked(node, 1, 0, 4, 500), Booked(node, 2, 2, 4, 750)]);
        Assert.Equal([2], occupancy.Choose(new(Start, Start + 4), 1, 250, 0, 0));
        Assert.Equal([1], occupancy.Choose(new(Start, Start + 4), 1, 500, 0, 0));
        Assert.Equal([2, 1, 0], occupancy.Choose(new(Start, Start + 4), 3, 250, 0, 0));
        Assert.Equal([0], occupancy.Choose(new(Start, Start + 4), 1, 1000, 0, 0));
    }

    private static IEnumerable<(int Card, int Left)> Naive(int cards, List<Reservation> booked, HourRange interval) => Enumerable.Range(0, cards).Select(card =>
        (card, 1000 - interval.Each().Max(hour => booked.Where(r => r.Card == card && r.From <= hour && hour < r.To).Sum(r => r.Milli))));

    private static int Peak(List<Reservation> booked, HourRange interval, Func<Reservation, int> share) =>
        interval.Each().Max(hour => booked.Where(r => r.From <= hour && hour < r.To).Sum(share));
}
