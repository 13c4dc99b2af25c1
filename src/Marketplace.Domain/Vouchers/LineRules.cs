using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>
/// What a programme's rules say of one line by itself: whether it is eligible, how much of it, and at which ratio.
/// Nothing here depends on any voucher or on another programme.
/// </summary>
internal sealed class LineRules(AllocationRequest request)
{
    private readonly Dictionary<Id<Organization>, bool> _related = [];
    private readonly DateOnly _contractFrom = request.ContractFrom ?? Edge(request.Lines, lines => lines.Min(line => line.FirstDay));
    private readonly DateOnly _contractTo = request.ContractTo ?? Edge(request.Lines, lines => lines.Max(line => line.LastDay));

    /// <summary>The first rule that rules the line out, or null.</summary>
    public string? Refusal(ProgrammeRules rules, FundableLine line) =>
        rules.Mode == ProgrammeMode.Reward ? RuleCodes.RewardMode
        : Outside(request.OrderedOn, rules.Window?.OrderedFrom, rules.Window?.OrderedTo) ? RuleCodes.OrderWindow
        : rules.RelatedParties != RelatedPartyRule.Allow && IsRelatedTo(line) ? RuleCodes.RelatedParties
        : ProviderRefusal(rules.Provider, line)
            ?? ScopeRefusal(rules.Scope, line)
            ?? (CountedDays(rules, line).Counted == 0 ? RuleCodes.UsageWindow : null)
            ?? EvidenceRefusal(rules, line)
            ?? (rules.Rates is not null && RateOf(rules, line) is null ? RuleCodes.NoRate : null);

    /// <summary>
    /// What of the line's gross counts: all of it, or what is corroborated where that is asked for, and of that the contract's
    /// days in the window, down to the unit.
    /// </summary>
    public Money Eligible(ProgrammeRules rules, FundableLine line)
    {
        var (counted, days) = CountedDays(rules, line);
        var (unit, amount) = (rules.Unit().Fen, line.Corroborated(rules.Corroboration));
        return counted == days ? amount
            : new(checked(Rounding.Down((Int128)amount.Fen * counted, (Int128)days * unit) * unit));
    }

    /// <summary>
    /// The ratios of an eligible amount, step by step: of rates the one that fits first; of tiers each its stretch of the
    /// year's spend, which stands at <paramref name="spentBefore"/> when the line begins.
    /// </summary>
    public IReadOnlyList<ShareStep> Steps(ProgrammeRules rules, FundableLine line, Money eligible, Money spentBefore)
    {
        if (rules.Tiers is not { } tiers)
        {
            return RateOf(rules, line) is { } i ? [new($"rates[{i}]", rules.Rates![i].Ratio!.Value, eligible)] : [];
        }

        var steps = new List<ShareStep>();
        var (from, end) = (spentBefore, spentBefore + eligible);
        for (var i = 0; i < tiers.Count && from < end; i++)
        {
            var to = Money.Min(tiers[i].UpTo ?? end, end);
            if (to > from)
            {
                steps.Add(new($"tiers[{i}]", tiers[i].Ratio!.Value, to - from));
                from = to;
            }
        }

        return steps;
    }

    /// <summary>The steps together, rounded down once to the programme's unit.</summary>
    public static Money Share(IReadOnlyList<ShareStep> steps, Money unit)
    {
        var millionths = steps.Aggregate(Int128.Zero, (sum, step) => sum + ((Int128)step.Of.Fen * step.Ratio.Millionths));
        return new(checked(Rounding.Down(millionths, (Int128)Ratio.One.Millionths * unit.Fen) * unit.Fen));
    }

    private static DateOnly Edge(IReadOnlyList<FundableLine> lines, Func<IReadOnlyList<FundableLine>, DateOnly> edge) =>
        lines.Count == 0 ? default : edge(lines);

    private static bool Outside(DateOnly day, DateOnly? from, DateOnly? to) => day < from || day > to;

    private static string? ProviderRefusal(ProviderRules? rules, FundableLine line) =>
        rules is null ? null
        : !Facts.InRegions(rules.Regions, line.RegionCode) ? RuleCodes.ProviderRegions
        : !Facts.OneOf(rules.Organizations, (line.Operator ?? line.Seller).Id) ? RuleCodes.ProviderOrganizations
        : rules.MinPflops > (line.OperatorPflops ?? 0) ? RuleCodes.ProviderScale
        : null;

    private static string? ScopeRefusal(ScopeRules? rules, FundableLine line) =>
        rules is null ? null
        : !Facts.OneOf(rules.Origins, line.Origin) ? RuleCodes.Origins
        : !Facts.OneOf(rules.Accelerators, line.Accelerator) ? RuleCodes.Accelerators
        : !Facts.OneOf(rules.Workloads, line.Workload) ? RuleCodes.Workloads
        : !Facts.OneOf(rules.Products, line.Product) ? RuleCodes.Products
        : !Facts.OneOf(rules.Listings, line.ListingId ?? Id<Listing>.None) ? RuleCodes.Listings
        : null;

    /// <summary>Before there are readings, nothing is refused for want of them: the invoice asks again.</summary>
    private static string? EvidenceRefusal(ProgrammeRules rules, FundableLine line)
    {
        if (rules.UnattestedUsage == UnattestedUsage.Refuse && line.Attested == false)
        {
            return RuleCodes.Unattested;
        }

        return line.Amount.IsPositive && line.Corroborated(rules.Corroboration).IsZero ? RuleCodes.Uncorroborated : null;
    }

    private bool IsRelatedTo(FundableLine line) => IsRelated(line.Seller) || (line.Operator is { } other && IsRelated(other));

    private bool IsRelated(Organization other)
    {
        if (!_related.TryGetValue(other.Id, out var related))
        {
            related = request.Buyer.IsRelatedTo(other) || request.DeclaredRelated.Contains(other.Id);
            _related.Add(other.Id, related);
        }

        return related;
    }

    /// <summary>
    /// How many days of how many count. Without proration a line is in the window with every day of its use or it isn't;
    /// with it, the contract counts by the days it shares with the window, each span its end minus its start.
    /// </summary>
    private (int Counted, int Of) CountedDays(ProgrammeRules rules, FundableLine line)
    {
        var window = rules.Window;
        if (rules.Proration is null)
        {
            return (line.FirstDay < window?.UsageFrom || line.LastDay > window?.UsageTo ? 0 : 1, 1);
        }

        var from = window?.UsageFrom > _contractFrom ? window.UsageFrom.Value : _contractFrom;
        var to = window?.UsageTo < _contractTo ? window.UsageTo.Value : _contractTo;
        var (counted, days) = (to.DayNumber - from.DayNumber, _contractTo.DayNumber - _contractFrom.DayNumber);

        // A contract within one day has no days by that count: it is in the window or it isn't.
        return days == 0 ? (counted == 0 ? 1 : 0, 1) : (Math.Max(counted, 0), days);
    }

    private int? RateOf(ProgrammeRules rules, FundableLine line)
    {
        for (var i = 0; i < (rules.Rates?.Count ?? 0); i++)
        {
            if (rules.Rates![i].When is not { } when || Holds(when, line))
            {
                return i;
            }
        }

        return null;
    }

    private bool Holds(RateCondition when, FundableLine line) =>
        Facts.OneOf(when.Origins, line.Origin)
        && Facts.OneOf(when.Accelerators, line.Accelerator)
        && Facts.OneOf(when.Workloads, line.Workload)
        && Facts.OneOf(when.Products, line.Product)
        && Facts.InRegions(when.Regions, line.RegionCode)
        && Facts.AnyOf(when.TraitsAny, request.Buyer.Traits)
        && Facts.YoungerThan(when.EstablishedWithinMonths, request.Buyer.EstablishedOn, request.OrderedOn);
}
