using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>Concludes the contracts of an order, inside the transaction that places it.</summary>
public sealed class Contracting(IMarketplaceDb db, MarketplaceSettings settings, AuditLog audit)
{
    /// <summary>One contract with each seller.</summary>
    public async Task ConcludeAsync(Order order, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var sellers = order.Legs.GroupBy(leg => leg.SellerId).OrderBy(seller => seller.Key).ToList();
        var partyIds = sellers.Select(seller => seller.Key).Append(order.BuyerId).ToList();
        var centerIds = order.Legs.Select(leg => leg.CenterId).Distinct().ToList();
        var parties = await db.Organizations.IgnoreQueryFilters().AsNoTracking().Where(o => partyIds.Contains(o.Id)).ToDictionaryAsync(o => o.Id, cancellationToken);
        var centers = await db.Centers.IgnoreQueryFilters().Where(c => centerIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Name, cancellationToken);
        foreach (var seller in sellers)
        {
            var id = Id<Contract>.New(now);
            var contract = Contract.Of(id, new()
            {
                Number = Contract.NumberOf(id, settings.Time.Day(now)),
                OrderId = order.Id,
                ConcludedAt = now,
                Seller = parties[seller.Key],
                Buyer = parties[order.BuyerId],
                Workload = order.Workload,
                Legs = [.. seller.Select(leg => (leg, centers[leg.CenterId]))],
                Time = settings.Time,
                ObjectionHours = (int)settings.ObjectionTime.TotalHours,
            });
            db.Contracts.Add(contract);
            audit.Record(
                "contract.concluded", ("contract", contract.Id.ToString()), contract.SellerId,
                new { contract.Number, contract.OrderId, contract.BuyerId, Digest = Convert.ToHexStringLower(contract.TextDigest) });
        }
    }
}

public sealed record ContractPartyAnswer(Id<Organization> Id, string Name, CreditCode CreditCode);

/// <param name="Date">The day of business time on which it was concluded.</param>
/// <param name="Digest">SHA-256 of the text in UTF-8, in hexadecimal.</param>
public sealed record ContractAnswer(
    Id<Contract> Id, string Number, Id<Order> OrderId, DateOnly Date, ContractPartyAnswer Seller, ContractPartyAnswer Buyer, string Text, string Digest);

/// <summary>The contracts of an order: all of them for its buyer, a seller's own for that seller.</summary>
public sealed record ListContracts(Id<Order> OrderId, PageRequest Page) : IQuery<Page<ContractAnswer>>, IPaged;

public sealed class ListContractsHandler(IMarketplaceDb db, MarketplaceSettings settings) : IRequestHandler<ListContracts, Page<ContractAnswer>>
{
    public async Task<Page<ContractAnswer>> Handle(ListContracts request, CancellationToken cancellationToken)
    {
        if (!await db.Orders.AnyAsync(order => order.Id == request.OrderId, cancellationToken))
        {
            throw SharedErrors.NotFound("order");
        }

        var page = await db.Contracts.AsNoTracking().Where(contract => contract.OrderId == request.OrderId)
            .NewestFirstAsync(request.Page, contract => contract.Id, cancellationToken);
        return page.Select(Answer);
    }

    private ContractAnswer Answer(Contract contract) => new(
        contract.Id, contract.Number, contract.OrderId, settings.Time.Day(contract.ConcludedAt),
        new(contract.SellerId, contract.SellerName, contract.SellerCreditCode), new(contract.BuyerId, contract.BuyerName, contract.BuyerCreditCode),
        contract.Text, Convert.ToHexStringLower(contract.TextDigest));
}
