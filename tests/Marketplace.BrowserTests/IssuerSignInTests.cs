using Marketplace.IntegrationTests.Harness;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Marketplace.BrowserTests;

/// <summary>Sign-in at an OpenID Connect issuer of the operator's own, by authorization code with PKCE.</summary>
public sealed class IssuerSignInTests(ConsoleHost host) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("marketplace-browser-").FullName;
    private OpenIdProvider? _issuer;
    private ApiProcess? _api;

    [Fact]
    public async Task A_buyer_signs_in_at_the_issuer_comes_back_where_they_were_and_signs_out()
    {
        await using var reader = await StartAsync(new() { ["sub"] = "somebody", ["role"] = "enterprise", ["duty"] = "owner" });
        var page = reader.Page;
        await page.GotoAsync("/orders");
        await reader.Button("Sign in").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue as somebody" }).ClickAsync();
        await reader.HeadingAsync("Orders");
        Assert.EndsWith("/orders", page.Url, StringComparison.Ordinal);
        Assert.Equal(1, _issuer!.TokensGiven);

        // A page of one's own, something that changes something, and a file: all of them by the token.
        await reader.GoAsync("Alerts");
        await reader.Button("Set the thresholds").ClickAsync();
        await page.FillAsync("#lowBalance", "100.00");
        await reader.DialogButton("Set the thresholds").ClickAsync();
        await Expect(page.GetByText(reader.Text("Done."))).ToBeVisibleAsync();
        await reader.GoAsync("Invoices");
        await (await reader.TableAsync("invoices")).GetByRole(AriaRole.Link).First.ClickAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = reader.Text("Lines as CSV") }).ClickAsync());
        Assert.Contains("card-hour", await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // Another page of the tab knows the person still; signed out, nobody does.
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(reader.Text("Invoice"));
        await page.GetByRole(AriaRole.Button, new() { Name = reader.Text("Your account") }).ClickAsync();
        await page.GetByText(reader.Text("Sign out")).ClickAsync();
        await Expect(reader.Button("Sign in")).ToBeVisibleAsync();
        await page.GotoAsync("/orders");
        await Expect(reader.Button("Sign in")).ToBeVisibleAsync();
        Assert.Empty(reader.Faults);
    }

    [Fact]
    public async Task Whom_the_market_does_not_know_is_told_so()
    {
        await using var reader = await StartAsync(new() { ["sub"] = "somebody" });
        await reader.Page.GotoAsync("/");
        await reader.Button("Sign in").ClickAsync();
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Continue as somebody" }).ClickAsync();
        await Expect(reader.Page.GetByText(reader.Text("You are signed in there, but have no role in this market. Ask its operator for one."))).ToBeVisibleAsync();
        Assert.Empty(reader.Faults);
    }

    public async ValueTask DisposeAsync()
    {
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_issuer?.DisposeAsync() ?? ValueTask.CompletedTask);
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The demo market on a copy of its database, with the issuer in the place of its own logins.</summary>
    private async Task<Reader> StartAsync(Dictionary<string, object> claims)
    {
        ConsoleHost.SkipWhereMissing();
        var database = await host.CopyAsync(_folder);
        if (claims.ContainsKey("role"))
        {
            claims["org"] = (await ConsoleHost.AskAsync(database, "SELECT lower(hex(id)) FROM organizations WHERE name = 'Xihu Robotics'"))!;
        }

        _issuer = await OpenIdProvider.StartAsync(claims);
        _api = await ApiProcess.StartAsync(database, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Identity__Authority"] = _issuer.Address });
        return await host.OpenAsync("en", at: _api.Address);
    }
}
