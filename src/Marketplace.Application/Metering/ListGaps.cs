using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <param name="From">The first hour without a reading.</param>
/// <param name="To">The first one after it that has one; null while none has.</param>
public sealed record GapAnswer(Id<UsageGap> Id, Id<Leg> LegId, Id<Center> CenterId, Id<Organization> ProviderId, Hour From, Hour? To, DateTimeOffset FoundAt, DateTimeOffset? ClosedAt);

public enum GapStatus
{
    Open,
    Closed,
}

/// <summary>What gaps can be sorted by.</summary>
public enum GapColumn
{
    FoundAt,
    From,
}

/// <summary>Gaps in what the caller's meters report, the newest first where it isn't said otherwise.</summary>
public sealed record ListGaps(PageRequest Page, Id<Center>? CenterId, GapStatus? Status, Sort<GapColumn>? Sort = null) : IQuery<Page<GapAnswer>>, IPaged;

public sealed class ListGapsHandler(IMarketplaceDb db) : IRequestHandler<ListGaps, Page<GapAnswer>>
{
    public async Task<Page<GapAnswer>> Handle(ListGaps request, CancellationToken cancellationToken)
    {
        var gaps = db.UsageGaps.AsNoTracking().Where(gap =>
            (request.CenterId == null || gap.CenterId == request.CenterId) && (request.Status == null || (request.Status == GapStatus.Open ? gap.ClosedAt == null : gap.ClosedAt != null)));
        return (await gaps.SortedAsync(db.UsageGaps, request.Page, request.Sort, new() { GapColumn.FoundAt, { GapColumn.From, gap => gap.From } }, cancellationToken))
            .Select(gap => new GapAnswer(gap.Id, gap.LegId, gap.CenterId, gap.ProviderId, gap.From, gap.To, gap.FoundAt, gap.ClosedAt));
    }
}
