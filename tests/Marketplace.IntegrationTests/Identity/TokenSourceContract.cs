using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Identity;

/// <summary>Where tokens come from, and an API that takes them.</summary>
public interface ITokenSource
{
    /// <summary>The API that takes the source's tokens. Organizations can be made in it.</summary>
    MarketplaceServer Api { get; }

    /// <summary>A good token for somebody of an organization.</summary>
    Task<string> TokenAsync(string organization, string role, string duty);

    /// <summary>A token that was good until some minutes ago.</summary>
    Task<string> ExpiredAsync(string organization, string role);

    /// <summary>A token that says the same and comes from elsewhere.</summary>
    Task<string> ForeignAsync(string organization, string role);
}

/// <summary>What holds whoever issues the tokens. Each source runs it.</summary>
public abstract class TokenSourceContract
{
    protected abstract Task<ITokenSource> SourceAsync();

    [Fact]
    public async Task A_token_speaks_for_its_organization_in_its_role()
    {
        var source = await SourceAsync();
        var (mine, other) = (await OrganizationAsync(source), await OrganizationAsync(source));
        var caller = await CallerAsync(source, mine, "enterprise", "owner");
        (await caller.GetAsync($"/v1/organizations/{mine}")).Is(200);
        (await caller.GetAsync($"/v1/organizations/{other}")).Is(404, "not_found");
        (await caller.PostAsync("/v1/centers", new { name = "x", regionCode = "330100" })).Is(403, "forbidden");
        (await caller.PostAsync("/v1/quotes")).Is(400, "validation");
    }

    [Fact]
    public async Task A_duty_limits_what_the_role_may()
    {
        var source = await SourceAsync();
        var mine = await OrganizationAsync(source);
        var viewer = await CallerAsync(source, mine, "enterprise", "viewer");
        (await viewer.GetAsync($"/v1/organizations/{mine}")).Is(200);
        (await viewer.PostAsync("/v1/quotes")).Is(403, "forbidden");
        (await (await CallerAsync(source, mine, "enterprise", "meter")).GetAsync($"/v1/organizations/{mine}")).Is(403, "forbidden");
        (await (await CallerAsync(source, mine, "enterprise", "operator")).PostAsync($"/v1/organizations/{mine}/clients", new { name = "x" })).Is(403, "forbidden");
    }

    [Fact]
    public async Task What_is_expired_foreign_or_tampered_with_is_refused()
    {
        var source = await SourceAsync();
        var mine = await OrganizationAsync(source);
        var good = await source.TokenAsync(mine, "enterprise", "owner");
        var middle = good.Length / 2;
        string[] bad =
        [
            await source.ExpiredAsync(mine, "enterprise"), await source.ForeignAsync(mine, "enterprise"), good[..^8], good + good,
            good[..middle] + (good[middle] == 'A' ? 'B' : 'A') + good[(middle + 1)..], "x", "e30.e30.", "",
        ];
        Assert.All(
            await Task.WhenAll(bad.Select(token => new Party(source.Api, "bad", mine, token).GetAsync($"/v1/organizations/{mine}"))),
            answer => answer.Is(401, "unauthenticated"));
        (await new Party(source.Api, "good", mine, good).GetAsync($"/v1/organizations/{mine}")).Is(200);
    }

    /// <summary>A token is good as often as it is shown until it expires; what must not happen twice has its key or reference.</summary>
    [Fact]
    public async Task A_request_that_is_replayed_whole_counts_once()
    {
        var source = await SourceAsync();
        var mine = await OrganizationAsync(source);
        var admin = await CallerAsync(source, mine, "admin", "owner");
        for (var i = 0; i < 2; i++)
        {
            (await admin.PostAsync($"/v1/organizations/{mine}/deposits", new { amount = "7.00", reference = "one transfer" })).Is(201);
        }

        Assert.Equal("7.00", (await admin.GetAsync($"/v1/organizations/{mine}/balance")).Is(200)["deposit"]);
    }

    private static async Task<Party> CallerAsync(ITokenSource source, string organization, string role, string duty) =>
        new(source.Api, role, organization, await source.TokenAsync(organization, role, duty));

    private static async Task<string> OrganizationAsync(ITokenSource source)
    {
        var admin = new Party(source.Api, "admin", "", await source.TokenAsync("", "admin", "owner"));
        return (await admin.PostAsync("/v1/organizations", new
        {
            name = $"{Guid.NewGuid():N}",
            kind = "enterprise",
            creditCode = MarketSetup.NewCreditCode(),
            regionCode = "330100",
            establishedOn = "2015-01-01",
        })).Is(201)["id"];
    }
}
