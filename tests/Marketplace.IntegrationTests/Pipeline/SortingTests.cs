using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Pipeline;

public sealed class SortingTests(Servers servers) : IClassFixture<Servers>
{
    [Theory, EveryDatabase]
    public async Task Every_sort_walks_every_row_once_in_its_order(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var month = await server.NextMonthAsync();
        var (buyer, scheme) = (await server.BuyerAsync(), await server.SchemeAsync());
        foreach (var face in new[] { "300.00", "100.00", "300.00", "20.00", "1000.00" })
        {
            await scheme.IssueAsync(buyer, face);
        }

        var model = (await server.CapacityAsync()).Model;
        foreach (var (price, hours) in new[] { ("9.00", 1), ("10.00", 4), ("10.00", 2), ("100.00", 3), ("9.50", 4) })
        {
            var capacity = await server.CapacityAsync(model: model);
            (await capacity.ListAsync(price, from: month.AddHours(hours), product: "reserved")).Is(201);
        }

        foreach (var (cards, hour) in new[] { (2, 30), (1, 31), (8, 24), (1, 40), (8, 24) })
        {
            await buyer.OrderAsync(new(buyer, "", model, []), cards, month.AddHours(hour), 2);
        }

        await server.CloseAsync(month);
        await SortsAsync(buyer, "/v1/orders?", "total", "from", "to");
        await SortsAsync(buyer, "/v1/vouchers?", "face", "expiresOn");
        await SortsAsync(buyer, $"/v1/listings?accelerator={Uri.EscapeDataString(model)}&", "pricePerCardHour", "from", "to");
        await SortsAsync(buyer, $"/v1/invoices?period={month.Period()}&", "total", "payable", "dueOn");
        await SortsAsync(buyer, "/v1/audit/entries?", "at");
        await SortsAsync(server.Admin, "/v1/orders?", "total");
    }

    [Theory, EveryDatabase]
    public async Task A_seller_sorts_by_what_it_is_told_of_an_order(DatabaseKind database)
    {
        var server = await servers.OnAsync(database);
        var (from, buyer, seller) = (await server.TomorrowAsync(24), await server.BuyerAsync(), await server.CapacityAsync());
        var other = await server.CapacityAsync(model: seller.Model, nodes: 8);
        (await seller.ListAsync("1.00")).Is(201);
        (await other.ListAsync("2.00")).Is(201);

        // The second is mostly another's, and so the greater to its buyer and the smaller to this seller.
        await buyer.OrderAsync(seller, 6, from, 1);
        await buyer.OrderAsync(seller, 60, from, 1);
        await SortsAsync(seller.Provider, "/v1/orders?", "total");
        Assert.Equal(["2.00", "6.00"], (await seller.Provider.GetAsync("/v1/orders?sort=total")).Is(200).Items().Select(order => order["total"]!.GetValue<string>()));
    }

    [Theory, InlineData("/v1/orders"), InlineData("/v1/invoices"), InlineData("/v1/listings"), InlineData("/v1/vouchers"), InlineData("/v1/audit/entries")]
    public async Task What_is_no_column_or_no_rows_cursor_is_refused(string list)
    {
        var server = await servers.OnAsync(DatabaseKind.Sqlite);
        foreach (var sort in new[] { "buyerId", "Total", "--total", "-", "total;drop" })
        {
            (await server.Admin.GetAsync($"{list}?sort={sort}")).IsInvalid("sort");
        }

        var known = list switch { "/v1/listings" => "from", "/v1/vouchers" => "face", "/v1/audit/entries" => "at", _ => "total" };
        (await server.Admin.GetAsync($"{list}?sort={known}&cursor=x")).IsInvalid("cursor");
        if (known != "at")
        {
            (await server.Admin.GetAsync($"{list}?sort=-{known}&cursor={new string('0', 32)}")).IsInvalid("cursor");
        }
    }

    /// <summary>Pages of any size give all rows in the order of the column, and of their ids where that is the same.</summary>
    private static async Task SortsAsync(Party reader, string list, params string[] columns)
    {
        var all = await WalkAsync(reader, list, 500);
        Assert.True(all.Count > 1, list);
        foreach (var column in columns)
        {
            var ascending = all.OrderBy(row => Key(row[column]!.GetValue<string>()), Comparer<object>.Default).ThenBy(row => row["id"]!.GetValue<string>(), StringComparer.Ordinal)
                .Select(row => row["id"]!.GetValue<string>()).ToList();
            foreach (var size in new[] { 1, 2, 500 })
            {
                if (size == 1 && all.Count > 20)
                {
                    continue;
                }

                Assert.Equal(ascending, (await WalkAsync(reader, $"{list}sort={column}&", size)).Select(row => row["id"]!.GetValue<string>()));
                Assert.Equal(ascending.AsEnumerable().Reverse(), (await WalkAsync(reader, $"{list}sort=-{column}&", size)).Select(row => row["id"]!.GetValue<string>()));
            }
        }
    }

    private static object Key(string text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : text;

    private static async Task<List<JsonNode>> WalkAsync(Party reader, string list, int size)
    {
        var (rows, cursor) = (new List<JsonNode>(), "");
        do
        {
            var page = (await reader.GetAsync($"{list}limit={size}{cursor}")).Is(200);
            rows.AddRange(page.Items());
            cursor = page.Json!["next"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        return rows;
    }
}
