using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Market;

/// <summary>
/// What a whole card of a lot costs over any interval of a window, before rounding, in millionths of a yuan: hours are counted
/// once for each kind of off-peak, so that sliding a demand through a window costs nothing more.
/// </summary>
internal sealed class LotPrices(Demand demand, HourRange window, BusinessTime time)
{
    private readonly Dictionary<(int From, int To), int[]> _offPeakHours = [];

    public Int128 CostPerCard(Lot lot, HourRange interval)
    {
        if (lot.Listing.Product == Product.Tokens)
        {
            return Tokens(lot.Listing.TokenPrices!, demand.ExpectedTokens ?? new(0, 0));
        }

        var price = (Int128)lot.Listing.PricePerCardHour.MicroYuan;
        if (lot.Listing.OffPeak is not { } offPeak)
        {
            return price * interval.Hours;
        }

        var before = HoursBefore(offPeak);
        var cheap = before[interval.To - window.From] - before[interval.From - window.From];
        return (price * (interval.Hours - cheap)) + ((Int128)lot.Listing.PricePerCardHour.Times(offPeak.Factor).MicroYuan * cheap);
    }

    /// <summary>The order's tokens at the lot's prices, so that lots compare; not divided by cards, which all lots give alike.</summary>
    private static Int128 Tokens(TokenPrices prices, ExpectedTokens tokens) =>
        ((Int128)prices.InputPerMillion.MicroYuan * tokens.Input) + ((Int128)prices.OutputPerMillion.MicroYuan * tokens.Output);

    private int[] HoursBefore(OffPeak offPeak)
    {
        if (!_offPeakHours.TryGetValue((offPeak.FromHour, offPeak.ToHour), out var before))
        {
            before = new int[window.Hours + 1];
            for (var i = 0; i < window.Hours; i++)
            {
                before[i + 1] = before[i] + (offPeak.Covers(time.HourOfDay(window.From + i)) ? 1 : 0);
            }

            _offPeakHours.Add((offPeak.FromHour, offPeak.ToHour), before);
        }

        return before;
    }
}
