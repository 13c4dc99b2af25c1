using System.Diagnostics;
using System.Text.RegularExpressions;
using Marketplace.Infrastructure.Persistence;

namespace Marketplace.IntegrationTests.Harness;

/// <summary>The product as a process of its own, which can be killed as a machine is.</summary>
public sealed partial class ApiProcess : IAsyncDisposable
{
    public const string AdminSecret = "the-secret-of-the-tests";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ApiProcess(DatabaseSettings database, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Marketplace.Api.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Database__Provider"] = database.Provider.ToString(),
            ["Database__ConnectionString"] = database.ConnectionString,
            ["Role"] = "api",
            ["RateLimits__Enabled"] = "false",
            ["Bootstrap__AdminClientSecret"] = AdminSecret,
            ["Logging__LogLevel__Default"] = "Warning",
            ["Logging__Console__FormatterName"] = "simple",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        }.Concat(settings))
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it logged as a fault of its own.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_output)
            {
                return [.. _output.Where(line => line.StartsWith("fail:", StringComparison.Ordinal) || line.StartsWith("crit:", StringComparison.Ordinal) || line.Contains("Unhandled exception", StringComparison.Ordinal))];
            }
        }
    }

    /// <summary>Every line that it wrote to the terminal.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_output)
            {
                return [.. _output];
            }
        }
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>The operating system's.</summary>
    public int Id => _process.Id;

    /// <param name="database">What it runs on.</param>
    /// <param name="settings">Laid over its own: one of several API processes, in Production.</param>
    public static async Task<ApiProcess> StartAsync(DatabaseSettings database, IReadOnlyDictionary<string, string>? settings = null)
    {
        var process = new ApiProcess(database, settings ?? new Dictionary<string, string>());
        try
        {
            process.Address = await process._listening.Task.WaitAsync(Patience);
        }
        catch (TimeoutException late)
        {
            await process.DisposeAsync();
            throw new InvalidOperationException("The process didn't start: " + string.Join('\n', process._output), late);
        }

        return process;
    }

    /// <summary>Kills it between two instructions, as -9 does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as a platform does, and waits until it has.</summary>
    public async Task StopAsync()
    {
        using var signal = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        await signal.WaitForExitAsync();
        using var late = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(late.Token);
    }

    public int ExitCode => _process.ExitCode;

    /// <summary>Stops it between two instructions, as a machine that swaps does, or lets it go on.</summary>
    /// <param name="go">Whether it goes on.</param>
    public async Task SuspendAsync(bool go)
    {
        using var signal = Process.Start("kill", [go ? "-CONT" : "-STOP", _process.Id.ToString()]);
        await signal.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Add(line);
        }

        if (Listening().Match(line) is { Success: true } match)
        {
            _listening.TrySetResult(new(match.Groups["address"].Value));
        }
    }

    [GeneratedRegex(@"Now listening on: (?<address>http://\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}
