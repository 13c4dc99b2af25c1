using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// What a whole card of each lot costs over any interval of a window, before rounding, in millionths of a yuan: hours are counted
/// once for each kind of off-peak, so that sliding a demand through a window costs nothing more.
/// </summary>
internal sealed class LotPrices(Demand demand, HourRange window, BusinessTime time)
{
    private readonly Dictionary<(int From, int To), int[]> _offPeakHours = [];

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
            : new(price * demand.Hours, price - listing.PricePerCardHour.Times(offPeak.Factor).MicroYuan, OffPeakHours(offPeak));
    }

    /// <summary>The order's tokens at the lot's prices, so that lots compare; not divided by cards, which all lots give alike.</summary>
    private static Int128 Tokens(TokenPrices prices, ExpectedTokens tokens) =>
        ((Int128)prices.InputPerMillion.MicroYuan * tokens.Input) + ((Int128)prices.OutputPerMillion.MicroYuan * tokens.Output);

    /// <summary>By the start, counted from the window's: how many of the demand's hours are off-peak.</summary>
    private int[] OffPeakHours(OffPeak offPeak)
    {
        if (!_offPeakHours.TryGetValue((offPeak.FromHour, offPeak.ToHour), out var hours))
        {
            var before = new int[window.Hours + 1];
            for (var i = 0; i < window.Hours; i++)
            {
                before[i + 1] = before[i] + (offPeak.Covers(time.HourOfDay(window.From + i)) ? 1 : 0);
            }

            hours = [.. Enumerable.Range(0, window.Hours - demand.Hours + 1).Select(start => before[start + demand.Hours] - before[start])];
            _offPeakHours.Add((offPeak.FromHour, offPeak.ToHour), hours);
        }

        return hours;
    }
}

/// <summary>What a whole card of a lot costs over a demand's hours, in millionths of a yuan.</summary>
/// <param name="Full">Where no hour is off-peak.</param>
/// <param name="Off">By how much each off-peak hour is cheaper.</param>
/// <param name="Hours">Off-peak hours by the start, counted from the window's; null where there are none.</param>
internal readonly record struct LotPrice(Int128 Full, Int128 Off, int[]? Hours)
{
    public Int128 At(int start) => Hours is null ? Full : Full - (Off * Hours[start]);

    /// <summary>The least that it could cost, were every hour off-peak.</summary>
    public Int128 Least(int hours) => Hours is null ? Full : Full - (Off * hours);
}
