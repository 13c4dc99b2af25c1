using System.Globalization;
using Marketplace.Api.Hosting;

// SqlClient refuses the runtime's invariant mode, so this takes its place: no text depends on the machine's language.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

if (args is [VerifyArchive.Verb, .. var archive])
{
    return await VerifyArchive.RunAsync([.. archive], Console.Out);
}

var import = args is [ImportCapacity.Verb, .. var arguments] ? ImportCapacity.Parse(arguments) : null;
if (args is [ImportCapacity.Verb, ..] && import is null)
{
    await Console.Error.WriteLineAsync(ImportCapacity.Usage);
    return ImportCapacity.Failed;
}

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = import is null ? args : [.. import.Settings], ContentRootPath = AppContext.BaseDirectory });
builder.AddMarketplace();
if (import is not null)
{
    // Its report is all that it says.
    builder.Logging.ClearProviders();
}

var app = builder.Build();
if (import is not null)
{
    return await import.RunAsync(app.Services, Console.Out, CancellationToken.None);
}

await app.PrepareAsync();
app.MapMarketplace();
await app.RunAsync();
return 0;
