using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>Where the token service keeps its clients.</summary>
public interface IClientRegistry
{
    /// <summary>Adds a client to the transaction that is under way, and tells its secret, which is kept as a hash only.</summary>
    ClientAnswer Add(Id<Organization> organization, string name, Role role);
}

/// <summary>The secret is told this once.</summary>
public sealed record ClientAnswer(string ClientId, string ClientSecret);

/// <summary>Makes a client, with which a program of the organization gets tokens.</summary>
public sealed record CreateClient(string? Name) : ICommand<ClientAnswer>
{
    [JsonIgnore]
    public Id<Organization> OrganizationId { get; init; }
}

public sealed class CreateClientValidator : AbstractValidator<CreateClient>
{
    public CreateClientValidator() => RuleFor(request => request.Name).Text(100);
}

public sealed class CreateClientHandler(IMarketplaceDb db, IClientRegistry clients, AuditLog audit) : IRequestHandler<CreateClient, ClientAnswer>
{
    public async Task<ClientAnswer> Handle(CreateClient request, CancellationToken cancellationToken)
    {
        var organization = await db.Organizations.SingleOrDefaultAsync(o => o.Id == request.OrganizationId, cancellationToken)
            ?? throw SharedErrors.NotFound("organization");
        var client = clients.Add(organization.Id, request.Name!, RoleOf(organization.Kind));
        audit.Record("client.created", ("client", client.ClientId), organization.Id, new { request.Name });
        return client;
    }

    public static Role RoleOf(OrganizationKind kind) => kind switch
    {
        OrganizationKind.Provider => Role.Provider,
        OrganizationKind.Enterprise => Role.Enterprise,
        OrganizationKind.Authority => Role.Authority,
        _ => Role.Admin,
    };
}
