using System.Linq.Expressions;
using Marketplace.Application.Pipeline;
using Marketplace.Domain.Market;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Shared;
using MediatR;
using Microsoft.EntityFrameworkCore;

namespace Marketplace.Application.Market;

/// <summary>What orders can be sorted by.</summary>
public enum OrderColumn
{
    /// <summary>As the caller sees it: a seller's own part.</summary>
    Total,
    From,
    To,
    PlacedAt,
}

/// <summary>Which orders are listed; what is left out leaves none out.</summary>
/// <param name="Status">Those that stand so now.</param>
/// <param name="From">Those that run after this instant, ...</param>
/// <param name="To">... and those that begin before this one.</param>
/// <param name="Accelerator">Those with a leg on this model; a seller's own leg, where a seller asks.</param>
/// <param name="OrganizationId">Those that it bought.</param>
/// <param name="SellerId">Those that it sold in, as far as the caller sees its legs.</param>
public sealed record OrderFilter(
    OrderStatus? Status = null, DateTimeOffset? From = null, DateTimeOffset? To = null, string? Accelerator = null,
    Id<Organization>? OrganizationId = null, Id<Organization>? SellerId = null);

/// <summary>The orders that the caller bought or sold in, the newest first where it isn't said otherwise.</summary>
public sealed record ListOrders(PageRequest Page, OrderFilter Filter, Sort<OrderColumn>? Sort = null) : IQuery<Page<OrderAnswer>>, IPaged;

public sealed class ListOrdersHandler(IMarketplaceDb db, RequestContext context, MarketClock clock) : IRequestHandler<ListOrders, Page<OrderAnswer>>
{
    public async Task<Page<OrderAnswer>> Handle(ListOrders request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var orders = Filtered(WithStatus(db.Orders, request.Filter.Status, Hour.Containing(now)), request.Filter).AsNoTracking().Include(o => o.Legs);
        var page = await orders.SortedAsync(
            db.Orders, request.Page, request.Sort,
            new() { { OrderColumn.Total, TotalOf(context.Caller) }, { OrderColumn.From, order => order.From }, { OrderColumn.To, order => order.To }, OrderColumn.PlacedAt },
            cancellationToken);
        return new(await OrderAnswers.ForAsync(db, context.Caller, page.Items, now, cancellationToken), page.Next);
    }

    /// <summary>A seller is told nothing of an order's other sellers, and so not by the order of its list either.</summary>
    private static Expression<Func<Order, long>> TotalOf(Caller caller)
    {
        var me = caller.OrganizationId;
        return caller.SeesAll
            ? order => (long)(object)order.Total
            : order => order.BuyerId == me ? (long)(object)order.Total : order.Legs.Where(leg => leg.SellerId == me).Sum(leg => (long)(object)leg.Amount);
    }

    /// <summary>Of legs, a seller's filters leave it its own.</summary>
    private static IQueryable<Order> Filtered(IQueryable<Order> orders, OrderFilter filter)
    {
        if (filter.From is { } from)
        {
            var hour = Hour.Containing(from);
            orders = orders.Where(order => order.To > hour);
        }

        if (filter.To is { } to)
        {
            var hour = Hour.AtOrAfter(to);
            orders = orders.Where(order => order.From < hour);
        }

        return orders.Where(order => (filter.OrganizationId == null || order.BuyerId == filter.OrganizationId)
            && (filter.SellerId == null || order.Legs.Any(leg => leg.SellerId == filter.SellerId))
            && (filter.Accelerator == null || order.Legs.Any(leg => leg.Accelerator == filter.Accelerator)));
    }

    /// <summary>As <see cref="Order.StatusAt"/> has it: legs start and end on the hour.</summary>
    private static IQueryable<Order> WithStatus(IQueryable<Order> orders, OrderStatus? status, Hour now) => status switch
    {
        OrderStatus.Cancelled => orders.Where(o => o.Legs.All(leg => leg.CancelledAt != null)),
        OrderStatus.Completed => orders.Where(o => o.Legs.Any(leg => leg.CancelledAt == null) && o.Legs.All(leg => leg.CancelledAt != null || leg.To <= now)),
        OrderStatus.Running => orders.Where(o => o.Legs.Any(leg => leg.CancelledAt == null && leg.From <= now) && o.Legs.Any(leg => leg.CancelledAt == null && leg.To > now)),
        OrderStatus.Confirmed => orders.Where(o => o.Legs.Any(leg => leg.CancelledAt == null) && o.Legs.All(leg => leg.CancelledAt != null || leg.From > now)),
        _ => orders,
    };
}
