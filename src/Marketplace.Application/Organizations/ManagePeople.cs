using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;

namespace Marketplace.Application.Organizations;

/// <summary>Makes up a new password for a person and ends the sessions that the old one opened.</summary>
public sealed record ResetPassword(Id<Organization> OrganizationId, string PersonId) : ICommand<PersonAnswer>;

public sealed class ResetPasswordHandler(IMarketplaceDb db, IPeopleRegistry people, AuditLog audit) : IRequestHandler<ResetPassword, PersonAnswer>
{
    public async Task<PersonAnswer> Handle(ResetPassword request, CancellationToken cancellationToken)
    {
        var organization = await db.VisibleAsync(request.OrganizationId, cancellationToken);
        var answer = await people.ResetPasswordAsync(organization, request.PersonId, cancellationToken) ?? throw SharedErrors.NotFound("person");
        audit.Record("person.password_reset", ("person", request.PersonId), organization, new { });
        return answer;
    }
}

/// <summary>Ends every session and token of a person.</summary>
public sealed record SignOutPerson(Id<Organization> OrganizationId, string PersonId) : ICommand<Done>;

public sealed class SignOutPersonHandler(IMarketplaceDb db, IPeopleRegistry people, AuditLog audit) : IRequestHandler<SignOutPerson, Done>
{
    public async Task<Done> Handle(SignOutPerson request, CancellationToken cancellationToken)
    {
        var organization = await db.VisibleAsync(request.OrganizationId, cancellationToken);
        if (!await people.SignOutAsync(organization, request.PersonId, cancellationToken))
        {
            throw SharedErrors.NotFound("person");
        }

        audit.Record("person.signed_out", ("person", request.PersonId), organization, new { });
        return Done.Value;
    }
}

/// <summary>
/// Removes all that is known of a person. Audit entries, which name people by an id that then stands for nobody, stay as they
/// are, and with them the books.
/// </summary>
public sealed record ErasePerson(Id<Organization> OrganizationId, string PersonId) : ICommand<Done>;

public sealed class ErasePersonHandler(IMarketplaceDb db, IPeopleRegistry people, AuditLog audit) : IRequestHandler<ErasePerson, Done>
{
    public async Task<Done> Handle(ErasePerson request, CancellationToken cancellationToken)
    {
        var organization = await db.VisibleAsync(request.OrganizationId, cancellationToken);
        if (!await people.EraseAsync(organization, request.PersonId, cancellationToken))
        {
            throw SharedErrors.NotFound("person");
        }

        audit.Record("person.erased", ("person", request.PersonId), organization, new { });
        return Done.Value;
    }
}
