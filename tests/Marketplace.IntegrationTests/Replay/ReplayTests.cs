using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Marketplace.IntegrationTests.Replay;

/// <summary>The verb <c>replay</c> on the sample, as a process of its own: honest data is found honest, and every cheat is found.</summary>
public sealed class ReplayTests
{
    /// <summary>So many times as fast, so that nine days of jobs are two of the market's.</summary>
    private const string Speed = "4";

    [Fact]
    public async Task Honest_data_raises_nothing_and_is_billed_alike_again()
    {
        using var folder = new Folder();
        var (status, said) = await RunAsync("--out", folder.Path, "--speed", Speed);
        Assert.True(status == 0, said);
        var report = folder.Report();
        Assert.Empty(report["flags"]!.AsArray());
        Assert.All(report["verification"]!["invariants"]!.AsArray(), invariant => Assert.True(invariant!["holds"]!.GetValue<bool>(), invariant.ToJsonString()));
        Assert.True(report["verification"]!["chain"]!["holds"]!.GetValue<bool>());
        var (invoices, filled) = (report["invoices"]!.GetValue<int>(), report["ordered"]!.GetValue<int>());
        Assert.InRange(invoices, 5, 1000);
        Assert.Equal(invoices, report["invoicesIdentical"]!.GetValue<int>());
        Assert.InRange(filled, 100, report["asked"]!.GetValue<int>());
        Assert.Equal("0", report["readingsRefused"]!.ToString());
        Assert.Null(report["cheats"]);

        // Every token that was sent is on an invoice.
        Assert.Equal(report["inputTokens"]!.GetValue<long>() + report["outputTokens"]!.GetValue<long>(), (long)(report["millionTokensBilled"]!.GetValue<decimal>() * 1_000_000m));
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(folder.Path, "report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("--database", Path.Combine(folder.Path, "replay.db"), "--out", folder.Path)).Status);
    }

    [Fact]
    public async Task Every_cheat_is_found_by_what_the_product_says()
    {
        using var folder = new Folder();
        var (status, said) = await RunAsync("--out", folder.Path, "--speed", Speed, "--cheat");
        Assert.True(status == 0, said);
        var report = folder.Report();
        var cheats = report["cheats"]!.AsArray().ToDictionary(cheat => cheat!["deed"]!.GetValue<string>(), cheat => string.Join('\n', cheat!["foundBy"]!.AsArray().Select(by => by!.GetValue<string>())));
        Assert.Equal(["doubled readings", "forged signature", "hand-edited invoice", "inflated utilization", "related-party trade", "split applicants"], cheats.Keys.Order(StringComparer.Ordinal));
        Assert.All(report["cheats"]!.AsArray(), cheat => Assert.True(cheat!["found"]!.GetValue<bool>(), cheat.ToJsonString()));
        Assert.Contains("meter.signature", cheats["forged signature"], StringComparison.Ordinal);
        Assert.Contains("flag parties.related", cheats["related-party trade"], StringComparison.Ordinal);
        Assert.Contains("refusal cap.exceeded", cheats["split applicants"], StringComparison.Ordinal);
        Assert.Contains("billing.is_a_function", cheats["hand-edited invoice"], StringComparison.Ordinal);

        // Nobody else is flagged, and nothing else is broken.
        Assert.Equal(
            ["applicant.split", "parties.related", "usage.energy", "usage.same_curves"],
            report["flags"]!.AsArray().Select(flag => flag!["code"]!.GetValue<string>()).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(
            ["billing.is_a_function", "invoices.unchanged"],
            report["verification"]!["invariants"]!.AsArray().Where(i => !i!["holds"]!.GetValue<bool>()).Select(i => i!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        Assert.Equal(report["invoices"]!.GetValue<int>() - 1, report["invoicesIdentical"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_cannot_be_played_is_said()
    {
        using var folder = new Folder();
        Assert.Equal(2, (await RunAsync("--scale", "2")).Status);
        Assert.Equal(2, (await RunAsync("--nodes", "x.csv")).Status);
        var file = Path.Combine(folder.Path, "wrong.csv");
        await File.WriteAllTextAsync(file, "sn,gpu\na,b\n", TestContext.Current.CancellationToken);
        var (status, said) = await RunAsync("--nodes", file, "--pods", file, "--out", folder.Path);
        Assert.Equal((2, true), (status, said.StartsWith("The trace can't be read", StringComparison.Ordinal)));
    }

    private static async Task<(int Status, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Marketplace.Api.dll"), "replay", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("replay").FullName;

        public JsonNode Report() => JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(Path, "report.json")))!;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
