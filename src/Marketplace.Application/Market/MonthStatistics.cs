using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Market;

/// <summary>A leg that was sold, as the statistics count it.</summary>
public sealed record SoldLeg(
    DateTimeOffset PlacedAt, Id<Organization> BuyerId, Id<Organization> SellerId, Workload Workload, ChipOrigin Origin, string Accelerator, string BuyerRegion,
    string CenterRegion, SoldVolume Volume, Money Vouchers);

/// <summary>
/// One month's figures. Each month is judged by itself which of them may be shown: were a longer time judged as a whole, the
/// difference of two such times would show what a month by itself doesn't.
/// </summary>
public sealed class MonthStatistics
{
    private readonly StatisticsCell _total = new();
    private readonly Dictionary<Workload, StatisticsCell> _workloads = [];
    private readonly Dictionary<ChipOrigin, StatisticsCell> _origins = [];
    private readonly Dictionary<(ChipOrigin Origin, string Model), StatisticsCell> _accelerators = [];
    private readonly Dictionary<(string Buyer, string Center), StatisticsCell> _flows = [];
    private readonly HashSet<Id<Organization>> _funded = [];
    private readonly HashSet<Id<Organization>> _asking = [];
    private Money _vouchers;
    private long _asked;
    private long _filled;

    public SoldVolume? Total => Disclosure.Allows(_total.Parties) ? _total.Volume : null;

    public IEnumerable<KeyValuePair<Workload, StatisticsCell>> Workloads => Disclosure.Shown(_workloads);

    public IEnumerable<KeyValuePair<ChipOrigin, StatisticsCell>> Origins => Disclosure.Shown(_origins);

    /// <summary>Models add up to their origin, so they show only where that does, and are judged beside it.</summary>
    public IEnumerable<KeyValuePair<string, StatisticsCell>> Accelerators => Origins
        .SelectMany(origin => Disclosure.Shown(_accelerators.Where(model => model.Key.Origin == origin.Key)))
        .Select(model => KeyValuePair.Create(model.Key.Model, model.Value));

    public IEnumerable<KeyValuePair<(string Buyer, string Center), StatisticsCell>> Flows => Disclosure.Shown(_flows);

    /// <summary>What vouchers were to pay of the total; that nobody had any is told as well.</summary>
    public Money? Vouchers => Total is not null && (_vouchers.IsZero || Disclosure.Allows(_funded)) ? _vouchers : null;

    public (long Asked, long Filled)? Quotes => Disclosure.Allows(_asking) ? (_asked, _filled) : null;

    public void Add(SoldLeg leg)
    {
        ArgumentNullException.ThrowIfNull(leg);
        foreach (var cell in (StatisticsCell[])
            [
                _total, In(_workloads, leg.Workload), In(_origins, leg.Origin), In(_accelerators, (leg.Origin, leg.Accelerator)), In(_flows, (leg.BuyerRegion, leg.CenterRegion)),
            ])
        {
            cell.Add(leg.Volume, leg.BuyerId, leg.SellerId);
        }

        if (leg.Vouchers.IsPositive)
        {
            _vouchers += leg.Vouchers;
            _funded.Add(leg.BuyerId);
            _funded.Add(leg.SellerId);
        }
    }

    public void AddEnquiry(Id<Organization> buyer, bool filled)
    {
        _asking.Add(buyer);
        _asked++;
        _filled += filled ? 1 : 0;
    }

    private static StatisticsCell In<TKey>(Dictionary<TKey, StatisticsCell> cells, TKey key)
        where TKey : notnull
    {
        if (!cells.TryGetValue(key, out var cell))
        {
            cells.Add(key, cell = new());
        }

        return cell;
    }
}
