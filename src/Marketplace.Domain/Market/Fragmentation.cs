using Marketplace.Domain.Market.Placement;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// Chooses among nodes that are equal in all else those that lose the least use to later demands. Without a profile of what is
/// asked for, every placement is as good as any other, and fewer nodes and lower ids decide.
/// </summary>
internal sealed class Fragmentation(Demand demand, PackV? placement)
{
    private readonly Dictionary<int, int> _shapes = [];

    /// <summary>How much of a node's use to others the placement saves, in the steps of <see cref="PackV"/>; more is better.</summary>
    public int Score(Part part, HourRange interval) => placement is null ? 0 : Score(State(part.Offer, interval), part.Cards);

    /// <summary>
    /// Takes cards from the candidates until nothing is missing or they are used up: again and again the one that saves most a
    /// card; then the cheaper, the one that takes more, the lower node.
    /// </summary>
    /// <returns>How many cards were taken.</returns>
    public int Choose(List<Part> candidates, int missing, HourRange interval, List<Part> taken)
    {
        var wanted = missing;
        if (candidates.Sum(part => (long)part.Cards) <= missing)
        {
            taken.AddRange(candidates);
            return candidates.Sum(part => part.Cards);
        }

        var left = new PriorityQueue<Candidate, Candidate>(candidates.Count, Candidate.BestFirst);
        left.EnqueueRange(candidates.Select(part => new Candidate(part, placement is null ? 0 : State(part.Offer, interval))).Select(candidate => (candidate, Ranked(candidate, missing))));
        while (missing > 0)
        {
            if (left.Peek().Cards > missing)
            {
                // Who gives less than was thought may no longer be the best, now that less is missing.
                left = new(left.UnorderedItems.Select(item => (item.Element, Ranked(item.Element, missing))), Candidate.BestFirst);
            }

            var best = left.Dequeue();
            taken.Add(best.Part with { Cards = best.Cards });
            missing -= best.Cards;
        }

        return wanted;
    }

    /// <summary>The candidate with what it can give and what that saves.</summary>
    private Candidate Ranked(Candidate candidate, int missing)
    {
        candidate.Cards = Math.Min(candidate.Part.Cards, missing);
        candidate.Score = placement is null ? 0 : Score(candidate.State, candidate.Cards);
        return candidate;
    }

    /// <summary>The cards that slices had better be cut from, or null for the fullest that suffice.</summary>
    public IReadOnlyList<int>? CardsFor(Part part, HourRange interval)
    {
        if (placement is null || demand.MilliPerCard == Listing.WholeCard)
        {
            return null;
        }

        var residual = placement.Evaluate(State(part.Offer, interval), Shape(part.Cards)).Residual;
        return [.. part.Offer.Occupancy.FreeCards(interval, residual).Take(part.Cards).Select(free => free.Card)];
    }

    private int Score(int state, int cards) => placement!.Score(state, Shape(cards));

    private int Shape(int cards)
    {
        if (!_shapes.TryGetValue(cards, out var shape))
        {
            _shapes[cards] = shape = placement!.InternShape(new(cards, demand.MilliPerCard, cards * demand.CpuMilliPerCard, cards * demand.MemoryMiBPerCard));
        }

        return shape;
    }

    private int State(Offer offer, HourRange interval)
    {
        Span<int> free = stackalloc int[offer.Occupancy.Cards];
        offer.Occupancy.FreeMilli(interval, free);
        var (cpu, memory) = offer.Occupancy.FreeShares(interval);
        return placement!.Intern(new(offer.Accelerator.Model, offer.Occupancy.Cards), free, (int)Math.Clamp(cpu, 0, int.MaxValue), (int)Math.Clamp(memory, 0, int.MaxValue));
    }

    private sealed class Candidate(Part part, int state)
    {
        public Part Part => part;

        public int State => state;

        public int Cards { get; set; }

        public int Score { get; set; }

        public static IComparer<Candidate> BestFirst { get; } = Comparer<Candidate>.Create(Compare);

        private static int Compare(Candidate a, Candidate b)
        {
            // Score a card, without dividing.
            var order = ((long)b.Score * a.Cards).CompareTo((long)a.Score * b.Cards);
            order = order != 0 ? order : a.Part.CostPerCard.CompareTo(b.Part.CostPerCard);
            order = order != 0 ? order : b.Cards.CompareTo(a.Cards);
            order = order != 0 ? order : a.Part.Offer.Node.Id.CompareTo(b.Part.Offer.Node.Id);
            return order != 0 ? order : a.Part.Offer.Listing.Id.CompareTo(b.Part.Offer.Listing.Id);
        }
    }
}
