using System.IO.Compression;
using Marketplace.IntegrationTests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Marketplace.BrowserTests;

/// <summary>What is done now and then: accounts, webhooks, meters, the bank's statements, what needs two people, the auditor's archive.</summary>
public sealed class AdministrationTests(ConsoleHost host)
{
    private const string Buyer = "91330106DEM0000052";

    [Theory, InlineData("en"), InlineData("zh")]
    public async Task A_buyer_is_told_of_events_at_an_address_and_changes_its_secret(string language)
    {
        await using var reader = await host.OpenAsync(language);
        var page = reader.Page;
        await reader.SignInAsync("enterprise");
        await reader.GoAsync("Webhooks");
        await reader.Button("Add a webhook").ClickAsync();
        await page.FillAsync("#url", "ftp://hooks.example.com/" + language);
        await reader.DialogButton("Add a webhook").ClickAsync();
        await Expect(page.Locator("#url_help")).ToContainTextAsync(language == "zh" ? "https 地址" : "https address");
        var url = "https://hooks.example.com/" + language;
        await page.FillAsync("#url", url);
        await reader.ChooseAsync("#events", "invoice.issued");
        await reader.DialogButton("Add a webhook").ClickAsync();
        var first = await reader.ToldAsync();
        var row = (await reader.TableAsync("webhooks")).Locator("tbody tr[data-row-key]").Filter(new() { HasText = url });
        await Expect(row).ToContainTextAsync(reader.Text("Invoice issued"));
        await row.GetByRole(AriaRole.Button, new() { Name = reader.Text("New secret") }).ClickAsync();
        await reader.DialogButton("New secret").ClickAsync();
        Assert.NotEqual(first, await reader.ToldAsync());
        await row.GetByRole(AriaRole.Button, new() { Name = reader.Text("Remove") }).ClickAsync();
        await reader.DialogButton("Remove").ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        Assert.Empty(reader.Faults);
    }

    [Theory, InlineData("en"), InlineData("zh")]
    public async Task A_buyer_confirms_hours_of_what_runs_and_registers_a_meter_of_its_own(string language)
    {
        await using var reader = await host.OpenAsync(language);
        var page = reader.Page;
        await reader.SignInAsync("enterprise");
        await reader.GoAsync("Meters");
        await reader.Button("Register a meter").ClickAsync();
        await page.FillAsync("#name", "own " + language);
        await reader.DialogButton("Register a meter").ClickAsync();
        await Expect((await reader.TableAsync("meters")).GetByText("own " + language)).ToBeVisibleAsync();

        await page.GotoAsync("/orders?status=completed");
        await (await reader.TableAsync("orders")).GetByRole(AriaRole.Link).Nth(language == "en" ? 0 : 1).ClickAsync();
        await reader.Button("Confirm hours").First.ClickAsync();
        await reader.DialogButton("Confirm hours").ClickAsync();

        // What is over for long can't be confirmed any more, and that is said in the reader's language; what runs can.
        var told = page.Locator(".ant-modal .ant-alert-error");
        await Expect(told.First).ToContainTextAsync(language == "zh" ? "确认期限已过" : "were taken until");
        if (language == "en")
        {
            await page.GotoAsync("/orders?status=running");
            await (await reader.TableAsync("orders")).GetByRole(AriaRole.Link).First.ClickAsync();
            await reader.Button("Confirm hours").First.ClickAsync();
            await reader.DialogButton("Confirm hours").ClickAsync();
            await Expect(page.Locator("[data-table='confirmations'] tbody tr[data-row-key]")).ToHaveCountAsync(1);
        }

        Assert.Empty(reader.Faults);
    }

    [Theory, InlineData("en"), InlineData("zh")]
    public async Task An_admin_imports_the_banks_statement_and_says_what_a_row_is(string language)
    {
        await using var reader = await host.OpenAsync(language);
        var page = reader.Page;
        await reader.SignInAsync("admin");
        await reader.GoAsync("Bank statements");
        const string header = "bookedOn,amount,reference,counterpartyCode,remark\n";
        await ImportAsync(page, $"{header}2026-11-20,100,b-1-{language},{Buyer},\n");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("amount:");
        await page.Keyboard.PressAsync("Escape");
        await ImportAsync(page, $"{header}2026-11-20,100.00,b-1-{language},{Buyer},\n2026-11-20,-12.00,b-2-{language},,fee\n");
        var table = await reader.TableAsync("bank-rows");
        ILocator Row(string reference) => table.Locator("tbody tr[data-row-key]").Filter(new() { HasText = $"{reference}-{language}" });
        await Expect(Row("b-1")).ToContainTextAsync(reader.Text("Booked"));
        await Expect(Row("b-2")).ToContainTextAsync(reader.Text("Unknown counterparty"));
        await Row("b-2").GetByRole(AriaRole.Button, new() { Name = reader.Text("Say what it is") }).ClickAsync();
        await reader.PickAsync("#as", reader.Text("None"));
        await page.FillAsync("#note", "the bank's fee");
        await reader.DialogButton("Say what it is").ClickAsync();
        await Expect(Row("b-2")).ToContainTextAsync(reader.Text("Resolved"));
        await reader.ScreenshotAsync($"journey-bank-{language}");
        Assert.Empty(reader.Faults);
    }

    [Fact]
    public async Task What_one_admin_proposes_a_second_one_approves()
    {
        ConsoleHost.SkipWhereMissing();
        var folder = Directory.CreateTempSubdirectory("marketplace-browser-").FullName;
        await using (var api = await ApiProcess.StartAsync(
            await host.CopyAsync(folder), new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Demo__Enabled"] = "true", ["Marketplace__FourEyesAbove"] = "1000.00" }))
        {
            await using var first = await host.OpenAsync("en", at: api.Address);
            await first.SignInAsync("admin");
            await first.GoAsync("Organizations");
            await (await first.TableAsync("organizations")).GetByRole(AriaRole.Link, new() { Name = "Marketplace platform" }).ClickAsync();
            await first.Button("New login").ClickAsync();
            await first.Page.FillAsync("#userName", "second");
            await first.Page.FillAsync("#email", "second@demo.example");
            await first.PickAsync("#role", "Administrator");
            await first.DialogButton("New login").ClickAsync();
            var password = await first.ToldAsync();
            await first.GoAsync("Organizations");
            await (await first.TableAsync("organizations")).GetByRole(AriaRole.Link, new() { Name = "Xihu Robotics" }).ClickAsync();
            await first.Button("Record a deposit").ClickAsync();
            await first.Page.FillAsync("#amount", "5000.00");
            await first.Page.FillAsync("#reference", "four eyes");
            await first.DialogButton("Record a deposit").ClickAsync();
            await Expect(first.Page.GetByText("Nothing is done yet")).ToBeVisibleAsync();
            await first.GoAsync("Second approvals");
            await Expect((await first.TableAsync("proposals")).GetByText("Waits for another administrator")).ToBeVisibleAsync();
            await first.ScreenshotAsync("journey-proposals");

            await using var second = await host.OpenAsync("en", at: api.Address);
            await second.SignInAsync("second", password);
            await second.GoAsync("Second approvals");
            await second.Button("Decide").ClickAsync();
            await second.PickAsync("#decision", "Approve");
            await second.DialogButton("Decide").ClickAsync();
            await Expect((await second.TableAsync("proposals")).GetByText("Approved")).ToBeVisibleAsync();
            Assert.Empty(first.Faults.Concat(second.Faults));
        }

        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_auditor_takes_the_archive_of_a_month_along()
    {
        await using var reader = await host.OpenAsync("en");
        await reader.SignInAsync("auditor");
        await reader.GoAsync("Verification");
        var download = await reader.Page.RunAndWaitForDownloadAsync(() => reader.Button("Download the archive").ClickAsync());
        await using var file = File.OpenRead(await download.PathAsync());
        using var archive = new ZipArchive(file);
        Assert.Contains(archive.Entries, entry => entry.Name.StartsWith("manifest", StringComparison.Ordinal));
        await Expect(reader.Page.GetByText("The archive was saved by your browser.")).ToBeVisibleAsync();
        Assert.Empty(reader.Faults);
    }

    private static async Task ImportAsync(IPage page, string csv)
    {
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = "statement.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(csv) });
        await page.GetByRole(AriaRole.Dialog).Locator(".ant-btn-primary").ClickAsync();
    }
}
