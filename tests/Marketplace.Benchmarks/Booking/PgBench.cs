using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Marketplace.IntegrationTests.Harness;
using Npgsql;

namespace Marketplace.Benchmarks.Booking;

/// <summary>PostgreSQL's own benchmark: three updates, a read and an insert a transaction, as TPC-B has it.</summary>
internal static partial class PgBench
{
    private const int Scale = 10;

    /// <returns>Transactions a second.</returns>
    public static async Task<double> RunAsync(NpgsqlConnectionStringBuilder server, int clients, int seconds)
    {
        await RunAsync(server, ["-i", "-q", "-s", $"{Scale}"]);
        var said = await RunAsync(server, ["-c", $"{clients}", "-j", $"{Math.Min(clients, Environment.ProcessorCount)}", "-T", $"{seconds}"]);
        return Tps().Match(said) is { Success: true } match
            ? double.Parse(match.Groups["tps"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("pgbench didn't say its tps: " + said);
    }

    private static async Task<string> RunAsync(NpgsqlConnectionStringBuilder server, string[] arguments)
    {
        var start = new ProcessStartInfo(
            PostgresCluster.Binaries is { } folder ? Path.Combine(folder, "pgbench") : "pgbench",
            [.. arguments, "-h", server.Host!, "-p", $"{server.Port}", "-U", server.Username!, server.Database!])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["PGPASSWORD"] = server.Password;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? said : throw new InvalidOperationException("pgbench failed: " + await errors);
    }

    [GeneratedRegex(@"^tps = (?<tps>[0-9.]+) \(without", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Tps();
}
