using System.Text.Json.Nodes;
using Marketplace.Application.Organizations;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Marketplace.Api.Hosting;

/// <summary>The OpenAPI document: what the framework can't see by itself.</summary>
internal static class Documentation
{
    private static readonly Dictionary<Type, (string Pattern, string Example)> Texts = new()
    {
        [typeof(Money)] = (@"^-?\d+\.\d{2}$", "1234.50"),
        [typeof(Price)] = (@"^\d+(\.\d{1,6})?$", "20.00"),
        [typeof(Ratio)] = (@"^\d+(\.\d{1,6})?$", "0.30"),
        [typeof(Period)] = (@"^\d{4}-\d{2}$", "2026-01"),
    };

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "Compute-voucher marketplace", Version = "v1", Description = "Amounts are strings with two decimals, instants ISO 8601. Errors are problem documents with a stable code." };
            // Where it was asked for; the document is the same everywhere.
            document.Servers = [];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A token of POST /connect/token." },
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
            if (Texts.TryGetValue(type, out var text))
            {
                (schema.Type, schema.Pattern, schema.Properties) = (JsonSchemaType.String, text.Pattern, null);
                schema.Examples = [text.Example];
            }
            else if (type == typeof(Hour))
            {
                (schema.Type, schema.Format, schema.Properties) = (JsonSchemaType.String, "date-time", null);
            }
            else if (type == typeof(DateTimeOffset) || type == typeof(DateOnly))
            {
                var orNull = type == context.JsonTypeInfo.Type ? default : JsonSchemaType.Null;
                (schema.Type, schema.Format, schema.Properties) = (JsonSchemaType.String | orNull, type == typeof(DateOnly) ? "date" : "date-time", null);
            }
            else if (type == typeof(CreditCode))
            {
                (schema.Type, schema.Properties) = (JsonSchemaType.String, null);
            }
            else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>))
            {
                (schema.Type, schema.Properties) = (JsonSchemaType.String, null);
            }
            else if (context.JsonPropertyInfo is { Name: "events" } && schema.Items is OpenApiSchema { Enum: null or [] } item && IsWebhook(context.JsonPropertyInfo.DeclaringType))
            {
                item.Enum = [.. Webhook.EventTypes.Order(StringComparer.Ordinal).Select(name => JsonValue.Create(name))];
            }

            return Task.CompletedTask;
        });
    }

    private static bool IsWebhook(Type type) => type == typeof(CreateWebhook) || type == typeof(WebhookAnswer);
}
