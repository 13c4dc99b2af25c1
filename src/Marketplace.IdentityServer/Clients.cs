using System.Security.Claims;
using Duende.IdentityServer;
using Duende.IdentityServer.Models;
using Duende.IdentityServer.Stores;
using Duende.IdentityServer.Validation;
using Marketplace.Infrastructure.Identity;

namespace Marketplace.IdentityServer;

/// <summary>The programs that may ask for tokens: those that people sign in to, and the clients that organizations made.</summary>
internal sealed class Clients(AppCatalogue apps, TokenService accounts) : IClientStore
{
    /// <summary>Says that the secret is the account's, which <see cref="AccountSecrets"/> asks.</summary>
    public const string AccountSecret = "account";

    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    public async Task<Client?> FindClientByIdAsync(string clientId)
    {
        if (apps.Find(clientId) is { } app)
        {
            return Make(app);
        }

        // No database of ours has an id with this in it, and some can't even be asked.
        return !clientId.Contains('\0', StringComparison.Ordinal) && await accounts.FindClientAsync(clientId, AccountSecret, CancellationToken.None) is { } client
            ? Make(clientId, client)
            : null;
    }

    private static Client Make(string clientId, ClaimsPrincipal client) => new()
    {
        ClientId = clientId,
        AllowedGrantTypes = GrantTypes.ClientCredentials,
        ClientSecrets = [new() { Type = AccountSecret }],
        AllowedScopes = [IdentityHost.Audience],
        AccessTokenLifetime = (int)TokenLifetime.TotalSeconds,
        ClientClaimsPrefix = "",
        Claims = [.. client.Claims.Select(claim => new ClientClaim(claim.Type, claim.Value))],
    };

    private static Client Make(App app) => new()
    {
        ClientId = app.ClientId,
        AllowedGrantTypes = GrantTypes.Code,
        RequireClientSecret = false,
        RequirePkce = true,
        AllowedScopes = [IdentityServerConstants.StandardScopes.OpenId, IdentityHost.Audience],
        RedirectUris = [.. app.RedirectUris],
        PostLogoutRedirectUris = [.. app.SignedOutUris],
        AllowedCorsOrigins = [.. app.RedirectUris.Select(uri => new Uri(uri).GetLeftPart(UriPartial.Authority)).Distinct()],
        AccessTokenLifetime = (int)TokenLifetime.TotalSeconds,
        AllowOfflineAccess = true,
        RefreshTokenUsage = TokenUsage.OneTimeOnly,
    };
}

/// <summary>Checks a secret as the embedded service does: with its rotation, its lockout and its count of wrong tries.</summary>
internal sealed class AccountSecrets(TokenService accounts) : ISecretValidator
{
    public async Task<SecretValidationResult> ValidateAsync(IEnumerable<Secret> secrets, ParsedSecret parsedSecret) => new()
    {
        Success = parsedSecret is { Type: IdentityServerConstants.ParsedSecretTypes.SharedSecret, Credential: string secret }
            && secrets.Any(expected => expected.Type == Clients.AccountSecret)
            && await accounts.SignInClientAsync(parsedSecret.Id, secret, Clients.AccountSecret, CancellationToken.None) is not null,
    };
}
