using Marketplace.Application.Pipeline;

namespace Marketplace.Api.Hosting;

/// <summary>Reads the gauges from the database each half minute, in processes that run jobs.</summary>
internal sealed partial class GaugeSampler(Gauges gauges, ILogger<GaugeSampler> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            try
            {
                await gauges.RefreshAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // What was read last goes on being reported.
                Failed(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "The gauges couldn't be read")]
    private partial void Failed(Exception failure);
}
