using System.Security.Cryptography;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Identity;

internal sealed class ClientRegistry(MarketplaceDbContext db, IPasswordHasher<ApiClient> hasher, TimeProvider time) : IClientRegistry
{
    public ClientAnswer Add(Id<Organization> organization, string name, Role role, Duty duty) =>
        Add(Guid.NewGuid().ToString("N"), NewSecret(), organization, name, role, duty);

    public async Task<Page<ClientRow>> ListAsync(Id<Organization> organization, PageRequest page, CancellationToken cancellationToken) =>
        (await db.ApiClients.AsNoTracking().Where(client => client.OrganizationId == organization)
            .ByTextAsync(page, client => client.ClientId, cancellationToken)).Select(client => new ClientRow(client.ClientId, client.Name, client.Role, client.Duty));

    public async Task<ClientAnswer?> RotateSecretAsync(Id<Organization> organization, string clientId, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (await FindAsync(organization, clientId, cancellationToken) is not { } client)
        {
            return null;
        }

        var secret = NewSecret();
        client.PreviousSecretHash = grace > TimeSpan.Zero ? client.SecretHash : null;
        client.PreviousSecretUntil = grace > TimeSpan.Zero ? time.GetUtcNow() + grace : null;
        client.SecretHash = hasher.HashPassword(client, secret);
        client.Stamp = NewStamp();
        (client.FailedAttempts, client.LockedUntil) = (0, null);
        return new(clientId, secret);
    }

    public async Task<bool> RevokeTokensAsync(Id<Organization> organization, string clientId, CancellationToken cancellationToken)
    {
        if (await FindAsync(organization, clientId, cancellationToken) is not { } client)
        {
            return false;
        }

        client.Stamp = NewStamp();
        return true;
    }

    public async Task<bool> RemoveAsync(Id<Organization> organization, string clientId, CancellationToken cancellationToken)
    {
        if (await FindAsync(organization, clientId, cancellationToken) is not { } client)
        {
            return false;
        }

        db.ApiClients.Remove(client);
        return true;
    }

    internal ClientAnswer Add(string clientId, string secret, Id<Organization> organization, string name, Role role, Duty duty)
    {
        var client = new ApiClient { ClientId = clientId, Name = name, OrganizationId = organization, Role = role, Duty = duty };
        client.SecretHash = hasher.HashPassword(client, secret);
        db.ApiClients.Add(client);
        return new(clientId, secret);
    }

    internal static string NewSecret() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

    private static string NewStamp() => Guid.NewGuid().ToString("N");

    private Task<ApiClient?> FindAsync(Id<Organization> organization, string clientId, CancellationToken cancellationToken) =>
        db.ApiClients.SingleOrDefaultAsync(client => client.OrganizationId == organization && client.ClientId == clientId, cancellationToken);
}
