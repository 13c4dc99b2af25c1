using System.Reflection;
using System.Text.RegularExpressions;
using Marketplace.BrowserTests;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(ConsoleHost))]

namespace Marketplace.BrowserTests;

/// <summary>
/// The product with its demo market, in a process of its own, and Debian's Chromium beside it: what somebody has after
/// <c>dotnet run</c>. Where the browser is missing, or the console wasn't built for want of Node.js, its tests are skipped by name.
/// </summary>
public sealed partial class ConsoleHost : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    /// <summary>How long a page may take before a test gives up on it, in milliseconds: machines that test are busy.</summary>
    private const float Patience = 20_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("marketplace-browser-").FullName;
    private ApiProcess? _api;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string Root { get; } = typeof(ConsoleHost).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Root").Value!;

    /// <summary>Passwords by role.</summary>
    public IReadOnlyDictionary<string, string> Passwords { get; private set; } = new Dictionary<string, string>();

    public Uri Address => _api!.Address;

    public DatabaseSettings Database => new(DatabaseProvider.Sqlite, $"Data Source={Path.Combine(_folder, "demo.db")}", null);

    /// <summary>Why no page can be looked at here, or null where it can.</summary>
    private static string? WhyNot() =>
        !File.Exists(Chromium) ? $"no Chromium: there is no {Chromium}"
        : !File.Exists(Path.Combine(AppContext.BaseDirectory, "console", "index.html")) ? "no console: it was built without Node.js"
        : null;

    public static void SkipWhereMissing()
    {
        if (WhyNot() is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (WhyNot() is not null)
        {
            return;
        }

        _api = await ApiProcess.StartAsync(Database, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Demo__Enabled"] = "true" });
        Passwords = _api.Output.Select(line => Login().Match(line)).Where(match => match.Success).ToDictionary(match => match.Groups["role"].Value, match => match.Groups["password"].Value);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
    }

    /// <summary>A reader with a browser of their own, who isn't signed in.</summary>
    /// <param name="language"><c>en</c> or <c>zh</c>.</param>
    /// <param name="width">Of the window, in CSS pixels.</param>
    /// <param name="dark">Whether the reader's system is dark.</param>
    /// <param name="at">Another process's address, if not this one's.</param>
    /// <param name="session">Somebody whose session they have, but whose cache they don't.</param>
    public async Task<Reader> OpenAsync(string language, int width = 1280, bool dark = false, Uri? at = null, Reader? session = null)
    {
        SkipWhereMissing();
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = (at ?? Address).ToString(),
            Locale = language == "zh" ? "zh-CN" : "en-GB",
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            StorageState = session is null ? null : await session.Page.Context.StorageStateAsync(),
        });
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        return new(this, context, await context.NewPageAsync(), language);
    }

    /// <summary>A copy of the demo market's database, for a process that is to find it otherwise.</summary>
    public async Task<DatabaseSettings> CopyAsync(string folder)
    {
        var file = Path.Combine(folder, "copy.db");
        await AskAsync(Database, $"VACUUM INTO '{file}'");
        return new(DatabaseProvider.Sqlite, $"Data Source={file}", null);
    }

    /// <summary>Runs a statement on a database of these tests; what it answers first, as text.</summary>
    public static async Task<string?> AskAsync(DatabaseSettings database, string sql)
    {
        await using var connection = new SqliteConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))?.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"^\s+(?<role>\w+)@demo\.example\s+(?<password>\S+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Login();
}
