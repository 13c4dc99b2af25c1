using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;

namespace Marketplace.Domain.Vouchers;

/// <summary>What of an applicant's spend counts under a programme's rules, whether a voucher paid part of it or not.</summary>
public static class EligibleSpend
{
    /// <param name="rules">Of the version in force.</param>
    /// <param name="buyer">The applicant.</param>
    /// <param name="lines">What was spent, each with the local day on which it was ordered.</param>
    public static Money Of(ProgrammeRules rules, Organization buyer, IEnumerable<(DateOnly OrderedOn, FundableLine Line)> lines)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return lines.GroupBy(spent => spent.OrderedOn).Sum(day =>
        {
            var spent = day.Select(line => line.Line).ToList();
            var asked = new LineRules(new()
            {
                Buyer = buyer,
                OrderedOn = day.Key,
                Today = day.Key,
                OrderTotal = spent.Sum(line => line.Amount),
                Lines = spent,
                Programmes = [],
                Vouchers = [],
            });
            return spent.Where(line => asked.Refusal(rules, line) is null).Sum(line => asked.Eligible(rules, line));
        });
    }
}
