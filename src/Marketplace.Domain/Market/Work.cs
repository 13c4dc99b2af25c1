using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// Work to be done instead of cards to be had: either P-hours (FP16 petaFLOPS × hours, dense) or tokens of a model. How many
/// cards for how long follows from the catalogue's TFLOPS or from the speed that listings were measured at.
/// </summary>
/// <param name="PflopsHours">P-hours; null where the work is tokens.</param>
/// <param name="Model">The model that makes the tokens.</param>
/// <param name="Tokens">How many; null where the work is P-hours.</param>
public sealed record Work(decimal? PflopsHours, string? Model, long? Tokens);

/// <summary>How the work became cards and hours.</summary>
/// <param name="Cards">Of each leg together.</param>
/// <param name="Hours">How long.</param>
/// <param name="Fp16Tflops">Of a card, where the work is P-hours.</param>
/// <param name="TokensPerSecondPerCard">The measured floor, where the work is tokens.</param>
public sealed record WorkBasis(int Cards, int Hours, decimal? Fp16Tflops, decimal? TokensPerSecondPerCard);

/// <summary>Turns work into demands for cards, and takes the one whose plan is best.</summary>
public sealed class WorkMatcher(Matcher matcher)
{
    private const int TflopsPerPflops = 1000;
    private const int SecondsPerHour = 3600;

    /// <summary>Different measured speeds that are tried, the fastest first.</summary>
    private const int MaxSpeeds = 8;

    /// <param name="work">What is to be done.</param>
    /// <param name="demand">Everything else that is asked for; its cards and hours are not looked at.</param>
    /// <param name="capacity">The market.</param>
    /// <param name="buyer">For whom.</param>
    /// <param name="now">Hours that have begun aren't sold.</param>
    /// <returns>The demand for cards with its match; of a user the one that ends first, of a batch the one that costs least.</returns>
    public (Demand Demand, MatchResult Match, WorkBasis? Basis) Match(Work work, Demand demand, CapacityIndex capacity, BuyerView buyer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(demand);
        ArgumentNullException.ThrowIfNull(capacity);
        var window = demand.Window with { From = Hour.Max(demand.Window.From, Hour.AtOrAfter(now)) };
        var ways = (work.Tokens is null ? ByPflops(work, demand, capacity) : ByTokens(work, demand, capacity))
            .SelectMany(speed => Sizes(speed, demand, window.Hours)).ToList();
        (Demand, Plan Plan, WorkBasis)? best = null;
        foreach (var (sized, basis) in ways)
        {
            if (matcher.TryMatch(sized, capacity, buyer, now) is { } plan && (best is null || IsBetter(plan, best.Value.Plan, demand.Urgency)))
            {
                best = (sized, plan, basis);
            }
        }

        return best is { } found ? (found.Item1, new(found.Plan, []), found.Item3)
            : ways.Count > 0 ? (ways[0].Demand, matcher.Match(ways[0].Demand, capacity, buyer, now), null)
            : (demand, MatchResult.Unfillable(work.Tokens is null ? "no_accelerator" : "throughput", "Nothing on offer can do that work in the window."), null);
    }

    private static bool IsBetter(Plan plan, Plan than, Urgency urgency)
    {
        var (sooner, cheaper) = (plan.Interval.To.CompareTo(than.Interval.To), plan.Total.CompareTo(than.Total));
        return urgency == Urgency.User ? sooner < 0 || (sooner == 0 && cheaper < 0) : cheaper < 0 || (cheaper == 0 && sooner < 0);
    }

    private static IEnumerable<Speed> ByPflops(Work work, Demand demand, CapacityIndex capacity) =>
        from model in demand.Accelerators.Count == 0 ? capacity.Models : demand.Accelerators
        let accelerator = capacity.Catalogue.GetValueOrDefault(model)
        where accelerator is not null
        select new Speed(work.PflopsHours!.Value * TflopsPerPflops / accelerator.Fp16Tflops, [model], null, accelerator.Fp16Tflops);

    private static IEnumerable<Speed> ByTokens(Work work, Demand demand, CapacityIndex capacity) => (
        from model in demand.Accelerators.Count == 0 ? capacity.Models : demand.Accelerators
        from lot in capacity.Shelf(model)
        let speed = Suitability.SpeedWith(lot.Listing, work.Model!)
        where speed is not null
        select speed.Value).Distinct().OrderDescending().Take(MaxSpeeds)
        .Select(speed => new Speed(work.Tokens!.Value / (speed * SecondsPerHour), demand.Accelerators, new(work.Model!, speed), null));

    /// <summary>Half as long with twice the cards, again and again, from the whole window to an hour.</summary>
    private static IEnumerable<(Demand Demand, WorkBasis Basis)> Sizes(Speed speed, Demand demand, int windowHours)
    {
        var gang = demand.CardsPerNode ?? 1;
        var cardHours = speed.CardHours * Listing.WholeCard / demand.MilliPerCard;
        var before = 0;
        for (var hours = Math.Min(windowHours, Demand.MaxHours); hours > 0; hours /= 2)
        {
            var cards = (int)Math.Min(Math.Ceiling(cardHours / hours / gang) * gang, Demand.MaxCards + 1);
            if (cards <= Demand.MaxCards && cards != before)
            {
                before = cards;
                var needed = Math.Max(1, (int)Math.Ceiling(cardHours / cards));
                yield return (
                    demand with { Cards = cards, Hours = needed, Accelerators = speed.Models, Throughput = speed.Floor },
                    new(cards, needed, speed.Fp16Tflops, speed.Floor?.TokensPerSecondPerCard));
            }
        }
    }

    /// <summary>Hours that one whole card would need for all of the work, and which cards that holds for.</summary>
    private sealed record Speed(decimal CardHours, IReadOnlyList<string> Models, Throughput? Floor, decimal? Fp16Tflops);
}
