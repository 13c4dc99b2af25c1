using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;

namespace Marketplace.Api.Replay;

/// <summary>
/// <c>replay</c>: plays a cluster's inventory and jobs through the whole product, by its use cases and in the sandbox's time, on an
/// empty database that stays. The report goes to the terminal, to <c>report.json</c> and to <c>report.html</c>.
/// </summary>
internal sealed class ReplayVerb(ReplayOptions options, IServiceProvider services, TextWriter terminal)
{
    public const string Verb = "replay";

    /// <summary>Honest data was found honest, or every cheat was found.</summary>
    public const int AsExpected = 0;

    /// <summary>Something doesn't hold, was flagged though honest, or cheated unfound.</summary>
    public const int Unexpected = 1;

    /// <summary>It couldn't be tried: arguments, files or the database aren't right.</summary>
    public const int Failed = 2;

    private const int MarketDays = 28;

    /// <summary>When the market's time begins: the first day of a month, so that a trace of four weeks is one month's bill.</summary>
    private static readonly DateTimeOffset From = new(2026, 3, 1, 0, 0, 0, TimeSpan.FromHours(8));

    private static readonly JsonSerializerOptions Indented = new(MarketJson.Options) { WriteIndented = true };

    private string _shown = "";

    public static async Task<int> WriteSampleAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (file, text) in SampleTrace.Make())
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), text);
        }

        return AsExpected;
    }

    /// <summary>What the host is started with: the sandbox, and the database that the options name.</summary>
    public static string[] Settings(ReplayOptions options)
    {
        Directory.CreateDirectory(options.Out);
        if (options.Database is null)
        {
            // What the last replay into this folder left.
            foreach (var file in Directory.GetFiles(options.Out, "replay.db*"))
            {
                File.Delete(file);
            }
        }

        return [$"--Database:ConnectionString={ConnectionString(options)}", "--Sandbox:Enabled=true", "--environment=Development", .. options.Settings];
    }

    public async Task<int> RunAsync()
    {
        Trace trace;
        var draw = new Draw(options.Seed);
        try
        {
            trace = Read().Scaled(options.Scale, draw);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return await FailAsync("The trace can't be read: " + unreadable.Message);
        }

        await using (var scope = services.CreateAsyncScope())
        {
            var setup = scope.ServiceProvider.GetRequiredService<DatabaseSetup>();
            await setup.MigrateAsync(CancellationToken.None);
            if (!await setup.IsEmptyAsync(CancellationToken.None))
            {
                return await FailAsync("The database isn't empty.");
            }

            var secret = await setup.RunAsync(From, CancellationToken.None);
            try
            {
                var report = await PlayAsync(trace, draw);
                await WriteAsync(report, secret);
                return report.AsExpected ? AsExpected : Unexpected;
            }
            catch (InvalidRequestException invalid)
            {
                return await FailAsync("The trace is refused: " + string.Join("; ", invalid.Errors.Select(error => $"{error.Key} {string.Join(", ", error.Value)}")));
            }
        }
    }

    private static string ConnectionString(ReplayOptions options) =>
        options.Database is { } given && given.Contains('=', StringComparison.Ordinal) ? given : "Data Source=" + Path.GetFullPath(options.Database ?? Path.Combine(options.Out, "replay.db"));

    private Trace Read()
    {
        if (options.Nodes is null)
        {
            return SampleTrace.Read();
        }

        using var nodes = File.OpenRead(options.Nodes);
        using var jobs = File.OpenRead(options.Jobs!);
        using var requests = options.Requests is null ? null : File.OpenRead(options.Requests);
        return Trace.Read(nodes, jobs, requests);
    }

    private async Task<ReplayReport> PlayAsync(Trace trace, Draw draw)
    {
        var started = Stopwatch.GetTimestamp();
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        var settings = services.GetRequiredService<MarketplaceSettings>();
        var stages = new ReplayStages(scopes);
        using var market = new ReplayMarket(stages, draw, From);
        var metering = new ReplayMetering(stages, market, draw);
        var run = new ReplayRun(stages, market, metering, scopes, services.GetRequiredService<SandboxClock>(), settings, draw);
        var closing = new ReplayClosing(stages, market, run, settings);

        // Long enough for the longest job, whenever it starts.
        var span = trace.Jobs[^1].At - trace.Jobs[0].At;
        var speed = options.Speed ?? Math.Max(1m, Math.Round(span / (decimal)TimeSpan.FromDays(MarketDays - 4).TotalSeconds, 2));
        var to = Hour.AtOrAfter(From.AddDays((double)(span / speed / 86_400) + 400)).Start;
        await market.BuildAsync(trace, to);
        var cheats = options.Cheat ? new ReplayCheats(stages, market, metering, From) : null;
        if (cheats is not null)
        {
            await cheats.BeginAsync(to);
        }

        await run.PlayAsync(trace, From, speed, done => Progress("jobs", done, trace.Jobs.Count), at => cheats?.OnStepAsync(at) ?? Task.CompletedTask);
        Progress("billing", 0, 1);
        await closing.BillAsync();
        Progress("claims", 0, 1);
        await closing.ClaimAsync();
        if (cheats is not null)
        {
            await cheats.EditAsync();
        }

        Progress("verification", 0, 1);
        var report = await ReportAsync(trace, speed, new(stages, market, metering, run, closing, cheats));
        return report with { Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1) };
    }

    private async Task<ReplayReport> ReportAsync(Trace trace, decimal speed, Played played)
    {
        var (stages, market, metering, run, closing, cheats) = played;
        var (verification, replays, flags) = (await closing.VerifyAsync(), await closing.ReplayAsync(), await closing.FlagsAsync());
        var figures = new ReplayFigures(stages, market);
        var payers = await figures.PayersAsync();
        return new()
        {
            Command = Command(),
            Machine = $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}",
            Trace = new(
                options.Nodes is null ? "the sample that comes with the product" : Path.GetFileName(options.Jobs!), trace.Nodes.Count, trace.Nodes.Sum(node => node.Cards), trace.Jobs.Count, trace.Requests.Count,
                trace.WithoutCards, options.Scale, speed, options.Seed),
            From = From,
            To = verification.At,
            Asked = run.Asked,
            Ordered = run.Filled,
            Legs = run.Legs,
            Unfilled = run.Unfilled,
            Readings = metering.Accepted,
            ReadingsRefused = metering.Refused,
            InputTokens = metering.InputTokens,
            OutputTokens = metering.OutputTokens,
            MillionTokensBilled = await figures.MillionTokensAsync(),
            Invoices = replays.Sum(replay => replay.Invoices),
            InvoicesIdentical = replays.Sum(replay => replay.Identical),
            Invoiced = payers.Sum(payer => payer.Invoiced),
            FromVouchers = payers.Sum(payer => payer.Vouchers.Values.Sum() + payer.PaidBack),
            Claimed = closing.Claimed,
            ClaimsPaid = closing.ClaimsPaid,
            VouchersIssued = await figures.VouchersIssuedAsync(),
            Days = run.Days,
            Centers = await figures.CentersAsync(From),
            Prices = await figures.PricesAsync(),
            Payers = payers,
            Stages = stages.Answers(),
            Verification = verification,
            Flags = flags,
            Cheats = cheats?.Answer(verification, replays, flags),
            Drawn = market.Drawn,
            Database = services.GetRequiredService<DatabaseSettings>().Describe(),
            Seconds = 0,
        };
    }

    private string Command() => "replay" + (options.Nodes is null ? "" : $" --nodes {Path.GetFileName(options.Nodes)} --pods {Path.GetFileName(options.Jobs)}"
        + (options.Requests is null ? "" : $" --tokens {Path.GetFileName(options.Requests)}") + $" --scale {options.Scale}") + $" --seed {options.Seed}" + (options.Cheat ? " --cheat" : "");

    private async Task WriteAsync(ReplayReport report, string? secret)
    {
        var folder = Path.GetFullPath(options.Out);
        await File.WriteAllTextAsync(Path.Combine(folder, "report.json"), JsonSerializer.Serialize(report, Indented));
        await File.WriteAllTextAsync(Path.Combine(folder, "report.html"), ReplayPage.Html(report));
        await terminal.WriteLineAsync();
        foreach (var line in report.Lines())
        {
            await terminal.WriteLineAsync(line);
        }

        await terminal.WriteLineAsync($"Report    {Path.Combine(folder, "report.html")} and report.json");
        await terminal.WriteLineAsync($"Database  {report.Database}{(secret is null ? "" : $"; client admin, secret {secret}")}");
    }

    /// <summary>One line that is written over; in a file, a line for every tenth.</summary>
    private void Progress(string what, int done, int all)
    {
        var percent = 100 * done / all;
        var text = all == 1 ? what : $"{what} {percent} %";
        if (text == _shown || (Console.IsOutputRedirected && percent % 10 != 0))
        {
            return;
        }

        _shown = text;
        var bar = new string('#', percent * 40 / 100).PadRight(40, '.');
        terminal.Write(Console.IsOutputRedirected ? text + "\n" : $"\r[{bar}] {text,-20}");
    }

    private async Task<int> FailAsync(string why)
    {
        await terminal.WriteLineAsync(why);
        return Failed;
    }

    private sealed record Played(ReplayStages Stages, ReplayMarket Market, ReplayMetering Metering, ReplayRun Run, ReplayClosing Closing, ReplayCheats? Cheats);
}
