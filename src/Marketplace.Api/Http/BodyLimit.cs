using Microsoft.AspNetCore.Http.Metadata;

namespace Marketplace.Api.Http;

/// <summary>The largest body that an endpoint takes, where it isn't the default.</summary>
internal sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
