using System.Text.RegularExpressions;
using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Application.Vouchers;

/// <param name="OwnUse">The compute is for the applicant's own use.</param>
/// <param name="Unrelated">The applicant and its providers are unrelated.</param>
/// <param name="NoDuplicate">Nothing of it is funded twice.</param>
public sealed record DeclarationsInput(bool? OwnUse, bool? Unrelated, bool? NoDuplicate);

/// <param name="Kind">What it is, such as <c>contract</c>, <c>invoice</c> or <c>licence</c>.</param>
/// <param name="Sha256">64 hexadecimal digits.</param>
/// <param name="Uri">Where it lies, by https.</param>
public sealed record DocumentInput(string? Kind, string? Sha256, string? Uri);

public sealed record OutsideMoneyInput(string? Source, Money? Amount);

/// <summary>The fields of an application, in a first request or a later one.</summary>
public interface IApplicationFields
{
    Money? Amount { get; }
    DeclarationsInput? Declarations { get; }
    IReadOnlyList<DocumentInput>? Documents { get; }
    IReadOnlyList<OutsideMoneyInput>? PublicMoneyFromOutside { get; }
    string? ContractNumber { get; }
    DateOnly? ContractSignedOn { get; }
}

internal sealed partial class ApplicationFieldsValidator : AbstractValidator<IApplicationFields>
{
    private const int MaxSources = 20;

    public ApplicationFieldsValidator(MarketClock clock, MarketplaceSettings settings)
    {
        RuleFor(fields => fields.Amount).PositiveAmount();
        RuleFor(fields => fields.Documents).Must(documents => documents is null || documents.Count <= ApplicationDocument.MaxCount)
            .WithMessage($"must have at most {ApplicationDocument.MaxCount} items");
        RuleFor(fields => fields.Documents).Must(documents => documents is null || documents.Select(document => document.Sha256?.ToLowerInvariant()).Distinct().Count() == documents.Count)
            .WithMessage("must not repeat a digest");
        RuleForEach(fields => fields.Documents).ChildRules(document =>
        {
            document.RuleFor(d => d.Kind).Text(50);
            document.RuleFor(d => d.Sha256).Must(text => text is not null && Digest().IsMatch(text)).WithMessage("must be 64 hexadecimal digits");
            document.RuleFor(d => d.Uri).Text(500);
            document.RuleFor(d => d.Uri).Must(IsHttps).WithMessage("must be an https address");
        });
        RuleFor(fields => fields.PublicMoneyFromOutside).Must(money => money is null || money.Count <= MaxSources).WithMessage($"must have at most {MaxSources} items");
        RuleForEach(fields => fields.PublicMoneyFromOutside).ChildRules(money =>
        {
            money.RuleFor(m => m.Source).Text(100);
            money.RuleFor(m => m.Amount).PositiveAmount();
        });
        RuleFor(fields => fields.ContractNumber).OptionalText(100);
        RuleFor(fields => fields.ContractSignedOn).Must(day => day is null || day <= settings.Time.Day(clock.GetUtcNow())).WithMessage("must not be in the future");
    }

    /// <summary>Plain: no user name in it, and a host.</summary>
    private static bool IsHttps(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.Host.Length > 0 && uri.UserInfo.Length == 0;

    [GeneratedRegex("^[0-9a-fA-F]{64}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digest();
}

internal static class ApplicationFields
{
    /// <summary>Fields that passed validation.</summary>
    public static ApplicationContent Content(this IApplicationFields fields) => new()
    {
        Amount = fields.Amount!.Value,
        Declarations = new()
        {
            OwnUse = fields.Declarations?.OwnUse ?? false,
            Unrelated = fields.Declarations?.Unrelated ?? false,
            NoDuplicate = fields.Declarations?.NoDuplicate ?? false,
        },
        PublicMoneyFromOutside = [.. (fields.PublicMoneyFromOutside ?? []).Select(money => new OutsideMoney(money.Source!, money.Amount!.Value))],
        ContractNumber = fields.ContractNumber,
        ContractSignedOn = fields.ContractSignedOn,
    };

    public static IEnumerable<ApplicationDocument> DocumentsOf(this IApplicationFields fields, Id<VoucherApplication> application, DateTimeOffset now) =>
        (fields.Documents ?? []).Select(document => new ApplicationDocument
        {
            Id = Id<ApplicationDocument>.New(now),
            ApplicationId = application,
            Kind = document.Kind!,
            Sha256 = document.Sha256!.ToLowerInvariant(),
            Uri = document.Uri!,
        });
}
