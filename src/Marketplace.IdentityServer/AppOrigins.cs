using Duende.IdentityServer.Services;

namespace Marketplace.IdentityServer;

/// <summary>Pages of the programs that people sign in to may change codes into tokens; no other site's may call.</summary>
internal sealed class AppOrigins(AppCatalogue apps) : ICorsPolicyService
{
    public Task<bool> IsOriginAllowedAsync(string origin) => Task.FromResult(apps.Serves(origin));
}
