using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Marketplace.BrowserTests;

/// <summary>Somebody who reads the console in one language, and sees what it logs.</summary>
public sealed partial class Reader : IAsyncDisposable
{
    /// <summary>The console's texts: English to Chinese.</summary>
    private static readonly Dictionary<string, string> Chinese = Entry().Matches(File.ReadAllText(Path.Combine(ConsoleHost.Root, "src/Marketplace.Console/src/i18n/zh.ts")))
        .ToDictionary(match => Plain(match.Groups["english"].Value), match => Plain(match.Groups["chinese"].Value));

    private readonly ConsoleHost _host;
    private readonly IBrowserContext _context;
    private readonly List<string> _faults = [];

    internal Reader(ConsoleHost host, IBrowserContext context, IPage page, string language)
    {
        (_host, _context, Page, Language) = (host, context, page, language);
        page.PageError += (_, error) => _faults.Add($"{page.Url}: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !IsExpected(message.Text))
            {
                _faults.Add($"{page.Url}: {message.Text}");
            }
        };
    }

    public IPage Page { get; }

    public string Language { get; }

    /// <summary>Errors of scripts, and what the content security policy kept from running.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>A text of the console as this reader sees it.</summary>
    public string Text(string english) => Language == "zh" ? Chinese[english] : english;

    public Task SignInAsync(string role) => SignInAsync(role + "@demo.example", _host.Passwords[role]);

    public async Task SignInAsync(string userName, string password)
    {
        await Page.GotoAsync("/");
        await Page.FillAsync("#userName", userName);
        await Page.FillAsync("#password", password);
        await Page.Keyboard.PressAsync("Enter");
        await HeadingAsync("Overview");
    }

    /// <summary>Goes by the menu, as somebody would who doesn't know addresses.</summary>
    public async Task GoAsync(string page)
    {
        await Page.GetByRole(AriaRole.Navigation, new() { Name = Text("Pages"), Exact = true }).GetByRole(AriaRole.Link, new() { Name = Text(page), Exact = true }).ClickAsync();
        await HeadingAsync(page);
    }

    public Task HeadingAsync(string english) => Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Text(english));

    public ILocator Button(string english) => Page.GetByRole(AriaRole.Button, new() { Name = Text(english), Exact = true });

    /// <summary>The button of a dialog, of the same name as the one that opened it.</summary>
    public ILocator DialogButton(string english) => Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = Text(english), Exact = true });

    /// <summary>Chooses by typing, as a keyboard user does, one of a list that takes several and so stays open.</summary>
    public async Task ChooseAsync(string field, string option)
    {
        await Page.Locator(field).ClickAsync();
        await Page.Locator(field).PressSequentiallyAsync(option);
        await Page.Keyboard.PressAsync("Enter");
        await Page.Keyboard.PressAsync("Escape");
    }

    /// <summary>Chooses the one of a list, which closes it.</summary>
    public async Task PickAsync(string field, string option)
    {
        await Page.Locator(field).ClickAsync();
        await Page.Locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option").Filter(new() { HasText = option }).First.ClickAsync();
    }

    /// <summary>The secret that is told this once; the dialog is put away.</summary>
    public async Task<string> ToldAsync()
    {
        var dialog = Page.Locator(".ant-modal-confirm");
        var secret = await dialog.Locator("code").InnerTextAsync();
        await dialog.Locator(".ant-btn-primary").ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
        return secret.Trim();
    }

    public async Task<ILocator> TableAsync(string name)
    {
        var table = Page.Locator($"[data-table='{name}']");
        await Assertions.Expect(table.Locator("tbody tr[data-row-key]").First).ToBeVisibleAsync();
        return table;
    }

    /// <summary>Keeps what is on the screen; CI hands it out.</summary>
    public async Task ScreenshotAsync(string name)
    {
        var folder = Environment.GetEnvironmentVariable("MARKETPLACE_SCREENSHOTS") ?? Path.Combine(ConsoleHost.Root, "artifacts", "screenshots");
        Directory.CreateDirectory(folder);
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    /// <summary>The first question of a visit is who is signed in, and the answer may be nobody; a browser logs that as an error.</summary>
    private static bool IsExpected(string text) => text.Contains("status of 40", StringComparison.Ordinal);

    private static string Plain(string literal) => literal.Replace("\\'", "'", StringComparison.Ordinal);

    [GeneratedRegex(@"^  '(?<english>(\\'|[^'])*)': '(?<chinese>(\\'|[^'])*)',$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Entry();
}
