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

/// <summary>
/// What ids stand for that other answers give: centres, providers and authorities are the market's to know, an enterprise is
/// whoever's that has a contract, a voucher or an application with it. Ids of others are left out.
/// </summary>
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
        var organizations = await db.Organizations.IgnoreQueryFilters().Where(organization => ids.Contains(organization.Id))
            .Select(organization => new { organization.Id, organization.Name, organization.Kind }).ToListAsync(cancellationToken);
        var enterprises = organizations.Where(organization => organization.Kind == OrganizationKind.Enterprise).Select(organization => organization.Id).ToList();
        var known = context.Caller.SeesAll ? [.. enterprises] : await KnownAsync(enterprises, cancellationToken);
        return new(
            [
                .. centers.Select(center => new NameAnswer(center.Id.ToString(), center.Name)),
                .. organizations.Where(organization => organization.Kind != OrganizationKind.Enterprise || known.Contains(organization.Id))
                    .Select(organization => new NameAnswer(organization.Id.ToString(), organization.Name)),
            ],
            null);
    }

    /// <summary>Those of the enterprises that the caller deals with: the filters leave it its own rows.</summary>
    private async Task<HashSet<Id<Organization>>> KnownAsync(List<Id<Organization>> enterprises, CancellationToken cancellationToken)
    {
        if (enterprises.Count == 0)
        {
            return [];
        }

        return
        [
            context.Caller.OrganizationId,
            .. await db.Contracts.Where(contract => enterprises.Contains(contract.BuyerId)).Select(contract => contract.BuyerId).Distinct().ToListAsync(cancellationToken),
            .. await db.Contracts.Where(contract => enterprises.Contains(contract.SellerId)).Select(contract => contract.SellerId).Distinct().ToListAsync(cancellationToken),
            .. await db.Vouchers.Where(voucher => enterprises.Contains(voucher.OrganizationId)).Select(voucher => voucher.OrganizationId).Distinct().ToListAsync(cancellationToken),
            .. await db.VoucherApplications.Where(application => enterprises.Contains(application.OrganizationId)).Select(application => application.OrganizationId).Distinct().ToListAsync(cancellationToken),
        ];
    }
}
