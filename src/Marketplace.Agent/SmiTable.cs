using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Marketplace.Agent;

/// <summary>
/// Reads the table that <c>npu-smi info</c> draws. Its head has two lines, and so has each chip:
/// <code>
/// | NPU   Name                | Health        | Power(W)    Temp(C)           Hugepages-Usage(page)|
/// | Chip                      | Bus-Id        | AICore(%)   Memory-Usage(MB)  HBM-Usage(MB)        |
/// </code>
/// What stands in a cell is known by the place of its word in the head's cell. A card's number is the chip's own on the machine
/// (Phy-ID or Device) where the table has it, else the NPU's, which then has one chip. The table of processes below is passed over.
/// </summary>
internal static partial class SmiTable
{
    private static readonly string[] Number = ["phy-id", "device", "npu"];

    public static bool IsOne(ReadOnlySpan<byte> text) => text.TrimStart(" \r\n"u8).StartsWith("+-"u8);

    /// <exception cref="FormatException">It isn't such a table, or has a chip that can't be read: a card it doesn't show might be that one.</exception>
    public static IReadOnlyList<CardState> Read(Stream text)
    {
        using var reader = new StreamReader(text, Encoding.UTF8);
        var lines = reader.ReadToEnd().Split('\n').Select(line => line.Trim()).SkipWhile(line => !line.StartsWith("| NPU", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|')).Select(Words).ToList();
        if (lines.Count < 2 || !lines[1][0].Contains("chip"))
        {
            throw new FormatException("The table has no head of two lines, NPU and Chip.");
        }

        var cards = new List<CardState>();
        for (var at = 2; at + 1 < lines.Count && !IsProcesses(lines[at]); at += 2)
        {
            cards.Add(Card(lines[0], lines[at], lines[1], lines[at + 1]));
        }

        return cards.DistinctBy(card => card.Index).Count() == cards.Count ? cards : throw new FormatException("Two chips of the table have one number.");
    }

    private static bool IsProcesses(string[][] line) => line is [["npu", ..], ..] || line.Length == 1;

    private static CardState Card(string[][] head, string[][] row, string[][] headBelow, string[][] below)
    {
        string? Word(string name) => Find(head, row, name) ?? Find(headBelow, below, name);
        var number = Number.Select(Word).FirstOrDefault(word => word is not null);
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= SmiCsv.MaxIndex
            ? SmiCsv.Card(index, SmiCsv.Number(Word("aicore")), SmiCsv.Number(Word("power")), Word("health"))
            : throw new FormatException($"The table has a chip without a number: {string.Join(' ', row.Concat(below).SelectMany(cell => cell))}");
    }

    private static string? Find(string[][] head, string[][] row, string name)
    {
        for (var cell = 0; cell < Math.Min(head.Length, row.Length); cell++)
        {
            var place = Array.IndexOf(head[cell], name);
            if (place >= 0 && place < row[cell].Length)
            {
                return row[cell][place];
            }
        }

        return null;
    }

    /// <summary>The words of each cell, without their units; a pair such as 0 / 65536 is one.</summary>
    private static string[][] Words(string line) =>
    [
        .. line.Trim('|').Split('|').Select(cell => Slash().Replace(Unit().Replace(cell, ""), "/").ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    [GeneratedRegex(@"\s*/\s*", RegexOptions.None, 1000)]
    private static partial Regex Slash();

    [GeneratedRegex(@"\([^)]*\)", RegexOptions.None, 1000)]
    private static partial Regex Unit();
}
