using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Marketplace.Agent;

/// <summary>Takes samples into the spool: of a command that is run at each interval, or of a file that grows.</summary>
internal sealed partial class Sampler(AgentSettings settings, Spool spool, TimeProvider time, ILogger<Sampler> logger) : BackgroundService
{
    private static readonly TimeSpan CommandPatience = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.Interval, time);
        do
        {
            try
            {
                foreach (var sample in settings.File is { } file ? FollowedFile.Read(file, spool.Last, TimeZoneInfo.Local) : [await RunAsync(settings.Command!, stoppingToken)])
                {
                    if (!Take(sample))
                    {
                        break;
                    }
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                NotTaken(failure.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <returns>False where there is no room for it.</returns>
    private bool Take(Sample sample)
    {
        if (spool.Last is { } last && sample.At <= last.At)
        {
            // Of the same second, or the clock was set back: that time is vouched for already.
            return true;
        }

        if (spool.TryAppend(sample))
        {
            return true;
        }

        NotTaken("the spool is full");
        return false;
    }

    private async Task<Sample> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        try
        {
            await process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken).WaitAsync(CommandPatience, time, cancellationToken);
            await process.WaitForExitAsync(cancellationToken).WaitAsync(CommandPatience, time, cancellationToken);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}");
        }

        output.Position = 0;
        return new(SmiCsv.WholeSecond(time.GetUtcNow()), SmiTable.IsOne(output.ToArray()) ? SmiTable.Read(output) : Cards(SmiCsv.Read(output, null, TimeZoneInfo.Utc)));

        IReadOnlyList<CardState> Cards(IReadOnlyList<SmiRow> rows) => rows.All(row => row.Card is not null)
            ? [.. rows.Select(row => row.Card!).DistinctBy(card => card.Index)]
            : throw new FormatException($"{command[0]} wrote a row without a card number");
    }

    [LoggerMessage(LogLevel.Error, "No sample was taken: {Why}")]
    private partial void NotTaken(string why);
}
