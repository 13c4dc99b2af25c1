using Marketplace.Api.Hosting;
using Marketplace.Infrastructure.Identity;
using Microsoft.AspNetCore.Authentication;

namespace Marketplace.Api.Http;

/// <summary>
/// Tokens and sessions of the market's own accounts end when their account ends them: its stamp is looked up with each request, so
/// that it holds at once and on every process. A token of another issuer has a stamp only if it speaks for such an account.
/// </summary>
internal sealed class RevokedTokens(RequestDelegate next, HostSettings settings)
{
    public async Task InvokeAsync(HttpContext http, TokenService tokens)
    {
        if (http.User.Identity?.IsAuthenticated == true && (settings.Authority is null || http.User.HasClaim(claim => claim.Type == MarketClaims.Stamp))
            && !await tokens.StandsAsync(http.User, http.RequestAborted))
        {
            http.User = new();
            http.Features.Set<IAuthenticateResultFeature>(new Ended());
        }

        await next(http);
    }

    private sealed class Ended : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; } = AuthenticateResult.NoResult();
    }
}
