using System.Globalization;
using System.Text.Json.Nodes;
using Marketplace.IntegrationTests.Harness;

namespace Marketplace.IntegrationTests.Pipeline;

/// <summary>What tests ask of lists.</summary>
internal static class Lists
{
    /// <summary>Pages of any size give all rows in the order of the column, and of their ids where that is the same.</summary>
    public static Task SortsAsync(this Party reader, string list, params string[] columns) => reader.SortsByAsync(list, "id", columns);

    /// <param name="key">The field in whose order rows stand that are equal in a column.</param>
    public static async Task SortsByAsync(this Party reader, string list, string key, params string[] columns)
    {
        var all = await reader.WalkAsync(list, 500);
        Assert.True(all.Count > 1, list);
        foreach (var column in columns)
        {
            var ascending = all.OrderBy(row => Key(row.Text(column)), Ascending).ThenBy(row => row.Text(key), StringComparer.Ordinal)
                .Select(row => row.Text(key)).ToList();
            foreach (var size in new[] { 1, 2, 500 })
            {
                if (size == 1 && all.Count > 20)
                {
                    continue;
                }

                Assert.Equal(ascending, (await reader.WalkAsync($"{list}sort={column}&", size)).Select(row => row.Text(key)));
                Assert.Equal(ascending.AsEnumerable().Reverse(), (await reader.WalkAsync($"{list}sort=-{column}&", size)).Select(row => row.Text(key)));
            }
        }
    }

    /// <summary>The filter leaves some rows of the list and leaves some out: those that fit and nothing else, in the list's order.</summary>
    public static async Task FiltersAsync(this Party reader, string list, string filter, Func<JsonNode, bool> fits)
    {
        var all = await reader.WalkAsync(list + "?", 500);
        var expected = all.Where(fits).Select(row => row.Text("id")).ToList();
        Assert.True(expected.Count > 0 && expected.Count < all.Count, $"{list}?{filter} tests nothing: {expected.Count} of {all.Count}");
        Assert.Equal(expected, (await reader.WalkAsync($"{list}?{filter}&", 500)).Select(row => row.Text("id")));
    }

    /// <summary>A field's text; a number's as it is written.</summary>
    public static string Text(this JsonNode row, string field) => row[field]!.ToString();

    /// <summary>All rows, in pages of a size. The list's address ends where the next parameter begins.</summary>
    public static async Task<List<JsonNode>> WalkAsync(this Party reader, string list, int size)
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

    private static readonly Comparer<object> Ascending = Comparer<object>.Create((a, b) => a is string text ? string.CompareOrdinal(text, (string)b) : Comparer<object>.Default.Compare(a, b));

    private static object Key(string text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : text;
}
