using System.Text.Json.Serialization;
using Marketplace.Infrastructure.Identity;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Marketplace.Api.Endpoints;

/// <summary>RFC 6749, §5.1.</summary>
internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn);

/// <summary>RFC 6749, §5.2.</summary>
internal sealed record TokenRefusal([property: JsonPropertyName("error")] string Error);

internal static class TokenEndpoint
{
    public const string RateLimit = "tokens";
    private const int MaxBytes = 4096;
    private const string FormType = "application/x-www-form-urlencoded";

    public static void MapTokens(this IEndpointRouteBuilder app) => app.MapPost("/connect/token", IssueAsync)
        .WithTags("Tokens").AllowAnonymous().RequireRateLimiting(RateLimit).WithMetadata(new Http.BodyLimit(MaxBytes))
        .AddOpenApiOperationTransformer(DescribeFormAsync).Produces<TokenAnswer>().Produces<TokenRefusal>(400)
        .WithSummary("Get a token: client_credentials for programs, password for people");

    private static async Task<IResult> IssueAsync(HttpRequest request, TokenService tokens, CancellationToken cancellationToken)
    {
        if (!IsForm(request.ContentType))
        {
            return Refuse("invalid_request");
        }

        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or NotSupportedException or (IOException and not BadHttpRequestException))
        {
            return Refuse("invalid_request");
        }

        string? Field(string name) => form[name] is [{ Length: > 0 } value] ? value : null;
        IssuedToken? token;
        switch (Field("grant_type"), Field("client_id"), Field("client_secret"), Field("username"), Field("password"))
        {
            case ("client_credentials", { } id, { } secret, _, _):
                token = await tokens.ForClientAsync(id, secret, cancellationToken);
                break;
            case ("password", _, _, { } name, { } password):
                token = await tokens.ForPersonAsync(name, password, cancellationToken);
                break;
            case ("client_credentials" or "password", _, _, _, _):
                return Refuse("invalid_request");
            default:
                return Refuse("unsupported_grant_type");
        }

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return token is null
            ? Refuse(Field("grant_type") == "password" ? "invalid_grant" : "invalid_client")
            : Results.Json(new TokenAnswer(token.AccessToken, "Bearer", (int)token.Lifetime.TotalSeconds));
    }

    /// <summary>RFC 6749, §3.2, has one kind of body; the reader of forms would take multipart too.</summary>
    private static bool IsForm(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Said to the document alone: as metadata the routing would refuse other content types itself, before the endpoint can
    /// answer as the RFC has it.
    /// </summary>
    private static async Task DescribeFormAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        context.Document!.AddComponent(nameof(TokenForm), await context.GetOrCreateSchemaAsync(typeof(TokenForm), null, cancellationToken));
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [FormType] = new() { Schema = new OpenApiSchemaReference(nameof(TokenForm), context.Document) },
            },
        };
    }

    private static IResult Refuse(string error) => Results.Json(new TokenRefusal(error), statusCode: StatusCodes.Status400BadRequest);
}

/// <summary>What the token endpoint takes, for the document.</summary>
internal sealed record TokenForm(
    [property: JsonPropertyName("grant_type")] string GrantType,
    [property: JsonPropertyName("client_id")] string? ClientId,
    [property: JsonPropertyName("client_secret")] string? ClientSecret,
    [property: JsonPropertyName("username")] string? UserName,
    [property: JsonPropertyName("password")] string? Password);
