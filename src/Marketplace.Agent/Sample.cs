using System.Globalization;
using System.Text.RegularExpressions;
using CsvHelper;

namespace Marketplace.Agent;

/// <summary>What the tool said of one card.</summary>
/// <param name="Index">The card's number in the node, from 0.</param>
/// <param name="Busy">Utilization in percent, 0 to 100; null where it wasn't told.</param>
/// <param name="Watts">Null where it wasn't told.</param>
/// <param name="Healthy">False where the tool itself says that the card isn't well.</param>
/// <param name="InputTokens">Tokens taken in since whoever serves the model was started: a counter; null where it wasn't told.</param>
/// <param name="OutputTokens">Tokens given out, likewise.</param>
internal sealed record CardState(int Index, decimal? Busy, decimal? Watts, bool Healthy, long? InputTokens = null, long? OutputTokens = null);

/// <summary>All cards of the node that answered at one instant. A card that isn't there didn't.</summary>
/// <param name="At">A whole second.</param>
/// <param name="Cards">By their index.</param>
/// <param name="Offset">Where in the followed file the next sample begins, in bytes; 0 with a command.</param>
internal sealed record Sample(DateTimeOffset At, IReadOnlyList<CardState> Cards, long Offset = 0);

/// <summary>One row of CSV.</summary>
/// <param name="Card">Null where the row can't be read.</param>
/// <param name="At">A whole second; null where there is no such column.</param>
/// <param name="Start">Where in the text it begins, in bytes.</param>
internal sealed record SmiRow(CardState? Card, DateTimeOffset? At, long Start);

/// <summary>
/// Reads the CSV of nvidia-smi (<c>--query-gpu=…  --format=csv</c>) and the like: a header, then a row a card. Columns are known
/// by their names in the order in which they stand; units, in the header or behind the number, are passed over, and so are
/// columns that nothing is wanted of.
/// </summary>
internal static partial class SmiCsv
{
    public const int MaxIndex = 1023;
    private const decimal MaxWatts = 100_000;
    private const long MaxTokens = 1_000_000_000_000_000;

    private static readonly string[] Index = ["index", "npu id", "npu_id", "card", "card_id", "device"];
    private static readonly string[] Busy = ["utilization.gpu", "aicore", "aicore usage rate", "npu utilization", "utilization"];
    private static readonly string[] Watts = ["power.draw", "power.draw.instant", "power", "power dissipation"];
    private static readonly string[] Health = ["health"];
    private static readonly string[] Time = ["timestamp", "time"];
    private static readonly string[] InputTokens = ["input_tokens", "prompt_tokens_total"];
    private static readonly string[] OutputTokens = ["output_tokens", "generation_tokens_total"];

    /// <param name="csv">The whole text, or what of it was added; every line complete.</param>
    /// <param name="header">The header, where the text begins behind it; null where it begins with one.</param>
    /// <param name="zone">What timestamps without an offset are in.</param>
    /// <exception cref="FormatException">It names no column of card numbers.</exception>
    public static IReadOnlyList<SmiRow> Read(Stream csv, IReadOnlyList<string>? header, TimeZoneInfo zone)
    {
        using var reader = CsvReader.Create(csv, new() { Separator = ',', HasHeader = false, TrimWhitespace = true });
        var columns = header is null ? null : Columns(header);
        var rows = new List<SmiRow>();
        while (reader.Read())
        {
            var fields = Enumerable.Range(0, reader.FieldCount).Select(reader.GetString).ToList();

            // The tool writes its header anew whenever it is started, into a file that goes on.
            if (columns is null || fields.Any(field => Index.Contains(Name(field))))
            {
                columns = Columns(fields);
            }
            else
            {
                rows.Add(Row(fields, columns, zone, reader.ByteOffset));
            }
        }

        return rows;
    }

    private static Dictionary<string, int> Columns(IReadOnlyList<string> header)
    {
        var names = header.Select(Name).ToList();
        var columns = new Dictionary<string, int>();
        foreach (var known in (string[][])[Index, Busy, Watts, Health, Time, InputTokens, OutputTokens])
        {
            var at = names.FindIndex(name => known.Contains(name));
            if (at >= 0)
            {
                columns[known[0]] = at;
            }
        }

        return columns.ContainsKey(Index[0]) ? columns : throw new FormatException("The first line names no column of card numbers, such as index.");
    }

    private static SmiRow Row(List<string> fields, Dictionary<string, int> columns, TimeZoneInfo zone, long start)
    {
        string? Field(string[] column) => columns.TryGetValue(column[0], out var at) && at < fields.Count ? fields[at] : null;
        var (time, busy, watts) = (Field(Time), Number(Field(Busy)), Number(Field(Watts)));
        var at = Instant(time, zone);
        if (!int.TryParse(Field(Index), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index > MaxIndex || (at is null && columns.ContainsKey(Time[0])))
        {
            return new(null, at, start);
        }

        return new(Card(index, busy, watts, Field(Health)) with { InputTokens = Count(Field(InputTokens)), OutputTokens = Count(Field(OutputTokens)) }, at, start);
    }

    /// <summary>What can't be is as good as not told.</summary>
    public static CardState Card(int index, decimal? busy, decimal? watts, string? health) => new(
        index, busy is >= 0 and <= 100 ? busy : null, watts is >= 0 and < MaxWatts ? watts : null,
        health is not { Length: > 0 } || health.Equals("OK", StringComparison.OrdinalIgnoreCase));

    private static long? Count(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= MaxTokens ? count : null;

    /// <summary>A number with or without its unit; null for [N/A] and other words.</summary>
    public static decimal? Number(string? text) =>
        text is not null && NumberAtStart().Match(text) is { Success: true } match ? decimal.Parse(match.Value, CultureInfo.InvariantCulture) : null;

    private static DateTimeOffset? Instant(string? text, TimeZoneInfo zone) =>
        HasOffset().IsMatch(text ?? "") && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant) ? WholeSecond(instant)
        : DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) ? WholeSecond(new(local, zone.GetUtcOffset(local)))
        : null;

    public static DateTimeOffset WholeSecond(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());

    private static string Name(string column) => Unit().Replace(column, "").Trim().ToLowerInvariant();

    [GeneratedRegex(@"\s*[\[(][^\])]*[\])]\s*$", RegexOptions.None, 1000)]
    private static partial Regex Unit();

    [GeneratedRegex(@"^\d{1,9}(\.\d{1,9})?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NumberAtStart();

    [GeneratedRegex(@"(Z|[+-]\d\d:?\d\d)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HasOffset();
}
