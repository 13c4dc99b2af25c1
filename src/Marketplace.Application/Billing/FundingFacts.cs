using Marketplace.Domain.Shared;
using Marketplace.Domain.Vouchers;

namespace Marketplace.Application.Billing;

/// <summary>What an order pinned, with what billing knows beside it.</summary>
internal static class FundingFacts
{
    public static AllocationRequest Of(
        AllocationRequest pinned, DateOnly today, IReadOnlyList<Redemption> before, IReadOnlyList<FundableLine> lines, IReadOnlyList<SpendableVoucher> vouchers,
        IEnumerable<(string Programme, Money Amount)>? taken = null)
    {
        var paid = before.Select(r => (Programme: r.ProgrammeCode, Amount: r.Standing)).Concat(taken ?? []).ToList();
        return pinned with
        {
            Today = today,
            Lines = lines,
            Vouchers = vouchers,
            PublicMoneyBefore = paid.Sum(part => part.Amount),
            Programmes = [.. pinned.Programmes.Select(programme => programme with
            {
                PaidOnOrder = paid.Where(part => part.Programme == programme.Code).Sum(part => part.Amount),
                PaidContractsWith = [.. before.Where(r => r.ProgrammeCode == programme.Code && r.Standing.IsPositive).Select(r => r.SellerId).Distinct()],
            })],
        };
    }
}
