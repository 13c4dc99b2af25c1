using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>The people of an organization that sign in, by user name.</summary>
public sealed record ListPeople(Id<Organization> OrganizationId, PageRequest Page) : IQuery<Page<PersonRow>>, IPagedByText;

public sealed record PersonRow(string UserName, string? Email, Role Role);

/// <summary>The clients of an organization, by client id.</summary>
public sealed record ListClients(Id<Organization> OrganizationId, PageRequest Page) : IQuery<Page<ClientRow>>, IPagedByText;

public sealed record ClientRow(string ClientId, string Name, Role Role);

public sealed class ListAccountsHandler(IMarketplaceDb db, IPeopleRegistry people, IClientRegistry clients)
    : IRequestHandler<ListPeople, Page<PersonRow>>, IRequestHandler<ListClients, Page<ClientRow>>
{
    public async Task<Page<PersonRow>> Handle(ListPeople request, CancellationToken cancellationToken)
    {
        await SeenAsync(request.OrganizationId, cancellationToken);
        return await people.ListAsync(request.OrganizationId, request.Page, cancellationToken);
    }

    public async Task<Page<ClientRow>> Handle(ListClients request, CancellationToken cancellationToken)
    {
        await SeenAsync(request.OrganizationId, cancellationToken);
        return await clients.ListAsync(request.OrganizationId, request.Page, cancellationToken);
    }

    /// <summary>Accounts have no tenancy of their own: whoever sees the organization sees them.</summary>
    private async Task SeenAsync(Id<Organization> id, CancellationToken cancellationToken)
    {
        if (!await db.Organizations.AnyAsync(organization => organization.Id == id, cancellationToken))
        {
            throw SharedErrors.NotFound("organization");
        }
    }
}
