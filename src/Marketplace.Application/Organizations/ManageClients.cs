using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>Gives a client a new secret and ends its tokens. With a grace, the old secret still gets tokens for so long.</summary>
/// <param name="GraceHours">0 to 168 hours; 0 where it isn't said.</param>
public sealed record RotateSecret(int? GraceHours) : ICommand<ClientAnswer>
{
    [JsonIgnore]
    public Id<Organization> OrganizationId { get; init; }

    [JsonIgnore]
    public string ClientId { get; init; } = "";
}

public sealed class RotateSecretValidator : AbstractValidator<RotateSecret>
{
    public RotateSecretValidator() => RuleFor(request => request.GraceHours).Between(0, 168);
}

public sealed class RotateSecretHandler(IMarketplaceDb db, IClientRegistry clients, AuditLog audit) : IRequestHandler<RotateSecret, ClientAnswer>
{
    public async Task<ClientAnswer> Handle(RotateSecret request, CancellationToken cancellationToken)
    {
        var organization = await db.VisibleAsync(request.OrganizationId, cancellationToken);
        var answer = await clients.RotateSecretAsync(organization, request.ClientId, TimeSpan.FromHours(request.GraceHours ?? 0), cancellationToken)
            ?? throw SharedErrors.NotFound("client");
        audit.Record("client.secret_rotated", ("client", request.ClientId), organization, new { request.GraceHours });
        return answer;
    }
}

/// <summary>Ends every token that a client has; its secret stays.</summary>
public sealed record RevokeClientTokens(Id<Organization> OrganizationId, string ClientId) : ICommand<Done>;

public sealed class RevokeClientTokensHandler(IMarketplaceDb db, IClientRegistry clients, AuditLog audit) : IRequestHandler<RevokeClientTokens, Done>
{
    public async Task<Done> Handle(RevokeClientTokens request, CancellationToken cancellationToken)
    {
        var organization = await db.VisibleAsync(request.OrganizationId, cancellationToken);
        if (!await clients.RevokeTokensAsync(organization, request.ClientId, cancellationToken))
        {
            throw SharedErrors.NotFound("client");
        }

        audit.Record("client.tokens_revoked", ("client", request.ClientId), organization, new { });
        return Done.Value;
    }
}

/// <summary>Removes a client, and with it its tokens.</summary>
public sealed record RemoveClient(Id<Organization> OrganizationId, string ClientId) : ICommand<Done>;

public sealed class RemoveClientHandler(IMarketplaceDb db, IClientRegistry clients, AuditLog audit) : IRequestHandler<RemoveClient, Done>
{
    public async Task<Done> Handle(RemoveClient request, CancellationToken cancellationToken)
    {
        var organization = await db.VisibleAsync(request.OrganizationId, cancellationToken);
        if (!await clients.RemoveAsync(organization, request.ClientId, cancellationToken))
        {
            throw SharedErrors.NotFound("client");
        }

        audit.Record("client.removed", ("client", request.ClientId), organization, new { });
        return Done.Value;
    }
}

internal static class VisibleOrganizations
{
    /// <summary>The organization itself, where the caller may know of it.</summary>
    public static async Task<Id<Organization>> VisibleAsync(this IMarketplaceDb db, Id<Organization> id, CancellationToken cancellationToken) =>
        await db.Organizations.AnyAsync(organization => organization.Id == id, cancellationToken) ? id : throw SharedErrors.NotFound("organization");
}
