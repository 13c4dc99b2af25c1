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
    /// <param name="demand">What is wanted.</param>
    /// <param name="capacity">The market.</param>
    /// <param name="buyer">For whom.</param>
    /// <param name="now">Hours that have begun aren't sold.</param>
    public MatchResult Match(Demand demand, CapacityIndex capacity, BuyerView buyer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(demand);
        ArgumentNullException.ThrowIfNull(capacity);
        return ViewOf(demand, capacity, buyer, now) is not { } view ? MatchResult.Unfillable("in_the_past", "The hours asked for have begun already.")
            : Draft(demand, view) is { } draft ? new(ToPlan(demand, draft, now), [])
            : new(null, [WhyNot(demand, view)]);
    }

    /// <summary>The plan alone; null where there is none, without the work of finding out why.</summary>
    public Plan? TryMatch(Demand demand, CapacityIndex capacity, BuyerView buyer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(demand);
        ArgumentNullException.ThrowIfNull(capacity);
        return ViewOf(demand, capacity, buyer, now) is { } view && Draft(demand, view) is { } draft ? ToPlan(demand, draft, now) : null;
    }

    /// <summary>Null where too few of the hours are still to come.</summary>
    private View? ViewOf(Demand demand, CapacityIndex capacity, BuyerView buyer, DateTimeOffset now)
    {
        var window = demand.Window with { From = Hour.Max(demand.Window.From, Hour.AtOrAfter(now)) };
        return window.Hours < demand.Hours ? null : new(capacity, buyer, window, new(demand, window, new(demand, capacity, buyer, window)), new(demand, window, time));
    }

    private Draft? Draft(Demand demand, View view)
    {
        var search = SearchFor(demand, view);
        return view.Window.Hours == demand.Hours ? search.At(0)
            : demand.Urgency == Urgency.User ? search.First()
            : search.Best();
    }

    private Search SearchFor(Demand demand, View view) =>
        new(demand, view.Window, new(demand, view.Capacity, view.Buyer, view.Window), view.Times, view.Prices, placement);

    /// <summary>No plan came out: the constraint that leaves no offer, or the one without which there would be a plan.</summary>
    private UnfillableReason WhyNot(Demand demand, View view)
    {
        if (new Suitability(demand, view.Capacity, view.Buyer, view.Window).Obstacle() is { } obstacle)
        {
            return obstacle;
        }

        var most = SearchFor(demand with { MixModels = true, SameCenter = false, MaxPricePerCardHour = null }, view).MostCards();
        return most < demand.Cards ? new("sold_out", string.Create(CultureInfo.InvariantCulture, $"At most {most} of {demand.Cards} cards are free over {demand.Hours} hours in one go."))
            : !demand.MixModels && IsThereWithout(demand with { MixModels = true }) ? new("one_model", "Enough cards are free, but not of one model.")
            : demand.SameCenter && IsThereWithout(demand with { SameCenter = false, MixModels = true }) ? new("one_center", "Enough cards are free, but not in one centre.")
            : demand.MaxPricePerCardHour is not null && IsThereWithout(demand with { MaxPricePerCardHour = null }) ? new("price", "Enough cards are free, but not within the limit price.")
            : new("together", "Enough cards are free, but not of one model, in one centre and within the limit price together.");

        bool IsThereWithout(Demand relaxed) => Draft(relaxed with { Urgency = Urgency.User, Strategy = Strategy.Cheapest }, view) is not null;
    }

    private Plan ToPlan(Demand demand, Draft draft, DateTimeOffset now)
    {
        var fragmentation = new Fragmentation(demand, placement);
        var amounts = new Dictionary<(Id<Listing>, int Cards), Money>();
        var shares = demand.ExpectedTokens is { } tokens ? TokenShares(tokens, draft) : null;
        return new(draft.Interval, [.. draft.Parts.Select((part, i) => ToLeg(demand, draft, part, AmountOf(part, shares?[i]), shares?[i], fragmentation, now))]);

        // The nodes of a listing cost the same, and hours are slow to add up.
        Money AmountOf(Part part, ExpectedTokens? tokens)
        {
            var listing = part.Offer.Listing;
            return tokens is not null ? listing.TokenPrices!.Of(tokens)
                : amounts.TryGetValue((listing.Id, part.Cards), out var known) ? known
                : amounts[(listing.Id, part.Cards)] = new Tariff(listing.PricePerCardHour, listing.OffPeak, time).FullAmount(draft.Interval, part.Cards, demand.MilliPerCard);
        }
    }

    private static PlannedLeg ToLeg(Demand demand, Draft draft, Part part, Money amount, ExpectedTokens? tokens, Fragmentation fragmentation, DateTimeOffset now)
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
            Amount = amount,
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

    /// <summary>
    /// The market as one demand sees it. Counts and prices are kept, for they stay the same while it is tried with other groups
    /// and limits.
    /// </summary>
    private sealed record View(CapacityIndex Capacity, BuyerView Buyer, HourRange Window, StartTimes Times, LotPrices Prices);
}
