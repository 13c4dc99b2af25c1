using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Marketplace.Domain.Shared;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Demo;

/// <summary>What somebody gets who starts the product for the first time, in a process of its own, with nothing set.</summary>
public sealed class DemoTests(Servers servers) : IClassFixture<Servers>
{
    private const string Domain = "@demo.example";

    [Theory, EveryDatabase]
    public async Task An_empty_database_becomes_a_market_with_a_month_billed_and_stays_so(DatabaseKind kind)
    {
        var database = await servers.MakeDatabaseAsync(kind);
        Dictionary<string, string> logins;
        int entries;
        await using (var first = await StartAsync(database))
        {
            logins = Logins(first);
            Assert.Equal(["admin", "auditor", "authority", "enterprise", "provider"], logins.Keys.Order());
            await LooksAtWorkAsync(first, logins);
            entries = await VerifyAsync(await SignInAsync(first, "admin", logins));
            Assert.Empty(first.Faults);
        }

        await using var second = await StartAsync(database);
        Assert.Empty(Logins(second));
        Assert.Equal(entries, await VerifyAsync(await SignInAsync(second, "admin", logins)));
    }

    /// <summary>Each role finds there what it would look for.</summary>
    private static async Task LooksAtWorkAsync(ApiProcess process, Dictionary<string, string> logins)
    {
        var lastMonth = new BusinessTime(TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")).Period(TimeProvider.System.GetUtcNow()).Previous;
        var enterprise = await SignInAsync(process, "enterprise", logins);
        Assert.Contains("auditor" + Domain, await enterprise.GetStringAsync("/v1/sign-in"), StringComparison.Ordinal);
        Assert.Equal(2, (await ItemsAsync(enterprise, $"/v1/invoices?period={lastMonth}")).Count);
        Assert.Equal(2, (await ItemsAsync(enterprise, "/v1/vouchers")).Count);
        Assert.Equal(["completed", "completed", "running"], Statuses(await ItemsAsync(enterprise, "/v1/orders")));

        var provider = await SignInAsync(process, "provider", logins);
        Assert.Single(await ItemsAsync(provider, $"/v1/settlements?period={lastMonth}"));
        Assert.Equal(3, (await ItemsAsync(provider, "/v1/centers")).Count);
        Assert.Equal(["paid", "submitted", "submitted"], Statuses(await ItemsAsync(await SignInAsync(process, "authority", logins), "/v1/claims")));
        Assert.Equal(8, (await ItemsAsync(await SignInAsync(process, "auditor", logins), "/v1/organizations")).Count);
    }

    [Fact]
    public async Task The_documentation_is_open_to_everybody()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        Assert.Contains("swagger", await server.Http.GetStringAsync("/docs/"), StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Statuses(IEnumerable<JsonNode> items) => items.Select(item => item["status"]!.GetValue<string>()).Order();

    /// <summary>Every invariant holds.</summary>
    /// <returns>How many audit entries there are.</returns>
    private static async Task<int> VerifyAsync(HttpClient caller)
    {
        using var response = await caller.PostAsJsonAsync("/v1/audit/verifications", new { });
        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.True(response.IsSuccessStatusCode, answer.ToJsonString());
        Assert.All(answer["invariants"]!.AsArray(), invariant => Assert.True(invariant!["holds"]!.GetValue<bool>(), invariant.ToJsonString()));
        Assert.True(answer["chain"]!["holds"]!.GetValue<bool>());
        return answer["chain"]!["entries"]!.GetValue<int>();
    }

    private static async Task<IReadOnlyList<JsonNode>> ItemsAsync(HttpClient caller, string path) =>
        [.. (await caller.GetFromJsonAsync<JsonNode>(path))!["items"]!.AsArray().Select(item => item!)];

    /// <summary>The product as somebody starts it who has set nothing but the database.</summary>
    private static Task<ApiProcess> StartAsync(TestDatabase database) => ApiProcess.StartAsync(
        database.Settings, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Role"] = "all" });

    /// <summary>User names and passwords as the terminal shows them.</summary>
    private static Dictionary<string, string> Logins(ApiProcess process) => process.Output.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length == 2 && words[0].EndsWith(Domain, StringComparison.Ordinal)).ToDictionary(words => words[0].Replace(Domain, "", StringComparison.Ordinal), words => words[1]);

    private static async Task<HttpClient> SignInAsync(ApiProcess process, string role, Dictionary<string, string> logins)
    {
        var caller = new HttpClient { BaseAddress = process.Address };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["username"] = role + Domain, ["password"] = logins[role] });
        using var response = await caller.PostAsync("/connect/token", form);
        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.True(response.IsSuccessStatusCode, answer.ToJsonString());
        caller.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer["access_token"]!.GetValue<string>());
        return caller;
    }
}
