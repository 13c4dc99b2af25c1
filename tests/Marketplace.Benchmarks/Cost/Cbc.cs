using System.Diagnostics;

namespace Marketplace.Benchmarks.Cost;

/// <summary>The solver of integer programs that Debian has as <c>coinor-cbc</c>, called as a program.</summary>
internal sealed class Cbc : IDisposable
{
    private const int MaxSeconds = 60;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("marketplace-cbc-");

    public static bool IsThere() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Any(folder => File.Exists(Path.Combine(folder, "cbc")));

    /// <summary>The names of the variables that aren't 0 in an optimal solution; null where there is no solution.</summary>
    /// <exception cref="TimeoutException">It found no optimum in time.</exception>
    public async Task<IReadOnlySet<string>?> SolveAsync(string program)
    {
        var (input, output) = (Path.Combine(_folder.FullName, "program.lp"), Path.Combine(_folder.FullName, "solution.txt"));
        await File.WriteAllTextAsync(input, program);
        File.Delete(output);
        var start = new ProcessStartInfo("cbc", [input, "ratio", "0", "allow", "0", "sec", $"{MaxSeconds}", "solve", "solution", output])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var lines = File.Exists(output) ? await File.ReadAllLinesAsync(output) : throw new InvalidOperationException("cbc gave no solution file: " + said);
        return lines[0] switch
        {
            var first when first.StartsWith("Optimal", StringComparison.Ordinal) => lines.Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(line => double.Parse(line[2]) > 0.5).Select(line => line[1]).ToHashSet(),
            var first when first.Contains("nfeasible", StringComparison.Ordinal) => null,
            var first => throw new TimeoutException($"cbc found no optimum: {first}"),
        };
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
