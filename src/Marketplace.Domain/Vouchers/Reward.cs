using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>Hours of a provider that were metered, invoiced and paid for: an invoice line, less what credit notes took of it.</summary>
/// <param name="Rules">Of the version in force when the order was placed.</param>
/// <param name="Line">The facts that the line was invoiced by.</param>
/// <param name="Payer">Who bought them.</param>
/// <param name="OrderedOn">The local day of the order.</param>
/// <param name="Use">What stands of it.</param>
/// <param name="Rewarded">It was before: it counts towards the tiers and earns nothing more.</param>
public sealed record VerifiedUse(ProgrammeRules Rules, FundableLine Line, Organization Payer, DateOnly OrderedOn, PaidUse Use, bool Rewarded = false);

/// <param name="Paid">What the payer paid of his own money; 0 or more.</param>
/// <param name="CardTime">What he used himself of what was metered; 0 or more.</param>
public readonly record struct PaidUse(Money Paid, CardTime CardTime);

/// <summary>What one use earns, or the rule that says why it earns nothing, or less than it might.</summary>
public sealed record RewardPart(string LineKey, Money Amount, RewardBasis? Basis, string? Code);

/// <summary>By what a reward came about, so that a later correction of the use can say what stays of it.</summary>
/// <param name="Rule">The path of the rule that decided: <c>rates[0]</c>, several tiers, or <c>reward.perCardHour</c>.</param>
/// <param name="Ratio">Of what was paid; null where tiers or a price for the hour decided.</param>
/// <param name="PerCardHour">For a verified hour of a whole card; null where a share decided.</param>
/// <param name="Use">What it was taken of.</param>
/// <param name="Share">What the rules gave of that; more than the reward where the vouchers didn't reach.</param>
/// <param name="Unit">What the programme rounds down to.</param>
public sealed record RewardBasis(string Rule, Ratio? Ratio, Price? PerCardHour, PaidUse Use, Money Share, Money Unit)
{
    /// <summary>
    /// The most that may stay of the reward when so much of the use remains: its share of that, rounded down to the unit. It
    /// depends on what remains alone, so that many small corrections come to the same as one. Where tiers decided, their
    /// proportion goes on to.
    /// </summary>
    public Money Stays(PaidUse remaining) => Money.Min(Share, this switch
    {
        { PerCardHour: { } price } => Down(remaining.CardTime, price, Unit),
        { Ratio: { } ratio } => remaining.Paid.ShareDown(ratio, Unit),
        _ => new(checked(Rounding.Down((Int128)Share.Fen * remaining.Paid.Fen, (Int128)Use.Paid.Fen * Unit.Fen) * Unit.Fen)),
    });

    internal static Money Down(CardTime time, Price perCardHour, Money unit)
    {
        // Micro-yuan × thousandths of card-seconds, over what makes a fen of a card-hour.
        var product = (Int128)time.MilliCardSeconds * perCardHour.MicroYuan;
        return new(checked(Rounding.Down(product, (Int128)CardTime.PerCardHour * 10_000 * unit.Fen) * unit.Fen));
    }
}

/// <summary>
/// What a programme in reward mode gives a provider (奖补): a share of what unrelated parties paid for verified hours, or
/// a rate on those hours. A pure function.
/// </summary>
public static class RewardEvaluator
{
    /// <param name="provider">Who runs the centres.</param>
    /// <param name="uses">In the order in which they are served; tiers go up with those of one year.</param>
    /// <param name="left">What the provider's vouchers may still give.</param>
    /// <exception cref="ArgumentException">Some rules aren't those of a programme in reward mode.</exception>
    public static IReadOnlyList<RewardPart> Evaluate(Organization provider, IReadOnlyList<VerifiedUse> uses, Money left)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(uses);
        if (uses.Any(use => use.Rules.Mode != ProgrammeMode.Reward))
        {
            throw new ArgumentException("The programme isn't in reward mode.", nameof(uses));
        }

        var paidInYear = new Dictionary<int, Money>();
        var parts = new List<RewardPart>();
        foreach (var use in uses)
        {
            var before = paidInYear.GetValueOrDefault(use.Line.FirstDay.Year);
            var (code, basis) = Judge(provider, use, before);
            paidInYear[use.Line.FirstDay.Year] = before + (basis is null ? Money.Zero : use.Use.Paid);
            if (use.Rewarded)
            {
                continue;
            }

            var unit = use.Rules.Unit();
            var amount = basis is null ? Money.Zero : Money.Min(basis.Share, new(left.Fen / unit.Fen * unit.Fen));
            parts.Add(new(use.Line.Key, amount, basis, code ?? (amount < basis!.Share ? RuleCodes.UsedUp : amount.IsZero ? RuleCodes.ShareIsNothing : null)));
            left -= amount;
        }

        return parts;
    }

    /// <returns>The rule that rules the use out, or what the rules give of it.</returns>
    private static (string? Code, RewardBasis? Basis) Judge(Organization provider, VerifiedUse use, Money paidBefore)
    {
        if (use.Rules.RelatedParties != RelatedPartyRule.Allow && provider.IsRelatedTo(use.Payer))
        {
            return (RuleCodes.RelatedParties, null);
        }

        // The line is asked as for any other mode; only that the payer may not be related to who gets the money is its own.
        var line = use.Line with { Amount = use.Use.Paid };
        var lineRules = new LineRules(new()
        {
            Buyer = provider,
            OrderedOn = use.OrderedOn,
            Today = use.OrderedOn,
            OrderTotal = Money.Zero,
            Lines = [line],
            Programmes = [],
            Vouchers = [],
        });
        var rules = use.Rules with { Mode = ProgrammeMode.Deduct, RelatedParties = RelatedPartyRule.Allow };
        if (lineRules.Refusal(rules, line) is { } refusal)
        {
            return (refusal, null);
        }

        var unit = rules.Unit();
        if (rules.Reward?.PerCardHour is { } price)
        {
            return (null, new("reward.perCardHour", null, price, use.Use, RewardBasis.Down(use.Use.CardTime, price, unit), unit));
        }

        var steps = lineRules.Steps(rules, line, use.Use.Paid, paidBefore);
        return (null, new(
            string.Join(", ", steps.Select(step => step.Rule)), steps.Count == 1 ? steps[0].Ratio : null, null, use.Use, LineRules.Share(steps, unit), unit));
    }
}
