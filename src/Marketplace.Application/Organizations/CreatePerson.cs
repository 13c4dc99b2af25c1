using System.Text.Json.Serialization;
using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>Where the token service keeps people.</summary>
public interface IPeopleRegistry
{
    Task<bool> ExistsAsync(string userName, CancellationToken cancellationToken);

    /// <summary>Adds a person in the transaction that is under way, with a password that is made up and told this once.</summary>
    Task<PersonAnswer> AddAsync(Id<Organization> organization, string userName, string email, Role role, CancellationToken cancellationToken);

    Task<Page<PersonRow>> ListAsync(Id<Organization> organization, PageRequest page, CancellationToken cancellationToken);
}

/// <summary>The password is told this once.</summary>
public sealed record PersonAnswer(string UserName, string Password);

/// <summary>Makes a login for a person of the organization's; roles are as for clients.</summary>
public sealed record CreatePerson(string? UserName, string? Email, Role? Role = null) : ICommand<PersonAnswer>
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

        audit.Record("person.created", ("person", request.UserName!), organization.Id, new { role });
        return await people.AddAsync(organization.Id, request.UserName!, request.Email!, role, cancellationToken);
    }
}
