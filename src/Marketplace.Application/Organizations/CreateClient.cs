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
    ClientAnswer Add(Id<Organization> organization, string name, Role role, Duty duty);

    /// <summary>An organization's clients, by their ids.</summary>
    Task<Page<ClientRow>> ListAsync(Id<Organization> organization, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Gives a client a new secret and ends its tokens; the old secret gets tokens until the instant given.</summary>
    /// <returns>The new secret, or null where the organization has no such client.</returns>
    Task<ClientAnswer?> RotateSecretAsync(Id<Organization> organization, string clientId, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Ends every token that the client has.</summary>
    /// <returns>Whether the organization has such a client.</returns>
    Task<bool> RevokeTokensAsync(Id<Organization> organization, string clientId, CancellationToken cancellationToken);

    /// <returns>Whether the organization had such a client.</returns>
    Task<bool> RemoveAsync(Id<Organization> organization, string clientId, CancellationToken cancellationToken);
}

/// <summary>The secret is told this once.</summary>
public sealed record ClientAnswer(string ClientId, string ClientSecret);

/// <summary>
/// Makes a client, with which a program of the organization gets tokens. It has the role of the organization's kind; the
/// platform's own clients are admins or auditors. Without a duty it is an owner.
/// </summary>
public sealed record CreateClient(string? Name, Role? Role = null, Duty? Duty = null) : ICommand<ClientAnswer>
{
    [JsonIgnore]
    public Id<Organization> OrganizationId { get; init; }
}

public sealed class CreateClientValidator : AbstractValidator<CreateClient>
{
    public CreateClientValidator()
    {
        RuleFor(request => request.Name).Text(100);
        RuleFor(request => request.Role).NotEqual(Pipeline.Role.System).WithMessage("must be a role of the organization's");
    }
}

public sealed class CreateClientHandler(IMarketplaceDb db, IClientRegistry clients, AuditLog audit) : IRequestHandler<CreateClient, ClientAnswer>
{
    public async Task<ClientAnswer> Handle(CreateClient request, CancellationToken cancellationToken)
    {
        var organization = await db.Organizations.SingleOrDefaultAsync(o => o.Id == request.OrganizationId, cancellationToken)
            ?? throw SharedErrors.NotFound("organization");
        var client = clients.Add(organization.Id, request.Name!, Roles.Of(organization.Kind, request.Role), request.Duty ?? Duty.Owner);
        audit.Record("client.created", ("client", client.ClientId), organization.Id, new { request.Name, request.Role, request.Duty });
        return client;
    }
}

internal static class Roles
{
    /// <summary>The role that somebody of an organization of this kind gets.</summary>
    /// <exception cref="InvalidRequestException">The role asked for isn't one of the organization's.</exception>
    public static Role Of(OrganizationKind kind, Role? wanted)
    {
        Role[] possible = kind switch
        {
            OrganizationKind.Provider => [Role.Provider],
            OrganizationKind.Enterprise => [Role.Enterprise],
            OrganizationKind.Authority => [Role.Authority],
            _ => [Role.Admin, Role.Auditor],
        };
        return wanted is null ? possible[0]
            : possible.Contains(wanted.Value) ? wanted.Value
            : throw InvalidRequestException.For("role", "must be a role of the organization's");
    }
}
