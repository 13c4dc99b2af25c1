using Marketplace.Domain.Billing;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.UnitTests.Billing;

/// <summary>Invoice lines and invoices for tests, as plain as can be.</summary>
internal static class BillingWorld
{
    public static readonly DateTimeOffset Now = new(2026, 2, 2, 0, 0, 0, TimeSpan.Zero);
    public static readonly Ratio Vat = Ratio.Parse("0.06");

    public static Money Yuan(string amount) => Money.Parse(amount);

    public static Id<CreditNote> NoteId(int number) => new(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 3]));

    public static Id<InvoiceLine> LineId(int number) => new(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 4]));

    public static Id<Voucher> VoucherId(int number) => new(new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 2]));

    /// <summary>A rated line as the one at a place of the invoice of a period.</summary>
    public static InvoiceLine Line(RatedLine rated, int position, Period period, params LinePart[] parts) => new()
    {
        Id = LineId(position),
        InvoiceId = new(new Guid(period.Number, 0, 0, new byte[8])),
        Position = position,
        Kind = rated.Kind,
        OrderId = default,
        LegId = default,
        UsagePeriod = rated.Band.Period,
        OffPeak = rated.Band.OffPeak,
        Quantity = rated.Hours.Total,
        UnitPrice = rated.Band.UnitPrice,
        VatRate = Vat,
        Amount = rated.Amount,
        Net = rated.Amount - rated.Amount.VatIncluded(Vat),
        Vat = rated.Amount.VatIncluded(Vat),
        Payable = rated.Amount - parts.Where(part => part.Deducted).Sum(part => part.Amount),
        Hours = rated.Hours,
        UsageVersion = 1,
        Parts = parts,
    };

    /// <summary>Hours from a Saturday on, one card each, at a price.</summary>
    public static InvoiceLine Line(int hours, string price, params LinePart[] parts)
    {
        Assert.True(Price.TryParse(price, out var unit));
        var run = new LineHours([new(Start, hours, CardTime.Of(1, 1000, 3600))]);
        return Line(new(LineKind.Usage, new(new(2026, 1), false, unit), run, run.Total.At(unit)), 0, new(2026, 1), parts);
    }

    public static Hour Start { get; } = Hour.StartingAt(new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero))!.Value;

    /// <summary>What a programme pays of a line: its ratio, rounded down to its unit, or less where that is all it had.</summary>
    public static LinePart Part(int voucher, string programme, string eligible, string ratio, string? limit = null, string unit = "0.01", bool deducted = true)
    {
        var share = Yuan(eligible).ShareDown(Ratio.Parse(ratio), Yuan(unit));
        return new(
            VoucherId(voucher), programme, 1, "rates[0]", Ratio.Parse(ratio), Yuan(eligible), Yuan(unit), Yuan(limit ?? "1000000.00"), deducted,
            limit is null ? share : Money.Min(share, Yuan(limit)));
    }
}
