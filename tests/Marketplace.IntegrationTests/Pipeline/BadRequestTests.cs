using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>What is wrong with a request is said in full, with a code, and changes nothing.</summary>
public sealed class BadRequestTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Every_wrong_field_is_named_in_one_answer(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (provider, buyer) = (await server.ProviderAsync(), await server.BuyerAsync());
        (await server.Admin.PostAsync("/v1/organizations", new
        {
            name = "",
            kind = "platform",
            creditCode = "91330100MA27XYZ000",
            regionCode = "99",
            establishedOn = "2999-01-01",
            traits = new[] { "sme", "sme" },
            taxpayer = "large",
            controllers = "x",
            colour = "red",
        })).IsInvalid("name", "kind", "creditCode", "regionCode", "establishedOn", "traits", "taxpayer", "controllers", "colour");
        (await server.Admin.PostAsync("/v1/organizations")).IsInvalid("name", "kind", "creditCode", "regionCode", "establishedOn");
        (await server.Admin.PostAsync($"/v1/organizations/{buyer.Id}/deposits", new { amount = 12.5, reference = "" })).IsInvalid("amount", "reference");
        (await provider.PostAsync("/v1/centers", new { name = new string('x', 201), regionCode = "33010", hub = "", pue = 0.9, latencyMs = -1, bandwidthGbps = "fast" }))
            .IsInvalid("name", "regionCode", "hub", "pue", "latencyMs", "bandwidthGbps");
        (await provider.PostAsync("/v1/listings", new
        {
            centerId = 7,
            from = "2026-01-05T00:30:00Z",
            to = "2026-01-04",
            product = "gold",
            pricePerCardHour = "1.1234567",
            sliceMilli = 333,
            minHours = 0,
            offPeak = new { fromHour = 24, toHour = 8, factor = "1.5", note = "x" },
        })).IsInvalid("centerId", "from", "to", "product", "pricePerCardHour", "sliceMilli", "minHours", "offPeak.fromHour", "offPeak.factor", "offPeak.note");
        (await buyer.PostAsync("/v1/quotes", new
        {
            cards = 0,
            hours = 1.5,
            cardsPerNode = -1,
            milliPerCard = 5,
            from = "tomorrow",
            workload = "mining",
            regions = new[] { "3" },
            maxPricePerCardHour = "0",
            window = new { latestEnd = "2026-02-01T00:00:00Z" },
            vouchers = "all",
            interconnect = "carrier pigeon",
        })).IsInvalid("cards", "hours", "cardsPerNode", "milliPerCard", "from", "workload", "regions", "maxPricePerCardHour", "window.earliest", "vouchers", "interconnect");
        (await buyer.PostAsync("/v1/orders", """{"quoteId":null,"quoteID":"x"}""")).IsInvalid("quoteId", "quoteID");
        (await provider.PostAsync("/v1/meters", new { name = "a\u0007b", publicKeyPem = "-----BEGIN PUBLIC KEY-----" })).IsInvalid("centerId", "name", "publicKeyPem");
    }

    [Theory]
    [InlineData("/v1/statements", "period", "is required")]
    [InlineData("/v1/statements?period=", "period", "is required")]
    [InlineData("/v1/statements?period=January", "period", "must be a month such as \"2026-01\"")]
    [InlineData("/v1/ledger/statements", "partyId", "is required")]
    [InlineData("/v1/ledger/statements?partyId=", "partyId", "is required")]
    [InlineData("/v1/ledger/statements?partyId=x", "partyId", "must be an id")]
    [InlineData("/v1/invoices?overdue=maybe", "overdue", "must be true or false")]
    [InlineData("/v1/names", "id", "must be given 1 to 100 times")]
    [InlineData("/v1/orders?status=a%00", "status", "must not hold a NUL")]
    public async Task A_parameter_that_is_missing_or_cannot_be_read_is_named(string address, string parameter, string error)
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        Assert.Equal(error, (await server.Admin.GetAsync(address)).IsInvalid(parameter)[$"errors.{parameter}[0]"]);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task Items_that_cannot_be_read_are_named_and_the_list_is_not_blamed()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var provider = await server.ProviderAsync();
        var center = (await provider.PostAsync("/v1/centers", new { name = "a", regionCode = "330100" })).Is(201)["id"];
        var answer = (await provider.PostTextAsync($"/v1/centers/{center}/nodes", """{"nodes":[5,null,{"name":"x","cards":"y"}]}""", "application/json")).IsInvalid("nodes[0]", "nodes[1]", "nodes[2].cards");
        Assert.Equal("""{"nodes[0]":["must be an object"],"nodes[1]":["must not be null"],"nodes[2].cards":["must be a whole number in range"]}""", answer.Json!["errors"]!.ToJsonString());
        (await provider.PostTextAsync($"/v1/centers/{center}/nodes", """{"nodes":7}""", "application/json")).IsInvalid("nodes");
        (await provider.PostTextAsync("/v1/centers", """{"name":null,"regionCode":7,"pue":"x"}""", "application/json")).IsInvalid("name", "regionCode", "pue");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"name\"")]
    [InlineData("{\"name\":\"a\",}")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}")]
    [InlineData("{\"name\":\"\\ud800\"}x")]
    [InlineData("<center/>")]
    public async Task A_body_that_is_no_object_of_json_is_refused(string body)
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var provider = await server.ProviderAsync();
        Assert.DoesNotContain("LineNumber", (await provider.PostTextAsync("/v1/centers", body, "application/json")).Is(400, "json.malformed")["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/csv")]
    [InlineData(null)]
    public async Task Another_content_type_is_refused(string? contentType)
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var provider = await server.ProviderAsync();
        (await provider.PostTextAsync("/v1/centers", """{"name":"a","regionCode":"330100"}""", contentType)).Is(415, "media_type");
    }

    [Fact]
    public async Task A_body_may_say_its_charset_and_be_of_a_json_subtype()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var provider = await server.ProviderAsync();
        (await provider.PostTextAsync("/v1/centers", """{"name":"a","regionCode":"330100"}""", "application/json; charset=utf-8")).Is(201);
    }

    [Fact]
    public async Task A_huge_body_is_refused()
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        var provider = await server.ProviderAsync();
        var huge = $$"""{"name":"{{new string('x', 1024 * 1024)}}","regionCode":"330100"}""";
        (await provider.PostTextAsync("/v1/centers", huge, "application/json")).Is(413, "body.too_large");

        // Without a length said beforehand as well; and inventories may be larger.
        using var chunked = Party.Content(huge, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/centers") { Content = chunked };
        request.Headers.Authorization = new("Bearer", provider.Token);
        request.Headers.TransferEncodingChunked = true;
        using var response = await server.Http.SendAsync(request);
        (await Answer.OfAsync(response, server)).Is(413, "body.too_large");
        (await provider.PostTextAsync("/v1/listings", huge, "application/json")).Is(400, "validation");
    }

    [Theory, EveryDatabase]
    public async Task Ten_thousand_nodes_fit_and_one_more_does_not(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var provider = await server.ProviderAsync();
        var center = (await provider.PostAsync("/v1/centers", new { name = "large", regionCode = "330100" })).Is(201)["id"];
        object Nodes(int count) => new { nodes = Enumerable.Range(0, count).Select(i => new { name = $"n-{i}", accelerator = "A100", cards = 8, vcpus = 64, memoryGiB = 512 }) };
        (await provider.PostAsync($"/v1/centers/{center}/nodes", Nodes(10_001))).IsInvalid("nodes");
        Assert.Equal("80000", (await provider.PostAsync($"/v1/centers/{center}/nodes", Nodes(10_000))).Is(201)["cards"]);
    }

    [Theory, EveryDatabase]
    public async Task Unknown_ids_and_addresses_are_not_found(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var buyer = await server.BuyerAsync();
        foreach (var id in new[] { "0", "x", "00000000000000000000000000000000", "0199b0a8d1c57b0f8a5d0c4f3e2d1c0b", "..%2F..", "%27%20or%201=1" })
        {
            var answer = await buyer.GetAsync($"/v1/orders/{id}");
            Assert.True(answer.Status is 404 or 400, answer.ToString());
            Assert.NotNull(answer.Code);
        }

        (await buyer.PostAsync("/v1/orders", new { quoteId = "0199b0a8d1c57b0f8a5d0c4f3e2d1c0b" })).Is(404, "not_found");
        (await buyer.PostAsync("/v1/orders", new { quoteId = "not an id" })).Is(404, "not_found");
        (await buyer.GetAsync("/v1/nothing")).Is(404, "not_found");
        (await buyer.DeleteAsync("/v1/orders")).Is(405, "method");
    }
}
