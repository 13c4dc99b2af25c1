using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>
/// Whether a programme may grant an applicant a voucher. A pure function; the budget is asked apart (<see cref="ProgrammeBudget"/>).
/// </summary>
public static class ApplicantEligibility
{
    /// <summary>
    /// The first rule that refuses, by its path in the rules such as <c>applicant.regions</c> or
    /// <c>caps.perApplicantYear</c>; null where none does.
    /// </summary>
    /// <param name="day">The local day of issue.</param>
    /// <param name="face">The face asked for.</param>
    /// <param name="issuedInYear">
    /// Faces issued to the applicant under the programme in the year of <paramref name="day"/>, less what was revoked.
    /// Those of organizations that share a controller with it count too, so that splitting a firm multiplies nothing.
    /// </param>
    /// <param name="issuedEver">The same over all years.</param>
    public static string? Refusal(ProgrammeRules rules, Organization applicant, DateOnly day, Money face, Money issuedInYear, Money issuedEver)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(applicant);
        return ApplicantRefusal(rules.Applicant ?? new(), applicant, day)
            ?? (face < rules.Floors?.PerVoucher ? "floors.perVoucher" : null)
            ?? (face > rules.Caps?.PerVoucher ? "caps.perVoucher" : null)
            ?? (issuedInYear + face > rules.Caps?.PerApplicantYear ? "caps.perApplicantYear" : null)
            ?? (issuedEver + face > rules.Caps?.PerApplicant ? "caps.perApplicant" : null);
    }

    /// <exception cref="RuleException">
    /// <c>applicant.ineligible</c>, <c>floor.not_reached</c> or <c>cap.exceeded</c>, whose detail names the rule.
    /// </exception>
    public static void Demand(ProgrammeRules rules, Organization applicant, DateOnly day, Money face, Money issuedInYear, Money issuedEver)
    {
        var rule = Refusal(rules, applicant, day, face, issuedInYear, issuedEver);
        if (rule is not null)
        {
            throw rule.Split('.')[0] switch
            {
                "caps" => VoucherErrors.CapExceeded(rule),
                "floors" => VoucherErrors.BelowFloor(rule),
                _ => VoucherErrors.Ineligible(rule),
            };
        }
    }

    /// <summary>The cap that the applicant is over with its related parties and not by itself; null where there is none.</summary>
    public static string? OverByRelatedOnly(ProgrammeRules rules, Organization applicant, DateOnly day, Money face, IssuedFaces issued)
    {
        ArgumentNullException.ThrowIfNull(issued);
        return Refusal(rules, applicant, day, face, issued.OwnInYear, issued.OwnEver) is null ? Refusal(rules, applicant, day, face, issued.InYear, issued.Ever) : null;
    }

    /// <summary>The same without the caps, which may leave room for less than is asked for.</summary>
    /// <exception cref="RuleException"><c>applicant.ineligible</c> or <c>floor.not_reached</c>, whose detail names the rule.</exception>
    public static void DemandApplicant(ProgrammeRules rules, Organization applicant, DateOnly day, Money face)
    {
        ArgumentNullException.ThrowIfNull(rules);
        Demand(rules with { Caps = null }, applicant, day, face, Money.Zero, Money.Zero);
    }

    /// <summary>What of the applicant itself refuses, whatever the face.</summary>
    internal static string? ApplicantRefusal(ApplicantRules rules, Organization applicant, DateOnly day)
    {
        return rules.Kinds?.Contains(applicant.Kind) == false ? "applicant.kinds"
            : !Facts.InRegions(rules.Regions, applicant.RegionCode) ? "applicant.regions"
            : !Facts.AnyOf(rules.TraitsAny, applicant.Traits) ? "applicant.traitsAny"
            : rules.TraitsAll?.All(applicant.Traits.Contains) == false ? "applicant.traitsAll"
            : rules.TraitsNone?.Any(applicant.Traits.Contains) == true ? "applicant.traitsNone"
            : !Facts.YoungerThan(rules.EstablishedWithinMonths, applicant.EstablishedOn, day) ? "applicant.establishedWithinMonths"
            : null;
    }
}

/// <summary>Faces issued to an applicant with its related parties, in a year and ever; and to it alone.</summary>
public sealed record IssuedFaces(Money InYear, Money Ever, Money OwnInYear, Money OwnEver);

/// <summary>The questions that several kinds of rule ask. A list or number that isn't there asks nothing.</summary>
internal static class Facts
{
    public static bool InRegions(IReadOnlyList<string>? prefixes, string regionCode) =>
        prefixes is null || prefixes.Any(prefix => regionCode.StartsWith(prefix, StringComparison.Ordinal));

    public static bool AnyOf(IReadOnlyList<string>? wanted, IReadOnlyList<string> there) =>
        wanted is null || wanted.Any(there.Contains);

    public static bool OneOf<T>(IReadOnlyList<T>? allowed, T value) => allowed is null || allowed.Contains(value);

    /// <summary>Whether a firm is younger than so many months: on the day that completes them it no longer is.</summary>
    public static bool YoungerThan(int? months, DateOnly establishedOn, DateOnly day) =>
        months is null || day < establishedOn.AddMonths(months.Value);
}
