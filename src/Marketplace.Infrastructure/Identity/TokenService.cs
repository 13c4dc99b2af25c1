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

    /// <summary>A token without it reads only.</summary>
    public const string Duty = "duty";

    /// <summary>In the embedded service's own tokens: what the account's stamp has to be for the token to be good.</summary>
    public const string Stamp = "stamp";

    /// <summary>What the caller does for its organization; who doesn't say reads only.</summary>
    public static Duty DutyOf(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.FindFirstValue(Duty) is { } text && Enum.TryParse<Duty>(text, ignoreCase: true, out var duty) && Enum.IsDefined(duty)
            ? duty
            : Application.Pipeline.Duty.Viewer;
    }

    /// <summary>Reads a caller from a token; one without the three claims speaks for nobody.</summary>
    public static Caller ToCaller(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var actor = user.FindFirstValue(Actor) ?? user.FindFirstValue("client_id") ?? user.FindFirstValue(ClaimTypes.NameIdentifier);
        return actor is not null && Enum.TryParse<Role>(user.FindFirstValue(Role), ignoreCase: true, out var role) && Enum.IsDefined(role) && role != Application.Pipeline.Role.System
            ? new(actor, role, Id<Organization>.Parse(user.FindFirstValue(Organization)))
            : Caller.Anonymous;
    }

    /// <summary>Whoever speaks with these claims, signed in by a scheme.</summary>
    internal static ClaimsPrincipal Principal(string actor, Role role, Id<Organization> organization, Duty duty, string stamp, string scheme) => new(new ClaimsIdentity(
        [
            new(Actor, actor),
            new(Role, role.ToString().ToLowerInvariant()),
            new(Organization, organization.ToString()),
            new(Duty, duty.ToString().ToLowerInvariant()),
            new(Stamp, stamp),
        ],
        scheme,
        Actor,
        Role));
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

    /// <summary>A hash of nobody's secret, as long in the checking as anybody's.</summary>
    private static string? _decoy;

    private readonly MarketplaceDbContext _db;
    private readonly IPasswordHasher<ApiClient> _hasher;
    private readonly UserManager<Person> _people;
    private readonly BearerTokenOptions _options;
    private readonly TimeProvider _time;

    internal TokenService(
        MarketplaceDbContext db, IPasswordHasher<ApiClient> hasher, UserManager<Person> people, IOptionsMonitor<BearerTokenOptions> options, TimeProvider time) =>
        (_db, _hasher, _people, _options, _time) = (db, hasher, people, options.Get(BearerTokenDefaults.AuthenticationScheme), time);

    /// <returns>A token, or null where client, secret or both are wrong, or the client is locked out.</returns>
    public async Task<IssuedToken?> ForClientAsync(string clientId, string secret, CancellationToken cancellationToken) =>
        await SignInClientAsync(clientId, secret, BearerTokenDefaults.AuthenticationScheme, cancellationToken) is { } principal ? Issue(principal) : null;

    /// <summary>Checks a client's secret; five wrong ones lock the client out, and nobody else.</summary>
    /// <returns>The client with its claims, or null where client, secret or both are wrong, or the client is locked out.</returns>
    public async Task<ClaimsPrincipal?> SignInClientAsync(string clientId, string secret, string scheme, CancellationToken cancellationToken)
    {
        var (started, now) = (_time.GetTimestamp(), _time.GetUtcNow());
        var client = await _db.ApiClients.AsNoTracking().SingleOrDefaultAsync(c => c.ClientId == clientId, cancellationToken);
        var open = client?.LockedUntil > now ? null : client;
        if (open is null)
        {
            VerifyNothing(secret);
        }

        if (open is null || !Verifies(open, secret, now))
        {
            await CountFailureAsync(clientId, cancellationToken);
            await FailAsync(started, cancellationToken);
            return null;
        }

        if (open.FailedAttempts > 0)
        {
            await _db.ApiClients.Where(c => c.ClientId == clientId)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.FailedAttempts, 0).SetProperty(c => c.LockedUntil, (DateTimeOffset?)null), cancellationToken);
        }

        return Principal(open, scheme);
    }

    /// <returns>A token, or null where name, password or both are wrong, or the person is locked out.</returns>
    public async Task<IssuedToken?> ForPersonAsync(string userName, string password, CancellationToken cancellationToken) =>
        await SignInAsync(userName, password, BearerTokenDefaults.AuthenticationScheme, cancellationToken) is { } principal ? Issue(principal) : null;

    /// <summary>Checks a person's password; five wrong ones lock the person out, and nobody else.</summary>
    /// <param name="userName">Whose.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="scheme">By which authentication scheme the person goes on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The person with its claims, or null where name, password or both are wrong, or the person is locked out.</returns>
    public async Task<ClaimsPrincipal?> SignInAsync(string userName, string password, string scheme, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var person = await _people.FindByNameAsync(userName);
        var open = person is null || await _people.IsLockedOutAsync(person) ? null : person;
        if (open is null)
        {
            VerifyNothing(password);
        }
        else if (await _people.CheckPasswordAsync(open, password))
        {
            await _people.ResetAccessFailedCountAsync(open);
            return Principal(open, scheme);
        }

        await CountFailureAsync(person?.Id ?? Guid.Empty, cancellationToken);
        await FailAsync(started, cancellationToken);
        return null;
    }

    /// <summary>Whether the account that a token or session was issued to is still there and hasn't ended it since.</summary>
    public async Task<bool> StandsAsync(ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        var (actor, stamp) = (user.FindFirstValue(MarketClaims.Actor), user.FindFirstValue(MarketClaims.Stamp));
        return actor is not null && stamp is not null
            && (await _db.ApiClients.AnyAsync(client => client.ClientId == actor && client.Stamp == stamp, cancellationToken)
                || (Guid.TryParseExact(actor, "N", out var id) && await _db.Users.AnyAsync(person => person.Id == id && person.SecurityStamp == stamp, cancellationToken)));
    }

    /// <returns>The client with its claims as they are now, or null where there is none of that id.</returns>
    public async Task<ClaimsPrincipal?> FindClientAsync(string clientId, string scheme, CancellationToken cancellationToken) =>
        await _db.ApiClients.AsNoTracking().SingleOrDefaultAsync(client => client.ClientId == clientId, cancellationToken) is { } client ? Principal(client, scheme) : null;

    /// <returns>The person of a session or grant with its claims as they are now, or null where the account is gone or has ended it since.</returns>
    public async Task<ClaimsPrincipal?> FindPersonAsync(ClaimsPrincipal user, string scheme, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        var stamp = user.FindFirstValue(MarketClaims.Stamp);
        return stamp is not null && Guid.TryParseExact(user.FindFirstValue(MarketClaims.Actor), "N", out var id)
            && await _db.Users.AsNoTracking().SingleOrDefaultAsync(person => person.Id == id && person.SecurityStamp == stamp, cancellationToken) is { } person
            ? Principal(person, scheme)
            : null;
    }

    private static ClaimsPrincipal Principal(ApiClient client, string scheme) =>
        MarketClaims.Principal(client.ClientId, client.Role, client.OrganizationId, client.Duty, client.Stamp, scheme);

    private static ClaimsPrincipal Principal(Person person, string scheme) =>
        MarketClaims.Principal(person.Actor, person.Role, person.OrganizationId, person.Duty, person.SecurityStamp!, scheme);

    private bool Verifies(ApiClient client, string secret, DateTimeOffset now) =>
        _hasher.VerifyHashedPassword(client, client.SecretHash, secret) != PasswordVerificationResult.Failed
        || (client.PreviousSecretUntil > now && _hasher.VerifyHashedPassword(client, client.PreviousSecretHash!, secret) != PasswordVerificationResult.Failed);

    /// <summary>
    /// The work of a check where there is no account, or a locked one. With it, the same statement of <c>CountFailureAsync</c> and an
    /// answer at a set time after the question, time doesn't tell which names there are.
    /// </summary>
    private void VerifyNothing(string secret)
    {
        var nobody = new Person { OrganizationId = default, Role = default };
        _decoy ??= _people.PasswordHasher.HashPassword(nobody, Guid.NewGuid().ToString("N"));
        _people.PasswordHasher.VerifyHashedPassword(nobody, _decoy, secret);
    }

    private Task FailAsync(long started, CancellationToken cancellationToken)
    {
        var left = FailureDelay - _time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? Task.Delay(left, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>In one statement, so that wrong passwords at once are all counted; while locked, they don't lengthen it.</summary>
    private Task CountFailureAsync(Guid person, CancellationToken cancellationToken)
    {
        DateTimeOffset? now = _time.GetUtcNow();
        DateTimeOffset? until = now + Lockout;
        return _db.Users.Where(p => p.Id == person && (p.LockoutEnd == null || p.LockoutEnd <= now)).ExecuteUpdateAsync(
            set => set
                .SetProperty(p => p.LockoutEnd, p => p.AccessFailedCount + 1 >= MaxFailedAttempts ? until : p.LockoutEnd)
                .SetProperty(p => p.AccessFailedCount, p => p.AccessFailedCount + 1 >= MaxFailedAttempts ? 0 : p.AccessFailedCount + 1),
            cancellationToken);
    }

    private Task CountFailureAsync(string clientId, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var until = now + Lockout;
        return _db.ApiClients.Where(c => c.ClientId == clientId && (c.LockedUntil == null || c.LockedUntil <= now)).ExecuteUpdateAsync(
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
