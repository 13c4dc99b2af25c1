using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Marketplace.IntegrationTests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Marketplace.BrowserTests;

/// <summary>What every page keeps: readable for everybody, on any screen, in both schemes; and what the first one weighs.</summary>
public sealed class PageTests(ConsoleHost host)
{
    /// <summary>Until something can be read: the sign-in page, or the menu around a page whose own code is still to come.</summary>
    private const int MostBytesAtFirst = 300_000;

    /// <summary>Until the first page with its table stands.</summary>
    private const int MostBytesWithPage = 420_000;

    /// <summary>Pages that no menu leads to, by the list on which their first row's link stands.</summary>
    private static readonly Dictionary<string, string[]> ListsWithDetails = new()
    {
        ["provider"] = ["centers", "orders", "invoices", "claims", "programmes"],
        ["enterprise"] = ["quotes", "orders", "invoices", "programmes"],
        ["authority"] = ["claims", "programmes"],
        ["admin"] = ["organizations", "invoices", "quotes"],
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
            findings.AddRange((await DialogFindingsAsync(reader)).Select(finding => $"{page}: {finding}"));
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

    [Theory, InlineData("en", 1280), InlineData("zh", 390)]
    public async Task What_was_bid_and_objected_to_has_its_page(string language, int width)
    {
        await using var reader = await host.OpenAsync(language, width, dark: language == "zh");
        await reader.SignInAsync("enterprise");
        var (bid, dispute, reason) = await LeaveAsync(reader.Page);
        await VisitAsync(reader, "/bids");
        await (await reader.TableAsync("bids")).Locator($"a[href='/bids/{bid}']").ClickAsync();
        await Expect(reader.Page.GetByText(reader.Text("Whenever it is cheapest"))).ToBeVisibleAsync();
        await AssertReadableAsync(reader, "bid");
        await reader.Button("Take back").ClickAsync();
        await reader.DialogButton("Take back").ClickAsync();
        await Expect(reader.Page.GetByText(reader.Text("Withdrawn"), new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal("content", await reader.Page.EvaluateAsync<string>("new Promise(done => setTimeout(() => done(document.activeElement.id), 600))"));

        await VisitAsync(reader, "/disputes");
        await (await reader.TableAsync("disputes")).Locator($"a[href='/disputes/{dispute}']").ClickAsync();
        await Expect(reader.Page.GetByText(reason)).ToBeVisibleAsync();
        await AssertReadableAsync(reader, "dispute");

        // The audit trail leads to it.
        await VisitAsync(reader, "/audit?action=dispute.opened");
        await (await reader.TableAsync("audit-entries")).Locator($"a[href='/disputes/{dispute}']").ClickAsync();
        await Expect(reader.Page.GetByText(reason)).ToBeVisibleAsync();
        Assert.Empty(reader.Faults);
    }

    /// <summary>A bid that nothing fills, and an objection to the order that runs, where there is none yet.</summary>
    private static async Task<(string Bid, string Dispute, string Reason)> LeaveAsync(IPage page)
    {
        var ids = await page.EvaluateAsync<string[]>("""
            async () => {
                const token = (await (await fetch('/v1/session')).json()).requestToken
                const made = async (path, body) => (await (await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Request-Token': token }, body: JSON.stringify(body) })).json()).id
                const now = Date.parse((await (await fetch('/v1/sign-in')).json()).now)
                const at = days => new Date(Math.floor(now / 3600000) * 3600000 + days * 86400000).toISOString()
                const order = (await (await fetch('/v1/orders?status=running')).json()).items[0]
                const leg = order.legs[0]
                const bid = await made('/v1/bids', { accelerators: ['H800'], cards: 8, hours: 24, window: { earliest: at(1), latestEnd: at(6) }, urgency: 'batch', workload: 'training', maxPricePerCardHour: '0.01', validUntil: at(2), vouchers: 'none' })
                await made(`/v1/orders/${order.id}/legs/${leg.id}/objections`, { from: leg.from, reason: 'Two of eight cards answered nothing.' })
                const dispute = (await (await fetch('/v1/disputes?kind=objection')).json()).items[0]
                return [bid, dispute.id, dispute.reason]
            }
            """);
        return (ids[0], ids[1], ids[2]);
    }

    private static async Task AssertReadableAsync(Reader reader, string page)
    {
        await Expect(reader.Page.Locator(".ant-skeleton, .ant-spin-spinning")).ToHaveCountAsync(0);
        Assert.Empty(await FindingsAsync(reader.Page));
        Assert.True(await reader.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - window.innerWidth") <= 0, $"{page} is too wide");
        await reader.ScreenshotAsync($"{page}-{reader.Language}");
    }

    [Theory, InlineData("en"), InlineData("zh")]
    public async Task The_first_paint_is_light_and_compressed(string language)
    {
        await using var reader = await host.OpenAsync(language);
        await AssertLightAsync(reader, "sign-in", MostBytesAtFirst);
        Assert.Empty(await FindingsAsync(reader.Page));
        await reader.ScreenshotAsync(language == "en" ? "sign-in" : "sign-in-zh");
        await reader.SignInAsync("enterprise");

        // Once more from nothing, as somebody who has a session comes by a link.
        await using var again = await host.OpenAsync(language, session: reader);
        await AssertLightAsync(again, "overview", MostBytesWithPage);
    }

    /// <summary>What a visit over a slow line loads until it paints and until the page stands, by its bytes on the wire, and that they never come twice.</summary>
    private static async Task AssertLightAsync(Reader reader, string page, int most)
    {
        var assets = new List<IResponse>();
        reader.Page.Response += (_, response) =>
        {
            if (response.Url.Contains("/assets/", StringComparison.Ordinal))
            {
                assets.Add(response);
            }
        };
        await SlowDownAsync(reader.Page);
        await reader.Page.GotoAsync("/", new() { WaitUntil = WaitUntilState.NetworkIdle });
        var bytes = await reader.Page.EvaluateAsync<int[]>("""
            () => {
                const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime
                const files = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource').filter(entry => !entry.name.includes('/v1/'))]
                const sum = entries => entries.reduce((bytes, entry) => bytes + entry.encodedBodySize, 0)
                return [sum(files.filter(entry => entry.responseEnd <= paint)), sum(files)]
            }
            """);
        var (painted, whole) = (bytes[0], bytes[1]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{page}: {painted} bytes until it paints, {whole} until it stands");
        Assert.InRange(painted, 50_000, MostBytesAtFirst);
        Assert.InRange(whole, painted, most);
        Assert.NotEmpty(assets);
        Assert.All(assets, response =>
        {
            Assert.Equal("br", response.Headers.GetValueOrDefault("content-encoding"));
            Assert.Contains("immutable", response.Headers["cache-control"], StringComparison.Ordinal);
        });
    }

    /// <summary>A mobile line of 1.6 Mbit/s, on which what is loaded before a paint tells itself from what comes after.</summary>
    private static async Task SlowDownAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Network.enable");
        await session.SendAsync("Network.emulateNetworkConditions", new() { ["offline"] = false, ["latency"] = 150, ["downloadThroughput"] = 200_000, ["uploadThroughput"] = 90_000 });
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
    public async Task A_list_of_a_hundred_thousand_rows_answers_as_a_short_one_does()
    {
        ConsoleHost.SkipWhereMissing();
        var folder = Directory.CreateTempSubdirectory("marketplace-browser-").FullName;
        var copy = await host.CopyAsync(folder);
        await FillAsync(copy, 100_000);
        await RegisterAsync(copy, 700);
        await using var api = await ApiProcess.StartAsync(copy, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Demo__Enabled"] = "true" });
        await using var reader = await host.OpenAsync("en", at: api.Address);
        await using var other = await host.OpenAsync("en");
        await reader.SignInAsync("auditor");
        await other.SignInAsync("auditor");

        // Turn by turn, so that what else the machine does slows both; of many, so that one slow answer says nothing.
        string[] asked = ["limit=20", "limit=20&sort=at", "limit=20&subjectId=subject-77777"];
        var (many, few) = (asked.ToDictionary(query => query, _ => new List<double>()), asked.ToDictionary(query => query, _ => new List<double>()));
        for (var i = 0; i < 15; i++)
        {
            foreach (var query in asked)
            {
                few[query].Add(await AnswerTimeAsync(other.Page, query));
                many[query].Add(await AnswerTimeAsync(reader.Page, query));
            }
        }

        foreach (var query in asked)
        {
            var (short_, long_) = (Median(few[query]), Median(many[query]));
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{query}: {long_:0.0} ms of 100,000 rows, {short_:0.0} ms of few"));
            Assert.True(long_ <= Most(short_), string.Create(CultureInfo.InvariantCulture, $"{query}: {long_} ms of 100,000 rows, {short_} ms of few"));
        }

        var first = Stopwatch.StartNew();
        await reader.GoAsync("Audit trail");
        var table = await reader.TableAsync("audit-entries");
        Tell("first page", first);
        var top = await table.Locator("tbody tr[data-row-key]").First.GetAttributeAsync("data-row-key");
        var second = Stopwatch.StartNew();
        await table.GetByRole(AriaRole.Button, new() { Name = "Page after" }).ClickAsync();
        await Expect(table.Locator($"tr[data-row-key='{top}']")).ToHaveCountAsync(0);
        Tell("next page", second);
        var sorted = Stopwatch.StartNew();
        await table.GetByRole(AriaRole.Columnheader, new() { Name = "Time" }).ClickAsync();
        await Expect(table.Locator("tbody tr[data-row-key]").First).ToContainTextAsync("test.filled");
        Tell("sorted", sorted);
        var filter = Stopwatch.StartNew();
        await reader.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Subject", Exact = true }).FillAsync("subject-77777");
        await reader.Page.Keyboard.PressAsync("Enter");
        await Expect(table.Locator("tbody tr[data-row-key]")).ToHaveCountAsync(1);
        Tell("filtered", filter);
        await FindOneOfManyAsync(reader);
        await api.KillAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>An answer that looked at all rows would take a hundred times as long; a few milliseconds are the machine's.</summary>
    private static double Most(double few) => (4 * few) + 20;

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    /// <summary>How long the browser waits for a page of the audit trail, in milliseconds.</summary>
    private static Task<double> AnswerTimeAsync(IPage page, string query) => page.EvaluateAsync<double>(
        "async query => { const from = performance.now(); const answer = await fetch('/v1/audit/entries?' + query); await answer.text(); if (!answer.ok) throw new Error(answer.status); return performance.now() - from }", query);

    private static void Tell(string what, Stopwatch watch) =>
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.ElapsedMilliseconds} ms"));

    /// <summary>Many more entries in the audit trail, unsealed and older than every real one.</summary>
    private static Task FillAsync(DatabaseSettings database, int count) => ConsoleHost.AskAsync(database, string.Create(CultureInfo.InvariantCulture, $"""
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
        INSERT INTO audit_entries (id, at, actor, owner_id, action, subject_type, subject_id, details, seal_number)
        SELECT unhex(printf('01000000000070008000%012x', n)), (SELECT min(at) FROM audit_entries) - n, 'demo:platform', NULL, 'test.filled', 'subject', 'subject-' || n, {"'{}'"}, NULL FROM numbers
        """));

    /// <summary>Many more enterprises, older than every real one.</summary>
    private static Task RegisterAsync(DatabaseSettings database, int count)
    {
        var rows = Enumerable.Range(1, count).Select(n =>
        {
            var code = string.Create(CultureInfo.InvariantCulture, $"91330100F{n:00000000}");
            return string.Create(CultureInfo.InvariantCulture, $"('01000000000070008000{n:x12}', 'Filled {n:0000}', '{code}{CreditCode.CheckDigit(code)}')");
        });
        return ConsoleHost.AskAsync(database, $"""
            INSERT INTO organizations (id, name, kind, credit_code, region_code, established_on, traits, taxpayer, controllers, created_at)
            SELECT unhex(new.column1), new.column2, model.kind, new.column3, model.region_code, model.established_on, model.traits, model.taxpayer, '[]', model.created_at
            FROM (VALUES {string.Join(',', rows)}) AS new, (SELECT * FROM organizations WHERE kind LIKE 'enterprise' LIMIT 1) AS model
            """);
    }

    /// <summary>A list sorts on the server, and a picker finds who no first page has, by keyboard alone, and still names them when the page is come back to.</summary>
    private static async Task FindOneOfManyAsync(Reader reader)
    {
        await reader.GoAsync("Organizations");
        var table = await reader.TableAsync("organizations");
        await reader.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Name", Exact = true }).FillAsync("fILLED");
        await reader.Page.Keyboard.PressAsync("Enter");
        var first = table.Locator("tbody tr[data-row-key]").First;
        await Expect(first).ToContainTextAsync("Filled 0700");
        await table.GetByRole(AriaRole.Columnheader, new() { Name = "Name" }).ClickAsync();
        await Expect(first).ToContainTextAsync("Filled 0001");
        await table.GetByRole(AriaRole.Button, new() { Name = "Page after" }).ClickAsync();
        await Expect(first).ToContainTextAsync("Filled 0021");
        await table.GetByRole(AriaRole.Columnheader, new() { Name = "Name" }).ClickAsync();
        await Expect(first).ToContainTextAsync("Filled 0700");

        await reader.GoAsync("Audit trail");
        var picker = reader.Page.GetByRole(AriaRole.Combobox, new() { Name = "Organization", Exact = true });
        await picker.FocusAsync();
        await picker.PressSequentiallyAsync("filled 0007");
        await Expect(reader.Page.Locator(".ant-select-item-option")).ToHaveTextAsync(["Filled 0007"]);
        await reader.Page.Keyboard.PressAsync("Enter");
        await Expect(reader.Page.GetByText("Nothing fits these filters.")).ToBeVisibleAsync();
        await reader.Page.ReloadAsync();
        await Expect(reader.Page.GetByText("Nothing fits these filters.")).ToBeVisibleAsync();
        await Expect(reader.Page.GetByText("Filled 0007", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Empty(reader.Faults);
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

    /// <summary>What is wrong with the dialogs that a page's buttons open, one of each name.</summary>
    private static async Task<IReadOnlyList<string>> DialogFindingsAsync(Reader reader)
    {
        var buttons = reader.Page.Locator("#content button[aria-haspopup=dialog]");
        var names = await buttons.AllInnerTextsAsync();
        var findings = new List<string>();
        foreach (var name in names.Distinct())
        {
            await buttons.Filter(new() { HasText = name }).First.ClickAsync();
            var dialog = reader.Page.GetByRole(AriaRole.Dialog, new() { Name = name, Exact = true });
            await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = name, Exact = true })).ToBeVisibleAsync();
            findings.AddRange((await FindingsAsync(reader.Page)).Select(finding => $"{name}: {finding}"));
            await reader.Page.Keyboard.PressAsync("Escape");
            await Expect(dialog).ToHaveCountAsync(0);
        }

        return findings;
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
