using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Marketplace.BrowserTests;

/// <summary>What every page keeps: readable for everybody, on any screen, in both schemes; and what the first one weighs.</summary>
public sealed class PageTests(ConsoleHost host)
{
    private const int MostBytesAtFirst = 300_000;

    /// <summary>Pages that no menu leads to, by the list on which their first row's link stands.</summary>
    private static readonly Dictionary<string, string[]> ListsWithDetails = new()
    {
        ["provider"] = ["centers", "orders", "invoices", "claims", "programmes"],
        ["enterprise"] = ["orders", "invoices", "programmes"],
        ["authority"] = ["claims", "programmes"],
        ["admin"] = ["organizations", "invoices"],
    };

    [Theory, InlineData("provider"), InlineData("enterprise"), InlineData("authority"), InlineData("admin")]
    public async Task Every_page_can_be_read_by_everybody(string role)
    {
        await using var reader = await host.OpenAsync("en");
        await reader.SignInAsync(role);
        var pages = await PagesAsync(reader, role);
        Assert.True(pages.Count > 8, string.Join(' ', pages));
        var findings = new List<string>();
        foreach (var page in pages)
        {
            await VisitAsync(reader, page);
            findings.AddRange((await FindingsAsync(reader.Page)).Select(finding => $"{page}: {finding}"));
            await reader.ScreenshotAsync($"{role}{page.Replace('/', '-')}");
        }

        Assert.True(findings.Count + reader.Faults.Count == 0, string.Join('\n', findings.Concat(reader.Faults)));
    }

    [Theory, InlineData("provider"), InlineData("enterprise"), InlineData("authority"), InlineData("admin")]
    public async Task Every_page_fits_a_narrow_screen_in_the_dark_and_in_Chinese(string role)
    {
        await using var wide = await host.OpenAsync("zh");
        await wide.SignInAsync(role);
        var pages = await PagesAsync(wide, role);
        await using var reader = await host.OpenAsync("zh", width: 390, dark: true);
        await reader.SignInAsync(role);
        var findings = new List<string>();
        foreach (var page in pages)
        {
            await VisitAsync(reader, page);
            var beyond = await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - window.innerWidth");
            if (beyond > 0)
            {
                findings.Add($"{page} is {beyond} px too wide");
            }

            findings.AddRange((await FindingsAsync(reader.Page)).Select(finding => $"{page}: {finding}"));
            await reader.ScreenshotAsync($"{role}{page.Replace('/', '-')}-390-dark-zh");
        }

        Assert.True(findings.Count + reader.Faults.Count == 0, string.Join('\n', findings.Concat(reader.Faults)));
    }

    [Fact]
    public async Task The_first_page_is_light_and_compressed()
    {
        await using var reader = await host.OpenAsync("en");
        var responses = new List<IResponse>();
        reader.Page.Response += (_, response) => responses.Add(response);
        await reader.Page.GotoAsync("/", new() { WaitUntil = WaitUntilState.NetworkIdle });
        var sizes = await Task.WhenAll(responses.Select(async response => (response.Url, Size: (await response.Request.SizesAsync()).ResponseBodySize)));
        var sum = sizes.Sum(size => size.Size);
        TestContext.Current.TestOutputHelper?.WriteLine($"first page: {sum} bytes\n{string.Join('\n', sizes.OrderByDescending(size => size.Size))}");
        Assert.InRange(sum, 50_000, MostBytesAtFirst);
        Assert.All(responses.Where(response => response.Url.Contains("/assets/", StringComparison.Ordinal)), response =>
        {
            Assert.Equal("br", response.Headers.GetValueOrDefault("content-encoding"));
            Assert.Contains("immutable", response.Headers["cache-control"], StringComparison.Ordinal);
        });
        Assert.Empty(await FindingsAsync(reader.Page));
        await reader.ScreenshotAsync("sign-in");
    }

    [Fact]
    public async Task A_page_can_be_walked_by_keyboard()
    {
        await using var reader = await host.OpenAsync("en");
        await reader.SignInAsync("enterprise");
        await reader.Page.ReloadAsync();
        await reader.HeadingAsync("Overview");
        await reader.Page.Keyboard.PressAsync("Tab");
        await Expect(reader.Page.GetByText("Skip to the content")).ToBeFocusedAsync();
        await reader.Page.Keyboard.PressAsync("Enter");
        await reader.Page.Keyboard.PressAsync("Tab");
        Assert.True(await reader.Page.EvaluateAsync<bool>("document.querySelector('#content').contains(document.activeElement)"));
    }

    [Fact]
    public async Task A_list_of_a_hundred_thousand_rows_pages_and_filters()
    {
        ConsoleHost.SkipWhereMissing();
        var folder = Directory.CreateTempSubdirectory("marketplace-browser-").FullName;
        await using var api = await ApiProcess.StartAsync(await FilledCopyAsync(folder, 100_000), new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Demo__Enabled"] = "true" });
        await using var reader = await host.OpenAsync("en", at: api.Address);
        await reader.SignInAsync("auditor");
        var first = Stopwatch.StartNew();
        await reader.GoAsync("Audit trail");
        var table = await reader.TableAsync("audit-entries");
        Tell("first page", first);
        var top = await table.Locator("tbody tr[data-row-key]").First.GetAttributeAsync("data-row-key");
        var second = Stopwatch.StartNew();
        await table.GetByRole(AriaRole.Button, new() { Name = "Page after" }).ClickAsync();
        await Expect(table.Locator($"tr[data-row-key='{top}']")).ToHaveCountAsync(0);
        Tell("next page", second);
        var filter = Stopwatch.StartNew();
        await reader.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Subject", Exact = true }).FillAsync("subject-77777");
        await reader.Page.Keyboard.PressAsync("Enter");
        await Expect(table.Locator("tbody tr[data-row-key]")).ToHaveCountAsync(1);
        Tell("filtered", filter);
        await api.KillAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static void Tell(string what, Stopwatch watch) =>
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.ElapsedMilliseconds} ms"));

    /// <summary>A copy of the demo market with many more entries in its audit trail, unsealed and older than every real one.</summary>
    private async Task<DatabaseSettings> FilledCopyAsync(string folder, int count)
    {
        var copy = $"Data Source={Path.Combine(folder, "copy.db")}";
        await ExecuteAsync(host.Database.ConnectionString, $"VACUUM INTO '{Path.Combine(folder, "copy.db")}'");
        await ExecuteAsync(copy, string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
            INSERT INTO audit_entries (id, at, actor, owner_id, action, subject_type, subject_id, details, seal_number)
            SELECT unhex(printf('01000000000070008000%012x', n)), (SELECT min(at) FROM audit_entries) - n, 'demo:platform', NULL, 'test.filled', 'subject', 'subject-' || n, {"'{}'"}, NULL FROM numbers
            """));
        return new(DatabaseProvider.Sqlite, copy, null);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The pages of the menu, and of each list the page of its first row.</summary>
    private static async Task<IReadOnlyList<string>> PagesAsync(Reader reader, string role)
    {
        var pages = (await reader.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link).EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))")).ToList();
        foreach (var list in ListsWithDetails[role])
        {
            await VisitAsync(reader, "/" + list);
            var link = (await reader.TableAsync(list)).Locator($"a[href^='/{list}/']").First;
            pages.Add((await link.GetAttributeAsync("href"))!);
            if (role == "authority" && list == "programmes")
            {
                pages.AddRange(["/programmes/new", pages[^1] + "/edit"]);
            }
        }

        return pages;
    }

    /// <summary>Opens a page and waits until it has what it asked for.</summary>
    private static async Task VisitAsync(Reader reader, string page)
    {
        await reader.Page.GotoAsync(page, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await Expect(reader.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await Expect(reader.Page.Locator(".ant-skeleton, .ant-spin-spinning")).ToHaveCountAsync(0);
    }

    /// <summary>What axe-core finds of WCAG 2.1 A and AA that is serious or critical.</summary>
    private static async Task<IReadOnlyList<string>> FindingsAsync(IPage page)
    {
        await page.EvaluateAsync(await Axe.Value + "; undefined");
        var found = await page.EvaluateAsync<JsonElement>(
            "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] })");
        return [.. found.GetProperty("violations").EnumerateArray()
            .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(violation => $"{violation.GetProperty("id").GetString()}: {string.Join(" | ", violation.GetProperty("nodes").EnumerateArray().Take(3).Select(node => node.GetProperty("html").GetString()![..Math.Min(160, node.GetProperty("html").GetString()!.Length)]))}")];
    }

    private static readonly Lazy<Task<string>> Axe = new(() => File.ReadAllTextAsync(Path.Combine(ConsoleHost.Root, "src/Marketplace.Console/node_modules/axe-core/axe.min.js")));
}
