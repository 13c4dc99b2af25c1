using System.Runtime.CompilerServices;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Audit.Verification;

/// <summary>With each seller in an order stands one contract, its text as it was concluded.</summary>
public sealed class ContractChecks(IMarketplaceDb db) : IInvariantChecks
{
    public async IAsyncEnumerable<InvariantAnswer> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var findings = new Findings("contracts.stand");
        var concluded = new HashSet<(Id<Order>, Id<Organization>)>();
        await foreach (var contract in db.Contracts.AsNoTracking().OrderBy(c => c.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            findings.Expect(contract.IsUnchanged, () => $"The text of contract {contract.Number} of {contract.SellerId} was changed.");
            findings.Expect(
                concluded.Add((contract.OrderId, contract.SellerId)), () => $"Order {contract.OrderId} has more than one contract with {contract.SellerId}.");
        }

        var sellers = await db.Legs.Select(leg => new { leg.OrderId, leg.SellerId }).Distinct().ToListAsync(cancellationToken);
        sellers.ForEach(row => findings.Expect(concluded.Contains((row.OrderId, row.SellerId)), () => $"Order {row.OrderId} has no contract with {row.SellerId}."));

        yield return findings.Answer();
    }
}
