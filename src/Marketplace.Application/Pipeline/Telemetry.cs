using System.Diagnostics;
using System.Diagnostics.Metrics;
using Marketplace.Application.Market;
using Marketplace.Application.Metering;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Pipeline;

/// <summary>
/// What the product reports of itself: a span for each request, job and database command, and counts of its business. What is
/// counted here is counted once it is committed, since it is read off the answer.
/// </summary>
public static class Telemetry
{
    /// <summary>Of the source of spans and of the meter.</summary>
    public const string Name = "Marketplace";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Requests = Meter.CreateHistogram<double>("marketplace.request.duration", "s", "Use cases, by request and outcome.");
    private static readonly Histogram<double> Jobs = Meter.CreateHistogram<double>("marketplace.job.duration", "s", "Runs of jobs, by job and outcome.");
    private static readonly Counter<long> LostRaces = Meter.CreateCounter<long>("marketplace.lost_races", "{transaction}", "Transactions run again because another got there first.");
    private static readonly Counter<long> Quotes = Meter.CreateCounter<long>("marketplace.quotes", "{quote}", "Demands asked about, by outcome: what the fill rate is taken of.");
    private static readonly Counter<long> Orders = Meter.CreateCounter<long>("marketplace.orders", "{order}", "Orders placed on quotes.");
    private static readonly Counter<long> OrderedFen = Meter.CreateCounter<long>("marketplace.orders.amount", "{fen}", "What was ordered, before vouchers.");
    private static readonly Counter<long> VoucherFen = Meter.CreateCounter<long>("marketplace.orders.public_money", "{fen}", "What vouchers pay of it.");
    private static readonly Counter<long> Readings = Meter.CreateCounter<long>("marketplace.readings", "{reading}", "Readings by verdict.");

    public static void Handled(object request, object? answer, TimeSpan time)
    {
        Took(request, "handled", time);
        Count(answer is { } && request is PlaceOrder or CreateQuote or RecordUsage ? answer : null);
    }

    public static void Refused(object request, string code, TimeSpan time) => Took(request, code, time);

    /// <param name="job">The job's name.</param>
    /// <param name="outcome"><c>succeeded</c> or <c>failed</c>.</param>
    /// <param name="time">How long it ran.</param>
    public static void JobRan(string job, string outcome, TimeSpan time) => Jobs.Record(time.TotalSeconds, new("job", job), new("outcome", outcome));

    public static void LostRace() => LostRaces.Add(1);

    private static void Took(object request, string outcome, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(request);
        Requests.Record(time.TotalSeconds, new("request", request.GetType().Name), new("outcome", outcome));
    }

    private static void Count(object? answer)
    {
        switch (answer)
        {
            case QuoteOutcome quote:
                Quotes.Add(1, new KeyValuePair<string, object?>("outcome", quote.Quote is null ? "unfillable" : "open"));
                break;
            case OrderAnswer order:
                Orders.Add(1);
                OrderedFen.Add(order.Total.Fen);
                VoucherFen.Add((order.PublicMoney ?? Money.Zero).Fen);
                break;
            case UsageAnswer usage:
                CountReadings("accepted", usage.Accepted);
                CountReadings("duplicate", usage.Duplicates);
                CountReadings("conflict", usage.Conflicts.Count);
                CountReadings("rejected", usage.Rejected.Count);
                break;
            default:
                break;
        }
    }

    private static void CountReadings(string verdict, int count)
    {
        if (count > 0)
        {
            Readings.Add(count, new KeyValuePair<string, object?>("verdict", verdict));
        }
    }
}
