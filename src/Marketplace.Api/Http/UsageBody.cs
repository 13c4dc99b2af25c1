using System.Buffers;
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

    private const int FirstBytes = 64 * 1024;

    public RecordUsage Value { get; } = value;

    public static async ValueTask<UsageBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "media_type", $"The body must be {ContentType}.");
        }

        return new(new(await ReadAsync(request, context.RequestAborted), MeterId(request), Header(request, "Meter-Signature")));
    }

    /// <summary>The bytes lie in a rented array until they are read: a body a request would otherwise go to the large object heap.</summary>
    private static async Task<UsageBatch> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength ?? FirstBytes, MaxBytes) + 1);
        try
        {
            var length = 0;
            while (await request.Body.ReadAsync(body.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
                if (length == body.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(2 * length);
                    body.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(body);
                    body = larger;
                }
            }

            return Read(body.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private static UsageBatch Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return UsageBatch.Read(body)
                ?? throw new ProblemException(StatusCodes.Status413PayloadTooLarge, "body.too_large", $"A batch takes {UsageBatch.MaxItems} events at most.");
        }
        catch (JsonException malformed)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, "json.malformed", JsonText.WithoutPath(malformed));
        }
    }

    private static Id<Meter>? MeterId(HttpRequest request) => Header(request, "Meter-Id") is { } text ? Id<Meter>.Parse(text) : null;

    private static string? Header(HttpRequest request, string name) => request.Headers.TryGetValue(name, out var values) ? values.ToString() : null;
}
