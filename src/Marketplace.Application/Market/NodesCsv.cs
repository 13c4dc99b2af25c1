using System.Globalization;
using CsvHelper;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;

namespace Marketplace.Application.Market;

/// <summary>
/// Nodes as CSV with a header of the names that they have in JSON; tags are separated by <c>|</c>. What can't be read is told
/// together with what validation finds, by the row of the file.
/// </summary>
/// <param name="Nodes">One a row; a field that can't be read is missing.</param>
/// <param name="Rows">The line of the file that each stands on, from 1 with the header.</param>
/// <param name="Errors">What can't be read, by field.</param>
public sealed record NodesCsv(IReadOnlyList<NodeInput> Nodes, IReadOnlyList<long> Rows, IReadOnlyDictionary<string, string[]> Errors)
{
    private static readonly string[] Required = ["name", "accelerator", "cards", "vcpus", "memoryGiB"];
    private static readonly string[] Optional = ["interconnect", "tags"];

    /// <exception cref="CsvFormatException">It isn't CSV.</exception>
    public static async Task<NodesCsv> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var csv = CsvReader.Create(
            stream, new() { Separator = ',', TrimWhitespace = true, TrackLineNumbers = true, MissingField = CsvMissingFieldHandling.ReturnEmpty, MalformedData = CsvMalformedDataHandling.Throw },
            leaveOpen: true);
        await csv.ReadHeaderAsync(cancellationToken);
        var headers = csv.Headers.ToList();
        var errors = HeaderErrors(headers);
        var headed = errors.Count == 0;
        var (nodes, rows) = (new List<NodeInput>(), new List<long>());

        // One more than are taken, so that validation says so.
        while (headed && nodes.Count <= AddNodes.Max && await csv.ReadAsync(cancellationToken))
        {
            rows.Add(csv.LineNumber);
            if (csv.FieldCount > headers.Count)
            {
                errors[$"nodes[{nodes.Count}].cells"] = ["are more than the header's; a cell with a comma in it needs quotes"];
            }

            nodes.Add(new Row(csv, headers, $"nodes[{nodes.Count}]").Read(errors));
        }

        return new(nodes, rows, errors);
    }

    /// <summary>The same errors, each with the row that it stands on.</summary>
    public InvalidRequestException ByRow(InvalidRequestException invalid)
    {
        ArgumentNullException.ThrowIfNull(invalid);
        return new(Told(invalid).ToDictionary(error => error.Key, error => RowOf(error.Key) is { } row ? error.Value.Select(text => $"row {row}: {text}").ToArray() : error.Value));
    }

    /// <summary>The errors as lines of a report, the first row's first.</summary>
    public IEnumerable<string> Report(InvalidRequestException invalid)
    {
        ArgumentNullException.ThrowIfNull(invalid);
        return Told(invalid).OrderBy(error => RowOf(error.Key) ?? 0).SelectMany(error => error.Value.Select(text =>
            RowOf(error.Key) is { } row ? $"row {row}, {error.Key[(error.Key.IndexOf('.', StringComparison.Ordinal) + 1)..]}: {text}" : $"{error.Key}: {text}"));
    }

    /// <summary>Under a header that can't be read no row was; that there are none needn't be told as well.</summary>
    private IEnumerable<KeyValuePair<string, string[]>> Told(InvalidRequestException invalid) =>
        invalid.Errors.Where(error => error.Key != "nodes" || !Errors.Keys.Any(key => key.StartsWith("header.", StringComparison.Ordinal)));

    private static Dictionary<string, string[]> HeaderErrors(List<string> headers)
    {
        var errors = Required.Except(headers).ToDictionary(name => "header." + name, _ => new[] { "is missing" });
        foreach (var name in headers.Except(Required).Except(Optional))
        {
            errors["header." + name] = ["is not a column of nodes"];
        }

        return errors;
    }

    private long? RowOf(string field) =>
        field.StartsWith("nodes[", StringComparison.Ordinal) && field.IndexOf(']', StringComparison.Ordinal) is > 0 and var end
            && int.TryParse(field.AsSpan(6, end - 6), NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i < Rows.Count ? Rows[i] : null;

    /// <summary>The row that the reader stands on.</summary>
    private sealed class Row(CsvReader csv, List<string> headers, string path)
    {
        public NodeInput Read(Dictionary<string, string[]> errors) => new(
            Text("name"), Text("accelerator"), Number("cards", errors), Number("vcpus", errors), Number("memoryGiB", errors), Interconnect(errors),
            Text("tags")?.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

        private string? Text(string name) => headers.Contains(name) && csv.GetString(name) is { Length: > 0 } text ? text : null;

        private int? Number(string name, Dictionary<string, string[]> errors)
        {
            if (Text(name) is not { } text)
            {
                return null;
            }

            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            errors[$"{path}.{name}"] = ["must be a whole number"];
            return null;
        }

        private Interconnect? Interconnect(Dictionary<string, string[]> errors)
        {
            if (Text("interconnect") is not { } text)
            {
                return null;
            }

            if (Enum.TryParse<Interconnect>(text, ignoreCase: true, out var known) && Enum.IsDefined(known) && !int.TryParse(text, CultureInfo.InvariantCulture, out _))
            {
                return known;
            }

            errors[path + ".interconnect"] = ["must be one of pcie, nvlink, rdma"];
            return null;
        }
    }
}
