using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Vouchers;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>The organizations that the caller knows by name, to pick one from: the newest first.</summary>
/// <param name="Name">Those whose name has this in it, in any case.</param>
public sealed record ListParties(PageRequest Page, OrganizationKind? Kind, string? Name) : IQuery<Page<NameAnswer>>, IPaged;

public sealed class ListPartiesHandler(IMarketplaceDb db, RequestContext context) : IRequestHandler<ListParties, Page<NameAnswer>>
{
    public async Task<Page<NameAnswer>> Handle(ListParties request, CancellationToken cancellationToken) =>
        (await KnownParties.To(context.Caller, db).AsNoTracking().Containing(party => party.Name, request.Name)
            .Where(party => request.Kind == null || party.Kind == request.Kind)
            .NewestFirstAsync(request.Page, party => party.Id, cancellationToken)).Select(party => new NameAnswer(party.Id.ToString(), party.Name));
}

internal static class KnownParties
{
    /// <summary>
    /// Providers and authorities are the market's to know; an enterprise is whoever's that has a contract with it, or that funds a
    /// voucher of it or decides its application.
    /// </summary>
    public static IQueryable<Organization> To(Caller caller, IMarketplaceDb db)
    {
        var (all, me) = (db.Organizations.IgnoreQueryFilters(), caller.OrganizationId);
        return caller.SeesAll ? all : all.Where(party => party.Kind != OrganizationKind.Enterprise || party.Id == me
            || db.Contracts.Any(contract => (contract.BuyerId == party.Id && contract.SellerId == me) || (contract.SellerId == party.Id && contract.BuyerId == me))
            || db.Vouchers.Any(voucher => voucher.OrganizationId == party.Id && db.Programmes.Any(programme => programme.Code == voucher.ProgrammeCode && programme.AuthorityId == me))
            || db.VoucherApplications.Any(application => application.OrganizationId == party.Id && application.AuthorityId == me && application.Status != ApplicationStatus.Draft));
    }
}
