using Marketplace.Infrastructure.Identity;
using Marketplace.IntegrationTests.Harness;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.IntegrationTests.Identity;

public sealed class TokenTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_token_comes_for_the_right_secret_only(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        using var right = await server.RequestTokenAsync(party.ClientId, party.ClientSecret);
        var token = (await Answer.OfAsync(right, server)).Is(200);
        Assert.Equal("Bearer", token["token_type"]);
        Assert.Equal("3600", token["expires_in"]);
        Assert.Contains("no-store", token.Headers["Cache-Control"], StringComparison.Ordinal);
        await RefusedAsync(server, party.ClientId, party.ClientSecret + "x");
        await RefusedAsync(server, "nobody-known", party.ClientSecret);
    }

    [Theory, EveryDatabase]
    public async Task Five_wrong_secrets_lock_a_client_out_and_no_other(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (party, other) = (await server.BuyerAsync(), await server.BuyerAsync());
        for (var i = 0; i < 5; i++)
        {
            await RefusedAsync(server, party.ClientId, "wrong");
        }

        await RefusedAsync(server, party.ClientId, party.ClientSecret);
        Assert.NotEmpty(await server.TokenAsync(other.ClientId, other.ClientSecret));

        // Tokens that are out already stay good.
        (await party.GetAsync("/v1/quotes")).Is(200);
    }

    [Theory, EveryDatabase]
    public async Task Four_wrong_secrets_are_forgiven_by_a_right_one(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 4; i++)
            {
                await RefusedAsync(server, party.ClientId, "wrong");
            }

            Assert.NotEmpty(await server.TokenAsync(party.ClientId, party.ClientSecret));
        }
    }

    [Theory, EveryDatabase]
    public async Task Wrong_secrets_at_once_are_all_counted(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RefusedAsync(server, party.ClientId, "wrong")));
        await RefusedAsync(server, party.ClientId, party.ClientSecret);
    }

    [Theory, EveryDatabase]
    public async Task A_token_is_good_on_every_process_of_the_database_and_on_no_other(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        var sibling = await servers.StartAsync(server.Database);
        (await party.At(sibling).GetAsync($"/v1/organizations/{party.Id}")).Is(200);
        var stranger = await servers.FreshAsync(database);
        (await party.At(stranger).GetAsync($"/v1/organizations/{party.Id}")).Is(401, "unauthenticated");
    }

    [Theory, EveryDatabase]
    public async Task A_token_that_was_tampered_with_is_refused(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        var token = party.Token!;
        var middle = token.Length / 2;
        string[] tampered = [token[..^2], token[..middle] + (token[middle] == 'A' ? 'B' : 'A') + token[(middle + 1)..], "x", token + token, "e30.e30.e30"];
        foreach (var wrong in tampered)
        {
            (await (party with { Token = wrong }).GetAsync("/v1/quotes")).Is(401, "unauthenticated");
        }

        var missing = (await server.Nobody.GetAsync("/v1/quotes")).Is(401, "unauthenticated");
        Assert.Contains("application/problem+json", missing.Headers["Content-Type"], StringComparison.Ordinal);
    }

    [Theory, EveryDatabase]
    public async Task Malformed_token_requests_are_refused_in_the_words_of_the_standard(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        async Task Refused(string body, string? contentType, string error) =>
            Assert.Equal(error, (await server.Nobody.PostTextAsync("/connect/token", body, contentType)).Is(400)["error"]);

        await Refused("grant_type=authorization_code&client_id=admin", "application/x-www-form-urlencoded", "unsupported_grant_type");
        await Refused("client_id=admin&client_secret=x", "application/x-www-form-urlencoded", "unsupported_grant_type");
        await Refused("grant_type=client_credentials&client_id=admin", "application/x-www-form-urlencoded", "invalid_request");
        await Refused("grant_type=client_credentials&client_id=admin&client_id=b&client_secret=x", "application/x-www-form-urlencoded", "invalid_request");
        await Refused("grant_type=password&username=a&password=%01", "application/x-www-form-urlencoded", "invalid_grant");
        await Refused("grant_type=client_credentials&client_id=%01&client_secret=%01", "application/x-www-form-urlencoded", "invalid_client");
        await Refused("grant_type=client_credentials&client_id=%00&client_secret=%00", "application/x-www-form-urlencoded", "invalid_request");
        await Refused("{}", "application/json", "invalid_request");
        await Refused("x", "text/plain", "invalid_request");
        const string Grant = "grant_type=client_credentials&client_id=admin&client_secret=x";
        await Refused(Grant, "application/x-www-form-urlencoded; charset=utf-7", "invalid_request");
        await Refused(Grant, "application/x-www-form-urlencoded; charset=x", "invalid_client");
        await Refused("--b\r\nContent-Disposition: form-data; name=grant_type\r\n\r\nclient_cred", "multipart/form-data; boundary=b", "invalid_request");
        await Refused(
            "--b\r\nContent-Disposition: form-data; name=grant_type\r\nContent-Type: text/plain; charset=utf-7\r\n\r\npassword\r\n--b--\r\n", "multipart/form-data; boundary=b", "invalid_request");
    }

    [Theory, EveryDatabase]
    public async Task An_organization_makes_clients_of_its_own(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        var client = (await party.PostAsync($"/v1/organizations/{party.Id}/clients", new { name = "second" })).Is(201);
        var second = await server.SignInAsync("second", client["clientId"], client["clientSecret"], party.Id);
        (await second.GetAsync($"/v1/organizations/{party.Id}")).Is(200);
        await using var db = server.Database.Open();
        Assert.DoesNotContain(client["clientSecret"], string.Join(' ', db.AuditEntries.Select(entry => entry.Details)), StringComparison.Ordinal);
    }

    /// <summary>What takes the time of a refusal is the check of a hash: there is one for every name, whatever it stands for.</summary>
    [Fact]
    public async Task A_name_that_nobody_has_costs_as_much_as_one_that_is_locked_or_wrong()
    {
        var hasher = new CountingHasher();
        await using var server = await servers.StartAsync(await servers.MakeDatabaseAsync(DatabaseKind.Sqlite), services: services => services.AddSingleton<IPasswordHasher<Person>>(hasher));
        var party = await server.BuyerAsync();
        var person = (await party.PostAsync($"/v1/organizations/{party.Id}/people", new { userName = "somebody", email = "somebody@example.com" })).Is(201);
        async Task<int> ChecksAsync(Func<Task> ask)
        {
            var before = hasher.Checks;
            await ask();
            return hasher.Checks - before;
        }

        async Task SignInAsync(string name) => (await server.Nobody.PostAsync("/v1/session", new { userName = name, password = "wrong" })).Is(401, "session.refused");
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(1, await ChecksAsync(() => SignInAsync(person["userName"])));
        }

        Assert.Equal(1, await ChecksAsync(() => SignInAsync("nobody-known")));
        Assert.Equal(1, await ChecksAsync(() => RefusedAsync(server, "nobody-known", "wrong")));
        for (var i = 0; i < 5; i++)
        {
            await RefusedAsync(server, party.ClientId, "wrong");
        }

        Assert.Equal(1, await ChecksAsync(() => RefusedAsync(server, party.ClientId, "wrong")));
    }

    private sealed class CountingHasher : PasswordHasher<Person>
    {
        private int _checks;

        public int Checks => _checks;

        public override PasswordVerificationResult VerifyHashedPassword(Person user, string hashedPassword, string providedPassword)
        {
            Interlocked.Increment(ref _checks);
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }

    private static async Task RefusedAsync(MarketplaceServer server, string clientId, string secret)
    {
        using var response = await server.RequestTokenAsync(clientId, secret);
        Assert.Equal("invalid_client", (await Answer.OfAsync(response, server)).Is(400)["error"]);
    }
}
