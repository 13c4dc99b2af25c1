using System.Globalization;
using System.Reflection;
using CsvHelper;
using Marketplace.Api.Errors;
using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;

namespace Marketplace.Api.Http;

/// <summary>Nodes as JSON, or as CSV with a header of the same names; tags are separated by <c>|</c> there.</summary>
public sealed class NodesBody(AddNodes value) : IBindableFromHttpContext<NodesBody>
{
    private static readonly string[] Required = ["name", "accelerator", "cards", "vcpus", "memoryGiB"];
    private static readonly string[] Optional = ["interconnect", "tags"];

    public AddNodes Value { get; } = value;

    public static async ValueTask<NodesBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) != true)
        {
            return new((await Body<AddNodes>.BindAsync(context, parameter))!.Value);
        }

        await using var csv = CsvReader.Create(
            context.Request.Body, new() { Separator = ',', TrimWhitespace = true, MissingField = CsvMissingFieldHandling.ReturnEmpty, MalformedData = CsvMalformedDataHandling.Throw }, leaveOpen: true);
        try
        {
            return new(new(await ReadAsync(csv, context)));
        }
        catch (CsvFormatException malformed)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "csv.malformed", malformed.Message);
        }
    }

    private static async Task<IReadOnlyList<NodeInput>> ReadAsync(CsvReader csv, HttpContext context)
    {
        var errors = new Dictionary<string, string[]>();
        var nodes = new List<NodeInput>();
        await csv.ReadHeaderAsync(context.RequestAborted);
        var headers = csv.Headers.ToList();
        foreach (var name in Required.Where(name => !headers.Contains(name)))
        {
            errors["header." + name] = ["is missing"];
        }

        foreach (var name in headers.Where(name => !Required.Contains(name) && !Optional.Contains(name)))
        {
            errors["header." + name] = ["is not a column of nodes"];
        }

        var headed = errors.Count == 0;
        while (headed && await csv.ReadAsync(context.RequestAborted))
        {
            if (nodes.Count == AddNodes.Max)
            {
                throw new ProblemException(StatusCodes.Status413PayloadTooLarge, "body.too_large", $"A request takes {AddNodes.Max} nodes at most.");
            }

            nodes.Add(Node(csv, headers, $"nodes[{nodes.Count}]", errors));
        }

        context.RequestServices.GetRequiredService<RequestContext>().UnreadableFields = errors;
        return nodes;
    }

    private static NodeInput Node(CsvReader csv, List<string> headers, string path, Dictionary<string, string[]> errors)
    {
        string? Text(string name) => headers.Contains(name) && csv.GetString(name) is { Length: > 0 } text ? text : null;

        int? Number(string name)
        {
            if (Text(name) is not { } text)
            {
                return null;
            }

            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                errors[$"{path}.{name}"] = ["must be a whole number"];
                return null;
            }

            return number;
        }

        Interconnect? interconnect = null;
        if (Text("interconnect") is { } kind)
        {
            if (Enum.TryParse<Interconnect>(kind, ignoreCase: true, out var known) && Enum.IsDefined(known))
            {
                interconnect = known;
            }
            else
            {
                errors[path + ".interconnect"] = ["must be one of pcie, nvlink, rdma"];
            }
        }

        return new(
            Text("name"), Text("accelerator"), Number("cards"), Number("vcpus"), Number("memoryGiB"), interconnect,
            Text("tags")?.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
