using System.Security.Cryptography;
using System.Text.Json;
using Marketplace.Application.Market;
using Marketplace.Application.Metering;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Api.Demo;

/// <summary>One purchase of the demo market.</summary>
/// <param name="Buyer">Who buys.</param>
/// <param name="Model">Of which accelerator.</param>
/// <param name="Cards">How many cards, or slices of cards.</param>
/// <param name="From">The first hour, or the earliest where the purchase waits for cheap hours.</param>
/// <param name="Hours">How many hours in one go.</param>
internal sealed record Purchase(Caller Buyer, string Model, int Cards, Hour From, int Hours)
{
    public Workload Workload { get; init; } = Workload.Training;

    /// <summary>Prefixes of the regions that will do; empty means any.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>Up to how many hours later it may end, if that is cheaper.</summary>
    public int Patience { get; init; }

    public int MilliPerCard { get; init; } = Listing.WholeCard;

    /// <summary>In how many hours of ten the cards are busy throughout; in the others for half an hour.</summary>
    public int BusyHoursOfTen { get; init; } = 10;

    /// <summary>How long before its first hour it is ordered.</summary>
    public TimeSpan OrderedBefore { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Whether the buyer thinks better of it an hour later.</summary>
    public bool Cancelled { get; init; }
}

/// <summary>Quotes and orders, and what was metered on them.</summary>
internal sealed class DemoTrade(DemoStory story, DemoParties parties, DemoCapacity capacity)
{
    private static readonly TimeSpan ReportDelay = TimeSpan.FromMinutes(10);

    public void Schedule(Purchase purchase) => story.At(purchase.From.Start - purchase.OrderedBefore, () => BuyAsync(purchase));

    private async Task BuyAsync(Purchase purchase)
    {
        var outcome = await story.SendAsync(purchase.Buyer, Demand(purchase));
        var quote = outcome.Quote ?? throw new InvalidOperationException($"The demo has no {purchase.Model} to sell: {outcome.Unfillable!.Reasons[0].Detail}");
        var order = await story.SendAsync(purchase.Buyer, new PlaceOrder(quote.Id));
        if (purchase.Cancelled)
        {
            story.At(order.PlacedAt.AddHours(1), () => story.SendAsync(purchase.Buyer, new CancelOrder { Id = order.Id }));
            return;
        }

        foreach (var leg in order.Legs.Where(leg => leg.Product == Product.Metered && leg.From.Start < story.Now))
        {
            story.At(leg.To.Start + ReportDelay, () => ReportAsync(leg, purchase.BusyHoursOfTen));
        }
    }

    private static CreateQuote Demand(Purchase purchase) => new()
    {
        Accelerators = [purchase.Model],
        Cards = purchase.Cards,
        MilliPerCard = purchase.MilliPerCard,
        Hours = purchase.Hours,
        From = purchase.Patience == 0 ? purchase.From.Start : null,
        Window = purchase.Patience == 0 ? null : new(purchase.From.Start, (purchase.From + (purchase.Hours + purchase.Patience)).Start),
        Urgency = purchase.Patience == 0 ? Urgency.User : Urgency.Batch,
        Regions = purchase.Regions,
        Workload = purchase.Workload,
    };

    /// <summary>Reports a leg's hours that are over, hour by hour, in one signed batch.</summary>
    private async Task ReportAsync(OrderLegAnswer leg, int busyHoursOfTen)
    {
        var meter = capacity.MeterOf(leg.CenterId);
        var over = new HourRange(leg.From, Hour.Min(leg.To, Hour.Containing(story.Now)));
        var events = over.Each().Select((hour, index) => new
        {
            specversion = "1.0",
            id = $"{leg.Id}-{hour.Number}",
            source = meter.Source,
            type = "marketplace.usage",
            subject = leg.Id.ToString(),
            time = (hour + 1).Start,
            data = new { from = hour.Start, to = hour.Start.AddMinutes(index % 10 < busyHoursOfTen ? 60 : 30), cards = leg.Cards },
        }).ToList();
        if (events.Count == 0)
        {
            return;
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(events);
        var signature = Convert.ToBase64String(meter.Key.SignData(body, HashAlgorithmName.SHA256));
        var answer = await story.SendAsync(ProviderOf(leg.SellerId), new RecordUsage(UsageBatch.Read(body)!, meter.Id, signature));
        if (answer.Accepted != events.Count)
        {
            throw new InvalidOperationException($"The demo's readings are refused: {string.Join("; ", answer.Rejected.Select(rejected => rejected.Detail).Distinct())}");
        }
    }

    private Caller ProviderOf(Id<Domain.Organizations.Organization> seller) =>
        new[] { parties.Qiantang, parties.CloudValley, parties.Horqin }.Single(provider => provider.Is(seller));
}
