using System.Security.Claims;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Marketplace.Infrastructure.Identity;

/// <summary>The claims that say on whose behalf a token speaks.</summary>
public static class MarketClaims
{
    public const string Actor = "sub";
    public const string Role = "role";
    public const string Organization = "org";

    /// <summary>Reads a caller from a token; one without the three claims speaks for nobody.</summary>
    public static Caller ToCaller(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var actor = user.FindFirstValue(Actor) ?? user.FindFirstValue("client_id") ?? user.FindFirstValue(ClaimTypes.NameIdentifier);
        return actor is not null && Enum.TryParse<Role>(user.FindFirstValue(Role), ignoreCase: true, out var role) && role != Application.Pipeline.Role.System
            ? new(actor, role, Id<Organization>.Parse(user.FindFirstValue(Organization)))
            : Caller.Anonymous;
    }

    /// <summary>Whoever speaks with these claims, signed in by a scheme.</summary>
    internal static ClaimsPrincipal Principal(string actor, Role role, Id<Organization> organization, string scheme) => new(new ClaimsIdentity(
        [new(Actor, actor), new(Role, role.ToString().ToLowerInvariant()), new(Organization, organization.ToString())], scheme, Actor, Role));
}

public sealed record IssuedToken(string AccessToken, TimeSpan Lifetime);

/// <summary>
/// The embedded token service: checks a client's secret or a person's password and issues the framework's bearer tokens.
/// </summary>
public sealed class TokenService
{
    private const int MaxFailedAttempts = 5;
    private static readonly TimeSpan Lockout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FailureDelay = TimeSpan.FromMilliseconds(300);

    private readonly MarketplaceDbContext _db;
    private readonly IPasswordHasher<ApiClient> _hasher;
    private readonly UserManager<Person> _people;
    private readonly BearerTokenOptions _options;
    private readonly TimeProvider _time;

    internal TokenService(
        MarketplaceDbContext db, IPasswordHasher<ApiClient> hasher, UserManager<Person> people, IOptionsMonitor<BearerTokenOptions> options, TimeProvider time) =>
        (_db, _hasher, _people, _options, _time) = (db, hasher, people, options.Get(BearerTokenDefaults.AuthenticationScheme), time);

    /// <returns>A token, or null where client, secret or both are wrong, or the client is locked out.</returns>
    public async Task<IssuedToken?> ForClientAsync(string clientId, string secret, CancellationToken cancellationToken)
    {
        var client = await _db.ApiClients.AsNoTracking().SingleOrDefaultAsync(c => c.ClientId == clientId, cancellationToken);
        if (client is null || client.LockedUntil > _time.GetUtcNow() || !Verifies(client, secret))
        {
            if (client is not null)
            {
                await CountFailureAsync(client, cancellationToken);
            }

            await Task.Delay(FailureDelay, cancellationToken);
            return null;
        }

        if (client.FailedAttempts > 0)
        {
            await _db.ApiClients.Where(c => c.ClientId == clientId)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.FailedAttempts, 0).SetProperty(c => c.LockedUntil, (DateTimeOffset?)null), cancellationToken);
        }

        return Issue(MarketClaims.Principal(client.ClientId, client.Role, client.OrganizationId, BearerTokenDefaults.AuthenticationScheme));
    }

    /// <returns>A token, or null where name, password or both are wrong, or the person is locked out.</returns>
    public async Task<IssuedToken?> ForPersonAsync(string userName, string password, CancellationToken cancellationToken) =>
        await SignInAsync(userName, password, BearerTokenDefaults.AuthenticationScheme, cancellationToken) is { } principal ? Issue(principal) : null;

    /// <summary>Checks a person's password.</summary>
    /// <param name="userName">Whose.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="scheme">By which authentication scheme the person goes on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The person with its claims, or null where name, password or both are wrong, or the person is locked out.</returns>
    public async Task<ClaimsPrincipal?> SignInAsync(string userName, string password, string scheme, CancellationToken cancellationToken)
    {
        var person = await _people.FindByNameAsync(userName);
        if (person is not null && !await _people.IsLockedOutAsync(person) && await _people.CheckPasswordAsync(person, password))
        {
            await _people.ResetAccessFailedCountAsync(person);
            return MarketClaims.Principal(person.UserName!, person.Role, person.OrganizationId, scheme);
        }

        if (person is not null)
        {
            await _people.AccessFailedAsync(person);
        }

        await Task.Delay(FailureDelay, cancellationToken);
        return null;
    }

    private bool Verifies(ApiClient client, string secret) =>
        _hasher.VerifyHashedPassword(client, client.SecretHash, secret) != PasswordVerificationResult.Failed;

    private Task CountFailureAsync(ApiClient client, CancellationToken cancellationToken)
    {
        var until = _time.GetUtcNow() + Lockout;
        return _db.ApiClients.Where(c => c.ClientId == client.ClientId).ExecuteUpdateAsync(
            set => set
                .SetProperty(c => c.LockedUntil, c => c.FailedAttempts + 1 >= MaxFailedAttempts ? until : c.LockedUntil)
                .SetProperty(c => c.FailedAttempts, c => c.FailedAttempts + 1 >= MaxFailedAttempts ? 0 : c.FailedAttempts + 1),
            cancellationToken);
    }

    private IssuedToken Issue(ClaimsPrincipal principal)
    {
        var properties = new AuthenticationProperties { ExpiresUtc = _time.GetUtcNow() + _options.BearerTokenExpiration };
        var ticket = new AuthenticationTicket(principal, properties, BearerTokenDefaults.AuthenticationScheme + ":AccessToken");
        return new(_options.BearerTokenProtector.Protect(ticket), _options.BearerTokenExpiration);
    }
}
