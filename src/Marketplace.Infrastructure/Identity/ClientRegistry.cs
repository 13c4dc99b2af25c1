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

internal sealed class ClientRegistry(MarketplaceDbContext db, IPasswordHasher<ApiClient> hasher) : IClientRegistry
{
    public ClientAnswer Add(Id<Organization> organization, string name, Role role) =>
        Add(Guid.NewGuid().ToString("N"), NewSecret(), organization, name, role);

    internal ClientAnswer Add(string clientId, string secret, Id<Organization> organization, string name, Role role)
    {
        var client = new ApiClient { ClientId = clientId, Name = name, OrganizationId = organization, Role = role };
        client.SecretHash = hasher.HashPassword(client, secret);
        db.ApiClients.Add(client);
        return new(clientId, secret);
    }

    public async Task<Page<ClientRow>> ListAsync(Id<Organization> organization, PageRequest page, CancellationToken cancellationToken) =>
        (await db.ApiClients.AsNoTracking().Where(client => client.OrganizationId == organization).ByTextAsync(page, client => client.ClientId, cancellationToken))
            .Select(client => new ClientRow(client.ClientId, client.Name, client.Role));

    internal static string NewSecret() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
}
