using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Vouchers;

/// <summary>What tests do with applications.</summary>
internal static class Applications
{
    public static readonly string Digest = new('a', 64);

    /// <summary>An application that is as it should be, but for what is given.</summary>
    public static JsonObject Body(string amount = "1000.00", string other = "{}")
    {
        var body = JsonNode.Parse("""{"declarations": {"ownUse": true, "unrelated": true, "noDuplicate": true}}""")!.AsObject();
        body["amount"] = amount;
        foreach (var (name, value) in JsonNode.Parse(other)!.AsObject())
        {
            body[name] = value?.DeepClone();
        }

        return body;
    }

    public static Task<Answer> TryApplyAsync(this Party applicant, Scheme scheme, string amount = "1000.00", string other = "{}") =>
        applicant.PostAsync($"/v1/programmes/{scheme.Code}/applications", Body(amount, other));

    public static async Task<string> ApplyAsync(this Party applicant, Scheme scheme, string amount = "1000.00", string other = "{}") =>
        (await applicant.TryApplyAsync(scheme, amount, other)).Is(201)["id"];

    public static Task<Answer> TryDecideAsync(this Party authority, string application, string decision, string? amount = null, string? step = null)
    {
        var body = new JsonObject { ["decision"] = decision };
        if (amount is not null)
        {
            body["amount"] = amount;
        }

        if (step is not null)
        {
            body["step"] = step;
        }

        return authority.PostAsync($"/v1/applications/{application}/decisions", body);
    }

    public static async Task<Answer> DecideAsync(this Party authority, string application, string decision, string? amount = null) =>
        (await authority.TryDecideAsync(application, decision, amount)).Is(201);

    public static Task<Answer> ObjectAsync(this Party party, string application) => party.PostAsync($"/v1/applications/{application}/objections", new { reason = "it isn't so" });

    public static async Task<string> StatusAsync(this Party party, string application) => (await party.GetAsync($"/v1/applications/{application}")).Is(200)["status"];

    /// <summary>An enterprise under somebody's control.</summary>
    public static async Task<Party> ControlledAsync(this MarketplaceServer server, string controller, string kind = "enterprise")
    {
        var name = $"{kind} {Guid.NewGuid():N}";
        var id = (await server.Admin.PostAsync("/v1/organizations", new
        {
            name,
            kind,
            creditCode = MarketSetup.NewCreditCode(),
            regionCode = "330100",
            establishedOn = "2015-01-01",
            traits = Array.Empty<string>(),
            controllers = new[] { controller },
        })).Is(201)["id"];
        var client = (await server.Admin.PostAsync($"/v1/organizations/{id}/clients", new { name })).Is(201);
        return await server.SignInAsync(name, client["clientId"], client["clientSecret"], id);
    }
}
