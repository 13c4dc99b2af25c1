using Marketplace.Infrastructure.Identity;
using Microsoft.AspNetCore.Authentication;

namespace Marketplace.Api.Http;

/// <summary>
/// Tokens and sessions of the embedded service end when their account ends them: its stamp is looked up with each request, so
/// that it holds at once and on every process.
/// </summary>
internal sealed class RevokedTokens(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http, TokenService tokens)
    {
        if (http.User.Identity?.IsAuthenticated == true && !await tokens.StandsAsync(http.User, http.RequestAborted))
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
