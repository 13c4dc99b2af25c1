using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>One line of a quote or an invoice: what it comes to, and all that a rule may ask about it.</summary>
public sealed record FundableLine
{
    /// <summary>What the caller knows the line by; once in a request.</summary>
    public required string Key { get; init; }

    public required Id<Leg> LegId { get; init; }

    /// <summary>Gross, 0 or more.</summary>
    public required Money Amount { get; init; }

    public required Organization Seller { get; init; }

    /// <summary>Who runs the centre; the seller where it isn't said, another where a leg is sold on.</summary>
    public Organization? Operator { get; init; }

    /// <summary>PFLOPS at FP16 that the operator runs; null counts as none.</summary>
    public decimal? OperatorPflops { get; init; }

    /// <summary>Of the centre.</summary>
    public required string RegionCode { get; init; }

    public required string Accelerator { get; init; }
    public required ChipOrigin Origin { get; init; }
    public required Workload Workload { get; init; }
    public required Product Product { get; init; }
    public Id<Listing>? ListingId { get; init; }

    /// <summary>The first local day of use that the line stands for.</summary>
    public required DateOnly FirstDay { get; init; }

    /// <summary>The last one; a line that ends at midnight ends on the day before.</summary>
    public required DateOnly LastDay { get; init; }

    /// <summary>Whether registered keys signed every reading that the line rests on; null before there are any.</summary>
    public bool? Attested { get; init; }

    /// <summary>What of the amount rests on hours whose reported energy is plausible; null before there are readings.</summary>
    public Money? CorroboratedByEnergy { get; init; }

    /// <summary>What of it rests on hours in which the buyer's meter or confirmation agrees; null before there are readings.</summary>
    public Money? CorroboratedByBuyer { get; init; }

    /// <summary>What of the amount counts where a programme asks for corroboration; all of it before there are readings.</summary>
    public Money Corroborated(Corroboration? needed) => Money.Min(Amount, needed switch
    {
        Corroboration.Energy => CorroboratedByEnergy ?? Amount,
        Corroboration.Buyer => CorroboratedByBuyer ?? Amount,
        _ => Amount,
    });
}

/// <summary>
/// What a voucher may still give: to any line, or as a hold to the lines of one leg. One voucher may stand in a request
/// several times, with its holds and with what is available of it.
/// </summary>
public sealed record SpendableVoucher
{
    public required Id<Voucher> Id { get; init; }
    public required string ProgrammeCode { get; init; }
    public required DateOnly ExpiresOn { get; init; }

    /// <summary>The most that it may give.</summary>
    public required Money Limit { get; init; }

    /// <summary>
    /// The leg that the money is held for; null for money that is available. Held money was decided on when the order was
    /// placed: floors, the buyer's choice and what day it is aren't asked again; whether the voucher was good on the days of use is.
    /// </summary>
    public Id<Leg>? HeldFor { get; init; }

    /// <summary>What orders vouchers of one expiry day, the smallest first; <see cref="Limit"/> where it isn't said.</summary>
    public Money? Available { get; init; }
}

/// <summary>A programme that the buyer has vouchers of, under the version that the order pins.</summary>
public sealed record ProgrammeInForce
{
    public required string Code { get; init; }
    public required int VersionNumber { get; init; }
    public required ProgrammeRules Rules { get; init; }

    /// <summary>The buyer's eligible spend in the year before these lines, invoiced or ordered: where the tiers go on.</summary>
    public Money SpentInYear { get; init; }

    /// <summary>The same of other years that lines of the request were or will be used in; a year that isn't here has <see cref="SpentInYear"/>.</summary>
    public IReadOnlyDictionary<int, Money> SpentInOtherYears { get; init; } = new Dictionary<int, Money>();

    /// <summary>What of it was invoiced: what a floor on a year's spend counts from.</summary>
    public Money InvoicedInYear { get; init; }

    /// <summary>What was invoiced over the months that <see cref="FloorRules.SpendWithin"/> names.</summary>
    public Money SpentWithin { get; init; }

    /// <summary>What the programme pays already on lines of the order that aren't in the request.</summary>
    public Money PaidOnOrder { get; init; }

    /// <summary>The sellers whose contract in the order the programme pays part of already.</summary>
    public IReadOnlyCollection<Id<Organization>> PaidContractsWith { get; init; } = [];

    /// <summary>The spend before a line, by the year in which its use begins.</summary>
    public Money SpentBefore(FundableLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return SpentInOtherYears.TryGetValue(line.FirstDay.Year, out var spent) ? spent : SpentInYear;
    }

    /// <summary>The tiers go on after a line.</summary>
    /// <param name="line">Which one.</param>
    /// <param name="eligible">What of it counts.</param>
    public ProgrammeInForce After(FundableLine line, Money eligible)
    {
        var spent = SpentBefore(line) + eligible;
        return SpentInOtherYears.ContainsKey(line.FirstDay.Year)
            ? this with { SpentInOtherYears = new Dictionary<int, Money>(SpentInOtherYears) { [line.FirstDay.Year] = spent } }
            : this with { SpentInYear = spent };
    }
}

/// <summary>All that decides which voucher pays what: of a quote, of an order, or of one seller's invoice.</summary>
public sealed record AllocationRequest
{
    public required Organization Buyer { get; init; }

    /// <summary>Parties that are related to the buyer by declaration, beyond those that share a controller.</summary>
    public IReadOnlyCollection<Id<Organization>> DeclaredRelated { get; init; } = [];

    /// <summary>The local day on which the order was placed.</summary>
    public required DateOnly OrderedOn { get; init; }

    /// <summary>The local day of this allocation; a voucher that isn't good on it gives nothing that isn't held.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>The total that the least order and the ceiling on public money are measured by.</summary>
    public required Money OrderTotal { get; init; }

    /// <summary>The contract's first day, for proration; the earliest of the lines where it isn't said.</summary>
    public DateOnly? ContractFrom { get; init; }

    /// <summary>The contract's end date, for proration; the latest of the lines where it isn't said.</summary>
    public DateOnly? ContractTo { get; init; }

    /// <summary>Public money from outside the market that the buyer declared for the order.</summary>
    public Money ExternalPublicMoney { get; init; }

    /// <summary>What vouchers pay already on lines of the order that aren't in the request.</summary>
    public Money PublicMoneyBefore { get; init; }

    /// <summary>The vouchers that the buyer named; null for those that fit.</summary>
    public IReadOnlyCollection<Id<Voucher>>? Chosen { get; init; }

    public required IReadOnlyList<FundableLine> Lines { get; init; }
    public required IReadOnlyList<ProgrammeInForce> Programmes { get; init; }
    public required IReadOnlyList<SpendableVoucher> Vouchers { get; init; }
}

/// <summary>What one voucher pays of one line.</summary>
/// <param name="HeldFor">As in the request: whether held or available money pays.</param>
/// <param name="Rule">The path of the rate or the tiers that decided, such as <c>rates[0]</c>.</param>
/// <param name="Ratio">Its ratio; null where several tiers decided.</param>
public sealed record VoucherPart(
    string LineKey, Id<Voucher> VoucherId, Id<Leg>? HeldFor, string ProgrammeCode, Money Amount, string Rule, Ratio? Ratio);

/// <summary>A stretch of an eligible amount and the ratio that holds for it.</summary>
/// <param name="Rule">Its path in the rules: <c>rates[0]</c>, <c>tiers[2]</c>.</param>
public sealed record ShareStep(string Rule, Ratio Ratio, Money Of);

/// <summary>What one programme's rules say about one line: what every voucher of it may pay of the line together, and why.</summary>
/// <param name="Eligible">What of the line's gross counts, after proration.</param>
/// <param name="Share">The ratios of it, rounded down to the unit.</param>
/// <param name="Paid">What its vouchers pay.</param>
/// <param name="Code">
/// The rule that ruled the line out, or that kept the programme from paying all of its share; null where it pays that
/// in full. One of <see cref="RuleCodes"/>.
/// </param>
public sealed record LineDecision(
    string LineKey, string ProgrammeCode, int VersionNumber, Money Eligible, IReadOnlyList<ShareStep> Steps, Money Share, Money Paid, string? Code);

/// <summary>A voucher that pays nothing, and the rule that ruled it out.</summary>
/// <param name="Programme">The code of its programme.</param>
/// <param name="Code">One of <see cref="RuleCodes"/>.</param>
public sealed record UnusedVoucher(Id<Voucher> VoucherId, string Programme, string Code);

/// <summary>Which voucher pays what, and why.</summary>
public sealed record VoucherAllocation(
    IReadOnlyList<VoucherPart> Parts, IReadOnlyList<LineDecision> Decisions, IReadOnlyList<UnusedVoucher> NotApplied)
{
    public Money PublicMoney => Parts.Sum(part => part.Amount);
}

/// <summary>
/// Why a voucher doesn't pay, in the order in which the rules are asked: of several lines, the one on which it came
/// furthest names the reason. A line that didn't need it comes before one where a bound on the whole order kept it out.
/// </summary>
public static class RuleCodes
{
    /// <summary>The buyer named other vouchers.</summary>
    public const string NotSelected = "not_selected";

    /// <summary>Its last day is over.</summary>
    public const string Expired = "expired";

    /// <summary>It has nothing left, or less than the programme's unit.</summary>
    public const string UsedUp = "used_up";

    /// <summary>The money is held for a leg that has no line here.</summary>
    public const string NoLine = "no_line";

    /// <summary>The programme rewards providers.</summary>
    public const string RewardMode = "mode.reward";
    public const string OrderWindow = "window.ordered";
    public const string RelatedParties = "programme.seller_related";
    public const string ProviderRegions = "provider.regions";
    public const string ProviderOrganizations = "provider.organizations";
    public const string ProviderScale = "provider.min_pflops";
    public const string Origins = "scope.origins";
    public const string Accelerators = "scope.accelerators";
    public const string Workloads = "scope.workloads";
    public const string Products = "scope.products";
    public const string Listings = "scope.listings";
    public const string UsageWindow = "window.usage";
    public const string Unattested = "usage.unattested";
    public const string Uncorroborated = "usage.uncorroborated";

    /// <summary>None of the rates holds for the line.</summary>
    public const string NoRate = "rates.none";

    /// <summary>The share is less than the programme's unit, or its tier gives nothing.</summary>
    public const string ShareIsNothing = "share.zero";
    public const string OrderFloor = "floor.order";
    public const string SpendFloor = "floor.spend";

    /// <summary>The line's use goes on after the voucher's last day.</summary>
    public const string ExpiresBeforeUse = "expires_before_use";

    /// <summary>Its rules fit, and what is used before it pays all that may be paid.</summary>
    public const string NotNeeded = "not_needed";

    public const string Exclusive = "stacking.exclusive";
    public const string NotTheBest = "stacking.best_of";
    public const string OrderCap = "cap.order";
    public const string PublicMoneyCeiling = "ceiling.public_money";

    private static readonly string[] DecidingOrder =
    [
        NotSelected, Expired, UsedUp, NoLine, RewardMode, OrderWindow, RelatedParties, ProviderRegions, ProviderOrganizations, ProviderScale,
        Origins, Accelerators, Workloads, Products, Listings, UsageWindow, Unattested, Uncorroborated, NoRate, ShareIsNothing,
        OrderFloor, SpendFloor, ExpiresBeforeUse, NotNeeded, Exclusive, NotTheBest, OrderCap, PublicMoneyCeiling,
    ];

    /// <summary>Every code, in the order in which the rules are asked.</summary>
    public static IReadOnlyList<string> InOrder => DecidingOrder;

    /// <summary>The one that is asked later.</summary>
    internal static string Further(string left, string right) =>
        Array.IndexOf(DecidingOrder, left) >= Array.IndexOf(DecidingOrder, right) ? left : right;
}
