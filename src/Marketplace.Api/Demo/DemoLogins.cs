using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Api.Demo;

/// <summary>One person for each role, who signs in with a password that is told once.</summary>
internal static class DemoLogins
{
    private const string Domain = "@demo.example";

    public static async Task<IReadOnlyList<PersonAnswer>> CreateAsync(DemoStory story, DemoParties parties) =>
    [
        await PersonAsync(story, parties.Admin, "provider", parties.Qiantang),
        await PersonAsync(story, parties.Admin, "enterprise", parties.Xihu),
        await PersonAsync(story, parties.Admin, "authority", parties.Office),
        await PersonAsync(story, parties.Admin, "auditor", parties.Admin with { Role = Role.Auditor }),
        await PersonAsync(story, parties.Admin, "admin", parties.Admin),
    ];

    /// <summary>The user names of the demo's people in a database; none where it has no demo market.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(MarketplaceDbContext db, CancellationToken cancellationToken) =>
        await db.Users.Where(person => person.UserName!.EndsWith(Domain)).OrderBy(person => person.UserName).Select(person => person.UserName!).ToListAsync(cancellationToken);

    private static Task<PersonAnswer> PersonAsync(DemoStory story, Caller admin, string name, Caller actsFor) =>
        story.SendAsync(admin, new CreatePerson(name + Domain, name + Domain, actsFor.Role) { OrganizationId = actsFor.OrganizationId });
}
