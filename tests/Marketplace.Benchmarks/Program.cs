using System.Globalization;
using Marketplace.Benchmarks;
using Marketplace.Benchmarks.Billing;
using Marketplace.Benchmarks.Booking;
using Marketplace.Benchmarks.Cost;
using Marketplace.Benchmarks.Placement;
using Marketplace.Benchmarks.Quotes;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Verb[] verbs =
[
    new("placement", PlacementVerb.Usage, PlacementVerb.RunAsync),
    new("cost", CostVerb.Usage, CostVerb.RunAsync),
    new("quotes", QuotesVerb.Usage, QuotesVerb.RunAsync),
    new("booking", BookingVerb.Usage, BookingVerb.RunAsync),
    new("billing", BillingVerb.Usage, BillingVerb.RunAsync),
];
return await Verb.DispatchAsync(verbs, args);
