using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>How a programme's money reaches who it is for.</summary>
public enum ProgrammeMode
{
    /// <summary>The seller takes the voucher part off the invoice and claims it from the authority.</summary>
    Deduct,

    /// <summary>The buyer pays in full and claims the voucher part afterwards.</summary>
    Reimburse,

    /// <summary>A provider gets money for verified hours that unrelated parties paid for (奖补). Pays no buyer's line.</summary>
    Reward,
}

/// <summary>Who claims from the authority.</summary>
public enum Payee
{
    Seller,
    Buyer,
}

/// <summary>What a ratio is taken of, as the programme words it.</summary>
public enum SubsidyBase
{
    /// <summary>What was used and invoiced.</summary>
    Actual,

    /// <summary>The amount of the contract; what is never invoiced is never paid all the same.</summary>
    Contract,

    /// <summary>What was invoiced and paid: claims wait for the payment.</summary>
    Settled,
}

/// <summary>How a programme gets on with others on one contract.</summary>
public enum StackingPolicy
{
    /// <summary>Never on one contract with another programme of its group; without a group, with no other at all.</summary>
    Exclusive,

    /// <summary>Of its group (without one, of all programmes) the one that gives most; equal ones by order of use.</summary>
    BestOf,

    /// <summary>Beside any other.</summary>
    Stack,
}

public enum Proration
{
    /// <summary>A contract across the window's edge counts by days, each span its end minus its start.</summary>
    Days,
}

public enum RelatedPartyRule
{
    Forbid,
    Allow,
}

/// <summary>What becomes of a leg that the programme paid part of, when its holder wants to sell it on.</summary>
public enum ResaleRule
{
    /// <summary>It can't be listed.</summary>
    Forbid,

    /// <summary>The voucher share of the resold part goes back to the voucher first.</summary>
    Release,
}

/// <summary>What becomes of usage whose readings no registered key has signed.</summary>
public enum UnattestedUsage
{
    Allow,
    Refuse,
}

/// <summary>What has to stand beside a reading, beyond who sent it.</summary>
public enum Corroboration
{
    None,

    /// <summary>Energy that is plausible for the cards and the time.</summary>
    Energy,

    /// <summary>The buyer's own meter.</summary>
    Buyer,
}

public enum PublicityCalendar
{
    Calendar,
    Working,
}

/// <summary>A step that an application passes before its public notice.</summary>
public enum ReviewStep
{
    /// <summary>First check: true, complete, not a duplicate, no record of bad faith.</summary>
    Check,

    /// <summary>Review by experts.</summary>
    Expert,
}

public enum ShareRounding
{
    Down,
}

/// <summary>Who bears what the authority rejects.</summary>
public enum ClaimBearer
{
    /// <summary>By a supplementary invoice.</summary>
    Buyer,
    Seller,
}

/// <summary>Whose application is served when the budget doesn't reach for all.</summary>
public enum BudgetOrder
{
    Application,

    /// <summary>The contract that was signed first.</summary>
    ContractSigning,
}

/// <summary>
/// The rules of one version of a programme, as data, exactly as they are written on the wire. Every member may be missing
/// here; <see cref="RulesCheck"/> says what has to be there and what can't stand together. Everything else in this
/// feature takes rules that passed it.
/// </summary>
public sealed record ProgrammeRules
{
    /// <summary>The order of use of a programme that doesn't say.</summary>
    public const int DefaultPriority = 100;

    public ProgrammeMode? Mode { get; init; }
    public Payee? Payee { get; init; }

    /// <summary>What the ratio is taken of; without, what was used and invoiced.</summary>
    public SubsidyBase? Base { get; init; }

    public ApplicantRules? Applicant { get; init; }
    public ProviderRules? Provider { get; init; }
    public ScopeRules? Scope { get; init; }

    /// <summary>The first that fits decides. Either these or <see cref="Tiers"/>.</summary>
    public IReadOnlyList<RateRule>? Rates { get; init; }

    /// <summary>Marginal, on the applicant's eligible spend in the year.</summary>
    public IReadOnlyList<TierRule>? Tiers { get; init; }

    public CapRules? Caps { get; init; }
    public FloorRules? Floors { get; init; }
    public ValidityRules? Validity { get; init; }
    public WindowRules? Window { get; init; }
    public Proration? Proration { get; init; }

    /// <summary>Days of public notice (公示) before an application is approved; without, none.</summary>
    public int? PublicityDays { get; init; }

    public PublicityCalendar? PublicityCalendar { get; init; }

    /// <summary>The review steps, in order; without, the first check alone.</summary>
    public IReadOnlyList<ReviewStep>? Review { get; init; }

    public StackingRules? Stacking { get; init; }
    public RelatedPartyRule? RelatedParties { get; init; }
    public ResaleRule? Resale { get; init; }
    public UnattestedUsage? UnattestedUsage { get; init; }
    public Corroboration? Corroboration { get; init; }
    public RoundingRules? Rounding { get; init; }
    public ClaimBearer? RejectedClaim { get; init; }

    /// <summary>In reward mode: what a verified hour earns, where it isn't a share of its price.</summary>
    public RewardRules? Reward { get; init; }

    /// <summary>Where the money comes from and whom it reaches first.</summary>
    public FundingRules? Funding { get; init; }

    /// <summary>All that is wrong with the rules; nothing where they may be used.</summary>
    public IReadOnlyList<RuleProblem> Check() => RulesCheck.Of(this);

    /// <summary>What every share is rounded down to a whole number of; at least one fen.</summary>
    public Money Unit() => Rounding?.Unit ?? new Money(1);

    /// <summary>Lower is used first.</summary>
    public int Priority() => Stacking?.Priority ?? DefaultPriority;

    public StackingPolicy Policy() => Stacking?.Policy ?? StackingPolicy.Stack;

    /// <summary>The last day on which a voucher has to be good for use up to a day: days that the window leaves out aren't paid for.</summary>
    public DateOnly LastPaidDay(DateOnly lastDay) => Proration is not null && Window?.UsageTo < lastDay ? Window.UsageTo.Value : lastDay;

    public ClaimBearer BearerOfRejectedClaims() => RejectedClaim ?? ClaimBearer.Buyer;

    /// <summary>Whether the two may not stand on one contract because one of them has that policy towards the other.</summary>
    internal static bool Rivals(ProgrammeRules left, ProgrammeRules right, StackingPolicy policy)
    {
        return Minds(left, right) || Minds(right, left);

        bool Minds(ProgrammeRules one, ProgrammeRules other) =>
            one.Policy() == policy && (one.Stacking?.Group is not { } group || group == other.Stacking?.Group);
    }
}

/// <summary>Who may be granted a voucher. It is asked when a voucher is issued, and not again when it is used.</summary>
public sealed record ApplicantRules
{
    public IReadOnlyList<OrganizationKind>? Kinds { get; init; }

    /// <summary>Prefixes of the applicant's region code.</summary>
    public IReadOnlyList<string>? Regions { get; init; }

    public IReadOnlyList<string>? TraitsAny { get; init; }
    public IReadOnlyList<string>? TraitsAll { get; init; }

    /// <summary>Traits that rule an applicant out, such as a record of bad faith or another subsidy of the same level.</summary>
    public IReadOnlyList<string>? TraitsNone { get; init; }

    /// <summary>Younger than so many months on the day.</summary>
    public int? EstablishedWithinMonths { get; init; }
}

/// <summary>Who may run the centre that the work is done in.</summary>
public sealed record ProviderRules
{
    /// <summary>Prefixes of the centre's region code.</summary>
    public IReadOnlyList<string>? Regions { get; init; }

    public IReadOnlyList<Id<Organization>>? Organizations { get; init; }

    /// <summary>PFLOPS at FP16 that the provider runs, at least.</summary>
    public decimal? MinPflops { get; init; }
}

/// <summary>What may be paid for. What isn't named isn't limited.</summary>
public sealed record ScopeRules
{
    public IReadOnlyList<ChipOrigin>? Origins { get; init; }
    public IReadOnlyList<string>? Accelerators { get; init; }
    public IReadOnlyList<Workload>? Workloads { get; init; }
    public IReadOnlyList<Product>? Products { get; init; }

    /// <summary>The listed products (产品目录) alone.</summary>
    public IReadOnlyList<Id<Listing>>? Listings { get; init; }
}

/// <summary>A ratio and when it holds; without a condition, always.</summary>
public sealed record RateRule
{
    public RateCondition? When { get; init; }

    /// <summary>More than 0, at most 1, of the line's gross.</summary>
    public Ratio? Ratio { get; init; }
}

/// <summary>All that is named has to hold.</summary>
public sealed record RateCondition
{
    public IReadOnlyList<ChipOrigin>? Origins { get; init; }
    public IReadOnlyList<string>? Accelerators { get; init; }
    public IReadOnlyList<Workload>? Workloads { get; init; }
    public IReadOnlyList<Product>? Products { get; init; }

    /// <summary>Prefixes of the centre's region code.</summary>
    public IReadOnlyList<string>? Regions { get; init; }

    /// <summary>Traits of the buyer.</summary>
    public IReadOnlyList<string>? TraitsAny { get; init; }

    /// <summary>The buyer is younger than so many months on the day of the order.</summary>
    public int? EstablishedWithinMonths { get; init; }
}

/// <summary>The ratio of the spend from where the tier before ends up to <see cref="UpTo"/>; without, all the rest.</summary>
public sealed record TierRule
{
    public Money? UpTo { get; init; }

    /// <summary>0 to 1: a first tier of 0 is a threshold below which nothing is given.</summary>
    public Ratio? Ratio { get; init; }
}

public sealed record CapRules
{
    /// <summary>The largest face.</summary>
    public Money? PerVoucher { get; init; }

    /// <summary>Faces issued to one applicant in a year, together.</summary>
    public Money? PerApplicantYear { get; init; }

    /// <summary>Faces issued to one applicant ever, together.</summary>
    public Money? PerApplicant { get; init; }

    /// <summary>What all vouchers of the programme may pay of one order.</summary>
    public Money? PerOrder { get; init; }
}

public sealed record FloorRules
{
    /// <summary>The total of the order, at least.</summary>
    public Money? PerOrder { get; init; }

    /// <summary>The face, at least.</summary>
    public Money? PerVoucher { get; init; }

    /// <summary>The applicant's eligible spend in the year, this order included, at least.</summary>
    public Money? SpendPerYear { get; init; }

    /// <summary>The same over some months.</summary>
    public SpendFloor? SpendWithin { get; init; }
}

/// <summary>Eligible spend of the last so many months, the order at hand included, at least.</summary>
public sealed record SpendFloor
{
    public int? Months { get; init; }
    public Money? Amount { get; init; }
}

/// <summary>How long a voucher is good: one of the two. The last day counts in full.</summary>
public sealed record ValidityRules
{
    /// <summary>From the day of issue to the same day of the month so many months later, or the last there is.</summary>
    public int? Months { get; init; }

    public DateOnly? Until { get; init; }

    /// <summary>The last local day of a voucher that is issued on <paramref name="issuedOn"/>.</summary>
    public DateOnly ExpiresOn(DateOnly issuedOn) => Until ?? issuedOn.AddMonths(Months ?? 0);
}

/// <summary>Local days, the first and the last included.</summary>
public sealed record WindowRules
{
    public DateOnly? UsageFrom { get; init; }
    public DateOnly? UsageTo { get; init; }
    public DateOnly? OrderedFrom { get; init; }
    public DateOnly? OrderedTo { get; init; }
}

public sealed record StackingRules
{
    public string? Group { get; init; }
    public StackingPolicy? Policy { get; init; }

    /// <summary>Lower is used first.</summary>
    public int? Priority { get; init; }

    /// <summary>All public money on an order that the programme pays part of, as a share of the order's total.</summary>
    public Ratio? PublicMoneyCeiling { get; init; }
}

public sealed record RoundingRules
{
    /// <summary>A fen or more.</summary>
    public Money? Unit { get; init; }

    public ShareRounding? Mode { get; init; }
}

public sealed record RewardRules
{
    /// <summary>For a verified hour of a whole card.</summary>
    public Price? PerCardHour { get; init; }
}

public sealed record FundingRules
{
    public BudgetOrder? Order { get; init; }

    /// <summary>Who carries which share, such as province and city 1:1; together all of it.</summary>
    public IReadOnlyList<FunderRule>? Funders { get; init; }

    /// <summary>
    /// An amount split among the funders: each its share rounded down to the fen, the first one what is left, so that the
    /// parts always make the amount. What is taken back is split as what is paid.
    /// </summary>
    public IReadOnlyList<FunderShare> Split(Money amount)
    {
        var sign = amount.IsNegative ? -1 : 1;
        var others = (Funders ?? []).Skip(1)
            .Select(funder => new FunderShare(funder.Name!, new(sign * new Money(sign * amount.Fen).ShareDown(funder.Ratio ?? Ratio.Zero, new Money(1)).Fen))).ToList();
        return Funders is [var first, ..] ? [new(first.Name!, amount - others.Sum(other => other.Amount)), .. others] : [];
    }
}

/// <summary>What of an amount one funder bears.</summary>
public sealed record FunderShare(string Name, Money Amount);

public sealed record FunderRule
{
    public string? Name { get; init; }
    public Ratio? Ratio { get; init; }
}
