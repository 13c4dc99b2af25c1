using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <summary>What organizations can be sorted by.</summary>
public enum OrganizationColumn
{
    /// <summary>As the database sorts texts.</summary>
    Name,
    EstablishedOn,
    CreatedAt,
}

/// <summary>The organizations that the caller sees: its own, or all.</summary>
/// <param name="Name">Those whose name has this in it, in any case.</param>
public sealed record ListOrganizations(PageRequest Page, OrganizationKind? Kind, string? Name = null, string? CreditCode = null, Sort<OrganizationColumn>? Sort = null)
    : IQuery<Page<OrganizationAnswer>>, IPaged;

public sealed class ListOrganizationsValidator : AbstractValidator<ListOrganizations>
{
    public ListOrganizationsValidator() => RuleFor(request => request.CreditCode).Must(code => code is null || CreditCode.TryParse(code, out _)).WithMessage("must be 18 characters, the last a check digit");
}

public sealed class ListOrganizationsHandler(IMarketplaceDb db) : IRequestHandler<ListOrganizations, Page<OrganizationAnswer>>
{
    public async Task<Page<OrganizationAnswer>> Handle(ListOrganizations request, CancellationToken cancellationToken)
    {
        CreditCode? code = request.CreditCode is null ? null : CreditCode.Parse(request.CreditCode);
        return (await db.Organizations.AsNoTracking().Containing(organization => organization.Name, request.Name)
            .Where(organization => (request.Kind == null || organization.Kind == request.Kind) && (code == null || organization.CreditCode == code))
            .SortedAsync(
                db.Organizations, request.Page, request.Sort,
                new() { { OrganizationColumn.Name, organization => organization.Name }, { OrganizationColumn.EstablishedOn, organization => organization.EstablishedOn }, OrganizationColumn.CreatedAt },
                cancellationToken)).Select(OrganizationAnswer.Of);
    }
}

public sealed record GetOrganization(Id<Organization> Id) : IQuery<OrganizationAnswer>;

public sealed class GetOrganizationHandler(IMarketplaceDb db) : IRequestHandler<GetOrganization, OrganizationAnswer>
{
    public async Task<OrganizationAnswer> Handle(GetOrganization request, CancellationToken cancellationToken) =>
        OrganizationAnswer.Of(await db.Organizations.AsNoTracking().SingleOrDefaultAsync(organization => organization.Id == request.Id, cancellationToken)
            ?? throw SharedErrors.NotFound("organization"));
}
