using System.Diagnostics;
using System.Globalization;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Benchmarks.Vouchers;

/// <summary>How long it takes to decide which of many vouchers pays: one that expires a day sooner is found among the rest.</summary>
internal static class AllocationVerb
{
    public const string Usage = "[--vouchers 100000] [--runs 5] [--seed 1] [--quick]";

    public static async Task<int> RunAsync(Options options)
    {
        var (count, runs, seed) = (options.Number("--vouchers", options.Has("--quick") ? 10_000 : 100_000), options.Number("--runs", 5), options.Number("--seed", 1));
        var order = new PastOrders(seed).Take(1).Single().Funding;
        var used = Money.Parse("99.00");
        var request = order with
        {
            OrderTotal = used,
            Lines = [order.Lines[0] with { Amount = used }],
            Programmes = [order.Programmes[0] with { Rules = new() { Mode = ProgrammeMode.Deduct, Rates = [new() { Ratio = Ratio.One }], RelatedParties = RelatedPartyRule.Forbid } }],
            Vouchers = [.. Enumerable.Range(0, count).Select(i => new SpendableVoucher
            {
                Id = Id<Voucher>.New(PastOrders.Start),
                ProgrammeCode = order.Programmes[0].Code,
                ExpiresOn = new DateOnly(2027, 1, 2).AddDays(i == count / 2 ? -1 : 0),
                Limit = Money.Parse("100.00"),
            })],
        };
        var seconds = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            var allocation = VoucherAllocator.Allocate(request);
            seconds.Add(Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3));
            if (allocation.Parts is not [var part] || part.Amount != used || part.VoucherId != request.Vouchers[count / 2].Id)
            {
                throw new InvalidOperationException("The voucher that expires first is to pay all of it.");
            }
        }

        await Report.WriteAsync(
            new { vouchers = count, processors = Environment.ProcessorCount, seconds },
            new Figure(string.Create(CultureInfo.InvariantCulture, $"which of {count:#,0} vouchers pays, first run"), seconds[0], "s").AtMost(2), new("… fastest run", seconds.Min(), "s"));
        return 0;
    }
}
