using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Pipeline;

public sealed class PagingTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task The_cursor_walks_every_row_once_the_newest_first(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var provider = await server.ProviderAsync();
        var made = new List<string>();
        for (var i = 0; i < 11; i++)
        {
            made.Add((await provider.PostAsync("/v1/centers", new { name = $"c {i}", regionCode = "330100" })).Is(201)["id"]);
        }

        made.Reverse();
        foreach (var limit in new[] { 1, 4, 5, 11, 12, 500 })
        {
            var (seen, cursor, pages) = (new List<string>(), "", 0);
            do
            {
                var page = (await provider.GetAsync($"/v1/centers?limit={limit}{cursor}")).Is(200);
                seen.AddRange(page.Items().Select(item => item["id"]!.GetValue<string>()));
                cursor = page.Json!["next"] is { } next ? $"&cursor={next}" : "";
                pages++;
            }
            while (cursor.Length > 0);

            Assert.Equal(made, seen);
            Assert.Equal((11 + limit - 1) / limit, pages);
        }
    }

    [Theory, EveryDatabase]
    public async Task Rows_that_come_meanwhile_do_not_shift_the_pages(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var provider = await server.ProviderAsync();
        async Task<string> Make() => (await provider.PostAsync("/v1/centers", new { name = "c", regionCode = "330100" })).Is(201)["id"];
        string[] made = [await Make(), await Make(), await Make(), await Make()];
        var first = (await provider.GetAsync("/v1/centers?limit=2")).Is(200);
        await Make();
        var second = (await provider.GetAsync($"/v1/centers?limit=2&cursor={first["next"]}")).Is(200);
        Assert.Equal(made.Reverse(), first.Items().Concat(second.Items()).Select(item => item["id"]!.GetValue<string>()));
        Assert.Null(second.Json!["next"]);
    }

    [Theory, EveryDatabase]
    public async Task A_cursor_of_a_list_by_text_is_a_text_that_a_page_gave(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var party = await server.BuyerAsync();
        foreach (var list in new[] { "/v1/accelerators", "/v1/programmes", $"/v1/organizations/{party.Id}/people", $"/v1/organizations/{party.Id}/clients" })
        {
            (await party.GetAsync($"{list}?cursor=e4b8ad")).Is(200);
            foreach (var cursor in new[] { "00", "6100", "0a", "7f", "ff", "e4b8", "c080", "eda080", "6", "zz" })
            {
                (await party.GetAsync($"{list}?cursor={cursor}")).IsInvalid("cursor");
            }
        }

        Assert.Empty(server.Faults);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=501", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("limit=0&cursor=x", "limit", "cursor")]
    public async Task Bounds_are_kept(string query, params string[] fields)
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        foreach (var list in new[] { "/v1/organizations", "/v1/centers", "/v1/listings", "/v1/quotes", "/v1/orders", "/v1/meters", "/v1/audit/entries", "/v1/audit/seals" })
        {
            (await server.Admin.GetAsync($"{list}?{query}")).IsInvalid(fields);
        }
    }
}
