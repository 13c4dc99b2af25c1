using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// What a whole card of each lot costs over any interval of a window, before rounding, in millionths of a yuan: hours are counted
/// once for each kind of off-peak, so that sliding a demand through a window costs nothing more.
/// </summary>
internal sealed class LotPrices(Demand demand, HourRange window, BusinessTime time)
{
    private readonly Dictionary<(int From, int To), OffPeakHours> _offPeakHours = [];

    public LotPrice Of(Lot lot)
    {
        var listing = lot.Listing;
        if (listing.Product == Product.Tokens)
        {
            return new(Tokens(listing.TokenPrices!, demand.ExpectedTokens ?? new(0, 0)), 0, null);
        }

        var price = (Int128)listing.PricePerCardHour.MicroYuan;
        return listing.OffPeak is not { } offPeak
            ? new(price * demand.Hours, 0, null)
            : new(price * demand.Hours, price - listing.PricePerCardHour.Times(offPeak.Factor).MicroYuan, HoursIn(offPeak));
    }

    /// <summary>The order's tokens at the lot's prices, so that lots compare; not divided by cards, which all lots give alike.</summary>
    private static Int128 Tokens(TokenPrices prices, ExpectedTokens tokens) =>
        ((Int128)prices.InputPerMillion.MicroYuan * tokens.Input) + ((Int128)prices.OutputPerMillion.MicroYuan * tokens.Output);

    private OffPeakHours HoursIn(OffPeak offPeak)
    {
        if (!_offPeakHours.TryGetValue((offPeak.FromHour, offPeak.ToHour), out var hours))
        {
            var before = new int[window.Hours + 1];
            for (var i = 0; i < window.Hours; i++)
            {
                before[i + 1] = before[i] + (offPeak.Covers(time.HourOfDay(window.From + i)) ? 1 : 0);
            }

            int[] byStart = [.. Enumerable.Range(0, window.Hours - demand.Hours + 1).Select(start => before[start + demand.Hours] - before[start])];
            _offPeakHours.Add((offPeak.FromHour, offPeak.ToHour), hours = new(byStart, byStart.Max()));
        }

        return hours;
    }
}

/// <summary>How many of a demand's hours are off-peak.</summary>
/// <param name="ByStart">Starts count from 0, the window's first hour.</param>
/// <param name="Most">At any start.</param>
internal sealed record OffPeakHours(int[] ByStart, int Most);

/// <summary>What a whole card of a lot costs over a demand's hours, in millionths of a yuan.</summary>
/// <param name="Full">Where no hour is off-peak.</param>
/// <param name="Off">By how much each off-peak hour is cheaper.</param>
/// <param name="OffPeak">Null where no hour is.</param>
internal readonly record struct LotPrice(Int128 Full, Int128 Off, OffPeakHours? OffPeak)
{
    /// <summary>At the best start.</summary>
    public Int128 Least => OffPeak is null ? Full : Full - (Off * OffPeak.Most);

    public Int128 At(int start) => OffPeak is null ? Full : Full - (Off * OffPeak.ByStart[start]);
}
