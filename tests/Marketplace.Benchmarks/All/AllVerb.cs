using System.Diagnostics;
using System.Text.Json;

namespace Marketplace.Benchmarks.All;

/// <summary>Runs every benchmark, each in a process of its own, and writes the page that shows them.</summary>
internal static class AllVerb
{
    public const string Usage = "[--only VERB]... [--trace FOLDER] [--docs FOLDER] [--quick]";

    private const string Lacking = "Not run: this machine lacks a program that it calls.";

    /// <summary>The little cluster that a replay plays without files of its own.</summary>
    private const string Sample = "src/Marketplace.Api/Replay/Sample";

    private static readonly string[] Databases = ["sqlite", "postgres"];

    public static async Task<int> RunAsync(Options options)
    {
        var (quick, only, docs) = (options.Has("--quick"), options.All("--only"), options.Text("--docs") ?? "docs");
        var plan = Plan(quick, options.Text("--trace"), docs).Where(run => only.Count == 0 || only.Contains(run[0])).ToList();
        if (plan.Count == 0 || only.Except(plan.Select(run => run[0])).FirstOrDefault() is not null)
        {
            throw new UsageException($"--only is one of {string.Join(", ", Plan(quick, "", docs).Select(run => run[0]).Distinct())}; placement wants --trace.");
        }

        var page = quick ? null : await Page.ReadAsync(docs);
        var failed = 0;
        foreach (var run in plan)
        {
            var measured = await MeasureAsync(run);
            await Report.SayAsync($"{measured.Command}: {measured.Failure ?? $"{measured.Figures.Count} figures"} in {measured.Seconds:0} s");
            failed += measured.Failure is null or Lacking ? 0 : 1;
            if (page is not null)
            {
                page.Put(measured);
                await page.WriteAsync();
            }
        }

        return failed == 0 ? 0 : 1;
    }

    private static IEnumerable<string[]> Plan(bool quick, string? trace, string docs)
    {
        string[] size = quick ? ["--quick"] : [];
        if (quick)
        {
            yield return ["placement", "--nodes", Path.Combine(Sample, "nodes.csv"), "--pods", Path.Combine(Sample, "jobs.csv"), "--seeds", "42"];
        }
        else if (trace is not null)
        {
            var lists = Directory.Exists(trace) ? Directory.EnumerateFiles(trace, "openb_pod_list_*.csv").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
            yield return ["placement", "--nodes", Path.Combine(trace, "openb_node_list_gpu_node.csv"), .. lists.SelectMany(list => (string[])["--pods", list]), "--seeds", "42-51"];
        }

        yield return ["cost", .. size];
        yield return ["quotes", .. size, .. quick ? [] : (string[])["--svg", Path.Combine(docs, "quotes.svg")]];
        yield return ["booking", .. size];
        yield return ["allocation", .. size];
        yield return ["simulation", .. size];
        yield return ["soak", .. size];
        foreach (var verb in (string[])["ingest", "billing"])
        {
            foreach (var database in Databases)
            {
                yield return [verb, "--database", database, .. size];
            }
        }

        yield return ["billing", "--database", "postgres", "--workers", "2", .. size];
        if (!quick)
        {
            // Ten million readings through HTTP, and ten times the orders: whether memory stays what it is.
            yield return ["ingest", "--database", "postgres", "--rows", "1000", "--batches", "2500"];
            yield return ["billing", "--database", "sqlite", "--orders", "100000"];
        }
    }

    private static async Task<Measurement> MeasureAsync(string[] run)
    {
        var (at, before, started) = (TimeProvider.System.GetUtcNow(), Surroundings.Load(), Stopwatch.GetTimestamp());
        var host = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(AllVerb).Assembly.Location] : [];
        using var process = Process.Start(new ProcessStartInfo(host, [.. self, .. run]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var report = said.Length == 0 ? null : JsonSerializer.Deserialize<Report>(said, Report.Json);
        return new(
            string.Join(' ', run.Select(word => Path.IsPathRooted(word) ? Path.GetFileName(word) : word)), at, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds), Surroundings.Commit(),
            Surroundings.Machine, $"{before} to {Surroundings.Load()}", report?.Figures ?? [],
            process.ExitCode switch { 0 => null, Verb.Missing => Lacking, var status => $"Failed with status {status}." });
    }
}
