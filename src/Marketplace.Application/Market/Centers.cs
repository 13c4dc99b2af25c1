using FluentValidation;
using Marketplace.Application.Audit;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

public sealed record CenterAnswer(
    Id<Center> Id, Id<Organization> OwnerId, string Name, string RegionCode, string? Hub, decimal? Pue, decimal? LatencyMs, decimal? BandwidthGbps)
{
    public static CenterAnswer Of(Center center) => new(
        center.Id, center.OwnerId, center.Name, center.RegionCode, center.Hub, center.Pue, center.LatencyMs, center.BandwidthGbps);
}

/// <summary>Adds a centre of the calling provider.</summary>
public sealed record CreateCenter(string? Name, string? RegionCode, string? Hub, decimal? Pue, decimal? LatencyMs, decimal? BandwidthGbps) : ICommand<CenterAnswer>;

public sealed class CreateCenterValidator : AbstractValidator<CreateCenter>
{
    public CreateCenterValidator()
    {
        RuleFor(request => request.Name).Text(200);
        RuleFor(request => request.RegionCode).Region();
        RuleFor(request => request.Hub).OptionalText(100);
        RuleFor(request => request.Pue).Between(1m, 5m);
        RuleFor(request => request.LatencyMs).Between(0m, 10_000m);
        RuleFor(request => request.BandwidthGbps).Between(0m, 1_000_000m);
    }
}

public sealed class CreateCenterHandler(IMarketplaceDb db, RequestContext context, AuditLog audit, MarketClock clock) : IRequestHandler<CreateCenter, CenterAnswer>
{
    public Task<CenterAnswer> Handle(CreateCenter request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var center = new Center
        {
            Id = Id<Center>.New(now),
            OwnerId = context.Caller.OrganizationId,
            Name = request.Name!,
            RegionCode = request.RegionCode!,
            Hub = request.Hub,
            Pue = request.Pue,
            LatencyMs = request.LatencyMs,
            BandwidthGbps = request.BandwidthGbps,
            CreatedAt = now,
        };
        db.Centers.Add(center);
        var answer = CenterAnswer.Of(center);
        audit.Record("center.created", ("center", center.Id.ToString()), center.OwnerId, answer);
        return Task.FromResult(answer);
    }
}

/// <summary>What centres can be sorted by; one that doesn't say its figure stands with the worst.</summary>
public enum CenterColumn
{
    Name,
    Pue,
    LatencyMs,
    BandwidthGbps,
}

/// <summary>The caller's centres, the newest first where it isn't said otherwise.</summary>
/// <param name="Name">Those whose name has this in it, in any case.</param>
public sealed record ListCenters(PageRequest Page, string? Name = null, Sort<CenterColumn>? Sort = null) : IQuery<Page<CenterAnswer>>, IPaged;

public sealed class ListCentersHandler(IMarketplaceDb db) : IRequestHandler<ListCenters, Page<CenterAnswer>>
{
    private const decimal Worst = 1_000_000_000;

    /// <summary>As binary fractions, since SQLite keeps decimals as text and sorts none.</summary>
    private static readonly SortColumns<Center, CenterColumn> Columns = new()
    {
        { CenterColumn.Name, center => center.Name },
        { CenterColumn.Pue, center => (double)(center.Pue ?? Worst) },
        { CenterColumn.LatencyMs, center => (double)(center.LatencyMs ?? Worst) },
        { CenterColumn.BandwidthGbps, center => (double)(center.BandwidthGbps ?? 0) },
    };

    public async Task<Page<CenterAnswer>> Handle(ListCenters request, CancellationToken cancellationToken) =>
        (await db.Centers.AsNoTracking().Containing(center => center.Name, request.Name).SortedAsync(db.Centers, request.Page, request.Sort, Columns, cancellationToken))
        .Select(CenterAnswer.Of);
}

public sealed record GetCenter(Id<Center> Id) : IQuery<CenterAnswer>;

public sealed class GetCenterHandler(IMarketplaceDb db) : IRequestHandler<GetCenter, CenterAnswer>
{
    public async Task<CenterAnswer> Handle(GetCenter request, CancellationToken cancellationToken) =>
        CenterAnswer.Of(await db.Centers.AsNoTracking().SingleOrDefaultAsync(center => center.Id == request.Id, cancellationToken)
            ?? throw SharedErrors.NotFound("center"));
}
