using Marketplace.Application.Organizations;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Infrastructure.Identity;

internal sealed class PeopleRegistry(UserManager<Person> people) : IPeopleRegistry
{
    public async Task<bool> ExistsAsync(string userName, CancellationToken cancellationToken) => await people.FindByNameAsync(userName) is not null;

    public async Task<PersonAnswer> AddAsync(Id<Organization> organization, string userName, string email, Role role, CancellationToken cancellationToken)
    {
        // The letters and the digit that the password rules ask for, whatever the random part has.
        var password = "Aa1" + ClientRegistry.NewSecret();
        var result = await people.CreateAsync(new() { Id = Guid.CreateVersion7(), UserName = userName, Email = email, OrganizationId = organization, Role = role }, password);
        return result.Succeeded
            ? new(userName, password)
            : throw InvalidRequestException.For(result.Errors.Any(e => e.Code.Contains("Email", StringComparison.Ordinal)) ? "email" : "userName", string.Join(" ", result.Errors.Select(e => e.Description)));
    }

    public async Task<Page<PersonRow>> ListAsync(Id<Organization> organization, PageRequest page, CancellationToken cancellationToken) =>
        (await people.Users.AsNoTracking().Where(person => person.OrganizationId == organization).ByTextAsync(page, person => person.UserName!, cancellationToken))
            .Select(person => new PersonRow(person.UserName!, person.Email, person.Role));
}
