using Marketplace.Application.Pipeline;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Marketplace.Api.Hosting;

/// <summary>
/// Sends spans, metrics and logs by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to; the exporter's other standard
/// variables hold as well. Without it nothing is collected.
/// </summary>
internal sealed class Observability(ProcessRole role) : IHostedService, IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static readonly string[] Meters =
        [Telemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "Microsoft.EntityFrameworkCore", "Npgsql", "System.Runtime"];

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public static void Add(WebApplicationBuilder builder, ProcessRole role)
    {
        if (string.IsNullOrEmpty(builder.Configuration[Endpoint]))
        {
            return;
        }

        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.SetResourceBuilder(Resource(role));
            logs.AddOtlpExporter();
        });

        // First of all services, so that it hears them start and is the last to stop.
        builder.Services.AddHostedService(_ => new Observability(role));
        if (role != ProcessRole.Api)
        {
            builder.Services.AddSingleton<Gauges>();
            builder.Services.AddHostedService<GaugeSampler>();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource(role)).AddSource(Telemetry.Name, "Microsoft.AspNetCore").AddOtlpExporter().Build();
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource(role)).AddMeter(Meters).AddOtlpExporter().Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static ResourceBuilder Resource(ProcessRole role) => ResourceBuilder.CreateDefault()
        .AddService("marketplace-" + role.ToString().ToLowerInvariant()).AddEnvironmentVariableDetector();
}
