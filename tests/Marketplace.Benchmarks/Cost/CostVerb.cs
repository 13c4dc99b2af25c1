using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Benchmarks.Cost;

/// <summary>How much dearer the matcher's plans are than the cheapest there are, by an integer program solved exactly.</summary>
internal static class CostVerb
{
    public const string Usage = "[--markets 200] [--seed 1] [--quick]";

    public static async Task<int> RunAsync(Options options)
    {
        Verb.Require(Cbc.IsThere() ? null : "There is no cbc: install coinor-cbc (Debian) or its like.");
        var (markets, seed) = (options.Number("--markets", options.Has("--quick") ? 20 : 200), options.Number("--seed", 1));
        var (generator, matcher) = (new MarketGenerator(new((ulong)seed)), new Matcher(new(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"))));
        var tally = new Tally();
        using var cbc = new Cbc();
        for (var i = 0; i < markets; i++)
        {
            var market = generator.Next();
            var exact = new ExactPlan(market);
            var buyer = new BuyerView(Id<Organization>.New(MarketGenerator.Now), new HashSet<Id<Organization>>());
            var plan = matcher.TryMatch(market.Demand, CapacityIndex.Of([.. market.Offers.Select(offer => offer.ToOffer())]), buyer, MarketGenerator.Now);
            tally.Add(i, market, Cost(plan, market, exact), await exact.SolveAsync(cbc));
        }

        await Report.WriteAsync(new { seed, report = tally.Report() }, tally.Figures());
        return 0;
    }

    /// <summary>The plan's cost before rounding, by the same prices as the program's; null where there is no plan.</summary>
    private static (int Start, decimal Cost)? Cost(Plan? plan, RawMarket market, ExactPlan exact)
    {
        if (plan is null)
        {
            return null;
        }

        var start = plan.Interval.From.Number;
        return (start, plan.Legs.Sum(leg => leg.Cards * (exact.Cost(market.Offers.First(offer => offer.Listing.Id == leg.ListingId && offer.Node.Id == leg.NodeId), start)
            ?? throw new InvalidOperationException("The plan is over the limit price."))));
    }

    private sealed class Tally
    {
        private readonly List<double> _gaps = [];
        private readonly List<int> _missed = [];
        private readonly List<int> _impossible = [];
        private int _batches;
        private int _neither;

        public void Add(int number, RawMarket market, (int Start, decimal Cost)? plan, (int Start, decimal Cost)? optimum)
        {
            switch (plan, optimum)
            {
                case (null, null):
                    _neither++;
                    break;
                case (null, _):
                    _missed.Add(number);
                    break;

                // Cheaper or earlier than anything that is possible: the plan or the program is wrong.
                case ({ } made, var best) when best is null || made.Cost < best.Value.Cost || (market.Demand.Urgency == Urgency.User && made.Start < best.Value.Start):
                    _impossible.Add(number);
                    break;

                // A later start than the earliest counts as a miss, whatever it costs.
                case ({ } made, { } best) when market.Demand.Urgency == Urgency.User && made.Start > best.Start:
                    _missed.Add(number);
                    break;
                case ({ } made, { } best):
                    _batches += market.Demand.Urgency == Urgency.Batch ? 1 : 0;
                    _gaps.Add((double)((made.Cost / best.Cost) - 1) * 100);
                    break;
            }
        }

        public Figure[] Figures() =>
        [
            new("markets with a plan", _gaps.Count, ""),
            new Figure("dearer than the cheapest plan, mean", _gaps.DefaultIfEmpty().Average(), "%").AtMost(1),
            new Figure("… worst", _gaps.DefaultIfEmpty().Max(), "%").AtMost(5),
            new Figure("feasible by the program alone", _missed.Count, "").AtMost(0),
            new Figure("feasible by the matcher alone", _impossible.Count, "").AtMost(0),
        ];

        public object Report() => new
        {
            markets = _gaps.Count + _neither + _missed.Count + _impossible.Count,
            both = _gaps.Count,
            ofThemBatches = _batches,
            neither = _neither,
            onlySolver = _missed,
            onlyMatcher = _impossible,
            optimal = _gaps.Count(gap => gap == 0),
            meanGapPercent = Math.Round(_gaps.DefaultIfEmpty().Average(), 4),
            worstGapPercent = Math.Round(_gaps.DefaultIfEmpty().Max(), 4),
        };
    }
}
