using System.Globalization;
using FluentValidation;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Metering;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Metering;

/// <param name="CardSeconds">Seconds of whole cards that were metered as up, rounded down.</param>
/// <param name="DownSeconds">The same, metered as down.</param>
/// <param name="Attested">Whether all that counts came in signed batches.</param>
/// <param name="Disputed">Whether the hour is under an open dispute, or one that was decided for the buyer.</param>
public sealed record UsageHourAnswer(
    Id<Leg> LegId, Hour Hour, long CardSeconds, long DownSeconds, long InputTokens, long OutputTokens, bool Attested, bool Disputed)
{
    public static UsageHourAnswer Of(UsageHour hour, ILookup<Id<Leg>, Dispute> disputes) => new(
        hour.LegId, hour.Hour, hour.Busy.MilliCardSeconds / CardTime.PerCardSecond, hour.Down.MilliCardSeconds / CardTime.PerCardSecond,
        hour.InputTokens, hour.OutputTokens, hour.IsAttested, disputes[hour.LegId].Any(dispute => dispute.Contests(hour.Hour)));
}

/// <summary>The usage of an order by leg and hour, as it stands now. A seller sees that of its own legs.</summary>
public sealed record ListUsage(Id<Order> OrderId, PageRequest Page) : IQuery<Page<UsageHourAnswer>>
{
    /// <summary>The leg and the number of the hour after which a page begins.</summary>
    internal static bool TryReadCursor(string cursor, out (Id<Leg> LegId, Hour Hour) after)
    {
        after = default;
        if (cursor.Length <= 33 || cursor[32] != '-' || !int.TryParse(cursor[33..], NumberStyles.None, CultureInfo.InvariantCulture, out var hour))
        {
            return false;
        }

        after = (Id<Leg>.Parse(cursor[..32]), new(hour));
        return !after.LegId.IsNone;
    }

    internal static string Cursor(UsageHour last) => $"{last.LegId}-{last.Hour.Number}";
}

public sealed class ListUsageValidator : AbstractValidator<ListUsage>
{
    public ListUsageValidator()
    {
        RuleFor(request => request.Page.Limit).Between(1, PageRequest.Max).OverridePropertyName("limit");
        RuleFor(request => request.Page.Cursor).Must(cursor => cursor is null || ListUsage.TryReadCursor(cursor, out _))
            .WithMessage("must be a cursor that a page before gave").OverridePropertyName("cursor");
    }
}

public sealed class ListUsageHandler(IMarketplaceDb db) : IRequestHandler<ListUsage, Page<UsageHourAnswer>>
{
    public async Task<Page<UsageHourAnswer>> Handle(ListUsage request, CancellationToken cancellationToken)
    {
        if (!await db.Orders.AnyAsync(order => order.Id == request.OrderId, cancellationToken))
        {
            throw SharedErrors.NotFound("order");
        }

        var hours = db.UsageHours.AsNoTracking().Where(hour => db.Legs.Any(leg => leg.Id == hour.LegId && leg.OrderId == request.OrderId));
        if (request.Page.Cursor is { } cursor && ListUsage.TryReadCursor(cursor, out var after))
        {
            hours = hours.Where(hour => hour.LegId > after.LegId || (hour.LegId == after.LegId && hour.Hour > after.Hour));
        }

        var disputes = (await db.Disputes.AsNoTracking().Where(dispute => dispute.OrderId == request.OrderId).ToListAsync(cancellationToken)).ToLookup(dispute => dispute.LegId);
        var page = await hours.OrderBy(hour => hour.LegId).ThenBy(hour => hour.Hour).Take(request.Page.Size + 1).ToListAsync(cancellationToken);
        if (page.Count <= request.Page.Size)
        {
            return new([.. page.Select(hour => UsageHourAnswer.Of(hour, disputes))], null);
        }

        page.RemoveAt(request.Page.Size);
        return new([.. page.Select(hour => UsageHourAnswer.Of(hour, disputes))], ListUsage.Cursor(page[^1]));
    }
}
