using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>Where the token service keeps people. All that is known of a person stands there, and nowhere else.</summary>
public interface IPeopleRegistry
{
    Task<bool> ExistsAsync(string userName, CancellationToken cancellationToken);

    /// <summary>Adds a person in the transaction that is under way, with a password that is made up and told this once.</summary>
    Task<PersonAnswer> AddAsync(Id<Organization> organization, string userName, string email, Role role, Duty duty, CancellationToken cancellationToken);

    /// <summary>An organization's people, by their ids.</summary>
    Task<Page<PersonRow>> ListAsync(Id<Organization> organization, PageRequest page, CancellationToken cancellationToken);

    /// <returns>The person, or null where the organization has no such one.</returns>
    Task<PersonRow?> FindAsync(Id<Organization> organization, string id, CancellationToken cancellationToken);

    /// <summary>Makes up a new password, ends every session of the person and lifts a lockout.</summary>
    /// <returns>The password, or null where the organization has no such person.</returns>
    Task<PersonAnswer?> ResetPasswordAsync(Id<Organization> organization, string id, CancellationToken cancellationToken);

    /// <summary>Ends every session and token of the person.</summary>
    /// <returns>Whether the organization has such a person.</returns>
    Task<bool> SignOutAsync(Id<Organization> organization, string id, CancellationToken cancellationToken);

    /// <summary>Removes all that is known of the person.</summary>
    /// <returns>Whether the organization had such a person.</returns>
    Task<bool> EraseAsync(Id<Organization> organization, string id, CancellationToken cancellationToken);
}

/// <summary>The password is told this once.</summary>
/// <param name="Id">What audit entries and logs name the person by.</param>
public sealed record PersonAnswer(string Id, string UserName, string Password);

/// <summary>Makes a login for a person of the organization's; roles and duties are as for clients.</summary>
public sealed record CreatePerson(string? UserName, string? Email, Role? Role = null, Duty? Duty = null) : ICommand<PersonAnswer>
{
    [JsonIgnore]
    public Id<Organization> OrganizationId { get; init; }
}

public sealed class CreatePersonValidator : AbstractValidator<CreatePerson>
{
    private const string UserNameCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-._@";

    public CreatePersonValidator()
    {
        RuleFor(request => request.UserName).Text(100)
            .Must(name => name is null || name.All(c => UserNameCharacters.Contains(c, StringComparison.Ordinal))).WithMessage("must be small letters, digits and - . _ @");
        RuleFor(request => request.Email).Text(200).EmailAddress().WithMessage("must be an e-mail address");
    }
}

public sealed class CreatePersonHandler(IMarketplaceDb db, IPeopleRegistry people, AuditLog audit) : IRequestHandler<CreatePerson, PersonAnswer>
{
    public async Task<PersonAnswer> Handle(CreatePerson request, CancellationToken cancellationToken)
    {
        var organization = await db.Organizations.SingleOrDefaultAsync(o => o.Id == request.OrganizationId, cancellationToken)
            ?? throw SharedErrors.NotFound("organization");
        var role = Roles.Of(organization.Kind, request.Role);
        if (await people.ExistsAsync(request.UserName!, cancellationToken))
        {
            throw new RuleException(Refusal.Conflict, "person.exists", "That user name is taken.");
        }

        var person = await people.AddAsync(organization.Id, request.UserName!, request.Email!, role, request.Duty ?? Duty.Owner, cancellationToken);
        audit.Record("person.created", ("person", person.Id), organization.Id, new { role, request.Duty });
        return person;
    }
}
