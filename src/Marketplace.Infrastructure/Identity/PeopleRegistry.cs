using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Marketplace.Infrastructure.Persistence;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Identity;

internal sealed class PeopleRegistry(UserManager<Person> people, MarketplaceDbContext db) : IPeopleRegistry
{
    public async Task<bool> ExistsAsync(string userName, CancellationToken cancellationToken) => await people.FindByNameAsync(userName) is not null;

    public async Task<PersonAnswer> AddAsync(Id<Organization> organization, string userName, string email, Role role, Duty duty, CancellationToken cancellationToken)
    {
        var person = new Person { Id = Guid.CreateVersion7(), UserName = userName, Email = email, OrganizationId = organization, Role = role, Duty = duty };
        var password = NewPassword();
        var result = await people.CreateAsync(person, password);
        return result.Succeeded
            ? new(person.Actor, userName, password)
            : throw InvalidRequestException.For(result.Errors.Any(e => e.Code.Contains("Email", StringComparison.Ordinal)) ? "email" : "userName", string.Join(" ", result.Errors.Select(e => e.Description)));
    }

    public async Task<Page<PersonRow>> ListAsync(Id<Organization> organization, PageRequest page, CancellationToken cancellationToken) =>
        (await db.Users.AsNoTracking().Where(person => person.OrganizationId == organization)
            .ByTextAsync(page, person => person.UserName!, cancellationToken)).Select(Summary);

    public async Task<PersonRow?> FindAsync(Id<Organization> organization, string id, CancellationToken cancellationToken) =>
        await OneAsync(organization, id, cancellationToken) is { } person ? Summary(person) : null;

    public async Task<PersonAnswer?> ResetPasswordAsync(Id<Organization> organization, string id, CancellationToken cancellationToken)
    {
        if (await OneAsync(organization, id, cancellationToken) is not { } person)
        {
            return null;
        }

        var password = NewPassword();
        person.PasswordHash = people.PasswordHasher.HashPassword(person, password);
        (person.AccessFailedCount, person.LockoutEnd) = (0, null);
        await people.UpdateSecurityStampAsync(person);
        return new(person.Actor, person.UserName!, password);
    }

    public async Task<bool> SignOutAsync(Id<Organization> organization, string id, CancellationToken cancellationToken)
    {
        if (await OneAsync(organization, id, cancellationToken) is not { } person)
        {
            return false;
        }

        await people.UpdateSecurityStampAsync(person);
        return true;
    }

    public async Task<bool> EraseAsync(Id<Organization> organization, string id, CancellationToken cancellationToken)
    {
        if (await OneAsync(organization, id, cancellationToken) is not { } person)
        {
            return false;
        }

        await people.DeleteAsync(person);
        return true;
    }

    /// <summary>The letters and the digit that the password rules ask for, whatever the random part has.</summary>
    private static string NewPassword() => "Aa1" + ClientRegistry.NewSecret();

    private static PersonRow Summary(Person person) =>
        new(person.Actor, person.UserName!, person.Email!, person.Role, person.Duty, person.LockoutEnd);

    private async Task<Person?> OneAsync(Id<Organization> organization, string id, CancellationToken cancellationToken) => Guid.TryParseExact(id, "N", out var key)
        ? await db.Users.SingleOrDefaultAsync(person => person.OrganizationId == organization && person.Id == key, cancellationToken)
        : null;
}
