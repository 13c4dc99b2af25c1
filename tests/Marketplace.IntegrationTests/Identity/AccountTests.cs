using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Identity;

/// <summary>Who acts for an organization: duties, secrets, passwords, and the end of all of them.</summary>
public sealed class AccountTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task A_duty_says_what_its_holder_may(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync();
        var (operatorOf, viewer, meter) = (await buyer.ColleagueAsync("operator"), await buyer.ColleagueAsync("viewer"), await buyer.ColleagueAsync("meter"));
        var mine = $"/v1/organizations/{buyer.Id}";
        (await operatorOf.GetAsync(mine)).Is(200);
        (await viewer.GetAsync(mine)).Is(200);
        (await meter.GetAsync(mine)).Is(403, "forbidden");
        var demand = new { accelerators = new[] { "A100" }, cards = 1, hours = 1, from = "2026-12-01T00:00:00Z", workload = "other" };
        (await operatorOf.PostAsync("/v1/quotes", demand)).Is(200);
        (await viewer.PostAsync("/v1/quotes", demand)).Is(403, "forbidden");
        (await operatorOf.PostAsync(mine + "/clients", new { name = "x" })).Is(403, "forbidden");
        (await operatorOf.GetAsync(mine + "/people")).Is(403, "forbidden");
        Assert.Equal(["meter", "operator", "owner", "viewer"], (await buyer.GetAsync(mine + "/clients")).Is(200).Items().Select(c => c["duty"]!.GetValue<string>()).Order(StringComparer.Ordinal));
    }

    [Theory, EveryDatabase]
    public async Task A_rotated_secret_ends_the_tokens_and_the_old_one_lives_as_long_as_was_said(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync();
        var client = (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/clients", new { name = "second" })).Is(201);
        var (id, old) = (client["clientId"], client["clientSecret"]);
        var second = await server.SignInAsync("second", id, old, buyer.Id);
        var secrets = $"/v1/organizations/{buyer.Id}/clients/{id}/secrets";
        var rotated = (await buyer.PostAsync(secrets, new { graceHours = 1 })).Is(201)["clientSecret"];
        (await second.GetAsync("/v1/quotes")).Is(401, "unauthenticated");
        Assert.NotEmpty(await server.TokenAsync(id, old));
        Assert.NotEmpty(await server.TokenAsync(id, rotated));
        var last = (await buyer.PostAsync(secrets)).Is(201)["clientSecret"];
        await RefusedAsync(server, id, old);
        await RefusedAsync(server, id, rotated);
        Assert.NotEmpty(await server.TokenAsync(id, last));
        (await buyer.PostAsync(secrets, new { graceHours = 169 })).IsInvalid("graceHours");
        (await (await server.BuyerAsync()).PostAsync(secrets)).Is(404, "not_found");
    }

    [Theory, EveryDatabase]
    public async Task A_clients_tokens_end_at_once_on_every_process(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var sibling = await servers.StartAsync(server.Database);
        var buyer = await server.BuyerAsync();
        var client = (await buyer.PostAsync($"/v1/organizations/{buyer.Id}/clients", new { name = "second" })).Is(201);
        var second = await server.SignInAsync("second", client["clientId"], client["clientSecret"], buyer.Id);
        (await second.At(sibling).GetAsync("/v1/quotes")).Is(200);
        (await buyer.PostAsync($"/v1/organizations/{buyer.Id}/clients/{client["clientId"]}/revocations")).Is(204);
        (await second.At(sibling).GetAsync("/v1/quotes")).Is(401, "unauthenticated");
        (await second.GetAsync("/v1/quotes")).Is(401, "unauthenticated");
        (await buyer.GetAsync("/v1/quotes")).Is(200);
        var again = await server.SignInAsync("second", client["clientId"], client["clientSecret"], buyer.Id);
        (await again.GetAsync("/v1/quotes")).Is(200);
        (await buyer.DeleteAsync($"/v1/organizations/{buyer.Id}/clients/{client["clientId"]}")).Is(204);
        (await again.GetAsync("/v1/quotes")).Is(401, "unauthenticated");
        await RefusedAsync(server, client["clientId"], client["clientSecret"]);
    }

    [Theory, EveryDatabase]
    public async Task Twenty_wrong_passwords_at_once_lock_that_login_and_no_other(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync();
        var (one, other) = (await PersonAsync(buyer), await PersonAsync(buyer));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await SignInAsync(server, one["userName"], "wrong")).Is(400)));
        Assert.Equal("invalid_grant", (await SignInAsync(server, one["userName"], one["password"])).Is(400)["error"]);
        (await SignInAsync(server, other["userName"], other["password"])).Is(200);
        Assert.NotEmpty(await server.TokenAsync(buyer.ClientId, buyer.ClientSecret));

        // The admin's reset lets the person in again, by the new password only, and ends what the old one opened.
        var opened = new Party(server, "other", buyer.Id, (await SignInAsync(server, other["userName"], other["password"])).Is(200)["access_token"]);
        (await opened.GetAsync("/v1/quotes")).Is(200);
        foreach (var person in new[] { one, other })
        {
            var reset = (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/people/{person["id"]}/passwords")).Is(201);
            (await SignInAsync(server, person["userName"], person["password"])).Is(400);
            (await SignInAsync(server, person["userName"], reset["password"])).Is(200);
        }

        (await opened.GetAsync("/v1/quotes")).Is(401, "unauthenticated");
    }

    [Theory, EveryDatabase]
    public async Task What_is_known_of_a_person_is_told_and_erased_and_the_books_stand(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync();
        var person = await PersonAsync(buyer);
        var people = $"/v1/organizations/{buyer.Id}/people";
        var token = (await SignInAsync(server, person["userName"], person["password"])).Is(200)["access_token"];
        var self = new Party(server, "person", buyer.Id, token);
        (await self.PostAsync($"/v1/organizations/{buyer.Id}/clients", new { name = "of the person's" })).Is(201);
        var data = (await buyer.GetAsync($"{people}/{person["id"]}/data")).Is(200);
        Assert.Equal(person["userName"], data["person.userName"]);
        Assert.Equal(["client.created", "person.created"], data.Items().Select(entry => entry["action"]!.GetValue<string>()));
        (await (await server.BuyerAsync()).GetAsync($"{people}/{person["id"]}/data")).Is(404, "not_found");

        (await buyer.DeleteAsync($"{people}/{person["id"]}")).Is(204);
        (await self.GetAsync("/v1/quotes")).Is(401, "unauthenticated");
        (await SignInAsync(server, person["userName"], person["password"])).Is(400);
        (await buyer.GetAsync($"{people}/{person["id"]}/data")).Is(404, "not_found");
        (await buyer.DeleteAsync($"{people}/{person["id"]}")).Is(404, "not_found");
        await using var db = server.Database.Open();
        Assert.DoesNotContain(db.AuditEntries.AsEnumerable(), entry => (entry.Actor + entry.SubjectId + entry.Details).Contains(person["userName"], StringComparison.Ordinal));
        Assert.Contains(db.AuditEntries.AsEnumerable(), entry => entry.Actor == person["id"]);
        Assert.All((await server.Admin.PostAsync("/v1/audit/verifications")).Is(200).Items("invariants"), invariant => Assert.True(invariant["holds"]!.GetValue<bool>()));

        // The name is free again, for somebody else.
        Assert.NotEqual(person["id"], (await buyer.PostAsync(people, new { userName = person["userName"], email = "x-" + person["userName"] + "@firm.example" })).Is(201)["id"]);
    }

    private static async Task<Answer> PersonAsync(Party owner)
    {
        var name = $"u-{Guid.NewGuid():N}";
        return (await owner.PostAsync($"/v1/organizations/{owner.Id}/people", new { userName = name, email = name + "@firm.example" })).Is(201);
    }

    private static async Task<Answer> SignInAsync(MarketplaceServer server, string userName, string password)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["username"] = userName, ["password"] = password });
        return await server.Nobody.SendAsync(HttpMethod.Post, "/connect/token", form);
    }

    private static async Task RefusedAsync(MarketplaceServer server, string clientId, string secret)
    {
        using var response = await server.RequestTokenAsync(clientId, secret);
        Assert.Equal("invalid_client", (await Answer.OfAsync(response, server)).Is(400)["error"]);
    }
}
