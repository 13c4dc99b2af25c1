using System.Globalization;
using Marketplace.Api.Hosting;

// SqlClient refuses the runtime's invariant mode, so this takes its place: no text depends on the machine's language.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.AddMarketplace();
var app = builder.Build();
await app.PrepareAsync();
app.MapMarketplace();
await app.RunAsync();
