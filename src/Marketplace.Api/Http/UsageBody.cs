using System.Reflection;
using System.Text.Json;
using Marketplace.Api.Errors;
using Marketplace.Application.Metering;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using Microsoft.Net.Http.Headers;

namespace Marketplace.Api.Http;

/// <summary>
/// A batch of CloudEvents with the signature in its headers. Only what isn't a batch at all is an error of the request; what
/// is wrong with one of its events is told in the answer.
/// </summary>
public sealed class UsageBody(RecordUsage value) : IBindableFromHttpContext<UsageBody>
{
    public const string ContentType = "application/cloudevents-batch+json";

    /// <summary>The largest batch fits, its events with every field at its longest.</summary>
    public const long MaxBytes = 16 * 1024 * 1024;

    public RecordUsage Value { get; } = value;

    public static async ValueTask<UsageBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "media_type", $"The body must be {ContentType}.");
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        return new(new(Read(body.GetBuffer().AsMemory(0, (int)body.Length)), MeterId(request), Header(request, "Meter-Signature")));
    }

    private static UsageBatch Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, "json.malformed", "The body must be a JSON array.");
            }

            return document.RootElement.GetArrayLength() <= UsageBatch.MaxItems
                ? UsageBatch.Read(body.Span, document.RootElement)
                : throw new ProblemException(StatusCodes.Status413PayloadTooLarge, "body.too_large", $"A batch takes {UsageBatch.MaxItems} events at most.");
        }
        catch (JsonException malformed)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "json.malformed", JsonText.WithoutPath(malformed));
        }
    }

    private static Id<Meter>? MeterId(HttpRequest request) => Header(request, "Meter-Id") is { } text ? Id<Meter>.Parse(text) : null;

    private static string? Header(HttpRequest request, string name) => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;
}
