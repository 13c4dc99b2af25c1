using System.Security.Claims;
using Marketplace.IntegrationTests.Harness;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Marketplace.IntegrationTests.Identity;

/// <summary>The embedded token service.</summary>
public sealed class EmbeddedTokenTests(Servers servers) : TokenSourceContract, IClassFixture<Servers>
{
    protected override async Task<ITokenSource> SourceAsync() => new Source(await servers.OnAsync(DatabaseKind.Sqlite), await servers.FreshAsync(DatabaseKind.Sqlite));

    private sealed class Source(MarketplaceServer api, MarketplaceServer elsewhere) : ITokenSource
    {
        public MarketplaceServer Api => api;

        public async Task<string> TokenAsync(string organization, string role, string duty) => role == "admin"
            ? api.Admin.Token!
            : (await (api.Admin with { Id = organization }).ColleagueAsync(duty)).Token!;

        public async Task<string> ExpiredAsync(string organization, string role)
        {
            var protector = api.Services.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenProtector;
            var token = protector.Unprotect(await TokenAsync(organization, role, "owner"))!;
            token.Properties.ExpiresUtc = TimeProvider.System.GetUtcNow().AddMinutes(-5);
            return protector.Protect(new AuthenticationTicket(new ClaimsPrincipal(token.Principal.Identity!), token.Properties, token.AuthenticationScheme));
        }

        public Task<string> ForeignAsync(string organization, string role) => Task.FromResult(elsewhere.Admin.Token!);
    }
}
