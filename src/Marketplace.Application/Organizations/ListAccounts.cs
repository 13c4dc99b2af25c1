using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;

namespace Marketplace.Application.Organizations;

/// <summary>The people of an organization that sign in, by user name.</summary>
public sealed record ListPeople(Id<Organization> OrganizationId, PageRequest Page) : IQuery<Page<PersonRow>>, IPagedByText;

/// <param name="LockedUntil">Until when wrong passwords keep the person out; null where they never did.</param>
public sealed record PersonRow(string Id, string UserName, string? Email, Role Role, Duty Duty, DateTimeOffset? LockedUntil);

/// <summary>The clients of an organization, by client id.</summary>
public sealed record ListClients(Id<Organization> OrganizationId, PageRequest Page) : IQuery<Page<ClientRow>>, IPagedByText;

public sealed record ClientRow(string ClientId, string Name, Role Role, Duty Duty);

/// <summary>Accounts have no tenancy of their own: whoever sees the organization sees them.</summary>
public sealed class ListAccountsHandler(IMarketplaceDb db, IPeopleRegistry people, IClientRegistry clients)
    : IRequestHandler<ListPeople, Page<PersonRow>>, IRequestHandler<ListClients, Page<ClientRow>>
{
    public async Task<Page<PersonRow>> Handle(ListPeople request, CancellationToken cancellationToken) =>
        await people.ListAsync(await db.VisibleAsync(request.OrganizationId, cancellationToken), request.Page, cancellationToken);

    public async Task<Page<ClientRow>> Handle(ListClients request, CancellationToken cancellationToken) =>
        await clients.ListAsync(await db.VisibleAsync(request.OrganizationId, cancellationToken), request.Page, cancellationToken);
}
