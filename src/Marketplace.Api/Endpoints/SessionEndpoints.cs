using Marketplace.Api.Demo;
using Marketplace.Api.Errors;
using Marketplace.Api.Hosting;
using Marketplace.Api.Http;
using Marketplace.Application.Json;
using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Identity;
using Marketplace.Infrastructure.Persistence;
using MediatR;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Endpoints;

/// <summary>How people sign in here.</summary>
/// <param name="Issuer">The OpenID Connect issuer to get tokens of, by authorization code with PKCE; null where passwords are taken here.</param>
/// <param name="ClientId">Who the console is to that issuer.</param>
/// <param name="Scope">What it asks for there.</param>
/// <param name="TimeZone">The zone of the market's days and months.</param>
/// <param name="Now">What the market's clock says; a sandbox's is months ahead of the caller's.</param>
/// <param name="Suggestions">User names of the demo market, in development only.</param>
internal sealed record SignInSettings(string? Issuer, string? ClientId, string? Scope, string TimeZone, DateTimeOffset Now, IReadOnlyList<string> Suggestions);

/// <summary>Who the caller is.</summary>
/// <param name="Name">A person's user name; of a client its id, as <paramref name="Actor"/>.</param>
/// <param name="Duty">What the caller may do for its organization.</param>
/// <param name="RequestToken">What a session's every change carries in X-Request-Token; null for callers with a token of their own.</param>
internal sealed record SessionAnswer(string Actor, string Name, Role Role, Duty Duty, OrganizationAnswer Organization, string? RequestToken);

internal sealed record SignIn(string? UserName, string? Password);

internal static class SessionEndpoints
{
    private const int MaxBytes = 4096;

    /// <param name="app">Where to.</param>
    /// <param name="settings">Whether passwords are taken here.</param>
    public static void MapSessions(this IEndpointRouteBuilder app, HostSettings settings)
    {
        var group = app.MapGroup("/v1").WithTags("Session");
        group.MapGet("/sign-in", async (MarketplaceDbContext db, MarketClock clock, IHostEnvironment environment, CancellationToken token) => Results.Json(
                new SignInSettings(
                    settings.Authority, settings.ClientId, settings.Scope, settings.Marketplace.Time.Zone.Id, clock.GetUtcNow(),
                    environment.IsDevelopment() && settings.Authority is null ? await DemoLogins.NamesAsync(db, token) : []),
                MarketJson.Options))
            .AllowAnonymous().Produces<SignInSettings>().WithSummary("How people sign in");
        group.MapGet("/session", ReadAsync).Produces<SessionAnswer>().WithSummary("Who the caller is");
        if (settings.Authority is not null)
        {
            return;
        }

        group.MapPost("/session", SignInAsync).AllowAnonymous().RequireRateLimiting(TokenEndpoint.RateLimit).WithMetadata(new BodyLimit(MaxBytes))
            .Produces<SessionAnswer>(201).WithSummary("Sign in with a password, by a cookie");
        group.MapDelete("/session", async (HttpContext http) =>
            {
                await http.SignOutAsync(Session.Scheme);
                return Results.NoContent();
            })
            .AllowAnonymous().Produces(204).WithSummary("Sign out");
    }

    private static async Task<IResult> SignInAsync(Body<SignIn> body, HttpContext http, TokenService tokens, IMediator mediator, CancellationToken token)
    {
        Session.RequireTransport(http);
        var missing = new Dictionary<string, string[]>(http.RequestServices.GetRequiredService<RequestContext>().UnreadableFields);
        Want(missing, "userName", body.Value.UserName);
        Want(missing, "password", body.Value.Password);
        if (missing.Count > 0)
        {
            throw new InvalidRequestException(missing);
        }

        http.User = await tokens.SignInAsync(body.Value.UserName!, body.Value.Password!, Session.Scheme, token)
            ?? throw new ProblemException(StatusCodes.Status401Unauthorized, "session.refused", "User name or password is wrong, or the login is locked for some minutes.");
        await http.SignInAsync(Session.Scheme, http.User);
        http.RequestServices.GetRequiredService<RequestContext>().Caller = MarketClaims.ToCaller(http.User);
        http.Response.Headers.Location = "/v1/session";
        return Results.Json(await AnswerAsync(http, mediator, token), MarketJson.Options, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Not every database can be asked for a text with a NUL in it.</summary>
    private static void Want(Dictionary<string, string[]> errors, string field, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            errors.TryAdd(field, ["is required"]);
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            errors.TryAdd(field, ["must not hold a NUL"]);
        }
    }

    private static async Task<IResult> ReadAsync(HttpContext http, IMediator mediator, CancellationToken token) =>
        Results.Json(await AnswerAsync(http, mediator, token), MarketJson.Options);

    private static async Task<string> NameAsync(HttpContext http, string actor, CancellationToken token) => Guid.TryParseExact(actor, "N", out var id)
        && await http.RequestServices.GetRequiredService<MarketplaceDbContext>().Users.Where(person => person.Id == id).Select(person => person.UserName).SingleOrDefaultAsync(token) is { } name
            ? name : actor;

    private static async Task<SessionAnswer> AnswerAsync(HttpContext http, IMediator mediator, CancellationToken token)
    {
        var caller = MarketClaims.ToCaller(http.User);
        var organization = await mediator.Send(new GetOrganization(caller.OrganizationId), token);
        var requestToken = http.User.Identity?.AuthenticationType == Session.Scheme
            ? http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http).RequestToken
            : null;
        http.Response.Headers.CacheControl = "no-store";
        return new(caller.Actor, await NameAsync(http, caller.Actor, token), caller.Role, MarketClaims.DutyOf(http.User), organization, requestToken);
    }
}
