using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Contract;

/// <summary>
/// Made from the OpenAPI document: every endpoint gets requests that are broken in every way that its schema has, and answers
/// each with a problem document of the caller's fault, never of the product's. A new endpoint is covered without a word here;
/// a sample of a good body in <see cref="Samples"/> makes it go deeper.
/// </summary>
public sealed class BrokenRequestTests(Servers servers) : IClassFixture<Servers>
{
    /// <summary>How somebody who has no token gets one, and signs out.</summary>
    private static readonly string[] Open = ["POST /connect/token", "GET /v1/sign-in", "POST /v1/session", "DELETE /v1/session"];

    /// <summary>Texts that some layer underneath may choke on. They may be right in a field, so only a fault is wrong.</summary>
    private static readonly string[] StrangeTexts =
    [
        "", " ", "\0", "a\0b", "\u0001\u001b[31m", "\ud83d\ude00", "\u202etxt", "名称", "'; DROP TABLE orders; --", "{{7*7}}", "%00%n%s", "../../etc/passwd",
        "<script>alert(1)</script>", new('x', 100_000), "1e400", "-0", "NaN", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30", "2026-01-05T00:00:00+14:00",
        "99999999999999999999.99", "-1.00", "0.00", "٣.٠٠",
    ];

    [Theory, EveryDatabase]
    public async Task A_field_of_a_wrong_type_is_named(DatabaseKind database)
    {
        var (server, world) = await WorldAsync(database);
        foreach (var operation in await WritesAsync(server))
        {
            var caller = await world.CallerOfAsync(operation);
            foreach (var (name, schema) in Properties(operation))
            {
                foreach (var wrong in WrongFor(operation.Document.Resolve(schema)))
                {
                    var body = Samples.For(operation, world.World);
                    body[name] = JsonNode.Parse(wrong);
                    var answer = await SendAsync(operation, caller, world, body.ToJsonString(), operation.JsonType);
                    answer.Is(400, "validation");
                    Assert.True(answer.Json!["errors"]!.AsObject().Any(error => error.Key == name || error.Key.StartsWith(name + "[", StringComparison.Ordinal) || error.Key.StartsWith(name + ".", StringComparison.Ordinal)), $"{operation}: {name} = {wrong} isn't named in {answer}");
                }
            }
        }

        Assert.Empty(server.Faults.Skip(world.FaultsBefore));
    }

    [Theory, EveryDatabase]
    public async Task Null_missing_strange_and_extreme_values_never_make_the_product_fail(DatabaseKind database)
    {
        var (server, world) = await WorldAsync(database);
        foreach (var operation in await WritesAsync(server))
        {
            var caller = await world.CallerOfAsync(operation);
            foreach (var (name, schema) in Properties(operation))
            {
                var values = StrangeFor(operation.Document.Resolve(schema));
                foreach (var value in values)
                {
                    var body = Samples.For(operation, world.World);
                    body[name] = value?.DeepClone();
                    await BearsAsync(operation, caller, world, body.ToJsonString());
                }

                var without = Samples.For(operation, world.World);
                without.Remove(name);
                await BearsAsync(operation, caller, world, without.ToJsonString());
                if (operation.Document.Resolve(schema)["items"] is JsonObject items)
                {
                    await ItemsAsync(operation, caller, world, name, operation.Document.Resolve(items));
                }
            }
        }

        Assert.Empty(server.Faults.Skip(world.FaultsBefore));
    }

    [Theory, EveryDatabase]
    public async Task Bodies_that_are_no_document_are_refused(DatabaseKind database)
    {
        var (server, world) = await WorldAsync(database);
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100);
        string[] broken = ["", "{", "null", "[]", "7", "\"x\"", "{\"a\":1,}", "{'a':1}", "\u0000", "{\"a\":\"\\ud800\"}", "{\"\\ud800\":1}", "{\"name\":\"\\ud800\"}", "{\"__proto__\":{}}", deep, "[" + deep + "]"];
        foreach (var operation in (await WritesAsync(server)).Where(operation => operation.Body is not null))
        {
            var caller = await world.CallerOfAsync(operation);
            foreach (var body in broken.Where(body => body != "[]" || !Types(operation.Body!).Contains("array")))
            {
                IsProblem(await SendAsync(operation, caller, world, body, operation.JsonType), operation, body);
            }

            foreach (var type in new[] { "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/json/x", "*/*", ";", null })
            {
                if (type is null || !operation.ContentTypes.Any(known => type.StartsWith(known, StringComparison.Ordinal)))
                {
                    IsProblem(await SendAsync(operation, caller, world, "{}", type), operation, type ?? "no content type");
                }
            }

            foreach (var type in operation.ContentTypes.Where(type => !type.EndsWith("json", StringComparison.Ordinal)))
            {
                foreach (var body in broken.Append("a,b,c\n1,2\n").Append("\"").Append("name\n\"x"))
                {
                    IsProblem(await SendAsync(operation, caller, world, body, type), operation, body);
                }
            }
        }

        Assert.Empty(server.Faults.Skip(world.FaultsBefore));
    }

    [Theory, EveryDatabase]
    public async Task Strange_addresses_and_queries_never_make_the_product_fail(DatabaseKind database)
    {
        var (server, world) = await WorldAsync(database);
        string[] strange = ["%20", "%01", "%F0%9F%98%80", "%FF%FE", "'%20OR%201=1--", "..%2F..%2F", "-1", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00%2B14:00", "1e999", new('x', 2000)];
        foreach (var operation in (await OpenApi.ReadAsync(server)).Operations.Where(operation => !operation.Path.StartsWith("/v1/sandbox", StringComparison.Ordinal)))
        {
            foreach (var text in strange)
            {
                var address = System.Text.RegularExpressions.Regex.Replace(operation.Path, "{[^}]*}", text, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
                if (address != operation.Path)
                {
                    var body = operation.Body is null ? null : Samples.For(operation, world.World).ToJsonString();
                    await BearsAsync(operation, await server.Admin.SendAsync(new(operation.Method), address, body is null ? null : Party.Content(body, operation.JsonType)), text);
                }

                foreach (var parameter in operation.Parameters.Where(parameter => parameter["in"]!.GetValue<string>() == "query"))
                {
                    await BearsAsync(operation, await server.Admin.GetAsync($"{world.Address(operation)}?{parameter["name"]}=a%00{text}"), $"{parameter["name"]}=a%00{text}");
                    await BearsAsync(operation, await server.Admin.GetAsync($"{world.Address(operation)}?{parameter["name"]}={text}"), $"{parameter["name"]}={text}");
                }
            }
        }

        Assert.Empty(server.Faults.Skip(world.FaultsBefore));
    }

    [Theory, EveryDatabase]
    public async Task Without_a_token_nothing_of_it_can_be_called(DatabaseKind database)
    {
        var (server, world) = await WorldAsync(database);
        foreach (var operation in (await OpenApi.ReadAsync(server)).Operations.Where(operation => !Open.Contains($"{operation.Method} {operation.Path}")))
        {
            (await server.Nobody.SendAsync(new(operation.Method), world.Address(operation), operation.Body is null ? null : Party.Content("{}", operation.JsonType))).Is(401, "unauthenticated");
        }
    }

    private async Task<(MarketplaceServer Server, Callers World)> WorldAsync(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        return (server, new(await World.MakeAsync(server)));
    }

    private static async Task<IEnumerable<Operation>> WritesAsync(MarketplaceServer server) =>
        (await OpenApi.ReadAsync(server)).Operations.Where(operation => operation.Writes && operation.Path != "/connect/token");

    private static IEnumerable<KeyValuePair<string, JsonNode>> Properties(Operation operation) =>
        (operation.Body?["properties"]?.AsObject() ?? []).Select(property => KeyValuePair.Create(property.Key, property.Value!));

    /// <summary>Broken items in a list, each field of an item in turn.</summary>
    private static async Task ItemsAsync(Operation operation, Party caller, Callers world, string list, JsonObject item)
    {
        foreach (var (name, _) in item["properties"]?.AsObject() ?? [])
        {
            foreach (var value in new[] { "null", "0", "-1", "1e400", "\"\"", "\"a\\u0000b\"", "[]", "{}", "true", "99999999999" })
            {
                var body = Samples.For(operation, world.World);
                var items = body[list] as JsonArray is { Count: > 0 } given ? given : new JsonArray(new JsonObject());
                if (items[0] is JsonObject first)
                {
                    first[name] = JsonNode.Parse(value);
                    body[list] = items.DeepClone();
                    await BearsAsync(operation, caller, world, body.ToJsonString());
                }
            }
        }
    }

    /// <summary>Values of about the right type that no good caller sends.</summary>
    private static IEnumerable<JsonNode?> StrangeFor(JsonObject schema)
    {
        var types = Types(schema);
        IEnumerable<JsonNode?> texts = types.Count == 0 || types.Contains("string") ? StrangeTexts.Select(text => (JsonNode?)JsonValue.Create(text)) : [];
        string[] numbers = types.Count == 0 || types.Overlaps(["integer", "number"])
            ? ["0", "-1", "1001", "2147483647", "2147483648", "1e308", "1e400", "0.0000000000000000000000000001", "79228162514264337593543950335"] : [];
        string[] structures = types.Count == 0 || types.Overlaps(["array", "object"]) ? ["[]", "{}", "[null]", "[\"\"]", "[\"a\\u0000b\"]", "[{}]", "[[]]", "{\"a\":{\"b\":[]}}"] : [];
        return [null, .. texts, .. numbers.Concat(structures).Select(json => JsonNode.Parse(json))];
    }

    /// <summary>Values of every JSON type that a schema doesn't allow. A field that may be several things gets none.</summary>
    private static IEnumerable<string> WrongFor(JsonObject schema)
    {
        var types = Types(schema);
        if (types.Count != 1)
        {
            return [];
        }

        return types.Single() switch
        {
            "string" => ["1", "true", "[\"x\"]", "{\"a\":1}"],
            "integer" => ["\"1\"", "true", "[1]", "{\"a\":1}", "1.5", "1e400", "99999999999999999999"],
            "number" => ["\"1\"", "true", "[1]", "{\"a\":1}"],
            "boolean" => ["\"true\"", "1", "[true]", "{\"a\":1}"],
            "array" => ["\"x\"", "1", "true", "{\"a\":1}", "[[[1]]]"],
            "object" => ["\"x\"", "1", "true", "[1]", "{\"no such field\":1}"],
            _ => [],
        };
    }

    private static HashSet<string> Types(JsonObject schema)
    {
        HashSet<string> types = schema["type"] switch
        {
            JsonArray several => [.. several.Select(type => type!.GetValue<string>())],
            { } one => [one.GetValue<string>()],
            null when schema["enum"] is not null => ["string"],
            null => [],
        };
        types.Remove("null");
        return types;
    }

    private static Task<Answer> SendAsync(Operation operation, Party caller, Callers world, string body, string? contentType) =>
        caller.SendAsync(new(operation.Method), world.Address(operation), Party.Content(body, contentType));

    private static async Task BearsAsync(Operation operation, Party caller, Callers world, string body) =>
        await BearsAsync(operation, await SendAsync(operation, caller, world, body, operation.JsonType), body);

    /// <summary>Whatever came is an answer or a refusal with a code.</summary>
    private static Task BearsAsync(Operation operation, Answer answer, string sent)
    {
        if (answer.Status >= 300)
        {
            IsProblem(answer, operation, sent);
        }

        return Task.CompletedTask;
    }

    private static void IsProblem(Answer answer, Operation operation, string sent) => Assert.True(
        answer.Status is >= 400 and < 500 && !string.IsNullOrEmpty(answer.Code) && answer.Headers["Content-Type"].StartsWith("application/problem+json", StringComparison.Ordinal),
        $"{operation} answered {sent[..Math.Min(sent.Length, 300)]} with {answer}");

    /// <summary>The world, with who may call what in it.</summary>
    private sealed class Callers(World world)
    {
        private readonly Dictionary<string, Party> _callers = [];

        public World World => world;

        /// <summary>Faults of tests before this one are theirs.</summary>
        public int FaultsBefore { get; } = world.Server.Faults.Count;

        public string Address(Operation operation) => world.Address(operation.Path);

        /// <summary>The first party that the endpoint is for.</summary>
        public async Task<Party> CallerOfAsync(Operation operation)
        {
            if (!_callers.TryGetValue(operation.ToString(), out var caller))
            {
                foreach (var party in new[] { world.Provider, world.Buyer, world.Authority, world.Server.Admin })
                {
                    caller = party;
                    if ((await party.SendAsync(new(operation.Method), Address(operation), operation.Body is null ? null : Party.Content("{", operation.JsonType))).Status != 403)
                    {
                        break;
                    }
                }

                _callers.Add(operation.ToString(), caller!);
            }

            return caller!;
        }
    }

    /// <summary>Good bodies, for a broken field to be the only thing that is wrong; made up from the schema where there is none.</summary>
    internal static class Samples
    {
        public static JsonObject For(Operation operation, World world) => operation.ToString() switch
        {
            "POST /v1/organizations" => Of($$"""{"name":"x","kind":"enterprise","creditCode":"{{MarketSetup.NewCreditCode()}}","regionCode":"330100","establishedOn":"2015-01-01","traits":["sme"],"taxpayer":"small","controllers":["y"]}"""),
            "POST /v1/organizations/{id}/clients" => Of("""{"name":"x"}"""),
            "POST /v1/organizations/{id}/people" => Of($$"""{"userName":"u-{{Guid.NewGuid():N}}","email":"u-{{Guid.NewGuid():N}}@firm.example"}"""),
            "POST /v1/organizations/{id}/clients/{clientId}/secrets" => Of("""{"graceHours":1}"""),
            "POST /v1/proposals/{id}/decisions" => Of("""{"decision":"reject","note":"x"}"""),
            "POST /v1/organizations/{id}/deposits" => Of($$"""{"amount":"1.00","reference":"{{Guid.NewGuid()}}"}"""),
            "POST /v1/organizations/{id}/withdrawals" => Of($$"""{"amount":"0.01","reference":"{{Guid.NewGuid()}}"}"""),
            "PUT /v1/organizations/{id}/credit" => Of("""{"limit":"1.00"}"""),
            "PUT /v1/accelerators/{model}" => Of("""{"vendor":"x","origin":"domestic","fp16Tflops":1.5,"memoryGiB":1,"watts":1}"""),
            "POST /v1/centers" => Of("""{"name":"x","regionCode":"330100","hub":"h","pue":1.2,"latencyMs":1,"bandwidthGbps":1}"""),
            "POST /v1/centers/{id}/nodes" => Of($$"""{"nodes":[{"name":"{{Guid.NewGuid()}}","accelerator":"{{world.Capacity.Model}}","cards":1,"vcpus":1,"memoryGiB":1,"interconnect":"pcie","tags":["a"]}]}"""),
            "POST /v1/centers/{id}/nodes/{name}/withdrawals" => Of("""{"from":"2030-01-01T00:00:00Z","reason":"x"}"""),
            "POST /v1/listings" => Of($$"""{"centerId":"{{world.Capacity.CenterId}}","nodes":["n-1"],"from":"2028-01-01T00:00:00Z","to":"2028-01-02T00:00:00Z","product":"metered","pricePerCardHour":"1.00","offPeak":{"fromHour":22,"toHour":8,"factor":"0.5"},"sliceMilli":500,"minHours":1,"benchmarks":[{"model":"m","tokensPerSecondPerCard":1}]}"""),
            "POST /v1/quotes" => Of($$"""{"accelerators":["{{world.Capacity.Model}}"],"minFp16Tflops":1,"minMemoryGiB":1,"cards":1,"cardsPerNode":1,"milliPerCard":1000,"vcpusPerCard":1,"memoryGiBPerCard":1,"from":"2026-12-01T00:00:00Z","hours":1,"regions":["33"],"sameCenter":false,"mixModels":false,"tags":[],"maxPricePerCardHour":"100.00","workload":"training","urgency":"user","product":"metered","strategy":"cheapest"}"""),
            "POST /v1/orders" => Of($$"""{"quoteId":"{{world.OpenQuote}}"}"""),
            "PUT /v1/orders/{id}/legs/{legId}/delivery" => Of("""{"access":"x","note":"x"}"""),
            "POST /v1/orders/{id}/legs/{legId}/objections" => Of("""{"reason":"x","from":"2026-02-01T00:00:00Z"}"""),
            "POST /v1/orders/{id}/legs/{legId}/confirmations" => Of("""{"from":"2026-02-01T00:00:00Z","to":"2026-02-01T01:00:00Z","ran":true}"""),
            "POST /v1/disputes/{id}/decisions" => Of("""{"hours":"buyer","note":"x"}"""),
            "POST /v1/meters" => Of($$"""{"centerId":"{{world.Capacity.CenterId}}","name":"x"}"""),
            "PUT /v1/sandbox/clock" => Of($$"""{"now":"{{MarketSetup.Wire(MarketplaceServer.Start)}}"}"""),
            "POST /v1/programmes" => Of($$$"""{"code":"q-{{{Guid.NewGuid().ToString("N")[..8]}}}","name":"x","authorityId":"{{{world.Authority.Id}}}","budget":"1.00","rules":{{{Rules}}}}"""),
            "POST /v1/programmes/{code}/versions" => Of($$$"""{"from":"2190-01-01T00:00:00Z","rules":{{{Rules}}}}"""),
            "POST /v1/programmes/simulations" => Of($$$"""{"from":"2026-01-01T00:00:00Z","to":"2026-02-01T00:00:00Z","budget":"1.00","rules":{{{Rules}}}}"""),
            "POST /v1/programmes/{code}/vouchers" => Of($$"""{"organizationId":"{{world.Buyer.Id}}","amount":"0.01"}"""),
            "POST /v1/programmes/{code}/applications" => Of("{" + Application + ""","draft":true}"""),
            "PUT /v1/applications/{id}" => Of("{" + Application + "}"),
            "POST /v1/applications/{id}/decisions" => Of("""{"decision":"return","note":"x","step":"check"}"""),
            "POST /v1/applications/{id}/objections" => Of("""{"reason":"x"}"""),
            "POST /v1/audit/flags/{id}/decisions" => Of("""{"decision":"dismiss","note":"x"}"""),
            "POST /v1/claims" => Of($$"""{"programme":"{{world.Programme}}","upTo":"2026-01-31"}"""),
            "PUT /v1/invoices/{id}/tax-number" => Of("""{"number":"x","issuedOn":"2026-01-31"}"""),
            "POST /v1/invoices/{id}/credit-notes" => Of($$"""{"reason":4,"lines":[{"lineId":"{{world.Line}}","amount":"0.01"}],"note":"x"}"""),
            _ => MadeUp(operation),
        };

        private const string Rules = """{"mode":"deduct","payee":"seller","applicant":{"kinds":["enterprise"]},"rates":[{"ratio":"0.30"}],"validity":{"months":12},"relatedParties":"forbid","resale":"forbid"}""";

        private const string Application = """
            "amount":"1.00","declarations":{"ownUse":true,"unrelated":true,"noDuplicate":true},"documents":[{"kind":"x","sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","uri":"https://files.example/x"}],"publicMoneyFromOutside":[{"source":"x","amount":"1.00"}],"contractNumber":"x","contractSignedOn":"2026-01-01"
            """;

        private static JsonObject Of(string json) => JsonNode.Parse(json)!.AsObject();

        private static JsonObject MadeUp(Operation operation)
        {
            var body = new JsonObject();
            foreach (var (name, schema) in Properties(operation))
            {
                if (Value(operation.Document, schema, depth: 0) is { } value)
                {
                    body[name] = value;
                }
            }

            return body;
        }

        private static JsonNode? Value(OpenApi document, JsonNode schema, int depth)
        {
            var shape = document.Resolve(schema);
            if (shape["examples"] is JsonArray { Count: > 0 } examples)
            {
                return examples[0]!.DeepClone();
            }

            if (shape["enum"] is JsonArray { Count: > 0 } values)
            {
                return values[0]?.DeepClone();
            }

            var type = shape["type"] is JsonArray several ? several.Select(item => item!.GetValue<string>()).First(item => item != "null") : shape["type"]?.GetValue<string>();
            return type switch
            {
                "string" => shape["format"]?.GetValue<string>() switch { "date-time" => "2026-02-01T00:00:00Z", "date" => "2026-02-01", _ => "x" },
                "integer" or "number" => 1,
                "boolean" => true,
                "array" when depth < 4 => new JsonArray(Value(document, shape["items"]!, depth + 1)),
                "object" when depth < 4 => new JsonObject((shape["properties"]?.AsObject() ?? []).Select(property => KeyValuePair.Create(property.Key, Value(document, property.Value!, depth + 1)))),
                _ => null,
            };
        }
    }
}
