using System.Globalization;
using Marketplace.Benchmarks;
using Marketplace.Benchmarks.Placement;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Verb[] verbs =
[
    new("placement", PlacementVerb.Usage, PlacementVerb.RunAsync),
];
return await Verb.DispatchAsync(verbs, args);
