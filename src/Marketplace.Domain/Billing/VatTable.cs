using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Billing;

/// <summary>
/// Which VAT rate is in a price: it follows from what is supplied and the seller's taxpayer kind, by the day on which the
/// supply ends. A row holds from its day until a later one of the same kind.
/// </summary>
public static class VatTable
{
    private sealed record Row(DateOnly From, Taxpayer Taxpayer, Supply? Supply, string Rate);

    /// <summary>
    /// Leasing of movable property: 17 % since the pilot (财税〔2016〕36号), 16 % from 财税〔2018〕32号, 13 % from 公告2019年第39号 of
    /// finance, taxes and customs. Small-scale taxpayers: 3 %, whatever they supply.
    /// </summary>
    private static readonly Row[] s_rows =
    [
        new(new(2016, 5, 1), Taxpayer.General, Supply.Lease, "0.17"),
        new(new(2018, 5, 1), Taxpayer.General, Supply.Lease, "0.16"),
        new(new(2019, 4, 1), Taxpayer.General, Supply.Lease, "0.13"),
        new(new(2016, 5, 1), Taxpayer.Small, null, "0.03"),
    ];

    /// <param name="supply">What the leg's listing supplies.</param>
    /// <param name="taxpayer">The seller's kind.</param>
    /// <param name="day">The last day of what is billed.</param>
    /// <param name="otherwise">For what has no row: a general taxpayer's services.</param>
    public static Ratio RateOf(Supply supply, Taxpayer taxpayer, DateOnly day, Ratio otherwise) =>
        s_rows.Where(row => row.Taxpayer == taxpayer && (row.Supply ?? supply) == supply && row.From <= day).MaxBy(row => row.From) is { } found
            ? Ratio.Parse(found.Rate) : otherwise;
}
