using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>All that is known of a person: the account, and a page of what the person did, the newest first.</summary>
public sealed record PersonData(PersonRow Person, IReadOnlyList<AuditEntryAnswer> Items, string? Next);

public sealed record ExportPerson(Id<Organization> OrganizationId, string PersonId, PageRequest Page) : IQuery<PersonData>, IPaged;

public sealed class ExportPersonHandler(IMarketplaceDb db, IPeopleRegistry people) : IRequestHandler<ExportPerson, PersonData>
{
    public async Task<PersonData> Handle(ExportPerson request, CancellationToken cancellationToken)
    {
        var organization = await db.VisibleAsync(request.OrganizationId, cancellationToken);
        var person = await people.FindAsync(organization, request.PersonId, cancellationToken) ?? throw SharedErrors.NotFound("person");
        var page = await db.AuditEntries.AsNoTracking().Where(entry => entry.Actor == person.Id || (entry.SubjectType == "person" && entry.SubjectId == person.Id))
            .NewestFirstAsync(request.Page, entry => entry.Id, cancellationToken);
        return new(person, [.. page.Items.Select(AuditEntryAnswer.Of)], page.Next);
    }
}
