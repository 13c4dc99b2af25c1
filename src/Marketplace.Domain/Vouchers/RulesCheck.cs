using System.Globalization;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>Something wrong with a programme's rules.</summary>
/// <param name="Path">Where, as the request writes it: <c>rules.rates[1].ratio</c>.</param>
/// <param name="Text">What, in words that go after the path.</param>
public sealed record RuleProblem(string Path, string Text);

/// <summary>
/// Whether the rules of a version make sense as a whole: nothing missing, every value in its range, no two that can't both
/// hold, and none that could never be reached. Says all that is wrong at once.
/// </summary>
public sealed class RulesCheck
{
    public const int MaxRates = 100;
    public const int MaxItems = 1000;
    public const int MaxTextLength = 100;
    public const int MaxMonths = 1200;
    public const int MaxPublicityDays = 365;
    private readonly List<RuleProblem> _problems = [];

    private RulesCheck()
    {
    }

    /// <summary>All problems, in order of the members; none where the rules may be used.</summary>
    public static IReadOnlyList<RuleProblem> Of(ProgrammeRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var check = new RulesCheck();
        check.Mode(rules);
        check.Applicant(rules.Applicant);
        check.Provider(rules.Provider);
        check.Scope(rules.Scope);
        check.RatesOrTiers(rules);
        check.Reward(rules);
        check.CapsAndFloors(rules.Caps ?? new(), rules.Floors ?? new());
        check.Dates(rules);
        check.Review(rules);
        check.Stacking(rules.Stacking);
        check.Conduct(rules);
        check.Rounding(rules);
        check.Funding(rules.Funding);
        return check._problems;
    }

    private void Mode(ProgrammeRules rules)
    {
        Required("mode", rules.Mode);
        Required("payee", rules.Payee);
        var payee = rules.Mode == ProgrammeMode.Reimburse ? Payee.Buyer : Payee.Seller;
        if (rules.Mode is { } mode && rules.Payee is { } given && given != payee)
        {
            Add("payee", $"must be {Name(payee)} in {Name(mode)} mode");
        }
    }

    private void Applicant(ApplicantRules? rules)
    {
        if (rules is null)
        {
            Add("applicant", "is required");
            return;
        }

        Items("applicant.kinds", rules.Kinds, kind =>
            kind is OrganizationKind.Platform or OrganizationKind.Authority ? "can't be granted vouchers" : null);
        Regions("applicant.regions", rules.Regions);
        Texts("applicant.traitsAny", rules.TraitsAny);
        Texts("applicant.traitsAll", rules.TraitsAll);
        Texts("applicant.traitsNone", rules.TraitsNone);
        Between("applicant.establishedWithinMonths", rules.EstablishedWithinMonths, 1, MaxMonths);
        var shutOut = rules.TraitsNone ?? [];
        if (rules.TraitsAll?.Any(shutOut.Contains) == true || (rules.TraitsAny is { Count: > 0 } any && any.All(shutOut.Contains)))
        {
            Add("applicant.traitsNone", "rules out what the other traits ask for");
        }
    }

    private void Provider(ProviderRules? rules)
    {
        Regions("provider.regions", rules?.Regions);
        Items("provider.organizations", rules?.Organizations, id => id.IsNone ? "is not an id" : null);
        if (rules?.MinPflops is <= 0 or > 1_000_000)
        {
            Add("provider.minPflops", "must be more than 0 and at most 1000000");
        }
    }

    private void Scope(ScopeRules? rules)
    {
        Items("scope.origins", rules?.Origins);
        Texts("scope.accelerators", rules?.Accelerators);
        Items("scope.workloads", rules?.Workloads);
        Items("scope.products", rules?.Products);
        Items("scope.listings", rules?.Listings, id => id.IsNone ? "is not an id" : null);
    }

    private void RatesOrTiers(ProgrammeRules rules)
    {
        var perHour = rules.Reward?.PerCardHour;
        if (new object?[] { rules.Rates, rules.Tiers, perHour }.Count(part => part is not null) != 1)
        {
            Add("rates", rules.Mode == ProgrammeMode.Reward
                ? "either rates, tiers or reward.perCardHour is required, and one of them only"
                : "either rates or tiers are required, and not both");
        }

        if (rules.Reward is not null && (rules.Mode != ProgrammeMode.Reward || perHour is null || perHour <= default(Price) || perHour > Price.Limit))
        {
            Add("reward.perCardHour", $"must be more than 0 and at most {Price.Limit}, in reward mode only");
        }

        Rates(rules);
        Tiers(rules.Tiers);
    }

    /// <summary>A reward is taken of lines that are paid for, one by one: what is measured by an order or a contract has nothing to
    /// hold on to, and what corroborates an hour is looked up when its own buyer's programmes ask.</summary>
    private void Reward(ProgrammeRules rules)
    {
        (string Path, object? Rule)[] ofOrders =
        [
            ("caps.perOrder", rules.Caps?.PerOrder), ("floors.perOrder", rules.Floors?.PerOrder), ("floors.spendPerYear", rules.Floors?.SpendPerYear),
            ("floors.spendWithin", rules.Floors?.SpendWithin), ("proration", rules.Proration), ("stacking.publicMoneyCeiling", rules.Stacking?.PublicMoneyCeiling),
            ("corroboration", rules.Corroboration is Corroboration.None ? null : rules.Corroboration),
        ];
        foreach (var (path, _) in ofOrders.Where(rule => rules.Mode == ProgrammeMode.Reward && rule.Rule is not null))
        {
            Add(path, "can't be asked in reward mode");
        }
    }

    private void Rates(ProgrammeRules rules)
    {
        if (rules.Rates is not { } rates || !HasItems("rates", rates.Count, MaxRates))
        {
            return;
        }

        for (var i = 0; i < rates.Count; i++)
        {
            var path = $"rates[{i}]";
            if (rates[i] is not { } rate)
            {
                Add(path, "is required");
                continue;
            }

            Share($"{path}.ratio", rate.Ratio, required: true);
            Condition($"{path}.when", rate.When);
            var before = Enumerable.Range(0, i).FirstOrDefault(j => rates[j] is { } other && Reach.Covers(other.When, rate.When), -1);
            if (before >= 0)
            {
                Add(path, $"is never reached: rates[{before}] fits wherever it does");
            }
            else if (!Reach.Meets(rate.When, rules.Scope))
            {
                Add(path, "is never reached: it lies outside the scope");
            }
        }
    }

    private void Condition(string path, RateCondition? when)
    {
        Items($"{path}.origins", when?.Origins);
        Texts($"{path}.accelerators", when?.Accelerators);
        Items($"{path}.workloads", when?.Workloads);
        Items($"{path}.products", when?.Products);
        Regions($"{path}.regions", when?.Regions);
        Texts($"{path}.traitsAny", when?.TraitsAny);
        Between($"{path}.establishedWithinMonths", when?.EstablishedWithinMonths, 1, MaxMonths);
    }

    private void Tiers(IReadOnlyList<TierRule>? tiers)
    {
        if (tiers is null || !HasItems("tiers", tiers.Count, MaxRates))
        {
            return;
        }

        var (from, open) = ((Money?)Money.Zero, false);
        for (var i = 0; i < tiers.Count; i++)
        {
            var path = $"tiers[{i}]";
            if (tiers[i] is not { } tier)
            {
                Add(path, "is required");
                continue;
            }

            Between($"{path}.ratio", tier.Ratio, Ratio.Zero, Ratio.One, required: true);
            Amount($"{path}.upTo", tier.UpTo);
            if (open)
            {
                Add(path, "is never reached: the tier before it has no end");
            }
            else if (tier.UpTo <= from && i > 0)
            {
                Add($"{path}.upTo", $"must be more than {from}, where the tier before it ends");
            }

            (from, open) = (tier.UpTo ?? from, open || tier.UpTo is null);
        }

        if (tiers.All(tier => tier?.Ratio == Ratio.Zero))
        {
            Add("tiers", "must give something in one tier at least");
        }
    }

    private void CapsAndFloors(CapRules caps, FloorRules floors)
    {
        Amount("caps.perVoucher", caps.PerVoucher);
        Amount("caps.perApplicantYear", caps.PerApplicantYear);
        Amount("caps.perApplicant", caps.PerApplicant);
        Amount("caps.perOrder", caps.PerOrder);
        Amount("floors.perOrder", floors.PerOrder);
        Amount("floors.perVoucher", floors.PerVoucher);
        Amount("floors.spendPerYear", floors.SpendPerYear);
        if (floors.SpendWithin is { } within)
        {
            Between("floors.spendWithin.months", within.Months, 1, 120, required: true);
            Amount("floors.spendWithin.amount", within.Amount, required: true);
        }

        (string, Money?)[] onFaces = [("perVoucher", caps.PerVoucher), ("perApplicantYear", caps.PerApplicantYear), ("perApplicant", caps.PerApplicant)];
        foreach (var (path, cap) in onFaces)
        {
            if (floors.PerVoucher > cap)
            {
                Add("floors.perVoucher", $"must be at most caps.{path}, or no voucher can be issued");
            }
        }
    }

    private void Dates(ProgrammeRules rules)
    {
        var (validity, window) = (rules.Validity, rules.Window ?? new());
        if (validity is null)
        {
            Add("validity", "is required");
        }
        else if (validity.Months is null == validity.Until is null)
        {
            Add("validity", "must have either months or until");
        }

        Between("validity.months", validity?.Months, 1, MaxMonths);
        if (window.UsageTo < window.UsageFrom)
        {
            Add("window.usageTo", "must not be before usageFrom");
        }

        if (window.OrderedTo < window.OrderedFrom)
        {
            Add("window.orderedTo", "must not be before orderedFrom");
        }

        if (window.UsageTo < window.OrderedFrom)
        {
            Add("window.usageTo", "must not be before orderedFrom: nothing could be ordered and used");
        }

        if (validity?.Until < window.UsageFrom || validity?.Until < window.OrderedFrom)
        {
            Add("validity.until", "must not be before the window opens");
        }

        if (rules.Proration is not null && window.UsageFrom is null && window.UsageTo is null)
        {
            Add("proration", "needs a window: usageFrom or usageTo");
        }
    }

    private void Review(ProgrammeRules rules)
    {
        Between("publicityDays", rules.PublicityDays, 0, MaxPublicityDays);
        if (rules.Review is { } steps)
        {
            Items("review", steps, step => Enum.IsDefined(step) ? null : "is not a review step");
            if (steps.Contains(ReviewStep.Expert) && steps[0] == ReviewStep.Expert && steps.Contains(ReviewStep.Check))
            {
                Add("review", "must have check before expert");
            }
        }
    }

    private void Stacking(StackingRules? rules)
    {
        if (rules is null)
        {
            return;
        }

        Required("stacking.policy", rules.Policy);
        Share("stacking.publicMoneyCeiling", rules.PublicMoneyCeiling, required: false);
        Between("stacking.priority", rules.Priority, 0, 1_000_000);
        if (rules.Group is { } group && TextProblem(group) is { } problem)
        {
            Add("stacking.group", problem);
        }
    }

    private void Conduct(ProgrammeRules rules)
    {
        Required("relatedParties", rules.RelatedParties);
        Required("resale", rules.Resale);
        if (rules.Mode == ProgrammeMode.Reimburse && rules.RejectedClaim == ClaimBearer.Seller)
        {
            Add("rejectedClaim", "can't be seller in reimburse mode: the buyer has paid in full");
        }
    }

    private void Rounding(ProgrammeRules rules)
    {
        if (rules.Rounding is not { } rounding)
        {
            return;
        }

        Amount("rounding.unit", rounding.Unit, required: true);
        foreach (var (path, cap) in new[] { ("perOrder", rules.Caps?.PerOrder), ("perVoucher", rules.Caps?.PerVoucher) })
        {
            if (rounding.Unit > cap)
            {
                Add("rounding.unit", $"must be at most caps.{path}, or nothing is ever paid");
            }
        }
    }

    private void Funding(FundingRules? rules)
    {
        if (rules?.Funders is not { } funders || !HasItems("funding.funders", funders.Count, MaxRates))
        {
            return;
        }

        for (var i = 0; i < funders.Count; i++)
        {
            if (TextProblem(funders[i]?.Name) is { } problem)
            {
                Add($"funding.funders[{i}].name", problem);
            }

            Share($"funding.funders[{i}].ratio", funders[i]?.Ratio, required: true);
        }

        if (funders.Sum(funder => (long)(funder?.Ratio?.Millionths ?? 0)) != Ratio.One.Millionths)
        {
            Add("funding.funders", "must have shares that together make 1");
        }

        if (funders.DistinctBy(funder => funder?.Name).Count() != funders.Count)
        {
            Add("funding.funders", "must not name a funder twice");
        }
    }

    private void Add(string path, string text) => _problems.Add(new($"rules.{path}", text));

    private static string Name<T>(T value)
        where T : struct, Enum =>
        char.ToLowerInvariant(value.ToString()[0]) + value.ToString()[1..];

    private void Required<T>(string path, T? value)
        where T : struct
    {
        if (value is null)
        {
            Add(path, "is required");
        }
    }

    private void Between<T>(string path, T? value, T least, T most, bool required = false)
        where T : struct, IComparable<T>
    {
        if (value is null && required)
        {
            Add(path, "is required");
        }
        else if (value is { } given && (given.CompareTo(least) < 0 || given.CompareTo(most) > 0))
        {
            Add(path, string.Create(CultureInfo.InvariantCulture, $"must be {least} to {most}"));
        }
    }

    private void Share(string path, Ratio? value, bool required)
    {
        if (value is null && required)
        {
            Add(path, "is required");
        }
        else if (value <= Ratio.Zero || value > Ratio.One)
        {
            Add(path, "must be more than 0 and at most 1");
        }
    }

    private void Amount(string path, Money? value, bool required = false)
    {
        if (value is null && required)
        {
            Add(path, "is required");
        }
        else if (value <= Money.Zero || value > Money.Limit)
        {
            Add(path, $"must be more than 0.00 and at most {Money.Limit}");
        }
    }

    private bool HasItems(string path, int count, int most)
    {
        if (count == 0)
        {
            Add(path, "must have an item, or be left out");
        }
        else if (count > most)
        {
            Add(path, $"must have at most {most} items");
        }

        return count > 0 && count <= most;
    }

    private void Items<T>(string path, IReadOnlyList<T>? items, Func<T, string?>? problemOf = null)
    {
        if (items is null || !HasItems(path, items.Count, MaxItems))
        {
            return;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (problemOf?.Invoke(items[i]) is { } problem)
            {
                Add($"{path}[{i}]", problem);
            }
        }

        if (items.Distinct().Count() != items.Count)
        {
            Add(path, "must not repeat an item");
        }
    }

    private void Texts(string path, IReadOnlyList<string>? texts) => Items(path, texts, TextProblem);

    private void Regions(string path, IReadOnlyList<string>? prefixes) => Items(
        path, prefixes, prefix => RegionCode.IsPrefix(prefix) ? null : "must be a prefix of a region code: two, four or six digits (GB/T 2260)");

    private static string? TextProblem(string? text) =>
        string.IsNullOrWhiteSpace(text) ? "is required"
        : text.Length > MaxTextLength ? $"must be at most {MaxTextLength} characters"
        : text.Any(char.IsControl) ? "must not hold control characters"
        : null;

    /// <summary>Which conditions can come to hold. A list that isn't there asks nothing.</summary>
    private static class Reach
    {
        /// <summary>Whether the first holds wherever the second does.</summary>
        public static bool Covers(RateCondition? first, RateCondition? second) =>
            first is null || (Includes(first.Origins, second?.Origins)
                && Includes(first.Accelerators, second?.Accelerators)
                && Includes(first.Workloads, second?.Workloads)
                && Includes(first.Products, second?.Products)
                && (first.Regions is null || second?.Regions?.All(region => Facts.InRegions(first.Regions, region ?? "")) == true)
                && Includes(first.TraitsAny, second?.TraitsAny)
                && (first.EstablishedWithinMonths is null || second?.EstablishedWithinMonths <= first.EstablishedWithinMonths));

        /// <summary>Whether something in the scope can fulfil the condition.</summary>
        public static bool Meets(RateCondition? when, ScopeRules? scope) =>
            Overlap(when?.Origins, scope?.Origins) && Overlap(when?.Accelerators, scope?.Accelerators)
            && Overlap(when?.Workloads, scope?.Workloads) && Overlap(when?.Products, scope?.Products);

        private static bool Includes<T>(IReadOnlyList<T>? whole, IReadOnlyList<T>? part) =>
            whole is null || part?.All(whole.Contains) == true;

        private static bool Overlap<T>(IReadOnlyList<T>? left, IReadOnlyList<T>? right) =>
            left is null || right is null || left.Any(right.Contains);
    }
}
