using System.Net;
using System.Net.Http.Json;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Identity;

/// <summary>People sign in from a browser by a cookie, which alone changes nothing.</summary>
public sealed class SessionTests(Servers servers) : IClassFixture<Servers>
{
    private const string Header = "X-Request-Token";

    [Theory, EveryDatabase]
    public async Task A_session_reads_and_changes_with_its_request_token_until_it_ends(DatabaseKind database)
    {
        var (server, party, person) = await PersonAsync(database);
        using var browser = Browser(server);
        var signedIn = await browser.PostAsJsonAsync("/v1/session", new { userName = person["userName"], password = person["password"] }, TestContext.Current.CancellationToken);
        var session = (await Answer.OfAsync(signedIn, server)).Is(201);
        Assert.Equal(party.Id, session["organization.id"]);
        Assert.Equal("enterprise", session["role"]);
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"), value => value.StartsWith("marketplace-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);

        (await SendAsync(server, browser, HttpMethod.Get, "/v1/orders")).Is(200);
        var again = (await SendAsync(server, browser, HttpMethod.Get, "/v1/session")).Is(200);
        (await SendAsync(server, browser, HttpMethod.Post, $"/v1/organizations/{party.Id}/clients", null, new { name = "a" })).Is(400, "session.request_token");
        (await SendAsync(server, browser, HttpMethod.Post, $"/v1/organizations/{party.Id}/clients", "forged", new { name = "a" })).Is(400, "session.request_token");
        (await SendAsync(server, browser, HttpMethod.Post, $"/v1/organizations/{party.Id}/clients", again["requestToken"], new { name = "a" })).Is(201);

        (await SendAsync(server, browser, HttpMethod.Delete, "/v1/session")).Is(400, "session.request_token");
        (await SendAsync(server, browser, HttpMethod.Delete, "/v1/session", again["requestToken"])).Is(204);
        (await SendAsync(server, browser, HttpMethod.Get, "/v1/orders")).Is(401, "unauthenticated");
    }

    [Theory, EveryDatabase]
    public async Task A_request_token_of_somebody_else_is_no_good(DatabaseKind database)
    {
        var (server, party, person) = await PersonAsync(database);
        var (_, _, other) = await PersonAsync(database);
        using var browser = Browser(server);
        using var attacker = Browser(server);
        await SignInAsync(server, browser, person);
        var foreign = await SignInAsync(server, attacker, other);
        (await SendAsync(server, browser, HttpMethod.Post, $"/v1/organizations/{party.Id}/clients", foreign["requestToken"], new { name = "a" })).Is(400, "session.request_token");
    }

    [Theory, EveryDatabase]
    public async Task Wrong_passwords_are_refused_and_lock_the_login(DatabaseKind database)
    {
        var (server, _, person) = await PersonAsync(database);
        using var browser = Browser(server);
        (await SendAsync(server, browser, HttpMethod.Post, "/v1/session", null, new { })).IsInvalid("userName", "password");
        for (var i = 0; i < 5; i++)
        {
            (await SendAsync(server, browser, HttpMethod.Post, "/v1/session", null, new { userName = person["userName"], password = "wrong" })).Is(401, "session.refused");
        }

        (await SendAsync(server, browser, HttpMethod.Post, "/v1/session", null, new { userName = person["userName"], password = person["password"] })).Is(401, "session.refused");
    }

    [Theory, EveryDatabase]
    public async Task A_token_needs_no_request_token_and_tells_who_its_caller_is(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        var session = (await party.GetAsync("/v1/session")).Is(200);
        Assert.Equal(party.Id, session["organization.id"]);
        Assert.Null(session.Json!["requestToken"]);
        (await server.Nobody.GetAsync("/v1/session")).Is(401, "unauthenticated");
        Assert.Null((await server.Nobody.GetAsync("/v1/sign-in")).Is(200).Json!["issuer"]);
    }

    [Theory, EveryDatabase]
    public async Task People_and_clients_are_listed_for_their_organization_alone(DatabaseKind database)
    {
        var (server, party, person) = await PersonAsync(database);
        var people = (await party.GetAsync($"/v1/organizations/{party.Id}/people")).Is(200);
        Assert.Equal(person["userName"], people["items[0].userName"]);
        var clients = (await party.GetAsync($"/v1/organizations/{party.Id}/clients")).Is(200);
        Assert.Equal(party.ClientId, clients["items[0].clientId"]);
        Assert.DoesNotContain("secret", clients.Text, StringComparison.OrdinalIgnoreCase);
        var stranger = await server.ProviderAsync();
        (await stranger.GetAsync($"/v1/organizations/{party.Id}/people")).Is(404);
        (await stranger.GetAsync($"/v1/organizations/{party.Id}/clients")).Is(404);
    }

    private async Task<(MarketplaceServer Server, Party Party, Answer Person)> PersonAsync(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        var name = $"p-{Guid.NewGuid():N}";
        return (server, party, (await party.PostAsync($"/v1/organizations/{party.Id}/people", new { userName = name, email = name + "@example.com" })).Is(201));
    }

    private static HttpClient Browser(MarketplaceServer server) =>
        new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = server.Http.BaseAddress };

    private static async Task<Answer> SignInAsync(MarketplaceServer server, HttpClient browser, Answer person) =>
        (await SendAsync(server, browser, HttpMethod.Post, "/v1/session", null, new { userName = person["userName"], password = person["password"] })).Is(201);

    private static async Task<Answer> SendAsync(MarketplaceServer server, HttpClient browser, HttpMethod method, string path, string? requestToken = null, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (requestToken is not null)
        {
            request.Headers.Add(Header, requestToken);
        }

        using var response = await browser.SendAsync(request);
        return await Answer.OfAsync(response, server);
    }
}
