using CsvHelper;
using Marketplace.Application.Json;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Ledger;

public sealed record BankRowInput(int Line, DateOnly BookedOn, Money Amount, string Reference, string? CounterpartyCode, string? Remark);

/// <summary>
/// A bank's statement as CSV with the columns <c>bookedOn, amount, reference, counterpartyCode, remark</c>: amounts with two
/// decimals, below zero for what went out. Nothing of a file with a row that can't be read is taken.
/// </summary>
public static class BankStatementCsv
{
    public const int MaxRows = 10_000;

    private static readonly string[] Required = ["bookedOn", "amount", "reference"];
    private static readonly string[] Optional = ["counterpartyCode", "remark"];

    /// <exception cref="CsvFormatException">It isn't CSV.</exception>
    /// <exception cref="InvalidRequestException">Its header or a row is wrong; errors are named by the file's lines.</exception>
    public static async Task<IReadOnlyList<BankRowInput>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var csv = CsvReader.Create(
            stream, new() { Separator = ',', TrimWhitespace = true, TrackLineNumbers = true, MissingField = CsvMissingFieldHandling.ReturnEmpty, MalformedData = CsvMalformedDataHandling.Throw },
            leaveOpen: true);
        await csv.ReadHeaderAsync(cancellationToken);
        var headers = csv.Headers.ToHashSet();
        var errors = Required.Except(headers).ToDictionary(name => "header." + name, _ => new[] { "is missing" });
        foreach (var name in headers.Except(Required).Except(Optional))
        {
            errors["header." + name] = ["is not a column of bank statements"];
        }

        string? Text(string name, int most, Func<string, bool>? wellFormed = null)
        {
            var text = headers.Contains(name) ? csv.GetString(name) : "";
            if ((text.Length == 0 && Required.Contains(name)) || text.Length > most || text.Any(char.IsControl) || (text.Length > 0 && wellFormed?.Invoke(text) == false))
            {
                errors[$"row {csv.LineNumber}.{name}"] = ["is missing or can't be read"];
            }

            return text.Length == 0 ? null : text;
        }

        var rows = new List<BankRowInput>();
        while (errors.Count is 0 or < 100 && Required.All(headers.Contains) && await csv.ReadAsync(cancellationToken))
        {
            if (rows.Count == MaxRows)
            {
                errors["rows"] = [$"must be at most {MaxRows}"];
                break;
            }

            if (csv.FieldCount > csv.Headers.Count)
            {
                errors[$"row {csv.LineNumber}.cells"] = ["are more than the header's; a cell with a comma in it needs quotes"];
            }

            _ = MarketJson.TryParseDay(Text("bookedOn", 10, text => MarketJson.TryParseDay(text, out _)), out var day);
            _ = Money.TryParse(Text("amount", 20, text => Money.TryParse(text, out var read) && !read.IsZero && Money.Max(read, -read) <= Money.Limit), out var amount);
            rows.Add(new((int)csv.LineNumber, day, amount, Text("reference", 100) ?? "", Text("counterpartyCode", 18), Text("remark", 500)));
        }

        foreach (var twice in rows.GroupBy(row => (row.CounterpartyCode, row.Reference)).Where(group => group.Count() > 1))
        {
            errors[$"row {twice.Last().Line}.reference"] = [$"stands on line {twice.First().Line} as well"];
        }

        return errors.Count == 0 ? rows : throw new InvalidRequestException(errors);
    }
}
