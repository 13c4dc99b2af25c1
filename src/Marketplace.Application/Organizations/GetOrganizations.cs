using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>The organizations that the caller sees: its own, or all.</summary>
public sealed record ListOrganizations(PageRequest Page, OrganizationKind? Kind) : IQuery<Page<OrganizationAnswer>>, IPaged;

public sealed class ListOrganizationsHandler(IMarketplaceDb db) : IRequestHandler<ListOrganizations, Page<OrganizationAnswer>>
{
    public async Task<Page<OrganizationAnswer>> Handle(ListOrganizations request, CancellationToken cancellationToken) =>
        (await db.Organizations.AsNoTracking().Where(organization => request.Kind == null || organization.Kind == request.Kind)
            .NewestFirstAsync(request.Page, organization => organization.Id, cancellationToken)).Select(OrganizationAnswer.Of);
}

public sealed record GetOrganization(Id<Organization> Id) : IQuery<OrganizationAnswer>;

public sealed class GetOrganizationHandler(IMarketplaceDb db) : IRequestHandler<GetOrganization, OrganizationAnswer>
{
    public async Task<OrganizationAnswer> Handle(GetOrganization request, CancellationToken cancellationToken) =>
        OrganizationAnswer.Of(await db.Organizations.AsNoTracking().SingleOrDefaultAsync(organization => organization.Id == request.Id, cancellationToken)
            ?? throw SharedErrors.NotFound("organization"));
}
