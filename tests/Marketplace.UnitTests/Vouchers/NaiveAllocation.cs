using System.Numerics;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.UnitTests.Vouchers;

/// <summary>
/// Which voucher pays, straight from what the rules say and with no cleverness at all: unit by unit, asking of everything
/// given so far whether one unit more would break any rule. Shares no code with the product.
/// </summary>
internal sealed class NaiveAllocation(AllocationRequest request)
{
    public sealed record Gift(FundableLine Line, SpendableVoucher Voucher, long Fen);

    /// <summary>Fen by line, voucher and leg that they were held for.</summary>
    public Dictionary<(string, Id<Voucher>, Id<Leg>?), long> Answer()
    {
        var given = new List<Gift>();
        var shut = new HashSet<(Id<Organization>, string)>();
        foreach (var contract in request.Lines.Select(line => line.Seller.Id).Distinct())
        {
            foreach (var loser in Losers(contract, given, shut))
            {
                shut.Add((contract, loser));
            }

            given = Pay(contract, given, shut, request.Vouchers);
        }

        return given.GroupBy(gift => (gift.Line.Key, gift.Voucher.Id, gift.Voucher.HeldFor)).ToDictionary(g => g.Key, g => g.Sum(gift => gift.Fen));
    }

    /// <summary>The lines in the order in which they are paid: a contract at a time.</summary>
    private List<FundableLine> Sequence()
    {
        var sellers = request.Lines.Select(line => line.Seller.Id).Distinct().ToList();
        return [.. request.Lines.OrderBy(line => sellers.IndexOf(line.Seller.Id))];
    }

    private List<Gift> Pay(Id<Organization> contract, List<Gift> before, HashSet<(Id<Organization>, string)> shut, IEnumerable<SpendableVoucher> vouchers)
    {
        var given = before;
        var inOrder = vouchers.OrderBy(v => Rules(v).Stacking?.Priority ?? 100).ThenBy(v => v.ExpiresOn).ThenBy(v => v.Available ?? v.Limit)
            .ThenBy(v => v.Id.Value).ThenBy(v => v.HeldFor?.Value ?? Guid.Empty).ToList();
        foreach (var line in request.Lines.Where(line => line.Seller.Id == contract))
        {
            foreach (var voucher in inOrder.Where(v => !shut.Contains((contract, v.ProgrammeCode)) && MayPay(v, line)))
            {
                while (true)
                {
                    List<Gift> more = [.. given, new(line, voucher, Unit(voucher.ProgrammeCode))];
                    if (!Allowed(more, shut))
                    {
                        break;
                    }

                    given = more;
                }
            }
        }

        return given;
    }

    private IEnumerable<string> Losers(Id<Organization> contract, List<Gift> given, HashSet<(Id<Organization>, string)> shut)
    {
        var codes = request.Programmes.Select(p => p.Code).ToList();
        var gifts = codes.Where(code => codes.Any(other => Against(code, other, StackingPolicy.BestOf))).Select(code => (
            Code: code,
            On: IsOn(code, contract),
            Fen: Pay(contract, given, shut, request.Vouchers.Where(v => v.ProgrammeCode == code)).Sum(gift => gift.Fen) - given.Sum(gift => gift.Fen),
            First: request.Vouchers.Where(v => v.ProgrammeCode == code && Usable(v))
                .Select(v => (Rules(v).Stacking?.Priority ?? 100, v.ExpiresOn, v.Available ?? v.Limit, v.Id.Value, v.HeldFor?.Value ?? Guid.Empty))
                .DefaultIfEmpty((int.MaxValue, DateOnly.MaxValue, default, default, default)).Min()))
            .OrderBy(g => g.On ? 0 : 1).ThenByDescending(g => g.Fen).ThenBy(g => g.First).ToList();
        var winners = new List<string>();
        foreach (var gift in gifts)
        {
            if (winners.Any(winner => Against(winner, gift.Code, StackingPolicy.BestOf)))
            {
                yield return gift.Code;
            }
            else if (gift.Fen > 0 || gift.On)
            {
                winners.Add(gift.Code);
            }
        }
    }

    private bool IsOn(string code, Id<Organization> contract) =>
        request.Programmes.Single(p => p.Code == code).PaidContractsWith.Contains(contract)
        || request.Vouchers.Any(v => v.ProgrammeCode == code && v.HeldFor is { } leg && Usable(v)
            && request.Lines.Any(line => line.LegId == leg && line.Seller.Id == contract));

    private bool Against(string one, string other, StackingPolicy policy)
    {
        if (one == other)
        {
            return false;
        }

        var (left, right) = (Rules(one).Stacking, Rules(other).Stacking);
        return (left?.Policy == policy && (left.Group is null || left.Group == right?.Group))
            || (right?.Policy == policy && (right.Group is null || right.Group == left?.Group));
    }

    private bool Usable(SpendableVoucher v) =>
        v.Limit.Fen >= Unit(v.ProgrammeCode)
        && (v.HeldFor is not null || (v.ExpiresOn >= request.Today && (request.Chosen is null || request.Chosen.Contains(v.Id))));

    private bool MayPay(SpendableVoucher v, FundableLine line)
    {
        var rules = Rules(v);
        if (!Usable(v) || !Fits(v.ProgrammeCode, line))
        {
            return false;
        }

        var lastDay = rules.Proration is not null && rules.Window!.UsageTo is { } end && end < line.LastDay ? end : line.LastDay;
        if (v.HeldFor is { } leg)
        {
            return leg == line.LegId && lastDay <= v.ExpiresOn;
        }

        var eligible = request.Lines.Where(l => Fits(v.ProgrammeCode, l)).Sum(l => Eligible(v.ProgrammeCode, l));
        var spent = request.Programmes.Single(p => p.Code == v.ProgrammeCode).InvoicedInYear.Fen;
        return lastDay <= v.ExpiresOn
            && request.OrderTotal.Fen >= (rules.Floors?.PerOrder?.Fen ?? 0)
            && spent + eligible >= (rules.Floors?.SpendPerYear?.Fen ?? 0);
    }

    private bool Fits(string code, FundableLine line)
    {
        var rules = Rules(code);
        var related = line.Seller.Id == request.Buyer.Id || line.Seller.Controllers.Any(request.Buyer.Controllers.Contains);
        var inScope = rules.Scope?.Origins is null || rules.Scope.Origins.Contains(line.Origin);
        var hasRate = rules.Tiers is not null || rules.Rates!.Any(rate => Holds(rate, line));
        var inWindow = rules.Proration is not null ? Days(code).Counted > 0
            : (rules.Window?.UsageFrom is not { } from || line.FirstDay >= from) && (rules.Window?.UsageTo is not { } to || line.LastDay <= to);
        return inScope && hasRate && inWindow && !(related && rules.RelatedParties == RelatedPartyRule.Forbid)
            && !(rules.UnattestedUsage == UnattestedUsage.Refuse && line.Attested == false);
    }

    private static bool Holds(RateRule rate, FundableLine line) => rate.When?.Origins is null || rate.When.Origins.Contains(line.Origin);

    private (int Counted, int All) Days(string code)
    {
        var window = Rules(code).Window!;
        DateOnly[] from = [request.ContractFrom!.Value, window.UsageFrom ?? DateOnly.MinValue];
        DateOnly[] to = [request.ContractTo!.Value, window.UsageTo ?? DateOnly.MaxValue];
        return (to.Min().DayNumber - from.Max().DayNumber, to[0].DayNumber - from[0].DayNumber);
    }

    private long Eligible(string code, FundableLine line)
    {
        if (Rules(code).Proration is null || Days(code).Counted == Days(code).All)
        {
            return line.Amount.Fen;
        }

        var exact = new BigInteger(line.Amount.Fen) * Days(code).Counted / Days(code).All;
        return (long)(exact - (exact % Unit(code)));
    }

    /// <summary>What the programme may pay of a line, in millionths of fen, given where the year's spend stands before it.</summary>
    private BigInteger ShareMillionths(string code, FundableLine line, long spent)
    {
        var (rules, eligible) = (Rules(code), Eligible(code, line));
        if (rules.Tiers is not { } tiers)
        {
            return new BigInteger(eligible) * rules.Rates!.First(rate => Holds(rate, line)).Ratio!.Value.Millionths;
        }

        // Fen by fen: each at the ratio of the tier that it falls in.
        var sum = BigInteger.Zero;
        for (var fen = spent; fen < spent + eligible; fen++)
        {
            sum += tiers.FirstOrDefault(tier => tier.UpTo is null || fen < tier.UpTo.Value.Fen)?.Ratio!.Value.Millionths ?? 0;
        }

        return sum;
    }

    private bool Allowed(List<Gift> given, HashSet<(Id<Organization>, string)> shut) =>
        LinesHold(given) && VouchersHold(given) && ProgrammesHold(given, shut) && CeilingsHold(given) && StackingHolds(given);

    private bool LinesHold(List<Gift> given) =>
        request.Lines.All(line => given.Where(gift => gift.Line.Key == line.Key).Sum(gift => gift.Fen) <= line.Amount.Fen);

    private bool VouchersHold(List<Gift> given) =>
        request.Vouchers.All(v => given.Where(gift => gift.Voucher == v).Sum(gift => gift.Fen) <= v.Limit.Fen);

    private bool ProgrammesHold(List<Gift> given, HashSet<(Id<Organization>, string)> shut)
    {
        foreach (var programme in request.Programmes)
        {
            var ofProgramme = given.Where(gift => gift.Voucher.ProgrammeCode == programme.Code).ToList();
            if (programme.Rules.Caps?.PerOrder is { } cap && ofProgramme.Count > 0 && programme.PaidOnOrder.Fen + ofProgramme.Sum(gift => gift.Fen) > cap.Fen)
            {
                return false;
            }

            var spentInYear = programme.SpentInYear.Fen;
            var spentInOthers = programme.SpentInOtherYears.ToDictionary(year => year.Key, year => year.Value.Fen);
            foreach (var line in Sequence().Where(line => Fits(programme.Code, line)))
            {
                var spent = spentInOthers.TryGetValue(line.FirstDay.Year, out var other) ? other : spentInYear;
                var onLine = ofProgramme.Where(gift => gift.Line.Key == line.Key).Sum(gift => gift.Fen);
                if (onLine > 0 && new BigInteger(onLine) * 1_000_000 > ShareMillionths(programme.Code, line, spent))
                {
                    return false;
                }

                spent += TakesPart(programme.Code, line, given, shut) ? Eligible(programme.Code, line) : 0;
                _ = spentInOthers.ContainsKey(line.FirstDay.Year) ? spentInOthers[line.FirstDay.Year] = spent : spentInYear = spent;
            }
        }

        return true;
    }

    /// <summary>Whether the programme stood on the line's contract, or could have, when the line was done.</summary>
    private bool TakesPart(string code, FundableLine line, List<Gift> given, HashSet<(Id<Organization>, string)> shut)
    {
        var sequence = Sequence();
        var done = sequence.Take(sequence.IndexOf(line) + 1).ToHashSet();
        var paying = request.Programmes.Select(p => p.Code).Where(other =>
            IsOn(other, line.Seller.Id)
            || given.Any(gift => gift.Voucher.ProgrammeCode == other && gift.Line.Seller.Id == line.Seller.Id && done.Contains(gift.Line))).ToList();
        return !shut.Contains((line.Seller.Id, code))
            && (paying.Contains(code) || !paying.Any(other => Against(code, other, StackingPolicy.Exclusive)));
    }

    private bool CeilingsHold(List<Gift> given)
    {
        var all = request.ExternalPublicMoney.Fen + request.PublicMoneyBefore.Fen + given.Sum(gift => gift.Fen);
        return given.Count == 0 || request.Programmes
            .Where(p => p.PaidOnOrder.Fen > 0 || given.Any(gift => gift.Voucher.ProgrammeCode == p.Code))
            .All(p => p.Rules.Stacking?.PublicMoneyCeiling is not { } ceiling
                || new BigInteger(all) * 1_000_000 <= new BigInteger(request.OrderTotal.Fen) * ceiling.Millionths);
    }

    private bool StackingHolds(List<Gift> given) => given.GroupBy(gift => gift.Line.Seller.Id).All(contract =>
    {
        var paying = contract.Select(gift => gift.Voucher.ProgrammeCode).Distinct().ToList();
        var on = request.Programmes.Select(p => p.Code).Where(code => IsOn(code, contract.Key)).ToList();
        return paying.All(code => on.Contains(code) || !paying.Concat(on).Any(other => Against(code, other, StackingPolicy.Exclusive)));
    });

    private ProgrammeRules Rules(SpendableVoucher v) => Rules(v.ProgrammeCode);

    private ProgrammeRules Rules(string code) => request.Programmes.Single(p => p.Code == code).Rules;

    private long Unit(string code) => Rules(code).Rounding?.Unit?.Fen ?? 1;
}
