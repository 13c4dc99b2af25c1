using System.Security.Cryptography;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Identity;
using Marketplace.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Demo;

/// <summary>A login of the demo market. The password is told once and kept as a hash only.</summary>
internal sealed record DemoLogin(string UserName, string Password);

/// <summary>One person for each role, who sign in with a password.</summary>
internal static class DemoLogins
{
    private const string Domain = "@demo.example";
    private const int PasswordLength = 16;

    /// <summary>Letters and digits that nobody takes for one another.</summary>
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    public static async Task<IReadOnlyList<DemoLogin>> CreateAsync(IServiceScopeFactory scopes, DemoParties parties)
    {
        var logins = new List<DemoLogin>();
        foreach (var (name, role, of) in new[]
        {
            ("provider", Role.Provider, parties.Qiantang), ("enterprise", Role.Enterprise, parties.Xihu), ("authority", Role.Authority, parties.Office),
            ("auditor", Role.Auditor, parties.Admin), ("admin", Role.Admin, parties.Admin),
        })
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<RequestContext>().Caller = parties.Admin;
            var login = new DemoLogin(name + Domain, NewPassword());
            var person = new Person { Id = Guid.CreateVersion7(), UserName = login.UserName, Email = login.UserName, OrganizationId = of.OrganizationId, Role = role };
            await CreateAsync(scope.ServiceProvider, person, login.Password);
            logins.Add(login);
        }

        return logins;
    }

    /// <summary>The user names of the demo's people in a database; none where it has no demo market.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(MarketplaceDbContext db, CancellationToken cancellationToken) =>
        await db.Users.Where(person => person.UserName!.EndsWith(Domain)).OrderBy(person => person.Id).Select(person => person.UserName!).ToListAsync(cancellationToken);

    private static Task<Done> CreateAsync(IServiceProvider services, Person person, string password) => services.GetRequiredService<IUnitOfWork>().ExecuteAsync(
        async _ =>
        {
            var result = await services.GetRequiredService<UserManager<Person>>().CreateAsync(person, password);
            if (!result.Succeeded)
            {
                throw new InvalidOperationException($"The demo's login {person.UserName} can't be made: {string.Join(' ', result.Errors.Select(error => error.Description))}");
            }

            services.GetRequiredService<AuditLog>().Record("person.created", ("person", person.Id.ToString("N")), person.OrganizationId, new { person.UserName, person.Role });
            return Done.Value;
        },
        CancellationToken.None);

    /// <summary>Random, with a letter of either case and a digit.</summary>
    private static string NewPassword()
    {
        while (true)
        {
            var password = RandomNumberGenerator.GetString(Alphabet, PasswordLength);
            if (password.Any(char.IsUpper) && password.Any(char.IsLower) && password.Any(char.IsDigit))
            {
                return password;
            }
        }
    }
}
