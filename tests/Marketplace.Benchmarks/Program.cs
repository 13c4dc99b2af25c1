using System.Globalization;
using Marketplace.Benchmarks;
using Marketplace.Benchmarks.All;
using Marketplace.Benchmarks.Billing;
using Marketplace.Benchmarks.Booking;
using Marketplace.Benchmarks.Cost;
using Marketplace.Benchmarks.Ingest;
using Marketplace.Benchmarks.Placement;
using Marketplace.Benchmarks.Quotes;
using Marketplace.Benchmarks.Soak;
using Marketplace.Benchmarks.Vouchers;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Verb[] verbs =
[
    new("all", AllVerb.Usage, AllVerb.RunAsync),
    new("placement", PlacementVerb.Usage, PlacementVerb.RunAsync),
    new("cost", CostVerb.Usage, CostVerb.RunAsync),
    new("quotes", QuotesVerb.Usage, QuotesVerb.RunAsync),
    new("booking", BookingVerb.Usage, BookingVerb.RunAsync),
    new("simulation", SimulationVerb.Usage, SimulationVerb.RunAsync),
    new("allocation", AllocationVerb.Usage, AllocationVerb.RunAsync),
    new("ingest", IngestVerb.Usage, IngestVerb.RunAsync),
    new("billing", BillingVerb.Usage, BillingVerb.RunAsync),
    new("soak", SoakVerb.Usage, SoakVerb.RunAsync),
];
return await Verb.DispatchAsync(verbs, args);
