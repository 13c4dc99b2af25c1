using Duende.IdentityServer.Models;
using Duende.IdentityServer.Services;
using Marketplace.Infrastructure.Identity;

namespace Marketplace.IdentityServer;

/// <summary>What tokens say of a person, asked anew with each; an account that has ended its sessions gets none.</summary>
internal sealed class People(TokenService accounts) : IProfileService
{
    /// <summary>By what somebody is known who signed in here.</summary>
    public const string Scheme = "person";

    public async Task GetProfileDataAsync(ProfileDataRequestContext context)
    {
        if (await accounts.FindPersonAsync(context.Subject, Scheme, CancellationToken.None) is { } person)
        {
            context.AddRequestedClaims(person.Claims);
        }
    }

    public async Task IsActiveAsync(IsActiveContext context) =>
        context.IsActive = await accounts.FindPersonAsync(context.Subject, Scheme, CancellationToken.None) is not null;
}
