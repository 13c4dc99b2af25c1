using FluentValidation;
using FluentValidation.Results;
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
    private static readonly PageRequestValidator PageValidator = new(cursor => Guid.TryParseExact(cursor, "N", out _));
    private static readonly PageRequestValidator TextPageValidator = new(TextCursor.IsOne);

    public async Task<TAnswer> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TAnswer> next)
    {
        var errors = context.UnreadableFields.ToDictionary(field => field.Key, field => field.Value);
        var results = new List<ValidationResult>();
        foreach (var validator in validators)
        {
            results.Add(await validator.ValidateAsync(request, cancellationToken));
        }

        if (request is IPaged paged)
        {
            results.Add(PageValidator.Validate(paged.Page));
        }

        if (request is IPagedByText byText)
        {
            results.Add(TextPageValidator.Validate(byText.Page));
        }

        foreach (var result in results)
        {
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
