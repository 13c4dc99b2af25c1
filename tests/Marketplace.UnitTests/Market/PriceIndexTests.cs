using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.UnitTests.Market;

/// <summary>The index is amount ÷ card-hours, in whole numbers and rounded once.</summary>
public sealed class PriceIndexTests
{
    private static readonly DateOnly Day = new(2026, 1, 5);
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 17, 0, 0, TimeSpan.Zero);

    /// <summary>Trades as <c>cards×milli×hours=amount</c>, TFLOPS, and what comes out: card-hours, a card-hour, a P-hour.</summary>
    [Theory]
    [InlineData("8×1000×10=800.00", 500, "80", "10.00", "20.00")]
    [InlineData("1×500×1=5.00", 1000, "0.5", "10.00", "10.00")]
    [InlineData("1×1000×1=10.00 3×1000×1=60.00", 320, "4", "17.50", "54.6875")]
    [InlineData("3×1000×1=10.00", 1000, "3", "3.333333", "3.333333")]
    [InlineData("3×1000×1=20.00", 1000, "3", "6.666667", "6.666667")]
    [InlineData("1×10×1=0.00", 1000, "0.01", "0.00", "0.00")]
    [InlineData("1×1000×1=0.01", 0.1, "1", "0.01", "100.00")]
    [InlineData("1000×1000×8784=8784000000000.00", 0.1, "8784000", "1000000.00", "10000000000.00")]
    public void It_weighs_by_volume(string trades, double tflops, string cardHours, string perCardHour, string perPflopsHour)
    {
        var entry = Assert.Single(PriceIndex.Of(Day, trades.Split(' ').Select(trade => Trade(trade, (decimal)tflops)), Now));
        Assert.Equal($"{cardHours} {perCardHour} {perPflopsHour}", $"{entry.Volume.ToCardHours()} {entry.PricePerCardHour} {entry.PricePerPflopsHour}");
    }

    [Fact]
    public void Models_and_provinces_stand_apart()
    {
        var entries = PriceIndex.Of(
            Day, [Trade("1×1000×1=1.00", 1, "B", "33"), Trade("1×1000×1=2.00", 1, "A", "52"), Trade("1×1000×1=4.00", 1, "A", "33"), Trade("1×1000×1=8.00", 1, "A", "33")], Now);
        Assert.Equal(["A 33 6.00", "A 52 2.00", "B 33 1.00"], entries.Select(entry => $"{entry.Accelerator} {entry.Region} {entry.PricePerCardHour}"));
        Assert.Empty(PriceIndex.Of(Day, [], Now));
    }

    private static IndexedTrade Trade(string text, decimal tflops, string model = "M", string region = "33")
    {
        var parts = text.Split('×', '=');
        return new(model, tflops, region, CardTime.Of(int.Parse(parts[0]), int.Parse(parts[1]), 3600L * int.Parse(parts[2])), Money.Parse(parts[3]));
    }
}
