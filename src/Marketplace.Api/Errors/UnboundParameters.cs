using Microsoft.AspNetCore.Http.Metadata;

namespace Marketplace.Api.Errors;

/// <summary>
/// Which parameters of the query keep an endpoint from being called. The framework's own refusal tells the first of them, in words
/// that name its type.
/// </summary>
internal static class UnboundParameters
{
    /// <returns>Errors by parameter, as validation has them; none where it is something else that can't be read.</returns>
    public static Dictionary<string, string[]> Of(Endpoint? endpoint, HttpRequest request)
    {
        var errors = new Dictionary<string, string[]>();
        foreach (var parameter in endpoint?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
        {
            if (request.RouteValues.ContainsKey(parameter.Name))
            {
                continue;
            }

            var (type, values) = (parameter.ParameterInfo.ParameterType, request.Query[parameter.Name]);
            if (values.Count == 0 && type == typeof(string) && !parameter.IsOptional)
            {
                errors[parameter.Name] = ["is required"];
            }
            else if (values.Count > 0 && (Nullable.GetUnderlyingType(type) ?? type) == typeof(bool) && !bool.TryParse(values, out _))
            {
                errors[parameter.Name] = ["must be true or false"];
            }
        }

        return errors;
    }
}
