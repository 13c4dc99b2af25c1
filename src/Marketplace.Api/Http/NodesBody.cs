using System.Reflection;
using CsvHelper;
using Marketplace.Api.Errors;
using Marketplace.Application.Market;
using Marketplace.Application.Pipeline;

namespace Marketplace.Api.Http;

/// <summary>Nodes as JSON, or as CSV.</summary>
public sealed class NodesBody(AddNodes value, NodesCsv? csv) : IBindableFromHttpContext<NodesBody>
{
    public AddNodes Value { get; } = value;

    public static async ValueTask<NodesBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) != true)
        {
            return new((await Body<AddNodes>.BindAsync(context, parameter))!.Value, null);
        }

        try
        {
            var csv = await NodesCsv.ReadAsync(context.Request.Body, context.RequestAborted);
            context.RequestServices.GetRequiredService<RequestContext>().UnreadableFields = csv.Errors;
            return new(new(csv.Nodes), csv);
        }
        catch (CsvFormatException malformed)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "csv.malformed", malformed.Message);
        }
    }

    /// <summary>Sends what these nodes ask for; errors of a file are told by its rows.</summary>
    public async Task<T> ByRowAsync<T>(Func<Task<T>> send)
    {
        ArgumentNullException.ThrowIfNull(send);
        try
        {
            return await send();
        }
        catch (InvalidRequestException invalid) when (csv is not null)
        {
            throw csv.ByRow(invalid);
        }
    }
}
