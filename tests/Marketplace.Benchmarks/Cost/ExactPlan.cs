using System.Globalization;
using System.Text;
using Marketplace.Domain.Market;

namespace Marketplace.Benchmarks.Cost;

/// <summary>
/// The cheapest plan by an integer program. It is written from the rules and the reservations, hour by hour and card by card, and
/// shares no code with the matcher: a variable says that one card under one listing is taken at one start.
/// </summary>
internal sealed class ExactPlan
{
    private const int UtcToShanghaiHours = 8;

    private readonly Demand _demand;
    private readonly List<Take> _takes = [];
    private readonly RawMarket _market;

    public ExactPlan(RawMarket market)
    {
        (_market, _demand) = (market, market.Demand);
        for (var start = _demand.Window.From.Number; start + _demand.Hours <= _demand.Window.To.Number; start++)
        {
            for (var i = 0; i < market.Offers.Count; i++)
            {
                var offer = market.Offers[i];
                if (!MaySell(offer, start) || Cost(offer, start) is not { } cost)
                {
                    continue;
                }

                var cards = offer.Holding is null ? Enumerable.Range(0, offer.Node.Cards) : offer.Listing.ResaleCards!;
                _takes.AddRange(cards.Where(card => Hours(start).All(hour => IsFree(offer, card, hour))).Select(card => new Take(start, i, card, cost)));
            }
        }
    }

    /// <summary>
    /// The start and the cost of the cheapest plan, in millionths of a yuan: of the earliest feasible start for a user, of all for
    /// a batch. Null where there is none.
    /// </summary>
    public async Task<(int Start, decimal Cost)?> SolveAsync(Cbc cbc)
    {
        var takes = _takes;
        if (_demand.Urgency == Urgency.User)
        {
            if (await TakenAsync(cbc, takes, take => take.Start - _demand.Window.From.Number) is not { } earliest)
            {
                return null;
            }

            takes = [.. takes.Where(take => take.Start == earliest[0].Start)];
        }

        return await TakenAsync(cbc, takes, take => take.Cost) is { } taken ? (taken[0].Start, taken.Sum(take => take.Cost)) : null;
    }

    /// <summary>What a card costs under the offer over the hours from the start on; null where that is over the limit price.</summary>
    public decimal? Cost(RawOffer offer, int start)
    {
        var price = (decimal)offer.Listing.PricePerCardHour.MicroYuan;
        var cost = Hours(start).Sum(hour => offer.Listing.OffPeak is { } offPeak && IsOffPeak(offPeak, hour)
            ? Math.Round(price * offPeak.Factor.Millionths / 1_000_000, MidpointRounding.AwayFromZero) : price);
        return _demand.MaxPricePerCardHour is { } limit && cost > (decimal)limit.MicroYuan * _demand.Hours ? null : cost;
    }

    private static bool IsOffPeak(OffPeak offPeak, int hour)
    {
        // Hour by hour round the clock, from the first that is off-peak to the one before the first that isn't.
        for (var at = offPeak.FromHour; at != offPeak.ToHour; at = (at + 1) % 24)
        {
            if (at == (hour + UtcToShanghaiHours) % 24)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsFor(Reservation reservation, int hour) => reservation.From.Number <= hour && hour < reservation.To.Number;

    private IEnumerable<int> Hours(int start) => Enumerable.Range(start, _demand.Hours);

    private bool MaySell(RawOffer offer, int start) =>
        (_demand.Accelerators.Count == 0 || _demand.Accelerators.Contains(offer.Accelerator.Model))
        && (_demand.Regions.Count == 0 || _demand.Regions.Any(region => offer.Center.RegionCode.StartsWith(region, StringComparison.Ordinal)))
        && _demand.MilliPerCard % offer.Listing.SliceMilli == 0
        && _demand.Hours >= offer.Listing.MinHours
        && offer.Listing.From.Number <= start && start + _demand.Hours <= offer.Listing.To.Number
        && (offer.Node.WithdrawnFrom is not { } gone || start + _demand.Hours <= gone.Number)
        && (offer.Holding is not { } held || (_demand.CpuMilliPerCard <= held.CpuMilliPerCard && _demand.MemoryMiBPerCard <= held.MemoryMiBPerCard));

    /// <summary>An owner sells what nobody has, a holder what he still has himself.</summary>
    private bool IsFree(RawOffer offer, int card, int hour)
    {
        var there = offer.Reservations.Where(r => r.Card == card && IsFor(r, hour)).ToList();
        return offer.Holding is null
            ? there.Sum(r => r.Milli) + _demand.MilliPerCard <= 1000
            : there.Any(r => r.LegId == offer.Holding.Id);
    }

    private async Task<List<Take>?> TakenAsync(Cbc cbc, List<Take> takes, Func<Take, decimal> weight)
    {
        if (takes.Count < _demand.Cards)
        {
            return null;
        }

        var chosen = await cbc.SolveAsync(Program(takes, weight));
        return chosen is null ? null : [.. takes.Where((_, i) => chosen.Contains($"x{i}"))];
    }

    private string Program(List<Take> takes, Func<Take, decimal> weight)
    {
        var program = new StringBuilder("Minimize\n obj:");
        var integers = new List<string>();
        var all = takes.Select((take, i) => (Take: take, Name: $"x{i}", Offer: _market.Offers[take.Offer])).ToList();
        Sum(all.Select(x => (weight(x.Take), x.Name)));
        program.Append("\nSubject To\n");

        // At one start, all the cards.
        var starts = all.GroupBy(x => x.Take.Start).ToList();
        Row(starts.Select(start => (1m, $"s{start.Key}")), "= 1");
        foreach (var start in starts)
        {
            Row([.. start.Select(x => (1m, x.Name)), (-_demand.Cards, $"s{start.Key}")], "= 0");
        }

        foreach (var offer in all.GroupBy(x => (x.Take.Start, x.Take.Offer)))
        {
            if (_demand.CardsPerNode is { } gang)
            {
                integers.Add($"g{offer.Key.Start}o{offer.Key.Offer}");
                Row([.. offer.Select(x => (1m, x.Name)), (-gang, integers[^1])], "= 0");
            }

            var raw = _market.Offers[offer.Key.Offer];
            foreach (var hour in raw.Holding is null ? Hours(offer.Key.Start) : [])
            {
                var there = raw.Reservations.Where(r => IsFor(r, hour)).ToList();
                Within(offer.Select(x => x.Name), _demand.CpuMilliPerCard, (raw.Node.Vcpus * 1000L) - there.Sum(r => (long)r.CpuMilli));
                Within(offer.Select(x => x.Name), _demand.MemoryMiBPerCard, (raw.Node.MemoryGiB * 1024L) - there.Sum(r => (long)r.MemoryMiB));
            }
        }

        if (!_demand.MixModels)
        {
            OneOf(x => x.Offer.Accelerator.Model, "m");
        }

        if (_demand.SameCenter)
        {
            OneOf(x => x.Offer.Center.Id.ToString(), "c");
        }

        program.Append("Binary\n");
        foreach (var name in all.Select(x => x.Name).Concat(starts.Select(start => $"s{start.Key}")))
        {
            program.Append(' ').Append(name).Append('\n');
        }

        program.Append("General\n");
        foreach (var name in integers)
        {
            program.Append(' ').Append(name).Append('\n');
        }

        return program.Append("End\n").ToString();

        void Sum(IEnumerable<(decimal Weight, string Name)> terms)
        {
            foreach (var (factor, name) in terms)
            {
                program.Append(CultureInfo.InvariantCulture, $"\n {(factor < 0 ? "-" : "+")} {Math.Abs(factor)} {name}");
            }
        }

        void Row(IEnumerable<(decimal Weight, string Name)> terms, string bound)
        {
            Sum(terms);
            program.Append(' ').Append(bound).Append('\n');
        }

        void Within(IEnumerable<string> names, long each, long most)
        {
            if (each > 0)
            {
                Row(names.Select(name => ((decimal)each, name)), $"<= {most.ToString(CultureInfo.InvariantCulture)}");
            }
        }

        void OneOf(Func<(Take Take, string Name, RawOffer Offer), string> of, string prefix)
        {
            var kinds = all.GroupBy(of).Select((kind, i) => (Items: kind.ToList(), Name: $"{prefix}{i}")).ToList();
            Row(kinds.Select(kind => (1m, kind.Name)), "<= 1");
            foreach (var (items, name) in kinds)
            {
                integers.Add(name);
                foreach (var x in items)
                {
                    Row([(1m, x.Name), (-1m, name)], "<= 0");
                }
            }
        }
    }

    /// <summary>One card under one offer at one start.</summary>
    private sealed record Take(int Start, int Offer, int Card, decimal Cost);
}
