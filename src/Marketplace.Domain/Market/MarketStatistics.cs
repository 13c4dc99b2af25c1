using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>What was sold, added up: money, card time, and card time × TFLOPS.</summary>
public readonly record struct SoldVolume(Money Amount, CardTime CardTime, Int128 MicroTflopsCardTime)
{
    private const long MicroTflopsPerPflops = 1_000_000_000;

    /// <param name="fp16Tflops">Dense FP16 teraFLOPS of one card.</param>
    public static SoldVolume Of(Money amount, CardTime cardTime, decimal fp16Tflops) =>
        new(amount, cardTime, (Int128)cardTime.MilliCardSeconds * (long)(fp16Tflops * 1_000_000));

    public static SoldVolume operator +(SoldVolume left, SoldVolume right) =>
        new(left.Amount + right.Amount, left.CardTime + right.CardTime, left.MicroTflopsCardTime + right.MicroTflopsCardTime);

    /// <summary>P-hours as decimal text, to six places, half away from zero.</summary>
    public string ToPflopsHours() => DecimalText.Format(
        Rounding.HalfAwayFromZero(MicroTflopsCardTime * 1_000_000, (Int128)CardTime.PerCardHour * MicroTflopsPerPflops), places: 6, atLeast: 0);
}

/// <summary>A sum with the organizations that stand behind it.</summary>
public sealed class StatisticsCell
{
    private readonly HashSet<Id<Organization>> _parties = [];

    public SoldVolume Volume { get; private set; }

    public IReadOnlyCollection<Id<Organization>> Parties => _parties;

    public void Add(SoldVolume volume, params ReadOnlySpan<Id<Organization>> parties)
    {
        Volume += volume;
        foreach (var party in parties)
        {
            _parties.Add(party);
        }
    }
}

/// <summary>
/// Keeps figures of few parties from showing, directly or as what is left of a total when the figures beside it are taken off.
/// </summary>
public static class Disclosure
{
    /// <summary>How many organizations have to stand behind a figure.</summary>
    public const int LeastParties = 3;

    public static bool Allows(IReadOnlyCollection<Id<Organization>> parties) => parties.Count >= LeastParties;

    /// <summary>
    /// The cells of a total that may be shown beside it. Where what is left out stands for fewer than three parties together,
    /// the cells of the fewest parties are left out too, until it doesn't.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<TKey, StatisticsCell>> Shown<TKey>(IEnumerable<KeyValuePair<TKey, StatisticsCell>> cells)
    {
        var inOrder = cells.OrderBy(cell => cell.Value.Parties.Count).ThenBy(cell => cell.Value.Volume.Amount).ToList();
        var hidden = inOrder.Count(cell => !Allows(cell.Value.Parties));
        while (hidden > 0 && hidden < inOrder.Count && !Allows([.. inOrder.Take(hidden).SelectMany(cell => cell.Value.Parties).Distinct()]))
        {
            hidden++;
        }

        return [.. inOrder.Skip(hidden)];
    }
}
