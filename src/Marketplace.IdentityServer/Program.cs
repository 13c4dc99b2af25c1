using System.Globalization;
using Marketplace.IdentityServer;

// As the Api does, and for its reason: no text depends on the machine's language.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

await using var app = IdentityHost.Build(args);
await IdentityHost.PrepareAsync(app, CancellationToken.None);
await app.RunAsync();
