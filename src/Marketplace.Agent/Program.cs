using Marketplace.Agent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

const string help =
    """
    Reports what the cards of this node did to the marketplace, and loses none of it.

    usage: marketplace-agent [--config FILE] [--help]

    Settings come from FILE (JSON) and from the environment, whose MARKETPLACE_AGENT_<name> goes first:

      Api               https address of the marketplace
      ClientId          the provider's client, and
      ClientSecret      its secret; or ClientSecretFile, a file that holds it
      CenterId          the centre in which this node stands
      Node              its name there
      MeterId           the meter's id, and
      MeterSource       its source, as its registration answered them
      KeyFile           PEM of the meter's private key (P-256); without it batches aren't signed
      Folder            where samples are kept until they are reported
      Command           what writes a sample as CSV, or as the table of npu-smi info, a list (Command__0, ...);
                        default nvidia-smi --query-gpu=index,utilization.gpu,power.draw --format=csv
      File              instead: a CSV file with timestamps that something else appends to
      Interval          between samples, default 00:01:00
      MaxGap            how long a sample vouches for at most, default three intervals
      SpoolBytes        how much is kept, default 268435456; when it is full, no sample is taken
      BatchSize         readings in a batch, 1 to 10000, default 1000
      RetryMax          longest wait before a batch is tried again, default 00:05:00

    Exit status: 0 stopped, 2 a setting is wrong, 1 anything else.
    """;

if (args is ["--help"] or ["-h"])
{
    Console.Out.WriteLine(help);
    return 0;
}

if (args is not ([] or ["--config", _]))
{
    await Console.Error.WriteLineAsync(help);
    return 2;
}

var builder = Host.CreateEmptyApplicationBuilder(new());
try
{
    if (args is ["--config", var file])
    {
        builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
    }

    builder.Configuration.AddEnvironmentVariables("MARKETPLACE_AGENT_");
    var settings = AgentSettings.From(builder.Configuration);
    builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ssZ ", true));
    builder.Services.AddSingleton(settings);
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddSingleton(new HttpClient { BaseAddress = settings.Api, Timeout = TimeSpan.FromMinutes(1) });
    builder.Services.AddSingleton(new Spool(settings.Folder, settings.SpoolBytes));
    builder.Services.AddSingleton(new Outbox(settings.Folder));
    builder.Services.AddSingleton<MarketApi>();
    builder.Services.AddHostedService<Sampler>();
    builder.Services.AddHostedService<Sender>();
    using var host = builder.Build();
    await host.RunAsync();
    return 0;
}
catch (Exception wrong) when (wrong is SettingsException or FileNotFoundException or InvalidDataException)
{
    await Console.Error.WriteLineAsync(wrong.Message);
    return 2;
}
catch (IOException taken)
{
    await Console.Error.WriteLineAsync(taken.Message);
    return 1;
}
