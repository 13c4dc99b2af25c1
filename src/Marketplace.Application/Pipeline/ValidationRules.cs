using System.Text.Json;
using FluentValidation;
using Marketplace.Domain.Market;
using Marketplace.Domain.Shared;

namespace Marketplace.Application.Pipeline;

/// <summary>Checks that many requests share, each with one wording.</summary>
public static class ValidationRules
{
    /// <summary>Fields are named as they stand in the body.</summary>
    public static void NameFieldsAsOnTheWire()
    {
        ValidatorOptions.Global.LanguageManager.Enabled = false;
        ValidatorOptions.Global.DisplayNameResolver = (_, _, _) => "It";
        ValidatorOptions.Global.PropertyNameResolver = (_, member, expression) =>
            expression is null ? member?.Name is { } name ? JsonNamingPolicy.CamelCase.ConvertName(name) : null
                : string.Join('.', expression.Body.ToString().Split('.').Skip(1).Select(JsonNamingPolicy.CamelCase.ConvertName));
    }

    public static IRuleBuilderOptions<T, TField> Required<T, TField>(this IRuleBuilder<T, TField> rule) =>
        rule.NotNull().WithMessage("is required");

    /// <summary>Text that is there, isn't blank, holds no control characters and is at most so long.</summary>
    public static IRuleBuilderOptions<T, string?> Text<T>(this IRuleBuilder<T, string?> rule, int maxLength) => rule
        .Must(text => !string.IsNullOrWhiteSpace(text)).WithMessage("is required")
        .Must(text => text is null || text.Length <= maxLength).WithMessage($"must be at most {maxLength} characters")
        .Must(text => text is null || !text.Any(char.IsControl)).WithMessage("must not hold control characters");

    /// <summary>The same where it may be left out.</summary>
    public static IRuleBuilderOptions<T, string?> OptionalText<T>(this IRuleBuilder<T, string?> rule, int maxLength) => rule
        .Must(text => text is null || (text.Length is > 0 && text.Length <= maxLength)).WithMessage($"must be 1 to {maxLength} characters")
        .Must(text => text is null || !text.Any(char.IsControl)).WithMessage("must not hold control characters");

    /// <summary>A list of short texts, each once.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> Words<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule, int maxCount, int maxLength = 100) => rule
        .Must(words => words is null || words.Count <= maxCount).WithMessage($"must have at most {maxCount} items")
        .Must(words => words is null || words.All(word => !string.IsNullOrWhiteSpace(word) && word.Length <= maxLength && !word.Any(char.IsControl)))
        .WithMessage($"must hold texts of 1 to {maxLength} characters")
        .Must(words => words is null || words.Distinct().Count() == words.Count).WithMessage("must not repeat an item");

    public static IRuleBuilderOptions<T, string?> Region<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(RegionCode.IsWellFormed).WithMessage("must be a region code of six digits (GB/T 2260)");

    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> RegionPrefixes<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule
        .Must(regions => regions is null || (regions.Count <= 100 && regions.All(RegionCode.IsPrefix)))
        .WithMessage("must hold prefixes of region codes: two, four or six digits (GB/T 2260)");

    /// <summary>More than nothing, and at most <see cref="Money.Limit"/>.</summary>
    public static IRuleBuilderOptions<T, Money?> PositiveAmount<T>(this IRuleBuilder<T, Money?> rule) => rule
        .Required()
        .Must(amount => amount is null || (amount.Value.IsPositive && amount.Value <= Money.Limit)).WithMessage($"must be more than 0.00 and at most {Money.Limit}");

    public static IRuleBuilderOptions<T, Money?> Amount<T>(this IRuleBuilder<T, Money?> rule) => rule
        .Required()
        .Must(amount => amount is null || (!amount.Value.IsNegative && amount.Value <= Money.Limit)).WithMessage($"must be 0.00 to {Money.Limit}");

    public static IRuleBuilderOptions<T, Price?> PositivePrice<T>(this IRuleBuilder<T, Price?> rule) =>
        rule.Must(price => price is null || (price.Value.MicroYuan > 0 && price.Value <= Price.Limit)).WithMessage($"must be more than 0 and at most {Price.Limit}");

    public static IRuleBuilderOptions<T, TField?> Between<T, TField>(this IRuleBuilder<T, TField?> rule, TField least, TField most)
        where TField : struct, IComparable<TField> =>
        rule.Must(value => value is null || (value.Value.CompareTo(least) >= 0 && value.Value.CompareTo(most) <= 0))
            .WithMessage(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"must be {least} to {most}"));

    public static IRuleBuilderOptions<T, DateTimeOffset?> OnTheHour<T>(this IRuleBuilder<T, DateTimeOffset?> rule) =>
        rule.Must(instant => instant is null || Hour.StartingAt(instant.Value) is not null).WithMessage("must be on the full hour");

    public static IRuleBuilderOptions<T, int?> SliceMilli<T>(this IRuleBuilder<T, int?> rule) =>
        rule.Between(Listing.MinSliceMilli, Listing.WholeCard);
}
