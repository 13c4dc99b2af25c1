using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>Verified hours of a provider that somebody paid for.</summary>
/// <param name="Payer">Who bought them.</param>
/// <param name="CardTime">What was metered and verified.</param>
/// <param name="Paid">What the payer paid of his own money.</param>
public sealed record VerifiedUse(FundableLine Line, Organization Payer, CardTime CardTime, Money Paid);

/// <summary>What one use earns, or the rule that says why it earns nothing.</summary>
public sealed record RewardPart(string LineKey, Money Amount, string? Code);

/// <summary>
/// What a programme in reward mode gives a provider (奖补): a share of what unrelated parties paid for verified hours, or
/// a rate on those hours. A pure function.
/// </summary>
public static class RewardEvaluator
{
    /// <param name="left">What the provider's voucher may still give.</param>
    /// <param name="paidInYear">What eligible payers paid before in the year, where the tiers go on.</param>
    /// <param name="day">The local day of the evaluation.</param>
    public static IReadOnlyList<RewardPart> Evaluate(
        ProgrammeRules rules, Organization provider, IReadOnlyList<VerifiedUse> uses, Money left, Money paidInYear, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(uses);
        if (rules.Mode != ProgrammeMode.Reward)
        {
            throw new ArgumentException("The programme isn't in reward mode.", nameof(rules));
        }

        // The line is asked as for any other mode; only that the payer may not be related to who gets the money is its own.
        var lineRules = new LineRules(new()
        {
            Buyer = provider,
            OrderedOn = day,
            Today = day,
            OrderTotal = Money.Zero,
            Lines = [.. uses.Select(use => use.Line)],
            Programmes = [],
            Vouchers = [],
        });
        var asDeduct = rules with { Mode = ProgrammeMode.Deduct, RelatedParties = RelatedPartyRule.Allow };
        var parts = new List<RewardPart>();
        foreach (var use in uses)
        {
            var code = rules.RelatedParties != RelatedPartyRule.Allow && provider.IsRelatedTo(use.Payer) ? RuleCodes.RelatedParties
                : lineRules.Refusal(asDeduct, use.Line);
            var steps = code is null ? lineRules.Steps(asDeduct, use.Line, use.Paid, paidInYear) : [];
            var share = code is not null ? Money.Zero
                : rules.Reward?.PerCardHour is { } price ? Down(use.CardTime, price, rules.Unit())
                : LineRules.Share(steps, rules.Unit());
            var amount = Money.Min(share, new(left.Fen / rules.Unit().Fen * rules.Unit().Fen));
            parts.Add(new(use.Line.Key, amount, code ?? (amount < share ? RuleCodes.UsedUp : share.IsZero ? RuleCodes.ShareIsNothing : null)));
            left -= amount;
            paidInYear += code is null ? use.Paid : Money.Zero;
        }

        return parts;
    }

    private static Money Down(CardTime time, Price perCardHour, Money unit)
    {
        // Micro-yuan × thousandths of card-seconds, over what makes a fen of a card-hour.
        var product = (Int128)time.MilliCardSeconds * perCardHour.MicroYuan;
        return new(checked(Rounding.Down(product, (Int128)CardTime.PerCardHour * 10_000 * unit.Fen) * unit.Fen));
    }
}
