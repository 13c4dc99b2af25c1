using System.Globalization;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Market.Placement;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// Answers a demand with the best plan over a snapshot of the market. A pure function: the same market, demand and profile give
/// the same plan.
/// </summary>
/// <param name="time">Business time, for off-peak hours.</param>
/// <param name="placement">What later demands could no longer use; null where nothing was learned yet.</param>
public sealed class Matcher(BusinessTime time, PackV? placement = null)
{
    /// <summary>Starts of a batch that are looked at in full; those with the least possible cost first.</summary>
    private const int MaxStarts = 500;

    /// <summary>Starts that cost the same and are compared by what they leave.</summary>
    private const int MaxEqualStarts = 24;

    /// <summary>Starts that a user's demand tries one by one, before all of the window is looked at together.</summary>
    private const int FirstStarts = 4;

    /// <param name="demand">What is wanted.</param>
    /// <param name="capacity">The market.</param>
    /// <param name="buyer">For whom.</param>
    /// <param name="now">Hours that have begun aren't sold.</param>
    public MatchResult Match(Demand demand, CapacityIndex capacity, BuyerView buyer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(demand);
        ArgumentNullException.ThrowIfNull(capacity);
        var window = Window(demand, now);
        return window.Hours < demand.Hours ? MatchResult.Unfillable("in_the_past", "The hours asked for have begun already.")
            : TryMatch(demand, capacity, buyer, now) is { } plan ? new(plan, [])
            : new(null, [WhyNot(demand, capacity, buyer, window)]);
    }

    /// <summary>The plan alone; null where there is none, without the work of finding out why.</summary>
    public Plan? TryMatch(Demand demand, CapacityIndex capacity, BuyerView buyer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(demand);
        ArgumentNullException.ThrowIfNull(capacity);
        var window = Window(demand, now);
        return window.Hours >= demand.Hours && Draft(demand, capacity, buyer, window) is { } draft ? ToPlan(demand, draft, now) : null;
    }

    private static HourRange Window(Demand demand, DateTimeOffset now) =>
        demand.Window with { From = Hour.Max(demand.Window.From, Hour.AtOrAfter(now)) };

    private Draft? Draft(Demand demand, CapacityIndex capacity, BuyerView buyer, HourRange window)
    {
        var search = SearchFor(demand, capacity, buyer, window);
        return window.Hours == demand.Hours ? search.At(window.From)
            : demand.Urgency == Urgency.User ? First(search, demand, window)
            : Cheapest(search, demand, window);
    }

    private Search SearchFor(Demand demand, CapacityIndex capacity, BuyerView buyer, HourRange window)
    {
        var suitability = new Suitability(demand, capacity, buyer, window);
        return new(demand, suitability.Lots(), suitability.Suits(), new(demand, window, time), placement);
    }

    private static IEnumerable<Hour> Starts(Demand demand, HourRange window) =>
        Enumerable.Range(0, window.Hours - demand.Hours + 1).Select(offset => window.From + offset);

    private static Draft? First(Search search, Demand demand, HourRange window)
    {
        var soon = Starts(demand, window).Take(FirstStarts).Select(search.At).FirstOrDefault(draft => draft is not null);
        return soon ?? search.StartsWithCards(window).Where(start => start >= window.From + FirstStarts).Select(search.At).FirstOrDefault(draft => draft is not null);
    }

    /// <summary>Looks at starts in the order of the least that they could cost, until no other can be better.</summary>
    private static Draft? Cheapest(Search search, Demand demand, HourRange window)
    {
        var promising = search.StartsWithCards(window).Select(start => (Start: start, Least: search.LeastCost(start))).Where(start => start.Least is not null)
            .OrderBy(start => start.Least!.Value).ThenBy(start => start.Start).Take(MaxStarts);
        Draft? best = null;
        var equals = 0;
        foreach (var (start, least) in promising)
        {
            if (best is not null && demand.Strategy == Strategy.Cheapest && (least > best.Cost || (least == best.Cost && ++equals >= MaxEqualStarts)))
            {
                break;
            }

            if (search.At(start) is { } draft && draft.IsBetterThan(best))
            {
                best = draft;
            }
        }

        return best;
    }

    /// <summary>No plan came out: the constraint that leaves no offer, or the one without which there would be a plan.</summary>
    private UnfillableReason WhyNot(Demand demand, CapacityIndex capacity, BuyerView buyer, HourRange window)
    {
        if (new Suitability(demand, capacity, buyer, window).Obstacle() is { } obstacle)
        {
            return obstacle;
        }

        var free = demand with { MixModels = true, SameCenter = false, MaxPricePerCardHour = null };
        if (StartWithout(free) is null)
        {
            var most = SearchFor(free, capacity, buyer, window).MostCards(window);
            return new("sold_out", string.Create(CultureInfo.InvariantCulture, $"At most {most} of {demand.Cards} cards are free over {demand.Hours} hours in one go."));
        }

        return !demand.MixModels && StartWithout(demand with { MixModels = true }) is not null ? new("one_model", "Enough cards are free, but not of one model.")
            : demand.SameCenter && StartWithout(demand with { SameCenter = false, MixModels = true }) is not null ? new("one_center", "Enough cards are free, but not in one centre.")
            : demand.MaxPricePerCardHour is not null && StartWithout(demand with { MaxPricePerCardHour = null }) is not null ? new("price", "Enough cards are free, but not within the limit price.")
            : new("together", "Enough cards are free, but not of one model, in one centre and within the limit price together.");

        Draft? StartWithout(Demand relaxed) => Draft(relaxed with { Urgency = Urgency.User, Strategy = Strategy.Cheapest }, capacity, buyer, window);
    }

    private Plan ToPlan(Demand demand, Draft draft, DateTimeOffset now)
    {
        var fragmentation = new Fragmentation(demand, placement);
        var shares = demand.ExpectedTokens is { } tokens ? TokenShares(tokens, draft) : null;
        return new(draft.Interval, [.. draft.Parts.Select((part, i) => ToLeg(demand, draft, part, shares?[i], fragmentation, now))]);
    }

    private PlannedLeg ToLeg(Demand demand, Draft draft, Part part, ExpectedTokens? tokens, Fragmentation fragmentation, DateTimeOffset now)
    {
        var (listing, node) = (part.Offer.Listing, part.Offer.Node);
        return new()
        {
            Id = Id<Leg>.New(now),
            ListingId = listing.Id,
            ParentId = listing.ResaleOf,
            SellerId = listing.SellerId,
            CenterId = part.Offer.Center.Id,
            NodeId = node.Id,
            Node = node.Name,
            Accelerator = part.Offer.Accelerator.Model,
            Cards = part.Cards,
            MilliPerCard = demand.MilliPerCard,
            Product = listing.Product,
            PricePerCardHour = listing.PricePerCardHour,
            OffPeak = listing.OffPeak,
            TokenPrices = listing.TokenPrices,
            ExpectedTokens = tokens,
            Amount = tokens is null
                ? new Tariff(listing.PricePerCardHour, listing.OffPeak, time).FullAmount(draft.Interval, part.Cards, demand.MilliPerCard)
                : listing.TokenPrices!.Of(tokens),
            CardNumbers = fragmentation.CardsFor(part, draft.Interval),
        };
    }

    /// <summary>Each leg's share of the tokens by its cards; what can't be divided goes to the first ones.</summary>
    private static ExpectedTokens[] TokenShares(ExpectedTokens tokens, Draft draft)
    {
        var (cards, all, input, output) = (0L, draft.Parts.Sum(part => (long)part.Cards), 0L, 0L);
        return [.. draft.Parts.Select(part =>
        {
            cards += part.Cards;
            var upTo = new ExpectedTokens((long)((Int128)tokens.Input * cards / all), (long)((Int128)tokens.Output * cards / all));
            var share = new ExpectedTokens(upTo.Input - input, upTo.Output - output);
            (input, output) = (upTo.Input, upTo.Output);
            return share;
        })];
    }
}
