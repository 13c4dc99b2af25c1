using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Marketplace.Benchmarks.All;

/// <summary>One benchmark's last run, as it is kept beside the page.</summary>
/// <param name="Command">The verb and its options.</param>
/// <param name="Commit">What was measured; with a plus where files had been changed since.</param>
/// <param name="Load">The machine's mean load over a minute, before and after: of the run and of whatever else there was.</param>
/// <param name="Failure">Why there are no figures, or null.</param>
internal sealed record Measurement(string Command, DateTimeOffset At, double Seconds, string Commit, string Machine, string Load, IReadOnlyList<Figure> Figures, string? Failure);

/// <summary>What a figure depends on besides the code.</summary>
internal static class Surroundings
{
    public static string Machine { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Cpu()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024):0} GiB, {RuntimeInformation.FrameworkDescription}");

    public static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";

    public static string Commit()
    {
        var commit = Git("rev-parse", "--short", "HEAD");
        return commit.Length == 0 ? "?" : commit + (Git("status", "--porcelain", "--untracked-files=no", "--", "src", "tests", "migrations").Length > 0 ? "+" : "");
    }

    private static string Cpu() => !File.Exists("/proc/cpuinfo") ? RuntimeInformation.ProcessArchitecture.ToString()
        : File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?";

    private static string Git(params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? said : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
