using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Organizations;

/// <param name="Id">Of an organization or a centre.</param>
public sealed record NameAnswer(string Id, string Name);

/// <summary>What ids stand for that other answers give: centres are the market's to know, parties as <see cref="KnownParties"/> says. Ids of others are left out.</summary>
public sealed record GetNames(IReadOnlyList<string> Ids) : IQuery<Page<NameAnswer>>
{
    public const int MaxIds = 100;
}

public sealed class GetNamesValidator : AbstractValidator<GetNames>
{
    public GetNamesValidator() => RuleFor(request => request.Ids).Must(ids => ids.Count is >= 1 and <= GetNames.MaxIds).OverridePropertyName("id").WithMessage($"must be given 1 to {GetNames.MaxIds} times");
}

public sealed class GetNamesHandler(IMarketplaceDb db, RequestContext context) : IRequestHandler<GetNames, Page<NameAnswer>>
{
    public async Task<Page<NameAnswer>> Handle(GetNames request, CancellationToken cancellationToken)
    {
        var centerIds = request.Ids.Select(Id<Center>.Parse).ToList();
        var centers = await db.Centers.IgnoreQueryFilters().Where(center => centerIds.Contains(center.Id))
            .Select(center => new { center.Id, center.Name }).ToListAsync(cancellationToken);
        var ids = request.Ids.Select(Id<Organization>.Parse).ToList();
        var organizations = await KnownParties.To(context.Caller, db).Where(organization => ids.Contains(organization.Id))
            .Select(organization => new { organization.Id, organization.Name }).ToListAsync(cancellationToken);
        return new(
            [
                .. centers.Select(center => new NameAnswer(center.Id.ToString(), center.Name)),
                .. organizations.Select(organization => new NameAnswer(organization.Id.ToString(), organization.Name)),
            ],
            null);
    }
}
