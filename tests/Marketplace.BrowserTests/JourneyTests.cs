using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Marketplace.BrowserTests;

/// <summary>Each kind of user does their main job, from sign-in to result, by what stands on the pages.</summary>
public sealed partial class JourneyTests(ConsoleHost host)
{
    [Theory, InlineData("en"), InlineData("zh")]
    public async Task An_enterprise_buys_with_its_vouchers_and_audits_an_invoice(string language)
    {
        await using var reader = await host.OpenAsync(language);
        var page = reader.Page;
        await reader.SignInAsync("enterprise");

        await reader.GoAsync("Find capacity");

        // Compute can be asked for instead of cards, and a voucher that isn't to pay says why it doesn't.
        await ChooseAsync(reader, "Compute");
        await page.FillAsync("#work_pflopsHours", "10");
        await Expect(page.GetByText(Pattern(reader.Text("{{cards}} cards for {{hours}} hours come to that much work")))).ToBeVisibleAsync();
        await ChooseAsync(reader, "Those I choose");
        await Expect(page.GetByText(reader.Text("Other vouchers were chosen.")).First).ToBeVisibleAsync();
        await ChooseAsync(reader, "Cards for hours");
        await ChooseAsync(reader, "All that fit");
        await page.FillAsync("#cards", "4");
        await page.FillAsync("#hours", "6");
        var order = page.GetByRole(AriaRole.Button, new() { NameRegex = Pattern(reader.Text("Order for {{amount}}")) });
        await Expect(order).ToBeEnabledAsync();
        await Expect(page.GetByText("Compute vouchers").First).ToBeVisibleAsync();
        await reader.ScreenshotAsync($"journey-buy-{language}");
        await order.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(reader.Text("Order"));
        await Expect(page.GetByText(reader.Text("Confirmed")).First).ToBeVisibleAsync();

        await reader.GoAsync("Invoices");
        await (await reader.TableAsync("invoices")).GetByRole(AriaRole.Link).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = ExpandRow() }).First.ClickAsync();
        await Expect(page.GetByText(Formula()).First).ToBeVisibleAsync();
        await Expect(page.GetByText(reader.Text("share {{number}}").Replace("{{number}}", "1", StringComparison.Ordinal)).First).ToBeVisibleAsync();
        await page.Locator(".ant-timeline").GetByRole(AriaRole.Button, new() { NameRegex = ExpandRow() }).First.ClickAsync();
        await Expect(page.GetByText(reader.Text("signed by its meter")).First).ToBeVisibleAsync();
        await reader.ScreenshotAsync($"journey-explain-{language}");
        Assert.Empty(reader.Faults);
    }

    [Theory, InlineData("en"), InlineData("zh")]
    public async Task A_provider_adds_a_centre_imports_its_nodes_and_lists_them(string language)
    {
        await using var reader = await host.OpenAsync(language);
        var page = reader.Page;
        await reader.SignInAsync("provider");

        await reader.GoAsync("Centres");
        var name = "Jiaxing " + language;
        await reader.Button("Add a centre").ClickAsync();
        await page.FillAsync("#name", name);
        await page.FillAsync("#regionCode", "3304");
        await reader.DialogButton("Add a centre").ClickAsync();

        // What is wrong is told at its field, in the reader's language.
        await Expect(page.Locator("#regionCode_help")).ToContainTextAsync(language == "zh" ? "六位" : "six digits");
        await page.FillAsync("#regionCode", "330400");
        await reader.DialogButton("Add a centre").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name);

        await ImportAsync(reader, "name,accelerator,cards,vcpus,memoryGiB\nj-1,H20,8,192,1536\nj-2,H20,none,192,1536\n");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("cards:");
        await reader.ScreenshotAsync($"journey-import-{language}");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await ImportAsync(reader, "name,accelerator,cards,vcpus,memoryGiB\nj-1,H20,8,192,1536\nj-2,H20,8,192,1536\n");
        await Expect((await reader.TableAsync("nodes")).Locator("tbody tr[data-row-key]")).ToHaveCountAsync(2);

        await reader.GoAsync("Listings");
        await reader.Button("List capacity").ClickAsync();
        await reader.PickAsync("#centerId", name);
        await page.FillAsync("#pricePerCardHour", "7.35");
        await reader.DialogButton("List capacity").ClickAsync();
        await Expect((await reader.TableAsync("listings")).GetByText("7.35").First).ToBeVisibleAsync();
        Assert.Empty(reader.Faults);
    }

    [Theory, InlineData("en"), InlineData("zh")]
    public async Task An_authority_sets_up_a_programme_and_tries_it_on_past_orders(string language)
    {
        await using var reader = await host.OpenAsync(language);
        var page = reader.Page;
        await reader.SignInAsync("authority");

        await reader.GoAsync("Programmes");
        await reader.Button("Set up a programme").ClickAsync();
        await page.FillAsync("#code", "t-" + language);
        await page.FillAsync("#name", "Trial " + language);
        await page.FillAsync("#budget", "500000.00");
        await page.FillAsync("#rules_rates_0_ratio", "2");
        await Expect(page.Locator("#rules_rates_0_ratio_help")).ToBeVisibleAsync();
        await page.FillAsync("#rules_rates_0_ratio", "0.25");
        await Expect(page.Locator("#rules_rates_0_ratio_help")).Not.ToBeVisibleAsync();
        await reader.Button("Try it on past orders").ClickAsync();
        await Expect(page.GetByText(reader.Text("Orders looked at"))).ToBeVisibleAsync();
        await reader.ScreenshotAsync($"journey-programme-{language}");
        await reader.Button("Set up the programme").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Trial " + language);
        await Expect(page.GetByText("25%").First).ToBeVisibleAsync();
        Assert.Empty(reader.Faults);
    }

    [Theory, InlineData("en"), InlineData("zh")]
    public async Task An_auditor_verifies_the_market_and_may_leave_meanwhile(string language)
    {
        await using var reader = await host.OpenAsync(language);
        await reader.SignInAsync("auditor");
        await reader.GoAsync("Verification");
        await reader.Button("Verify now").ClickAsync();
        await reader.GoAsync("Ledger");
        await reader.GoAsync("Verification");
        await Expect(reader.Page.GetByText(reader.Text("Everything holds."))).ToBeVisibleAsync();
        await reader.Page.ReloadAsync();
        await Expect(reader.Page.GetByText(reader.Text("Everything holds."))).ToBeVisibleAsync();

        // What is under way is cut off by a reload, and says so.
        await reader.Page.RouteAsync("**/v1/audit/verifications", route => Task.CompletedTask);
        await reader.Button("Verify now").ClickAsync();
        await reader.Page.ReloadAsync();
        await Expect(reader.Page.GetByText(reader.Text("The answer never came, since the page was loaded again or the connection broke: start it again."))).ToBeVisibleAsync();

        // Nobody else is shown it.
        await reader.Button("Your account").ClickAsync();
        await reader.Page.GetByText(reader.Text("Sign out")).ClickAsync();
        await Expect(reader.Page.Locator("#userName")).ToBeVisibleAsync();
        await reader.SignInAsync("admin");
        await reader.GoAsync("Verification");
        await Expect(reader.Button("Verify now")).ToBeVisibleAsync();
        await Expect(reader.Page.Locator(".ant-alert")).ToHaveCountAsync(0);
        Assert.Empty(reader.Faults);
    }

    /// <summary>One of several that stand side by side.</summary>
    private static Task ChooseAsync(Reader reader, string option) => reader.Page.Locator(".ant-segmented-item").Filter(new() { HasText = reader.Text(option) }).ClickAsync();

    /// <summary>A text of the console with whatever stands in its places.</summary>
    private static Regex Pattern(string text) => new(Place().Replace(Regex.Escape(text), ".*"), RegexOptions.None, TimeSpan.FromSeconds(1));

    private static async Task ImportAsync(Reader reader, string csv)
    {
        await reader.Page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "nodes.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(csv) });
        await Expect(reader.Page.GetByRole(AriaRole.Dialog).GetByText("j-1")).ToBeVisibleAsync();
        await reader.Page.GetByRole(AriaRole.Dialog).Locator(".ant-btn-primary").ClickAsync();
    }

    /// <summary>Ant Design's own name of the button, in either language.</summary>
    [GeneratedRegex("^(?:Expand row|展开行)$", RegexOptions.None, 1000)]
    private static partial Regex ExpandRow();

    [GeneratedRegex(@"\\\{\\\{\w+}}", RegexOptions.None, 1000)]
    private static partial Regex Place();

    /// <summary>How a line's amount is explained.</summary>
    [GeneratedRegex(@"(?:card-hours?|卡时) × [\d.]+ = [\d.]+", RegexOptions.None, 1000)]
    private static partial Regex Formula();
}
