using FluentValidation;
using MediatR;

namespace Marketplace.Application.Pipeline;

/// <summary>A request whose fields are wrong; names each of them.</summary>
public sealed class InvalidRequestException(IReadOnlyDictionary<string, string[]> errors) : Exception("The request is not valid.")
{
    public IReadOnlyDictionary<string, string[]> Errors { get; } = errors;

    public static InvalidRequestException For(string field, string error) =>
        new(new Dictionary<string, string[]> { [field] = [error] });
}

/// <summary>Runs every validator of the request, and reports all that is wrong at once.</summary>
public sealed class ValidationBehavior<TRequest, TAnswer>(IEnumerable<IValidator<TRequest>> validators, RequestContext context)
    : IPipelineBehavior<TRequest, TAnswer>
    where TRequest : IRequest<TAnswer>
{
    public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
    {
        var errors = context.UnreadableFields.ToDictionary(field => field.Key, field => field.Value);
        foreach (var validator in validators)
        {
            var result = await validator.ValidateAsync(request, cancellationToken);
            foreach (var field in result.Errors.GroupBy(failure => failure.PropertyName))
            {
                // A field that couldn't be read arrives as missing; saying so as well would only confuse.
                if (!context.UnreadableFields.Keys.Any(unreadable => unreadable == field.Key || unreadable.StartsWith(field.Key + "[", StringComparison.Ordinal)))
                {
                    errors[field.Key] = [.. field.Select(failure => failure.ErrorMessage).Distinct()];
                }
            }
        }

        return errors.Count > 0 ? throw new InvalidRequestException(errors) : await next();
    }
}
