using Marketplace.Domain.Billing;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Billing;

/// <summary>Tokens as tables: input and output at their own prices, up to what was expected of each.</summary>
public class TokenRatingTests
{
    private static readonly BusinessTime s_shanghai = new(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
    private static readonly Period s_january = new(2026, 1);
    private static readonly Hour s_start = Hour.StartingAt(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero))!.Value;

    [Theory]
    [InlineData(1_500_000, 250_000, "Tokens InputTokens 1500000 3.00 | Tokens OutputTokens 250000 2.00")]
    [InlineData(1, 1, "Tokens InputTokens 1 0.00 | Tokens OutputTokens 1 0.00")]
    [InlineData(2_500, 0, "Tokens InputTokens 2500 0.01")]                        // 0.005: half away from zero
    [InlineData(2_499, 0, "Tokens InputTokens 2499 0.00")]
    [InlineData(9_000_000, 9_000_000, "Tokens InputTokens 4000000 8.00 | Tokens OutputTokens 1000000 8.00")]    // up to what was expected
    [InlineData(0, 0, "")]
    public void Tokens_are_billed_by_the_million_up_to_what_was_expected(long input, long output, string expected) =>
        Assert.Equal(expected, Text(Rate(s_january, Used((0, input, output)))));

    [Fact]
    public void What_comes_late_is_an_adjustment_as_far_as_something_is_left_and_moves_no_line_that_stands()
    {
        // Four hours in January, then February begins in Shanghai.
        var first = Used((0, 1_000_000, 0), (5, 2_500_000, 0));
        Assert.Equal("Tokens InputTokens 1000000 2.00", Text(Rate(s_january, first)));
        Dictionary<(Period, LineUnit), long> billed = new() { [(s_january, LineUnit.InputTokens)] = 1_000_000 };
        var late = Used((0, 1_000_000, 0), (1, 200_000, 0), (5, 2_500_000, 0));
        Assert.Equal("Tokens InputTokens 2500000 5.00 | Adjustment InputTokens 200000 0.40", Text(Rate(s_january.Next, late, billed)));

        billed[(s_january.Next, LineUnit.InputTokens)] = 2_500_000;
        var more = Used((0, 1_000_000, 0), (1, 4_000_000, 0), (5, 2_500_000, 0));
        var third = Rate(s_january.Next.Next, more, billed);
        Assert.Equal("Adjustment InputTokens 500000 1.00", Text(third));
        Assert.Empty(third.ExcessTokens);
    }

    [Fact]
    public void What_was_billed_and_not_used_is_excess_of_its_month()
    {
        Dictionary<(Period, LineUnit), long> billed = new() { [(s_january, LineUnit.OutputTokens)] = 900_000 };
        var rated = Rate(s_january.Next, Used((0, 0, 300_000)), billed);
        Assert.Empty(rated.Lines);
        Assert.Equal(600_000, Assert.Single(rated.ExcessTokens).Value);
    }

    [Fact]
    public void Credited_tokens_leave_what_remains_at_its_price()
    {
        var line = BillingWorld.Line(Assert.Single(Rate(s_january, Used((0, 0, 999_999))).Lines), 0, s_january);
        line = Tokens(line, 999_999);
        var first = StandingLine.Of([line], []).Single().CreditTokens(333_333, BillingWorld.NoteId(1), BillingWorld.Now);
        var second = StandingLine.Of([line], [first]).Single().CreditTokens(666_666, BillingWorld.NoteId(2), BillingWorld.Now);
        Assert.Equal(line.Amount, first.Amount + second.Amount);
        Assert.Equal(line.Vat, first.Vat + second.Vat);
        Assert.Equal(0, StandingLine.Of([line], [first, second]).Single().Tokens);
    }

    [Theory]
    [InlineData(Supply.Service, Taxpayer.General, "2026-01-31", "0.06")]
    [InlineData(Supply.Lease, Taxpayer.General, "2026-01-31", "0.13")]
    [InlineData(Supply.Lease, Taxpayer.General, "2019-04-01", "0.13")]
    [InlineData(Supply.Lease, Taxpayer.General, "2019-03-31", "0.16")]
    [InlineData(Supply.Lease, Taxpayer.General, "2018-04-30", "0.17")]
    [InlineData(Supply.Lease, Taxpayer.Small, "2026-01-31", "0.03")]
    [InlineData(Supply.Service, Taxpayer.Small, "2026-01-31", "0.03")]
    [InlineData(Supply.Service, Taxpayer.Small, "2016-04-30", "0.06")]      // before the table: the default
    public void The_rate_of_VAT_follows_from_what_is_supplied_by_whom_and_when(Supply supply, Taxpayer taxpayer, string day, string rate) =>
        Assert.Equal(Ratio.Parse(rate), VatTable.RateOf(supply, taxpayer, DateOnly.Parse(day), Ratio.Parse("0.06")));

    private static InvoiceLine Tokens(InvoiceLine line, long tokens) => new()
    {
        Id = line.Id,
        InvoiceId = line.InvoiceId,
        Position = 0,
        Kind = line.Kind,
        OrderId = line.OrderId,
        LegId = line.LegId,
        UsagePeriod = line.UsagePeriod,
        OffPeak = false,
        Quantity = line.Quantity,
        Unit = LineUnit.OutputTokens,
        Tokens = tokens,
        UnitPrice = line.UnitPrice,
        VatRate = line.VatRate,
        Amount = line.Amount,
        Net = line.Net,
        Vat = line.Vat,
        Payable = line.Payable,
        Hours = line.Hours,
        UsageVersion = 1,
        Parts = [],
    };

    private static Dictionary<Hour, MeteredHour> Used(params (int Hour, long Input, long Output)[] hours) =>
        hours.ToDictionary(hour => s_start + hour.Hour, hour => new MeteredHour(CardTime.Of(1, 1000, 3600), CardTime.Zero, hour.Input, hour.Output));

    private static RatedLeg Rate(Period period, Dictionary<Hour, MeteredHour> metered, Dictionary<(Period Period, LineUnit Unit), long>? billed = null)
    {
        var terms = new LegTerms(new(s_start, s_start + 10), Product.Tokens, default, null, 1, 1000)
        {
            TokenPrices = new(new(2_000_000), new(8_000_000)),
            ExpectedTokens = new(4_000_000, 1_000_000),
        };
        return TokenRatingV1.Rate(terms, period, metered, billed ?? [], s_shanghai);
    }

    private static string Text(RatedLeg rated) => string.Join(" | ", rated.Lines.Select(line => $"{line.Kind} {line.Unit} {line.Tokens} {line.Amount}"));
}
