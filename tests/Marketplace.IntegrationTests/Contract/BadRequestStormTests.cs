using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Contract;

/// <summary>
/// Bad requests made up from the OpenAPI document, by strangers who know everybody's ids: no fault of the product's, nothing of
/// anybody else's in an answer, nothing of the product's insides. Some hundreds in each run; MARKETPLACE_BAD_REQUESTS says how many,
/// MARKETPLACE_SEED which.
/// </summary>
public sealed partial class BadRequestStormTests(Servers servers, ITestOutputHelper output) : IClassFixture<Servers>
{
    private const int UsualCount = 1000;

    /// <summary>No answer may take longer than this, on a machine however busy.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string[] Texts =
    [
        "", " ", "null", "\0", "a\u0000b", "\u202e\u0007", "\ud83d\ude80\ud83d\ude80", "算力券", "ﷺ", "'", "\"", "'; DROP TABLE orders; --", "' OR '1'='1", "1) UNION SELECT secret_hash FROM api_clients --",
        "${jndi:ldap://x}", "{{7*7}}", "<img src=x onerror=alert(1)>", "../../../../etc/passwd", "%2e%2e%2f", "%n%s%x", "-1", "0", "1e309", "NaN", "Infinity", "99999999999999999999.99", "0.001", "1,000.00",
        "9999-12-31T23:59:59Z", "0001-01-01", "2026-02-30", "2026-01-05T00:00:00+99:00", "true", "[]", "{}", "٣.٠٠", "\r\nSet-Cookie: a=b",
    ];

    [Fact]
    public async Task Ten_thousand_bad_requests_find_nothing()
    {
        var seed = Seed.Next();
        var count = int.TryParse(Environment.GetEnvironmentVariable("MARKETPLACE_BAD_REQUESTS"), out var wanted) ? wanted : UsualCount;
        output.WriteLine($"MARKETPLACE_SEED={seed} MARKETPLACE_BAD_REQUESTS={count}");
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var world = await World.MakeAsync(server);
        var operations = (await OpenApi.ReadAsync(server)).Operations.Where(operation => operation.ToString() != "PUT /v1/sandbox/clock").ToList();
        Party[] callers = [world.OtherBuyer, world.OtherProvider, world.OtherAuthority, server.Nobody];
        var secrets = new[]
        {
            world.Quote, world.OpenQuote, world.Order, world.Leg, world.Dispute, world.Meter, world.Voucher, world.Invoice, world.Line, world.Claim, world.Application, world.Bid,
            world.Accounts[world.Buyer.Id].Client, world.Accounts[world.Buyer.Id].Person, world.Buyer.ClientId, world.Buyer.ClientSecret,
        };
        var random = new Random(seed);
        var answered = new SortedDictionary<int, int>();
        for (var i = 0; i < count; i++)
        {
            var operation = operations[random.Next(operations.Count)];
            var caller = callers[random.Next(callers.Length)];
            var address = Address(operation, world, random);
            var (body, type) = Body(operation, world, random);
            var request = $"#{i} of seed {seed}: {caller.Name} {operation.Method} {Cut(address)} {Cut(body ?? "")}";
            var answer = await caller.SendAsync(new(operation.Method), address, body is null ? null : Party.Content(body, type)).WaitAsync(Patience);
            answered[answer.Status] = answered.GetValueOrDefault(answer.Status) + 1;
            Assert.True(answer.Status < 500, $"{request} answered {answer}");

            // What a request says itself may stand in its answer.
            Assert.All(Insides().Matches(answer.Text).Where(match => !(address + body).Contains(match.Value, StringComparison.Ordinal)), match =>
                Assert.Fail($"{request} was told {match.Value} of the insides: {Cut(answer.Text)}"));
            Assert.All(secrets.Where(secret => !(address + body).Contains(secret, StringComparison.Ordinal)), secret =>
                Assert.False(answer.Text.Contains(secret, StringComparison.Ordinal), $"{request} was told {secret}: {Cut(answer.Text)}"));
        }

        output.WriteLine(string.Join(", ", answered.Select(status => $"{status.Key}: {status.Value}")));
        Assert.Empty(server.Faults);
        Assert.All((await server.Admin.PostAsync("/v1/audit/verifications")).Is(200).Items("invariants"), invariant => Assert.True(invariant["holds"]!.GetValue<bool>()));
    }

    [GeneratedRegex(@"\n?\s+at [A-Z]\w+\.|System\.\w+|Microsoft\.\w+|SqliteException|Npgsql|\.cs:line|SELECT |INSERT ", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Insides();

    [GeneratedRegex("{[^}]*}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholders();

    private static string Cut(string text) => text.Length <= 400 ? text : text[..400];

    private static T Pick<T>(Random random, IReadOnlyList<T> list) => list[random.Next(list.Count)];

    /// <summary>Mostly somebody else's rows, and now and then nonsense; with parameters that the document has, and one that it hasn't.</summary>
    private static string Address(Operation operation, World world, Random random)
    {
        var address = random.Next(4) == 0
            ? Placeholders().Replace(operation.Path, _ => Uri.EscapeDataString(Text(random)))
            : world.Address(operation.Path);
        var query = operation.Parameters.Where(parameter => parameter["in"]!.GetValue<string>() == "query" && random.Next(2) == 0)
            .Select(parameter => $"{parameter["name"]}={Uri.EscapeDataString(Text(random))}").ToList();
        if (random.Next(20) == 0)
        {
            query.Add("limit=1&limit=2&nonsense=" + Uri.EscapeDataString(Text(random)));
        }

        return query.Count == 0 ? address : address + "?" + string.Join('&', query);
    }

    /// <summary>A text that a server accepts in an address: the longest is told apart by its length alone.</summary>
    private static string Text(Random random) => random.Next(30) switch
    {
        0 => new string('x', random.Next(1, 3000)),
        1 => Guid.NewGuid().ToString("N"),
        _ => Pick(random, Texts),
    };

    private static (string? Body, string? Type) Body(Operation operation, World world, Random random)
    {
        if (operation.Method is "GET" or "DELETE")
        {
            return (null, null);
        }

        var type = random.Next(20) == 0 ? Pick(random, ["text/plain", "text/csv", "application/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", ""]) : operation.JsonType;
        if (operation.Path == "/connect/token")
        {
            return ($"grant_type={Pick(random, ["password", "client_credentials", "refresh_token"])}&client_id={Uri.EscapeDataString(Text(random))}&username={Uri.EscapeDataString(Text(random))}", "application/x-www-form-urlencoded");
        }

        JsonNode body = operation.Body is null ? new JsonObject() : BrokenRequestTests.Samples.For(operation, world);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            Damage(body, random);
        }

        var json = operation.JsonType.Contains("batch", StringComparison.Ordinal) ? new JsonArray(body).ToJsonString() : body.ToJsonString();
        return random.Next(12) switch
        {
            0 => (json[..random.Next(json.Length)], type),
            1 => (json.Insert(random.Next(json.Length), Pick(random, ["\0", "{", "]", ",", "\"", "\\u12", "//", "\ud83d"])), type),
            2 => (string.Concat(Enumerable.Repeat("[", random.Next(1, 5000))), type),
            _ => (json, type),
        };
    }

    /// <summary>Puts something else in the place of some value, however deep.</summary>
    private static void Damage(JsonNode node, Random random)
    {
        if (node is JsonArray { Count: > 0 } list)
        {
            var i = random.Next(list.Count);
            if (list[i] is JsonObject or JsonArray && random.Next(3) > 0)
            {
                Damage(list[i]!, random);
            }
            else
            {
                list[i] = Strange(random, 0);
            }
        }
        else if (node is JsonObject { Count: > 0 } document)
        {
            var name = Pick(random, document.Select(property => property.Key).ToList());
            if (document[name] is JsonObject or JsonArray && random.Next(3) > 0)
            {
                Damage(document[name]!, random);
            }
            else if (random.Next(10) == 0)
            {
                document.Remove(name);
            }
            else
            {
                document[name] = Strange(random, 0);
            }
        }
        else if (node is JsonObject empty)
        {
            empty[Text(random)] = Strange(random, 0);
        }
    }

    private static JsonNode? Strange(Random random, int depth) => random.Next(12) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => JsonNode.Parse(Pick(random, ["0", "-1", "1e400", "2147483648", "-9223372036854775809", "0.1", "1e-300", "79228162514264337593543950336"])),
        3 when depth < 4 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Strange(random, depth + 1))]),
        4 when depth < 4 => new JsonObject([KeyValuePair.Create(Text(random), Strange(random, depth + 1))]),
        5 => new string('x', random.Next(1, 60_000)),
        6 => Guid.CreateVersion7().ToString("N"),
        _ => Pick(random, Texts),
    };
}
