using System.Globalization;
using Marketplace.Api.Hosting;
using Marketplace.Api.Replay;

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

var replay = args is [ReplayVerb.Verb, .. var options] ? ReplayOptions.Parse(options) : null;
if (args is [ReplayVerb.Verb, ..] && replay is null)
{
    await Console.Error.WriteLineAsync(ReplayOptions.Usage);
    return ReplayVerb.Failed;
}

if (replay?.WriteSample is { } sample)
{
    return await ReplayVerb.WriteSampleAsync(sample);
}

var settings = replay is not null ? ReplayVerb.Settings(replay) : import is not null ? [.. import.Settings] : args;
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = settings, ContentRootPath = AppContext.BaseDirectory });
builder.AddMarketplace();
if (import is not null || replay is not null)
{
    // Its report is all that it says.
    builder.Logging.ClearProviders();
}

var app = builder.Build();
if (import is not null)
{
    return await import.RunAsync(app.Services, Console.Out, CancellationToken.None);
}

if (replay is not null)
{
    return await new ReplayVerb(replay, app.Services, Console.Out).RunAsync();
}

await app.PrepareAsync();
app.MapMarketplace();
await app.RunAsync();
return 0;
